"""Recorded runs are listed with what became of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from platformdirs import user_data_path

from surefoot.service.runs import find_run, runs_folder
from surefoot.service.runtime.demo import DemoRun
from tests.service.command import surefoot


def test_runs_are_listed_with_runner_duration_and_end(
    demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(demo.run.path, tmp_path / demo.run.path.name)
    other = Path(shutil.copytree(demo.run.path, tmp_path / "20991231T235959Z-00000000"))
    manifest = replace(demo.run.manifest, ended=False, run_id=other.name)
    (other / "manifest.json").write_text(manifest.to_json())
    result = surefoot(capsys, "runs", "--folder", tmp_path)
    _, first, second = result.out.splitlines()
    assert first.startswith(demo.run.manifest.run_id)
    assert "runner-1 2:00 min ended" in first
    assert second.startswith(other.name)
    assert second.rstrip().endswith("interrupted")
    assert max(len(line) for line in result.out.splitlines()) <= 80


def test_a_run_whose_recording_cannot_be_read_is_listed_beside_the_others(
    demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(demo.run.path, tmp_path / demo.run.path.name)
    other = Path(shutil.copytree(demo.run.path, tmp_path / "20991231T235959Z-00000000"))
    (other / "journal.bin").unlink()
    (other / "journal.bin").mkdir()
    result = surefoot(capsys, "runs", "--folder", tmp_path)
    assert result.code == 0
    assert [line.split()[-1] for line in result.out.splitlines()[1:]] == ["ended", "unreadable"]


def test_the_last_run_is_found_by_that_name_and_any_by_its_id(demo: DemoRun, tmp_path: Path) -> None:
    for name in ("20260102T030405Z-00000000", "20991231T235959Z-00000000"):
        folder = Path(shutil.copytree(demo.run.path, tmp_path / name))
        (folder / "manifest.json").write_text(replace(demo.run.manifest, run_id=name).to_json())
        assert find_run(name, tmp_path).path == folder
    assert find_run("last", tmp_path).path.name == "20991231T235959Z-00000000"


def test_without_runs_it_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result = surefoot(capsys, "runs", "--folder", tmp_path / "none")
    assert (result.code, result.out) == (0, f"No runs are recorded in {tmp_path / 'none'} yet.\n")


def test_the_folder_is_the_one_given_then_that_of_the_environment_then_the_users(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUREFOOT_RUNS", str(tmp_path / "environment"))
    assert runs_folder(tmp_path / "given") == tmp_path / "given"
    assert runs_folder(None) == tmp_path / "environment"
    monkeypatch.delenv("SUREFOOT_RUNS")
    monkeypatch.delenv("SUREFOOT_DATA")
    assert runs_folder(None) == user_data_path("surefoot", appauthor=False) / "runs"
