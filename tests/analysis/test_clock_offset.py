"""Steps that take turns being long and short, with contacts alike, are the clocks': a limp looks otherwise."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from surefoot.analysis import Session
from surefoot.analysis.clock_offset import typical_offset_s
from surefoot.analysis.model import Flag, Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.simulated import (
    Analysed,
    Recording,
    analyse,
    analyse_pieces,
    differences,
    record,
    without_gyroscope,
)


@cache
def gait(speed_mps: float, contact_asymmetry_pct: float) -> Recording:
    runner = RunnerProfile(contact_asymmetry_pct=contact_asymmetry_pct)
    activity = PlannedBout("run" if speed_mps > 2.0 else "walk", 18.0, speed_mps)
    return record(runner, [PlannedBout("still", 2.0), activity], seed=8)


def with_right_late(recording: Recording, late_ms: float) -> tuple[Samples, Samples]:
    left, right = recording.feet
    return left, replace(right, time_s=right.time_s + 1e-3 * late_ms)


def apart(analysed: Analysed) -> float:
    """Share of both feet's strides whose steps are withheld for the clocks."""
    return float(np.mean(np.concatenate([analysed.strides(foot).has(Flag.CLOCKS_APART) for foot in Foot])))


@pytest.mark.parametrize("speed_mps", [1.4, 3.0, 4.5])
@pytest.mark.parametrize("late_ms", [-150, -60, 60, 80, 150])
def test_clocks_apart_give_no_steps(speed_mps: float, late_ms: int) -> None:
    analysed = analyse(with_right_late(gait(speed_mps, 0.0), late_ms))
    assert apart(analysed) > 0.9
    left, right = (analysed.strides(foot) for foot in Foot)
    for key in ("step_time_s", "flight_time_s"):
        assert np.isnan(left.metrics[key][left.has(Flag.CLOCKS_APART)]).all()
    assert typical_offset_s(left, right) == pytest.approx(1e-3 * late_ms, abs=0.012)
    assert typical_offset_s(right, left) == pytest.approx(-1e-3 * late_ms, abs=0.012)
    assert np.isfinite(left.metrics["ground_contact_time_s"]).mean() > 0.9


@pytest.mark.parametrize("speed_mps", [0.8, 1.4, 3.0, 4.5])
@pytest.mark.parametrize("contact_asymmetry_pct", [-20.0, -8.0, 0.0, 20.0])
def test_a_limp_is_no_offset(speed_mps: float, contact_asymmetry_pct: float) -> None:
    analysed = analyse(gait(speed_mps, contact_asymmetry_pct).feet)
    assert apart(analysed) == 0.0
    assert np.isnan(typical_offset_s(*(analysed.strides(foot) for foot in Foot)))


def test_an_offset_shows_in_a_limp_too() -> None:
    assert apart(analyse(with_right_late(gait(3.0, -20.0), 80))) > 0.95


def test_without_a_gyroscope_the_steps_alone_show_it() -> None:
    left, right = (without_gyroscope(each) for each in with_right_late(gait(3.0, 0.0), 80))
    assert apart(analyse([left, right])) > 0.9
    assert apart(analyse([without_gyroscope(each) for each in gait(3.0, 20.0).feet])) == 0.0


def test_a_clock_that_steps_in_mid_run_is_noticed_from_there_on() -> None:
    left, right = gait(3.0, 0.0).feet
    stepped = replace(right, time_s=right.time_s + np.where(right.time_s > 11.0, 0.07, 0.0))
    strides = analyse([left, stepped]).strides(Foot.LEFT)
    late = strides.initial_contact_s > 11.0
    flagged = strides.has(Flag.CLOCKS_APART)
    assert not flagged[~late].any()
    assert flagged[late][8:].all()


def test_pieces_find_the_same_offset() -> None:
    feet = with_right_late(gait(3.0, 0.0), 30)
    pieces = [each[start : start + 21] for start in range(0, len(feet[0]), 21) for each in feet]
    assert differences(analyse(feet), analyse_pieces(tuple(Foot), pieces)) == []


def test_where_clocks_are_unknown_there_are_no_steps_whatever_they_look_like() -> None:
    spans_s = ((4.0, 6.0), (11.0, 12.5))
    feet = gait(3.0, 0.0).feet
    whole, plain = analyse(feet, clocks_unknown_s=spans_s), analyse(feet)
    for foot in Foot:
        strides, known = whole.strides(foot), plain.strides(foot)
        start_s, end_s = strides.initial_contact_s, strides.next_initial_contact_s
        within = np.any([(start_s < span[1]) & (end_s > span[0]) for span in spans_s], axis=0)
        assert strides.has(Flag.CLOCKS_UNKNOWN).tolist() == within.tolist()
        assert np.isnan(strides.metrics["flight_time_s"][within]).all()
        assert np.isfinite(strides.metrics["flight_time_s"][~within]).mean() > 0.9
        assert np.array_equal(strides.metrics["ground_contact_time_s"], known.metrics["ground_contact_time_s"])
    pieces = [each[start : start + 21] for start in range(0, len(feet[0]), 21) for each in feet]
    assert differences(whole, analyse_pieces(tuple(Foot), pieces, clocks_unknown_s=spans_s)) == []


def test_stretches_of_unknown_clocks_are_in_order() -> None:
    with pytest.raises(ValueError, match=r"Session: clocks_unknown_s are stretches in order; got \(\(3.0, 2.0\),\)"):
        Session(clocks_unknown_s=((3.0, 2.0),))
