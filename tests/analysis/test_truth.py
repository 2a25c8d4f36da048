"""Strides, contacts, gait and bouts against the simulated runner's truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest

from analysis.model import Floats, Foot, Strides
from analysis.windows import cadence
from firmware_sim.person import Strike
from firmware_sim.runner import Bout, Runner
from firmware_sim.truth import Truth
from tests.analysis.simulated import Analysed, Matched, analyse, match, record

STANDING = Bout("still", 8.0)
FEET = tuple(Foot)


@dataclass(frozen=True, slots=True)
class Case:
    """One gait at one speed."""

    bout: Bout
    strike: Strike = "rear"
    seed: int = 1

    def __str__(self) -> str:
        return f"{self.bout.gait}-{self.bout.speed_mps}-{self.strike}-{self.seed}"


RUNS = [
    Case(Bout("run", 45.0, speed), strike, seed)
    for strike in ("rear", "mid", "fore")
    for speed in (2.4, 3.2, 4.5)
    for seed in (1, 2)
]
WALKS = [Case(Bout("walk", 45.0, speed), seed=seed) for speed in (0.8, 1.0, 1.3, 1.5, 1.8) for seed in (1, 2)]
CASES = RUNS + WALKS

every_case = pytest.mark.parametrize("case", CASES, ids=str)
every_run = pytest.mark.parametrize("case", RUNS, ids=str)
every_walk = pytest.mark.parametrize("case", WALKS, ids=str)
either_foot = pytest.mark.parametrize("foot", FEET)


@lru_cache(maxsize=len(CASES))
def found(case: Case) -> tuple[dict[Foot, Truth], Analysed]:
    recording = record(Runner(strike=case.strike), (STANDING, case.bout, STANDING), case.seed)
    return {foot: recording.truth(foot) for foot in FEET}, analyse(recording.feet)


def sides(case: Case, foot: Foot) -> tuple[Truth, Strides, Matched]:
    truth, analysed = found(case)
    strides = analysed.strides(foot)
    return truth[foot], strides, match(truth[foot], strides)


def contact_errors_s(case: Case, foot: Foot) -> Floats:
    truth, strides, pairs = sides(case, foot)
    return strides.metrics["ground_contact_time_s"][pairs.found] - truth.ground_contact_time_s[pairs.true]


@every_case
@either_foot
def test_every_stride_but_the_first_and_last_of_a_bout_is_found_and_none_is_invented(case: Case, foot: Foot) -> None:
    truth, strides, pairs = sides(case, foot)
    assert set(pairs.missed) <= {0, len(truth) - 1}
    assert len(np.unique(pairs.found)) == len(pairs.found)
    invented = np.setdiff1d(np.arange(len(strides)), pairs.found)
    assert set(invented) <= {0, len(strides) - 1}


@every_case
@either_foot
def test_stride_times_are_within_half_a_percent(case: Case, foot: Foot) -> None:
    truth, strides, pairs = sides(case, foot)
    error = strides.metrics["stride_time_s"][pairs.found] / truth.stride_time_s[pairs.true] - 1.0
    assert np.median(np.abs(error)) < 0.005


@every_case
def test_cadence_is_within_three_tenths_of_a_percent(case: Case) -> None:
    truth, analysed = found(case)
    true_s = np.concatenate([truth[foot].stride_time_s[1:-1] for foot in FEET])
    measured = cadence([analysed.strides(foot) for foot in FEET])
    assert measured.value == pytest.approx(120.0 / true_s.mean(), rel=0.003)


@every_case
@either_foot
def test_initial_contact_is_within_15_ms(case: Case, foot: Foot) -> None:
    truth, strides, pairs = sides(case, foot)
    error_s = strides.initial_contact_s[pairs.found] - truth.initial_contact_s[pairs.true]
    assert abs(np.median(error_s)) < 0.015
    assert np.mean(np.abs(error_s) < 0.015) >= 0.9


@every_case
@either_foot
def test_contact_time_is_off_by_less_than_15_ms_and_scatters_by_less_than_8_ms(case: Case, foot: Foot) -> None:
    error_s = contact_errors_s(case, foot)
    assert np.isfinite(error_s).all()
    assert abs(error_s.mean()) < 0.015
    assert error_s.std() < 0.008


@every_case
@either_foot
def test_duty_factor_is_within_two_points(case: Case, foot: Foot) -> None:
    truth, strides, pairs = sides(case, foot)
    true = truth.ground_contact_time_s[pairs.true] / truth.stride_time_s[pairs.true]
    error = strides.metrics["duty_factor"][pairs.found] - true
    assert abs(np.median(error)) < 0.02


@every_case
@either_foot
def test_times_of_a_stride_add_up(case: Case, foot: Foot) -> None:
    _, strides, _ = sides(case, foot)
    metrics = strides.metrics
    assert metrics["stride_time_s"] == pytest.approx(strides.next_initial_contact_s - strides.initial_contact_s)
    assert metrics["ground_contact_time_s"] + metrics["swing_time_s"] == pytest.approx(metrics["stride_time_s"])
    assert metrics["duty_factor"] * metrics["stride_time_s"] == pytest.approx(metrics["ground_contact_time_s"])
    assert metrics["step_time_s"] - metrics["flight_time_s"] == pytest.approx(
        metrics["ground_contact_time_s"], nan_ok=True
    )


@every_run
@either_foot
def test_running_is_called_running_and_has_flight(case: Case, foot: Foot) -> None:
    _, strides, _ = sides(case, foot)
    flight_s = strides.metrics["flight_time_s"]
    assert strides.running.all()
    assert np.isfinite(flight_s).sum() >= len(strides) - 1
    assert np.nanmin(flight_s) > 0.0


@every_walk
@either_foot
def test_walking_is_called_walking_and_has_double_support(case: Case, foot: Foot) -> None:
    _, strides, _ = sides(case, foot)
    flight_s = strides.metrics["flight_time_s"]
    assert not strides.running.any()
    assert np.isfinite(flight_s).sum() >= len(strides) - 1
    assert np.nanmax(flight_s) < 0.0


@every_case
@either_foot
def test_clean_strides_carry_no_flag_and_full_confidence(case: Case, foot: Foot) -> None:
    _, strides, _ = sides(case, foot)
    assert (strides.flags == 0).all()
    assert (strides.confidence <= 1.0).all()
    assert np.median(strides.confidence) > 0.9


@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
@pytest.mark.parametrize("asymmetry_pct", [-6.0, 3.0, 6.0, 12.0])
def test_an_asymmetry_of_contact_shows_with_its_sign_and_size(strike: Strike, asymmetry_pct: float) -> None:
    runner = Runner(strike=strike, contact_asymmetry_pct=asymmetry_pct)
    analysed = analyse(record(runner, (Bout("run", 125.0, 3.2),), seed=5).feet)
    windows = analysed.results.windows
    assert len(windows) == 4
    for window in windows:
        assert window.asymmetry_pct["ground_contact_time_s"].value == pytest.approx(asymmetry_pct, abs=2.0)


PLAN = (
    Bout("still", 10.0),
    Bout("walk", 20.0, 1.3),
    Bout("run", 30.0, 3.0),
    Bout("walk", 15.0, 1.5),
    Bout("still", 12.0),
    Bout("run", 20.0, 3.6),
    Bout("still", 10.0),
)


@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bouts_follow_the_plan_within_three_seconds(strike: Strike, seed: int) -> None:
    bouts = analyse(record(Runner(strike=strike), PLAN, seed).feet).results.bouts
    long = [bout for bout in bouts if bout.kind != "other" or bout.end_s - bout.start_s > 3.0]
    assert [bout.kind for bout in long] == [bout.gait for bout in PLAN]
    ends_s = np.cumsum([bout.duration_s for bout in PLAN])
    assert [bout.end_s for bout in long] == pytest.approx(ends_s, abs=3.0)
    assert [bout.start_s for bout in long] == pytest.approx([0.0, *ends_s[:-1]], abs=3.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bouts_cover_the_recording_without_gap_or_overlap(seed: int) -> None:
    recording = record(Runner(), PLAN, seed)
    bouts = analyse(recording.feet).results.bouts
    assert bouts[0].start_s == min(each.time_s[0] for each in recording.feet)
    assert bouts[-1].end_s == max(each.time_s[-1] for each in recording.feet)
    assert [bout.end_s for bout in bouts[:-1]] == [bout.start_s for bout in bouts[1:]]
    assert all(bout.end_s > bout.start_s for bout in bouts)


def test_standing_is_still_throughout() -> None:
    analysed = analyse(record(Runner(), (Bout("still", 60.0),), seed=1).feet)
    assert all(not len(analysed.strides(foot)) for foot in FEET)
    assert sum(bout.end_s - bout.start_s for bout in analysed.results.bouts if bout.kind == "still") > 55.0
    assert not any(bout.kind in ("walk", "run") for bout in analysed.results.bouts)


def test_feet_that_start_and_stop_at_different_times_share_the_bouts() -> None:
    recording = record(Runner(), (Bout("run", 40.0, 3.0),), seed=1)
    left, right = recording.feet
    bouts = analyse((left[500:], right[:-500])).results.bouts
    assert bouts[0].start_s == right.time_s[0]
    assert bouts[-1].end_s == left.time_s[-1]
