"""Recordings in Excel workbooks, and times in the days of spreadsheets."""

from __future__ import annotations

import gc
import sys
import tracemalloc
import zipfile
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import RecordingError
from tests.sensor_ingest.synthetic import RATE_HZ, walk, write
from tests.sensor_ingest.workbooks import BEGAN, write_workbook

ROWS = walk(5.0)
SHEET = "xl/worksheets/sheet2.xml"


@pytest.fixture
def plain(tmp_path: Path) -> Recording:
    return read_csv(write(tmp_path / "plain.csv", ROWS), Foot.LEFT)


def with_part(path: Path, part: str, text: str) -> Path:
    """A workbook with another part in the place of one."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | {part: text.encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_the_sheet_with_the_readings_is_read(plain: Recording, tmp_path: Path) -> None:
    found = read_csv(write_workbook(tmp_path / "a.xlsx", ROWS, above=["exported by an app"]), Foot.LEFT)
    np.testing.assert_array_equal(found.samples.time_s, plain.samples.time_s)
    np.testing.assert_array_equal(found.samples.acc_mps2, plain.samples.acc_mps2)
    np.testing.assert_array_equal(found.samples.gyr_radps, plain.samples.gyr_radps)


def test_dates_of_cells_are_times(tmp_path: Path) -> None:
    found = read_csv(write_workbook(tmp_path / "a.xlsx", ROWS, dates=True), Foot.LEFT)
    began_s = BEGAN.replace(tzinfo=UTC).timestamp()
    np.testing.assert_allclose(found.samples.time_s - began_s, ROWS[:, 0], atol=1e-3)
    assert found.sampling_rate_hz == pytest.approx(RATE_HZ, rel=1e-3)


def test_days_of_a_spreadsheet_are_times_in_csv_too(plain: Recording, tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[:, 0] = 46024.4274 + rows[:, 0] / 86400.0
    found = read_csv(write(tmp_path / "a.csv", rows), Foot.LEFT)
    np.testing.assert_allclose(np.diff(found.samples.time_s), np.diff(plain.samples.time_s), atol=1e-5)
    assert found.samples.time_s[0] == pytest.approx((46024.4274 - 25569) * 86400.0, abs=1e-3)
    assert any("days of a spreadsheet" in note for note in found.notes)


def test_empty_cells_at_the_end_are_no_lines_cut_short(tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[100:150, 6] = np.nan
    found = read_csv(write_workbook(tmp_path / "a.xlsx", rows), Foot.LEFT)
    assert any("50 of 1000 rows with an empty or unreadable number" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "of the old kind; export the recording as plain"),
        ("a.xlsx", b"PK\x03\x04" + bytes(600), "it is damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecordingError, match=sentence):
        read_csv(tmp_path / name, Foot.LEFT)


def test_an_open_document_is_refused_as_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(RecordingError, match="but an OpenDocument spreadsheet or text; export the recording"):
        read_csv(tmp_path / "a.ods", Foot.LEFT)


ENTITIES = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 12))
LAUGHS = f'<!DOCTYPE w [<!ENTITY l0 "ha">{ENTITIES}]>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<worksheet>",
        "<worksheet><sheetData/></worksheet>",
        f'{LAUGHS}<worksheet><sheetData><row r="1"><c><v>&l11;</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="99999999999"><c r="A1"><v>1</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row></sheetData></worksheet>',
    ],
)
def test_a_sheet_that_lies_is_one_sentence_and_little_memory(tmp_path: Path, text: str) -> None:
    spaced = text.replace(
        "<worksheet>", '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    )
    path = with_part(write_workbook(tmp_path / "a.xlsx", ROWS[:50]), SHEET, spaced)
    tracemalloc.start()
    with pytest.raises(RecordingError):
        read_csv(path, Foot.LEFT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    gc.collect()  # a file left open is an error here
    assert peak < 64 << 20


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = with_part(write_workbook(tmp_path / "a.xlsx", ROWS[:50]), "xl/sharedStrings.xml", " " * (65 << 20))
    with pytest.raises(RecordingError, match="unpacks to more than a recording can be"):
        read_csv(path, Foot.LEFT)


def test_without_its_library_it_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_workbook(tmp_path / "a.xlsx", ROWS[:50])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(RecordingError, match=r"pip install 'surefoot\[xlsx\]', or save it as CSV"):
        read_csv(path, Foot.LEFT)
