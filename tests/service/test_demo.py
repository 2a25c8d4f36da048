"""The demo runs without hardware, ends by itself, and measures close to the simulator's truth."""

from __future__ import annotations

import io
import os
import signal

import numpy as np
import pytest
from rich.console import Console

from analysis.model import Foot, Gait
from analysis.summary import strides_of
from service.analyze import analyze
from service.demo import Pace, demo
from service.simulated import DRIFT_PCT, simulated_run
from service.stop import StopRequest
from service.truth_check import check
from tests.service.command import surefoot

SEED = 3


def test_headless_it_prints_the_summary_and_how_far_the_truth_is(capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "demo", "--headless", "--minutes", "1")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("1:00 min recorded: ")
    assert "Against the simulator's truth: ground contact " in result.out
    assert "\x1b" not in result.out
    assert max(len(line) for line in result.out.splitlines()) <= 80


def test_the_same_seed_is_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    first, again, other = (surefoot(capsys, "demo", "--minutes", "1", "--seed", seed).out for seed in "556")
    assert first == again != other


def test_its_numbers_lie_near_the_truth() -> None:
    run = simulated_run(minutes=3.0, seed=SEED)
    analysis = analyze(run.recordings)
    truth = check(analysis.results, run.truth, run.duration_s)
    assert truth.found >= 0.98 * truth.true
    assert abs(truth.cadence_error_spm) < 0.3
    assert all(abs(error_s) < 0.012 for error_s in truth.contact_error_s.values())


def test_the_left_foot_comes_to_stay_longer_on_the_ground() -> None:
    run = simulated_run(minutes=3.0, seed=SEED)
    results = analyze(run.recordings).results
    for part, percent in ((slice(0, 40), DRIFT_PCT[0]), (slice(-40, None), DRIFT_PCT[-1])):
        left, right = (
            np.nanmedian(strides_of(results, foot, Gait.RUN)[part].metrics["ground_contact_time_s"])
            for foot in (Foot.LEFT, Foot.RIGHT)
        )
        assert 200.0 * (right - left) / (right + left) == pytest.approx(percent, abs=2.0)


def test_readings_do_not_jump_where_the_asymmetry_changes() -> None:
    run = simulated_run(minutes=1.0, seed=SEED)
    for foot in Foot:
        samples, truth = run.samples[foot], run.truth[foot]
        at = np.searchsorted(samples.time_s, truth.initial_contact_s + 0.5 * truth.ground_contact_time_s)
        step = np.linalg.norm(samples.acc_mps2[at] - samples.acc_mps2[at - 1], axis=1)[truth.gait == "run"]
        assert step.max() < 1.5


def test_live_it_shows_the_run_and_ends_with_the_summary() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=24)
    assert demo(console, minutes=1.0, speed=1000.0, seed=SEED, live=True)
    out = file.getvalue()
    assert "a simulated run at 1000 × real time" in out
    assert "Ground contact" in out
    assert "Against the simulator's truth" in out


def test_ctrl_c_ends_it_with_the_summary_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: Pace, simulated_s: float) -> None:
        if simulated_s > 20.0:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Pace, "wait_for", interrupt)
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=24)
    assert not demo(console, minutes=1.0, speed=10.0, seed=SEED, live=True)
    assert "20 s recorded: " in file.getvalue()


def test_a_stop_request_gives_ctrl_c_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with StopRequest() as stop:
        os.kill(os.getpid(), signal.SIGINT)
    assert stop.made
    assert signal.getsignal(signal.SIGINT) is before


def test_pace_sleeps_until_simulated_time_has_come() -> None:
    now_s = [100.0]
    slept_s: list[float] = []
    pace = Pace(10.0, clock=lambda: now_s[0], sleep=slept_s.append)
    pace.wait_for(5.0)
    now_s[0] = 101.0
    pace.wait_for(5.0)
    assert slept_s == [pytest.approx(0.5)]
