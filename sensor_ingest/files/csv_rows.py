"""Parsing of CSV lines: fast, or tolerant for blocks where the fast parser fails."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from surefoot.analysis.model import Floats, Ints
from surefoot.sensor_ingest.files.clock_text import DAY_S, has_date, is_clock_text, parse_clock
from surefoot.sensor_ingest.files.columns import LineNumbers, check_ragged
from surefoot.sensor_ingest.files.csv_header import Header
from surefoot.sensor_ingest.files.errors import TooManyFieldsError, TooManyRowsError
from surefoot.sensor_ingest.files.fields import has_decimal_comma, split, to_float
from surefoot.sensor_ingest.files.layout import Channel, Layout
from surefoot.sensor_ingest.files.layout_errors import TimeUnreadableError
from surefoot.sensor_ingest.files.plain_numbers import parse_plain

MAX_ROWS = 30_000_000
"""Longer files are refused."""


@dataclass(slots=True)
class RowBuffer:
    """Rows read so far, in an array with room for the estimated rest of the file.

    Parameters
    ----------
    next_line : number of the next line of the file, from 1.
    encoding : of the text, in which letters that are not understood do not matter.
    decimal_comma : whether numbers are written 9,81; None before the first block.
    clock, dated : whether times are text, and whether with their date.
    values : (columns, capacity) time, acceleration and angular rate as in the file, of which `count` rows are filled;
        each column in one piece, because the checks go through them one by one.
    devices : name → number; `device` has the numbers of the rows' devices, block by block.
    piece_first_rows, piece_first_lines : see `LineNumbers`.
    ragged : numbers of the lines with too few fields.
    """

    header: Header
    next_line: int
    encoding: str
    decimal_comma: bool | None = None
    clock: bool = False
    dated: bool = False
    count: int = 0
    values: Floats = field(default_factory=lambda: np.empty((0, 0)))
    devices: dict[str, int] = field(default_factory=dict)
    device: list[Ints] = field(default_factory=list)
    piece_first_rows: list[int] = field(default_factory=list)
    piece_first_lines: list[int] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)

    @property
    def layout(self) -> Layout:
        """What the file is taken for."""
        return self.header.layout

    def add_block(self, raw: bytes, fraction: float) -> None:
        """Parse a block of whole lines, which end in a line feed, up to `fraction` of the file."""
        if self.decimal_comma is False and not self._has_text:
            plain = parse_plain(raw, self.header.delimiter, len(self.layout.names), self._numbers)
            if plain is not None:
                self._begin_piece(self.count, self.next_line)
                self._append(plain, fraction)
                self.next_line += plain.shape[1]
                return
        self._add_lines(raw.decode(self.encoding, "replace"), fraction)

    def _add_lines(self, text: str, fraction: float) -> None:
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        if self.decimal_comma is None and any(line.strip() for line in lines):
            self._learn([line for line in lines[:2000] if line.strip()])
        if self.decimal_comma and self.header.delimiter != "," and not self.clock:
            lines = text.replace(",", ".").split("\n")[: len(lines)]
        self._check_width(lines)
        block = np.empty((0, 0)) if self._has_text else _parse_fast(lines, self.header, self._numbers)
        if len(block) < len(lines):
            block = self._parse_tolerant(lines)
        else:
            self._begin_piece(self.count, self.next_line)
        self._append(block.T, fraction)
        self.next_line += len(lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes about header and text; RowsRaggedError if too many lines have too few fields."""
        comma = ("Numbers have a decimal comma: read accordingly.",) if self.decimal_comma else ()
        last_only = self.ragged == [self.next_line - 1]
        return (*self.layout.notes, *comma, *check_ragged(self.ragged, self.count, last_only))

    @property
    def lines(self) -> LineNumbers:
        """Line numbers of the rows."""
        return LineNumbers(tuple(self.piece_first_rows), tuple(self.piece_first_lines))

    @property
    def period(self) -> float:
        """Span after which the time begins again, in its own unit; 0 if never."""
        return DAY_S if self.clock and not self.dated else self.layout.wrap

    def columns_of(self, channel: Channel | None) -> Floats | None:
        """(count, columns) readings of a channel in SI units."""
        if channel is None:
            return None
        first = self._numbers.index(channel.indices[0])
        found = self.values[first : first + len(channel.indices), : self.count].T
        if channel.factor == 1 or (self.clock and channel is self.layout.time):
            return found
        return found * channel.factor

    @property
    def _numbers(self) -> tuple[int, ...]:
        time = self.layout.time
        return (*(time.indices if time else ()), *self.layout.numbers)

    @property
    def _has_text(self) -> bool:
        return self.clock or self.layout.device is not None

    def _learn(self, lines: list[str]) -> None:
        """Find out from the first lines how numbers and times are written."""
        time, texts = self.layout.time, list[str]()
        if time is not None:
            texts = [fields[time.indices[0]] for line in lines if len(fields := self._split(line)) > time.indices[0]]
            clocks = [text for text in texts if is_clock_text(text)]
            self.clock = 2 * len(clocks) > len(texts)
            self.dated = self.clock and has_date(clocks[0])
        numbers = self.layout.numbers if self.clock else self._numbers
        self.decimal_comma = has_decimal_comma(lines, self.header.delimiter, numbers, self.layout.names)
        written = [text.strip() for text in texts if text.strip()]
        if time is not None and written and not self.clock and np.isnan([self._number(text) for text in written]).all():
            raise TimeUnreadableError(time.names[0], written[0][:30])

    def _split(self, line: str) -> list[str]:
        return split(line, self.header.delimiter)

    def _number(self, text: str) -> float:
        return to_float(text, decimal_comma=bool(self.decimal_comma))

    def _begin_piece(self, row: int, line: int) -> None:
        """Rows from `row` on come from consecutive lines from `line` on."""
        self.piece_first_rows.append(row)
        self.piece_first_lines.append(line)

    def _append(self, block: Floats, fraction: float) -> None:
        """Keep a block of (columns, rows)."""
        columns, rows = block.shape
        end = self.count + rows
        if not rows:
            return
        if end > MAX_ROWS:
            raise TooManyRowsError(MAX_ROWS)
        if end > self.values.shape[1]:
            capacity = max(end, min(MAX_ROWS, int(end / max(fraction, 1e-3) * 1.02)))
            self.values = _resized(self.values, self.count, (columns, capacity))
        self.values[:, self.count : end] = block
        self.count = end

    def _check_width(self, lines: list[str]) -> None:
        """Raise TooManyFieldsError if the first line of a block has more fields than the header."""
        width = len(self.layout.names)
        for number, line in enumerate(lines, start=self.next_line):
            if line.strip():
                fields = self._split(line.rstrip(self.header.delimiter + " "))
                if len(fields) > width:
                    raise TooManyFieldsError(number, len(fields), width)
                return

    def _parse_tolerant(self, lines: list[str]) -> Floats:
        """Rows of numbers; an unreadable field is NaN, lines with too few fields are listed, blank ones skipped."""
        layout, numbers = self.layout, self._numbers
        needed = max(layout.columns)
        found: list[list[float]] = []
        clocks: list[str] = []
        devices: list[int] = []
        expected = -1
        for number, line in enumerate(lines, start=self.next_line):
            if not line.strip():
                continue
            fields = self._split(line)
            if len(fields) <= needed:
                self.ragged.append(number)
                continue
            if number != expected:
                self._begin_piece(self.count + len(found), number)
            expected = number + 1
            if self.clock:
                clocks.append(fields[numbers[0]])
                fields[numbers[0]] = "nan"
            if layout.device is not None:
                devices.append(self.devices.setdefault(fields[layout.device].strip(), len(self.devices)))
            found.append([self._number(fields[column]) for column in numbers])
        block = np.array(found).reshape(-1, len(numbers))
        if self.clock:
            block[:, 0] = parse_clock(clocks)
        if layout.device is not None:
            self.device.append(np.array(devices, dtype=np.int64))
        return block


def _resized(old: Floats, count: int, shape: tuple[int, int]) -> Floats:
    """A copy of (columns, rows) with `count` rows filled; the system allocates the rest only when it is written."""
    new = np.empty(shape)
    if count:
        new[:, :count] = old[:, :count]
    return new


def _parse_fast(lines: list[str], header: Header, columns: tuple[int, ...]) -> Floats:
    """(lines, columns) numbers, or fewer rows if any line is blank or malformed."""
    if not any(line.strip() for line in lines):
        return np.empty((0, len(columns)))
    try:
        return np.loadtxt(lines, delimiter=header.delimiter, usecols=columns, quotechar='"', comments=None, ndmin=2)
    except (ValueError, IndexError, OverflowError):
        return np.empty((0, len(columns)))
