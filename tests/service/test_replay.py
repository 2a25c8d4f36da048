"""A recorded run gives again, number for number, what was known live."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.serialization.json import to_json
from tests.service.command import surefoot
from tests.service.demo_runs import assert_same, record_demo_run


def quiet(_step: str, _share: float) -> None:
    """Nobody watches."""


def test_replay_equals_live_to_the_last_bit(demo: DemoRun) -> None:
    live, again = demo.finished.analysis, analyze_run(demo.run, quiet)
    assert list(again.runners) == list(live.runners)
    for name, runner in live.runners.items():
        assert_same(runner.results, again.runners[name].results)
        assert to_json(runner.conclude()) == to_json(again.runners[name].conclude())


def test_replay_and_analyze_give_the_live_json(demo: DemoRun, capsys: pytest.CaptureFixture[str]) -> None:
    live = to_json(demo.finished.analysis.runners["runner-1"].conclude())
    assert surefoot(capsys, "replay", demo.run.path, "--json", "-").out == live
    assert surefoot(capsys, "analyze", demo.run.path, "--json", "-").out == live


def test_a_run_is_found_by_its_id_in_the_folder_of_runs(
    demo: DemoRun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUREFOOT_RUNS", str(demo.run.path.parent))
    result = surefoot(capsys, "replay", demo.run.manifest.run_id)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("2:00 min recorded: ")


def test_clocks_fitted_anew_move_strides_by_less_than_milliseconds(
    demo: DemoRun, capsys: pytest.CaptureFixture[str]
) -> None:
    live = surefoot(capsys, "replay", demo.run.path, "--json", "-").json
    anew = surefoot(capsys, "replay", demo.run.path, "--refit", "--json", "-").json
    assert live != anew
    for key in ("ground_contact_time_s_left", "ground_contact_time_s_right"):
        assert anew["summary"][key] == pytest.approx(live["summary"][key], abs=0.001)


def test_csv_files_of_a_run_analyse_to_what_live_gave(
    demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = surefoot(capsys, "export", demo.run.path, "--csv", tmp_path / "csv")
    assert (told.code, told.err) == (0, "")
    files = {foot: next((tmp_path / "csv").glob(f"*-runner-1-{foot}.csv")) for foot in Foot}
    assert all(f"{path}  " in told.out for path in files.values())
    live = json.loads(to_json(demo.finished.analysis.runners["runner-1"].conclude()))
    csv = surefoot(capsys, "analyze", "--left", files[Foot.LEFT], "--right", files[Foot.RIGHT], "--json", "-").json
    assert csv["summary"]["steps"] == live["summary"]["steps"]
    for key, value in live["summary"].items():
        expected = None if value is None else pytest.approx(value, rel=1e-3, abs=1e-3)
        assert csv["summary"][key] == expected, key
    for foot in Foot:
        assert csv["quality"][foot]["sampling_rate_hz"] == pytest.approx(live["quality"][foot]["sampling_rate_hz"])


def test_an_export_does_not_overwrite(demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    surefoot(capsys, "export", demo.run.path, "--csv", tmp_path)
    result = surefoot(capsys, "export", demo.run.path, "--csv", tmp_path)
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert "cannot be written (File exists)" in result.err


@pytest.fixture(scope="module")
def squad(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return record_demo_run(tmp_path_factory.mktemp("squad"), 1.0, runners=2).run


def test_of_several_runners_each_is_shown(squad: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    lines = surefoot(capsys, "replay", squad.path).out.splitlines()
    assert [line for line in lines if line.startswith("runner-")] == ["runner-1", "runner-2"]
    assert max(len(line) for line in lines) <= 80


def test_one_of_several_runners_can_be_chosen(squad: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "analyze", squad.path, "--runner", "runner-2", "--json", "-")
    assert result.json["strides"]


def test_json_of_several_runners_needs_a_choice(squad: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "replay", squad.path, "--json", "-")
    assert result.code == 2
    assert result.err == "error: the run has 2 runners; choose one with --runner: runner-1, runner-2.\n"
    result = surefoot(capsys, "replay", squad.path, "--runner", "zoe")
    assert result.err == "error: the run has no runner 'zoe'; choose one with --runner: runner-1, runner-2.\n"


def test_a_damaged_recording_is_replayed_analysed_and_reported_with_the_hole_told(
    demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(demo.run.path, tmp_path / "run")
    journal = tmp_path / "run" / demo.run.journal_path.name
    whole = journal.read_bytes()
    start = len(whole) // 2
    journal.write_bytes(whole[:start] + bytes(20_000) + whole[start + 20_000 :])
    told = r"^The recording is damaged: about 3\.\d s, 1\.0 min in, cannot be read\.$"
    live = json.loads(to_json(demo.finished.analysis.runners["runner-1"].conclude()))
    for command in ("replay", "analyze"):
        result = surefoot(capsys, command, tmp_path / "run", "--json", "-").json
        for foot in Foot:
            assert sum(re.match(told, note) is not None for note in result["quality"][foot]["notes"]) == 1
            assert result["quality"][foot]["strides"] >= live["quality"][foot]["strides"] - 8
    surefoot(capsys, "report", tmp_path / "run", "--output", tmp_path / "report.html")
    assert "The recording is damaged: about 3." in (tmp_path / "report.html").read_text(encoding="utf-8")
