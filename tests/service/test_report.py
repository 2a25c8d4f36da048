"""`surefoot report` and `surefoot analyze --report` write the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.service.runtime.demo import DemoRun
from tests.service.command import surefoot


def test_a_run_and_its_analysis_give_the_same_report(
    capsys: pytest.CaptureFixture[str], demo: DemoRun, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    outcome = surefoot(capsys, "report", demo.run.path, "--output", first)
    assert (outcome.code, outcome.out) == (0, f"{first}\n")
    assert surefoot(capsys, "analyze", demo.run.path, "--report", second).code == 0
    assert first.read_bytes() == second.read_bytes()
    assert demo.run.manifest.run_id in first.read_text(encoding="utf-8")


def test_files_have_a_report_too(capsys: pytest.CaptureFixture[str], left: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert surefoot(capsys, "analyze", "--left", left, "--report", file).code == 0
    assert "Not recorded." in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--output", "nowhere/report.html"], "there is no folder nowhere"),
        (["--runner", "nobody"], "has no runner 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    capsys: pytest.CaptureFixture[str], demo: DemoRun, arguments: list[str], sentence: str
) -> None:
    outcome = surefoot(capsys, "report", demo.run.path, *arguments)
    assert outcome.code == 2
    assert sentence in outcome.err


def test_a_pdf_without_a_browser_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, demo: DemoRun, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = surefoot(capsys, "report", demo.run.path, "--pdf", "--output", tmp_path / "report.pdf")
    assert outcome.code == 2
    assert "a PDF needs a browser (none of Chromium, Chrome and Edge was found)" in outcome.err
