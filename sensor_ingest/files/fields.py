"""Fields of a file's lines: times as text, devices, decimal marks."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from surefoot.sensor_ingest.files.layout_errors import NumberAmbiguousError

_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")


def split(line: str, delimiter: str) -> list[str]:
    """Fields of a line, unquoted; none if its quotes are broken."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def has_decimal_comma(lines: Sequence[str], delimiter: str, columns: Sequence[int], names: Sequence[str]) -> bool:
    """Whether numbers in these columns have a decimal comma; NumberAmbiguousError if a comma may part thousands."""
    unsure: tuple[int, str] | None = None
    for line in lines:
        if "," not in line or (delimiter == "," and '"' not in line):
            continue
        fields = split(line, delimiter)
        for column in columns:
            field = fields[column].strip() if column < len(fields) else ""
            if _MAYBE_THOUSANDS.fullmatch(field):
                unsure = unsure or (column, field)
            elif _COMMA.fullmatch(field):
                return True
    if unsure is not None:
        raise NumberAmbiguousError(names[unsure[0]], unsure[1])
    return False


def to_float(text: str, *, decimal_comma: bool) -> float:
    """The number in a field; NaN if there is none."""
    try:
        return float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        return float("nan")
