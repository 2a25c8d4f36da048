"""Parsing of CSV lines: fast, or tolerant for blocks where the fast parser fails."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.files.columns import LineNumbers, Table, check_ragged
from surefoot.sensor_ingest.files.csv_header import Header
from surefoot.sensor_ingest.files.errors import TooManyFieldsError, TooManyRowsError

MAX_ROWS = 30_000_000
"""Longer files are refused."""


@dataclass(slots=True)
class RowBuffer:
    """RowBuffer read so far, in arrays with room for the estimated rest of the file.

    Parameters
    ----------
    next_line : number of the next line of the file, from 1.
    decimal_comma : whether numbers are written 9,81; None before the first block.
    time, acc, gyr : (capacity,), (capacity, 3), (capacity, 3), of which the first `count` rows are filled.
    piece_first_rows, piece_first_lines : see `LineNumbers`.
    ragged : numbers of the lines with too few fields.
    """

    header: Header
    next_line: int
    decimal_comma: bool | None = None
    count: int = 0
    time: Floats = field(default_factory=lambda: np.empty(0))
    acc: Floats = field(default_factory=lambda: np.empty((0, 3)))
    gyr: Floats = field(default_factory=lambda: np.empty((0, 3)))
    piece_first_rows: list[int] = field(default_factory=list)
    piece_first_lines: list[int] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)

    def add_block(self, text: str, fraction: float) -> None:
        """Parse a block of whole lines that ends at `fraction` of the file."""
        if self.decimal_comma is None:
            self.decimal_comma = self.header.delimiter == ";" and "," in text and "." not in text
        lines = (text.replace(",", ".") if self.decimal_comma else text).split("\n")
        if not lines[-1]:
            lines.pop()
        self._check_width(lines)
        block = _parse_fast(lines, self.header)
        if len(block) < len(lines):
            block = self._parse_tolerant(lines)
        else:
            self._begin_piece(self.count, self.next_line)
        self._append(block, fraction)
        self.next_line += len(lines)

    @property
    def table(self) -> Table:
        """The rows with their line numbers."""
        lines = LineNumbers(tuple(self.piece_first_rows), tuple(self.piece_first_lines))
        gyr = self.gyr[: self.count] if self.header.has_gyroscope else None
        return Table(self.time[: self.count], self.acc[: self.count], gyr, lines=lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes about header and text; RowsRaggedError if too many lines have too few fields."""
        comma = ("Numbers have a decimal comma: read accordingly.",) if self.decimal_comma else ()
        last_only = self.ragged == [self.next_line - 1]
        return (*self.header.notes, *comma, *check_ragged(self.ragged, self.count, last_only))

    def _begin_piece(self, row: int, line: int) -> None:
        """RowBuffer from `row` on come from consecutive lines from `line` on."""
        self.piece_first_rows.append(row)
        self.piece_first_lines.append(line)

    def _append(self, block: Floats, fraction: float) -> None:
        end = self.count + len(block)
        if end > MAX_ROWS:
            raise TooManyRowsError(MAX_ROWS)
        if end > len(self.time):
            rows = max(end, min(MAX_ROWS, int(end / max(fraction, 1e-3) * 1.02)))
            self.time, self.acc, self.gyr = (_resized(old, self.count, rows) for old in (self.time, self.acc, self.gyr))
        self.time[self.count : end] = block[:, 0]
        self.acc[self.count : end] = block[:, 1:4]
        if self.header.has_gyroscope:
            self.gyr[self.count : end] = block[:, 4:7]
        self.count = end

    def _check_width(self, lines: list[str]) -> None:
        """Raise TooManyFieldsError if the first line of a block has more fields than the header."""
        for number, line in enumerate(lines, start=self.next_line):
            if line.strip():
                fields = _fields(line.rstrip(self.header.delimiter + " "), self.header.delimiter)
                if len(fields) > self.header.width:
                    raise TooManyFieldsError(number, len(fields), self.header.width)
                return

    def _parse_tolerant(self, lines: list[str]) -> Floats:
        """Rows of numbers; an unreadable field is NaN, lines with too few fields are listed, blank ones skipped."""
        columns = self.header.columns
        found: list[list[float]] = []
        expected = -1
        for number, line in enumerate(lines, start=self.next_line):
            if not line.strip():
                continue
            fields = _fields(line, self.header.delimiter)
            if len(fields) <= max(columns):
                self.ragged.append(number)
                continue
            if number != expected:
                self._begin_piece(self.count + len(found), number)
            expected = number + 1
            found.append([_to_float(fields[column]) for column in columns])
        return np.array(found).reshape(-1, len(columns))


def _resized(old: Floats, count: int, rows: int) -> Floats:
    """A copy with `rows` rows of which `count` are filled; the system allocates the rest only when it is written."""
    new = np.empty((rows, *old.shape[1:]))
    new[:count] = old[:count]
    return new


def _parse_fast(lines: list[str], header: Header) -> Floats:
    """(lines, columns) numbers, or fewer rows if any line is blank or malformed."""
    if not any(line.strip() for line in lines):
        return np.empty((0, len(header.columns)))
    try:
        return np.loadtxt(
            lines, delimiter=header.delimiter, usecols=header.columns, quotechar='"', comments=None, ndmin=2
        )
    except (ValueError, IndexError, OverflowError):
        return np.empty((0, len(header.columns)))


def _fields(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _to_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
