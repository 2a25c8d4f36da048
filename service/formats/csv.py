"""Tables as CSV by RFC 4180: UTF-8, commas, CRLF; floats with every bit, empty where nothing is known."""

from __future__ import annotations

import csv
import io

from surefoot.service.formats.tables import Cell, Table


def csv_bytes(table: Table) -> bytes:
    """A table with a header line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in table.columns])
    writer.writerows(zip(*([_cell(value) for value in column.values] for column in table.columns), strict=True))
    return text.getvalue().encode("utf-8")


def _cell(value: Cell) -> str:
    """A value as text that gives the same value again."""
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)
