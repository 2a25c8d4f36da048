"""The demo runs without hardware, ends by itself, and measures close to the simulator's truth."""

from __future__ import annotations

import io
import math
import os
import re
import shlex
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.summary import strides_of
from surefoot.firmware_sim.scenarios import FATIGUE_ASYMMETRY_PCT, make_scenario
from surefoot.sensor_ingest.recording.errors import RunUnwritableError
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.sensor_ingest.recording.run_folder import open_run
from surefoot.service.cli.demo import run_demo
from surefoot.service.errors.runs import ScenarioUnknownError
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.demo import DemoRun, choose_scenarios, record_demo
from surefoot.service.runtime.shutdown import StopRequest
from surefoot.service.terminal.live_screen import LiveScreen
from surefoot.service.terminal.truth_check import compare_with_truth
from tests.service.command import surefoot
from tests.service.demo_runs import SEED, record_demo_run


def test_headless_it_prints_the_summary_and_how_far_the_truth_is(capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "demo", "--headless", "--minutes", "1")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("1:00 min recorded: ")
    assert "Against the simulator's truth: ground contact " in result.out
    assert "\x1b" not in result.out
    told, _, kept = result.out.partition("\nRecorded in ")
    assert max(len(line) for line in told.splitlines()) <= 80
    run = open_run(Path(kept.splitlines()[0]))
    assert run.path.parent == Path(os.environ["SUREFOOT_DATA"]) / "demo"
    assert f"Report: {run.path / 'report.html'}\n" in kept
    assert "<h1" in (run.path / "report.html").read_text(encoding="utf-8")


def test_what_it_suggests_can_be_pasted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = surefoot(capsys, "demo", "--headless", "--minutes", "1", "--folder", tmp_path / "my runs").out
    for line in out.splitlines()[-2:]:
        _, _, command = line.partition(": ")
        program, *arguments = shlex.split(command)
        assert Path(program) == Path(sys.executable)
        assert arguments[:2] == ["-m", "surefoot"]
        if arguments[2] == "replay":
            assert surefoot(capsys, *arguments[2:]).code == 0


def test_the_same_seed_is_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    outs = (surefoot(capsys, "demo", "--minutes", "1", "--seed", seed).out for seed in "556")
    first, again, other = (out.partition("\nRecorded in ")[0] for out in outs)
    assert first == again != other


def test_its_numbers_lie_near_the_truth(demo: DemoRun) -> None:
    results = demo.finished.analysis.runners["runner-1"].results
    truth = compare_with_truth(results, demo.truth["runner-1"], results.bouts[-1].end_s)
    assert truth.found >= 0.98 * truth.true
    assert abs(truth.cadence_error_spm) < 0.3
    assert all(abs(error_s) < 0.012 for error_s in truth.contact_error_s.values())


def test_the_left_foot_comes_to_stay_longer_on_the_ground(demo: DemoRun) -> None:
    results = demo.finished.analysis.runners["runner-1"].results
    for part, percent in ((slice(0, 30), FATIGUE_ASYMMETRY_PCT[0]), (slice(-30, None), FATIGUE_ASYMMETRY_PCT[-1])):
        left, right = (
            np.nanmedian(strides_of(results, foot, Gait.RUN)[part].metrics["ground_contact_time_s"])
            for foot in (Foot.LEFT, Foot.RIGHT)
        )
        assert 200.0 * (right - left) / (right + left) == pytest.approx(percent, abs=2.5)


def test_a_pod_that_was_out_of_reach_comes_back_with_everything(demo: DemoRun) -> None:
    left, right = demo.finished.health
    assert (left.reconnects, right.reconnects) == (0, 1)
    assert right.counts.resent > 50
    assert right.loss_pct == 0.0
    quality = demo.finished.analysis.runners["runner-1"].conclude().quality
    late = f"{right.counts.resent} packets came late, sent again after the pod was out of reach."
    assert (quality[Foot.LEFT].notes, quality[Foot.RIGHT].notes) == ((), (late,))


def test_a_recorded_demo_is_an_ended_run(demo: DemoRun) -> None:
    assert open_run(demo.run.path).manifest.ended


def test_several_runners_are_told_apart(tmp_path: Path) -> None:
    squad = record_demo_run(tmp_path, 1.0, runners=2)
    found = squad.finished.analysis.runners
    assert list(found) == ["runner-1", "runner-2"]
    for name, runner in found.items():
        truth = compare_with_truth(runner.results, squad.truth[name], runner.results.bouts[-1].end_s)
        assert abs(truth.cadence_error_spm) < 0.3


def test_a_scenario_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(ScenarioUnknownError, match="no scenario 'swim'; choose one of easy, tempo"):
        choose_scenarios("swim", 1.0, 1, SEED)


@pytest.fixture
def terminal() -> io.StringIO:
    """What a terminal of 80×24 would get."""
    return io.StringIO()


def shown_demo(terminal: io.StringIO, minutes: float, speed: float, *, headless: bool = False) -> bool:
    """Run the demo of one runner on that terminal; whether Ctrl-C ended it."""
    console = Console(file=terminal, force_terminal=True, width=80, height=24, highlight=False)
    return run_demo(
        console,
        choose_scenarios(None, minutes, 1, SEED),
        speed,
        SEED,
        Path(os.environ["SUREFOOT_DATA"]),
        headless=headless,
    )


def test_on_a_terminal_it_shows_the_run_and_ends_with_the_summary(terminal: io.StringIO) -> None:
    assert not shown_demo(terminal, 1.0, 100.0)
    out = terminal.getvalue()
    assert "simulated, up to 100 × real time" in out
    assert "of 1:00" in out
    assert "connected" in out
    assert "Against the simulator's truth" in out


def test_the_speed_does_not_change_the_run(terminal: io.StringIO) -> None:
    shown_demo(terminal, 1.0, 50.0)
    live = terminal.getvalue()
    terminal.seek(0)
    terminal.truncate()
    shown_demo(terminal, 1.0, 1.0, headless=True)
    assert live.partition("\nRecorded in ")[0].endswith(terminal.getvalue().partition("\nRecorded in ")[0])


def test_ctrl_c_ends_it_with_the_summary_so_far(terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = iter([signal.SIGINT])

    def interrupt(_: LiveScreen, now_s: float, _analysis: RunAnalysis, _health: tuple[PodHealth, ...]) -> None:
        if now_s > 20.0:
            for number in pressed:
                os.kill(os.getpid(), number)

    monkeypatch.setattr(LiveScreen, "update", interrupt)
    assert shown_demo(terminal, 10.0, 10.0)
    (seconds,) = re.findall(r"(\d\d) s recorded: ", terminal.getvalue())
    assert 20 <= int(seconds) < 30


def test_a_stop_request_asks_once_and_gives_ctrl_c_back() -> None:
    before, asked = signal.getsignal(signal.SIGINT), []
    with StopRequest(lambda: asked.append(True)) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is before
    assert stop.requested
    assert asked == [True]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_stop_may_be_asked_for_while_the_second_signal_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    before, asked, take_over = signal.getsignal(signal.SIGINT), [], signal.signal
    pressed = iter([signal.SIGINT])

    def at_once(number: signal.Signals, handler: Any) -> Any:
        known = take_over(number, handler)
        for number in pressed:
            os.kill(os.getpid(), number)
        return known

    monkeypatch.setattr(signal, "signal", at_once)
    with StopRequest(lambda: asked.append(True)) as stop:
        pass
    assert stop.requested
    assert asked == [True]
    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_is_left_behind_unless_a_folder_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: io.StringIO
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shown_demo(terminal, 1.0, 10.0, headless=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(RunUnwritableError, match="cannot be written"):
        record_demo(choose_scenarios(None, 1.0, 1, SEED), blocked, seed=SEED, speed=math.inf, observer=None)


def test_drop_outs_move_contact_time_by_no_more_than_a_fraction_of_a_millisecond(tmp_path: Path) -> None:
    troubled = make_scenario("drop-outs", 2.0, SEED)
    error_s = {}
    for name, play_of in (("troubled", troubled), ("calm", replace(troubled, faults=()))):
        done = record_demo([play_of], tmp_path / name, seed=SEED, speed=math.inf, observer=None)
        results = done.finished.analysis.runners["runner-1"].results
        error_s[name] = compare_with_truth(results, done.truth["runner-1"], math.inf)
    assert error_s["troubled"].found > 0.9 * error_s["calm"].found
    for foot in Foot:
        assert error_s["troubled"].contact_error_s[foot] == pytest.approx(
            error_s["calm"].contact_error_s[foot], abs=0.0005
        )
