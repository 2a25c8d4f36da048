"""A cut of `make fuzz`: nothing that is mangled crashes what reads it."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.__main__ import mangled, recordings, settings, workbooks
from tests.fuzz.http_requests import requests


def test_no_settings_file_crashes_the_program(tmp_path: Path) -> None:
    assert [finding for finding in settings(tmp_path, 200) if not finding.passed] == []


def test_no_csv_crashes_the_program(tmp_path: Path) -> None:
    assert [finding for finding in recordings(tmp_path, 60) if not finding.passed] == []


def test_no_workbook_crashes_the_program(tmp_path: Path) -> None:
    assert [finding for finding in workbooks(tmp_path, 40) if not finding.passed] == []


def test_no_request_crashes_the_wall_or_shows_a_stranger_anything() -> None:
    assert [finding for finding in requests(200, mangled) if not finding.passed] == []
