"""Excel workbooks of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

from surefoot.analysis.model import Floats
from tests.sensor_ingest.synthetic import HEADER

BEGAN = datetime(2026, 1, 2, 10, 15, 30)


def write_workbook(path: Path, rows: Floats, *, dates: bool = False, above: Sequence[str] = ()) -> Path:
    """A workbook whose second sheet has the readings, after lines about them; its first is about the recording."""
    book = Workbook()
    about = book.active
    about.title = "About"
    about.append(["Runner", "Anna"])
    sheet = book.create_sheet("Data")
    for line in above:
        sheet.append([line])
    sheet.append(HEADER.split(","))
    for time_s, *readings in rows.tolist():
        sheet.append([BEGAN + timedelta(seconds=time_s) if dates else time_s, *readings])
    book.save(path)
    return path
