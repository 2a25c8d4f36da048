"""Excel workbooks as CSV: the first sheet that has a header above numbers."""

from __future__ import annotations

import csv
import datetime
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader, RawIOBase, StringIO
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surefoot.sensor_ingest.files.errors import NotTextError, RecordingError
from surefoot.sensor_ingest.files.layout_errors import WorkbookReaderMissingError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    Row = Sequence[object]

_MAX_ROWS, _MAX_COLUMNS = 1 << 20, 256
"""A sheet has no more rows; further columns are not read."""
_MAX_UNPACKED_BYTES = 1 << 31
_MAX_STRINGS_BYTES = 1 << 26
"""Of the texts of all cells, which openpyxl holds in memory."""
_PROLOGUE_BYTES = 1 << 12
_HEADER_ROWS = 60
_MIN_FIELDS = 4
_ROWS_AT_ONCE = 500


@contextmanager
def opened_workbook(path: Path) -> Iterator[BufferedReader]:
    """The sheet with the readings, as CSV in UTF-8.

    Raises
    ------
    RecordingError
        if it cannot be read, or openpyxl is not installed.
    """
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError as error:
        raise WorkbookReaderMissingError from error
    _check_parts(path)
    with path.open("rb") as file:  # ours to close: openpyxl leaves that of a damaged workbook open
        with _damage_told(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=True)
        try:
            with _damage_told():
                sheet = _AsCsv(_rows(book))
            yield BufferedReader(sheet, 1 << 16)
        finally:
            book.close()


@contextmanager
def _damage_told() -> Iterator[None]:
    """Whatever openpyxl raises of a damaged workbook, which is of many kinds, becomes one sentence."""
    try:
        yield
    except RecordingError:
        raise
    except Exception as error:
        raise NotTextError("a damaged Excel workbook") from error


def _check_parts(path: Path) -> None:
    """NotTextError if a workbook unpacks to more than a recording can be, in itself or by abbreviations of its own."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        strings = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
        if sum(part.file_size for part in parts) > _MAX_UNPACKED_BYTES or strings > _MAX_STRINGS_BYTES:
            raise NotTextError("an Excel workbook that unpacks to more than a recording can be")
        for part in parts:
            with archive.open(part) as file:
                if b"<!DOCTYPE" in file.read(_PROLOGUE_BYTES):  # Excel writes none; XML bombs need one
                    raise NotTextError("a damaged Excel workbook")


def _rows(book: Any) -> Iterator[Row]:
    """Rows of the first sheet with a header above numbers, else of the first."""
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    if not sheets:
        raise NotTextError("an Excel workbook without a sheet")
    for sheet in sheets:
        sheet.reset_dimensions()  # what a file says of its size need not be true
    chosen = next((sheet for sheet in sheets if _has_header(list(islice(_of(sheet), _HEADER_ROWS)))), sheets[0])
    return _of(chosen)


def _of(sheet: Any) -> Iterator[Row]:
    rows: Iterator[Row] = sheet.iter_rows(max_row=_MAX_ROWS, max_col=_MAX_COLUMNS, values_only=True)
    return rows


def _has_header(rows: Sequence[Row]) -> bool:
    """Whether a row of names stands at most two rows above one of numbers."""
    names, numbers = ([_count(row, kind) >= _MIN_FIELDS for row in rows] for kind in (str, (int, float)))
    return any(names[k] and any(numbers[k + 1 : k + 3]) for k in range(len(rows)))


def _count(row: Row, kind: type | tuple[type, ...]) -> int:
    return sum(isinstance(cell, kind) for cell in row)


class _AsCsv(RawIOBase):
    """Rows of a sheet as a file of CSV, as wide as the widest of the first."""

    def __init__(self, rows: Iterator[Row]) -> None:
        super().__init__()
        first = list(islice(rows, _HEADER_ROWS))
        self._width = max((len(_shown(row)) for row in first), default=0)
        self._rows = chain(first, rows)
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer)
        while not self._ready:
            with _damage_told():
                rows = list(islice(self._rows, _ROWS_AT_ONCE))
            if not rows:
                return 0
            self._ready = _text(rows, self._width).encode(errors="replace")
        given, self._ready = self._ready[: len(room)], self._ready[len(room) :]
        room[: len(given)] = given
        return len(given)


def _text(rows: Sequence[Row], width: int) -> str:
    found = StringIO()
    writer = csv.writer(found, lineterminator="\n")
    writer.writerows([_field(cell) for cell in row[:width]] if _shown(row) else [] for row in rows)
    return found.getvalue()


def _shown(row: Row) -> Row:
    """A row up to its last cell that is not empty."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _field(cell: object) -> object:
    """A cell as a field; dates as ISO 8601, durations in seconds."""
    if isinstance(cell, datetime.datetime | datetime.time):
        return cell.isoformat(" ") if isinstance(cell, datetime.datetime) else cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return cell.total_seconds()
    if isinstance(cell, str):
        return " ".join(cell.split())
    return "" if cell is None else cell
