"""The header of a CSV file: looked for behind lines about the recording, with its delimiter and row of units."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.column_names import ColumnName, parse_name
from surefoot.sensor_ingest.files.errors import ColumnsMissingError, NoDataError, RecordingError
from surefoot.sensor_ingest.files.layout import Layout, by_names
from surefoot.sensor_ingest.files.recognisers import recognise
from surefoot.sensor_ingest.files.statements import Statements
from surefoot.sensor_ingest.files.units import sensor_of

_DELIMITERS = ",;\t"
_MAX_LINES = 60
_ENCODINGS = ("utf-8", "gb18030")
_LAST_ENCODING = "cp1252"


@dataclass(frozen=True, slots=True)
class Header:
    """A file's header.

    Parameters
    ----------
    lines : of the file up to the first reading.
    said : what is said of files with these columns.
    """

    layout: Layout
    delimiter: str
    lines: int
    said: Statements


def encoding_of(head: bytes) -> str:
    """Encoding of a file's first lines; Chinese only where their letters are what a device writes."""
    for encoding in _ENCODINGS:
        try:
            text = head.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or "时间" in text:
            return encoding
    return _LAST_ENCODING


def find_header(lines: Sequence[str], foot: Foot, file: str, said: Statements) -> Header:
    """The first line that names the columns of a recording; the error of the likeliest line if none does."""
    likeliest: tuple[int, RecordingError] | None = None
    written = lines[0].lstrip("\ufeff").strip().strip('"') if lines else ""
    delimiter = written[4:].replace("\\t", "\t")[:1] if written.startswith("sep=") else ""
    for at, line in enumerate(lines[:_MAX_LINES]):
        if not line.strip("\ufeff \t") or line.lstrip("\ufeff ").startswith(("#", "//", "sep=", '"sep=')):
            continue
        for above in (False, True) if at + 1 < len(lines) else (False,):
            columns, mark, used = _columns(lines, at, delimiter, joined=above)
            of_these = said.for_columns([column.written for column in columns])
            try:
                return Header(_layout(columns, foot, file, of_these), mark, at + used, of_these)
            except RecordingError as error:
                known = sum(column.sensor in ("time", "acc", "gyr") for column in columns)
                if likeliest is None or known > likeliest[0]:
                    likeliest = known, error
    if likeliest is None:
        raise NoDataError("the file is empty")
    raise likeliest[1]


def column_names(lines: Sequence[str]) -> list[list[str]]:
    """The fields of each line that may be a header, as `find_header` takes them for names."""
    found = [
        _columns(lines, at, "", joined=above)[0]
        for at in range(min(len(lines), _MAX_LINES))
        for above in ((False, True) if at + 1 < len(lines) else (False,))
    ]
    return [[column.written for column in columns] for columns in found]


def _layout(columns: Sequence[ColumnName], foot: Foot, file: str, said: Statements) -> Layout:
    names = [column.written for column in columns]
    if not any(name.strip() for name in names):
        raise ColumnsMissingError(["time_s"], names)
    known = None if said.columns else recognise(names, file)
    return by_names(columns, foot, said) if known is None else known.layout(columns, said)


def _columns(lines: Sequence[str], at: int, delimiter: str, *, joined: bool) -> tuple[list[ColumnName], str, int]:
    """Columns that line `at` names, or it and the next one together; the delimiter; how many lines that takes."""
    mark = delimiter or max(_DELIMITERS, key=lines[at].count)
    names, next_one = _fields(lines[at], mark), _fields(lines[at + 1], mark) if at + 1 < len(lines) else []
    if joined and len(next_one) == len(names) and not any(map(_is_number, (*names, *next_one))):
        return [parse_name(k, f"{a} {b}") for k, (a, b) in enumerate(zip(names, next_one, strict=True))], mark, 2
    units = (
        next_one if len(next_one) == len(names) and sum(sensor_of(field) is not None for field in next_one) > 2 else []
    )
    return [parse_name(k, name, units[k] if units else "") for k, name in enumerate(names)], mark, 1 + bool(units)


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        fields = next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        fields = line.split(delimiter)
    return ["".join(c if c.isprintable() else "?" for c in field.strip().strip("\"'").strip()) for field in fields]


def _is_number(field: str) -> bool:
    try:
        float(field.replace(",", "."))
    except ValueError:
        return False
    return True
