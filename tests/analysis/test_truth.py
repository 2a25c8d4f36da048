"""Strides, contacts, gait and bouts against the simulated runner's truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pytest

from surefoot.analysis.model import Flag, Floats, Foot, Strides
from surefoot.analysis.rhythm import cadence
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.body.truth import TrueStrides
from tests.analysis.simulated import Analysed, Matched, analyse, match, record

STANDING = PlannedBout("still", 8.0)
FEET = tuple(Foot)
SEEDS = (1, 2)
STRIKES: tuple[FootStrike, ...] = ("rear", "mid", "fore")


@dataclass(frozen=True, slots=True)
class Case:
    """One gait at one speed, 45 s between two stands."""

    bout: PlannedBout
    strike: FootStrike = "rear"

    def __str__(self) -> str:
        return f"{self.bout.activity}-{self.bout.speed_mps}-{self.strike}"


class Side(NamedTuple):
    """One foot of one recording: what is true, what was found, and which belongs to which."""

    truth: TrueStrides
    strides: Strides
    pairs: Matched


RUNS = [Case(PlannedBout("run", 45.0, speed), strike) for strike in STRIKES for speed in (2.4, 3.2, 4.5)]
WALKS = [Case(PlannedBout("walk", 45.0, speed)) for speed in (0.8, 1.0, 1.3, 1.5, 1.8)]


every_case = pytest.mark.parametrize("case", RUNS + WALKS, ids=str)
every_run = pytest.mark.parametrize("case", RUNS, ids=str)
every_walk = pytest.mark.parametrize("case", WALKS, ids=str)


@lru_cache(maxsize=2 * len(RUNS + WALKS))
def found(case: Case, seed: int) -> tuple[dict[Foot, TrueStrides], Analysed]:
    recording = record(RunnerProfile(strike=case.strike), (STANDING, case.bout, STANDING), seed)
    return {foot: recording.truth(foot) for foot in FEET}, analyse(recording.feet)


def sides(case: Case) -> list[Side]:
    """Both feet in the recordings of all seeds."""
    sides = []
    for seed in SEEDS:
        truth, analysed = found(case, seed)
        for foot in FEET:
            strides = analysed.strides(foot)
            sides.append(Side(truth[foot], strides, match(truth[foot], strides)))
    return sides


def initial_contact_errors_s(side: Side) -> Floats:
    error_s: Floats = side.strides.initial_contact_s[side.pairs.found] - side.truth.initial_contact_s[side.pairs.true]
    return error_s


def errors(side: Side, key: str, true: Floats) -> Floats:
    error: Floats = side.strides.metrics[key][side.pairs.found] - true[side.pairs.true]
    return error


@every_case
def test_every_stride_but_the_first_and_last_of_a_bout_is_found_and_none_is_invented(case: Case) -> None:
    for truth, strides, pairs in sides(case):
        assert set(pairs.missed) <= {0, len(truth) - 1}
        assert len(np.unique(pairs.found)) == len(pairs.found)
        invented = np.setdiff1d(np.arange(len(strides)), pairs.found)
        assert set(invented) <= {0, len(strides) - 1}


@every_case
def test_stride_times_are_within_half_a_percent(case: Case) -> None:
    for side in sides(case):
        true_s = side.truth.stride_time_s
        assert np.median(np.abs(errors(side, "stride_time_s", true_s) / true_s[side.pairs.true])) < 0.005


@every_case
def test_cadence_is_within_three_tenths_of_a_percent(case: Case) -> None:
    for seed in SEEDS:
        truth, analysed = found(case, seed)
        true_s = np.concatenate([truth[foot].stride_time_s[1:-1] for foot in FEET])
        measured = cadence([analysed.strides(foot) for foot in FEET])
        assert measured.value == pytest.approx(120.0 / true_s.mean(), rel=0.003)


@every_case
def test_initial_contact_is_off_by_less_than_15_ms(case: Case) -> None:
    for side in sides(case):
        assert abs(np.median(initial_contact_errors_s(side))) < 0.015


@every_case
def test_nine_of_ten_initial_contacts_are_within_15_ms(case: Case) -> None:
    for side in sides(case):
        assert np.mean(np.abs(initial_contact_errors_s(side)) < 0.015) >= 0.9


@every_case
def test_contact_time_is_off_by_less_than_15_ms(case: Case) -> None:
    for side in sides(case):
        error_s = errors(side, "ground_contact_time_s", side.truth.ground_contact_time_s)
        assert np.isfinite(error_s).all()
        assert abs(error_s.mean()) < 0.015


@every_case
def test_contact_time_scatters_by_less_than_8_ms(case: Case) -> None:
    for side in sides(case):
        assert errors(side, "ground_contact_time_s", side.truth.ground_contact_time_s).std() < 0.008


@every_case
def test_duty_factor_is_within_two_points(case: Case) -> None:
    for side in sides(case):
        true = side.truth.ground_contact_time_s / side.truth.stride_time_s
        assert abs(np.median(errors(side, "duty_factor", true))) < 0.02


@every_case
def test_times_of_a_stride_add_up(case: Case) -> None:
    for _, strides, _ in sides(case):
        metrics = strides.metrics
        stride_s, contact_s = metrics["stride_time_s"], metrics["ground_contact_time_s"]
        between_s = strides.next_initial_contact_s - strides.initial_contact_s
        assert np.median(np.abs(stride_s - between_s)) < 0.005  # landings are matched, contacts are landmarks
        assert contact_s + metrics["swing_time_s"] == pytest.approx(stride_s)
        assert metrics["duty_factor"] * stride_s == pytest.approx(contact_s)
        assert metrics["step_time_s"] - metrics["flight_time_s"] == pytest.approx(contact_s, nan_ok=True)


@every_case
def test_consecutive_strides_share_a_contact(case: Case) -> None:
    for _, strides, _ in sides(case):
        assert np.array_equal(strides.next_initial_contact_s[:-1], strides.initial_contact_s[1:])


@every_run
def test_running_is_called_running_and_has_flight(case: Case) -> None:
    for _, strides, _ in sides(case):
        flight_s = strides.metrics["flight_time_s"]
        assert strides.running.all()
        assert np.isfinite(flight_s).sum() >= len(strides) - 1
        assert np.nanmin(flight_s) > 0.0


@every_walk
def test_walking_is_called_walking_and_has_double_support(case: Case) -> None:
    for _, strides, _ in sides(case):
        flight_s = strides.metrics["flight_time_s"]
        assert not strides.running.any()
        assert np.isfinite(flight_s).sum() >= len(strides) - 1
        assert np.nanmax(flight_s) < 0.0


@every_case
def test_whole_strides_are_sure_and_carry_no_flag_but_clipping(case: Case) -> None:
    for _, strides, _ in sides(case):
        clipped = strides.has(Flag.CLIPPED)
        other = strides.flags & ~int(Flag.IMPACT_CLIPPED)
        assert (other[~clipped] == 0).all()
        assert (other[clipped] == Flag.CLIPPED).all()
        assert ((strides.confidence >= 0.0) & (strides.confidence <= 1.0)).all()
        assert np.median(strides.confidence[~clipped]) > 0.9


def asymmetries_pct(strike: FootStrike, asymmetry_pct: float, seed: int) -> tuple[Floats, Floats]:
    """Asymmetry of contact time in each whole window of two minutes' running, as found and as it is."""
    runner = RunnerProfile(strike=strike, contact_asymmetry_pct=asymmetry_pct)
    recording = record(runner, (PlannedBout("run", 122.0, 3.2),), seed)
    windows = analyse(recording.feet).results.windows[:4]
    true = []
    for window in windows:
        medians = []
        for foot in FEET:
            truth = recording.truth(foot)
            inside = (truth.initial_contact_s >= window.start_s) & (truth.initial_contact_s < window.end_s)
            medians.append(float(np.median(truth.ground_contact_time_s[inside])))
        true.append(200.0 * (medians[1] - medians[0]) / (medians[0] + medians[1]))
    return np.array([window.asymmetry_pct["ground_contact_time_s"].value for window in windows]), np.array(true)


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("asymmetry_pct", [-6.0, 6.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_an_asymmetry_of_contact_shows_with_its_sign_in_every_window(
    strike: FootStrike, asymmetry_pct: float, seed: int
) -> None:
    measured, _ = asymmetries_pct(strike, asymmetry_pct, seed)
    assert len(measured) == 4
    assert (np.sign(measured) == np.sign(asymmetry_pct)).all()


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("asymmetry_pct", [-6.0, 0.0, 3.0, 6.0])
def test_an_asymmetry_of_contact_is_within_two_points_over_two_minutes(
    strike: FootStrike, asymmetry_pct: float
) -> None:
    for seed in SEEDS:
        measured, true = asymmetries_pct(strike, asymmetry_pct, seed)
        assert abs(np.mean(measured - true)) < 2.0


def test_six_sevenths_of_an_asymmetry_of_contact_show() -> None:
    """A longer contact's lift is taken a little early, so that a change reads an eighth too small, never too large."""
    few, many = (np.mean([asymmetries_pct("rear", pct, seed) for seed in SEEDS], axis=(0, 2)) for pct in (-8.0, 8.0))
    assert 0.85 < (many[0] - few[0]) / (many[1] - few[1]) < 1.0


PLAN = (
    PlannedBout("still", 10.0),
    PlannedBout("walk", 20.0, 1.3),
    PlannedBout("run", 30.0, 3.0),
    PlannedBout("walk", 15.0, 1.5),
    PlannedBout("still", 12.0),
    PlannedBout("run", 20.0, 3.6),
    PlannedBout("still", 10.0),
)


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bouts_follow_the_plan_within_three_seconds(strike: FootStrike, seed: int) -> None:
    bouts = analyse(record(RunnerProfile(strike=strike), PLAN, seed).feet).results.bouts
    long = [bout for bout in bouts if bout.kind != "other" or bout.end_s - bout.start_s > 3.0]
    assert [bout.kind for bout in long] == [bout.activity for bout in PLAN]
    ends_s = np.cumsum([bout.duration_s for bout in PLAN])
    assert [bout.end_s for bout in long] == pytest.approx(ends_s, abs=3.0)
    assert [bout.start_s for bout in long] == pytest.approx([0.0, *ends_s[:-1]], abs=3.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bouts_cover_the_recording_without_gap_or_overlap(seed: int) -> None:
    recording = record(RunnerProfile(), PLAN, seed)
    bouts = analyse(recording.feet).results.bouts
    assert bouts[0].start_s == min(each.time_s[0] for each in recording.feet)
    assert bouts[-1].end_s == max(each.time_s[-1] for each in recording.feet)
    assert [bout.end_s for bout in bouts[:-1]] == [bout.start_s for bout in bouts[1:]]
    assert all(bout.end_s > bout.start_s for bout in bouts)


def test_standing_is_still_throughout() -> None:
    analysed = analyse(record(RunnerProfile(), (PlannedBout("still", 60.0),), seed=1).feet)
    assert all(not len(analysed.strides(foot)) for foot in FEET)
    assert sum(bout.end_s - bout.start_s for bout in analysed.results.bouts if bout.kind == "still") > 55.0
    assert not any(bout.kind in ("walk", "run") for bout in analysed.results.bouts)


def test_feet_that_start_and_stop_at_different_times_share_the_bouts() -> None:
    recording = record(RunnerProfile(), (PlannedBout("run", 40.0, 3.0),), seed=1)
    left, right = recording.feet
    bouts = analyse((left[500:], right[:-500])).results.bouts
    assert bouts[0].start_s == right.time_s[0]
    assert bouts[-1].end_s == left.time_s[-1]
