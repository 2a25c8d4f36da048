"""The scale of a runner's speed is what the references say, as surely as they are; never from what cannot be one."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.companions import BELT_SPEED, Companion, CompanionReading
from surefoot.analysis.model import Estimate, Foot, Gait, Window
from surefoot.analysis.speed_scale import Reference, SpeedEvidence, belt_evidence, speed_scale

OFF = 0.94


def window(start_s: float, own_mps: float) -> Window:
    """Half a minute at a speed, as the pods have it."""
    known = Estimate(own_mps, own_mps, own_mps, 40, 0.1)
    feet = {foot: {"speed_mps": known} for foot in Foot}
    return Window(start_s, start_s + 30.0, Gait.RUN, known, feet, {}, {}, {}, {})


def said(start_s: float, end_s: float, *speeds_mps: float) -> list[CompanionReading]:
    """A belt that says its speed once a second."""
    times_s = np.arange(start_s + 0.5, end_s)
    speeds = np.interp(times_s, np.linspace(start_s, end_s, len(speeds_mps)), speeds_mps)
    return [
        CompanionReading(Companion.TREADMILL, float(at_s), {BELT_SPEED: float(speed)})
        for at_s, speed in zip(times_s, speeds, strict=True)
    ]


def test_a_belt_teaches_the_factor_by_which_the_pods_are_off() -> None:
    speeds = (2.5, 3.0, 3.5, 4.0)
    windows = [window(30.0 * k, OFF * speed) for k, speed in enumerate(speeds)]
    readings = [each for k, speed in enumerate(speeds) for each in said(30.0 * k, 30.0 * k + 30.0, speed)]
    scale = speed_scale(belt_evidence(windows, readings))
    assert scale is not None
    assert scale.factor == pytest.approx(1.0 / OFF)
    assert scale.low < 1.0 / OFF < scale.high
    assert scale.levels == 4


def test_a_belt_that_changes_stops_or_is_silent_teaches_nothing() -> None:
    windows = [window(0.0, 3.0)]
    assert belt_evidence(windows, said(0.0, 30.0, 2.5, 3.5)) == []
    assert belt_evidence(windows, said(0.0, 30.0, 0.0)) == []
    assert belt_evidence(windows, said(0.0, 3.0, 3.0)) == []
    assert belt_evidence(windows, []) == []


def test_a_speed_that_no_scale_explains_teaches_nothing() -> None:
    assert belt_evidence([window(0.0, 3.0)], said(0.0, 30.0, 5.0)) == []
    assert speed_scale([SpeedEvidence(Reference.DISTANCE, 3.0, 6.0, 600.0)]) is None
    assert speed_scale([]) is None


def test_more_minutes_at_one_speed_do_not_make_up_for_other_speeds() -> None:
    def width(levels: int, repeats: int) -> float:
        evidence = [SpeedEvidence(Reference.BELT, OFF * (2.5 + 0.3 * k), 2.5 + 0.3 * k, 30.0) for k in range(levels)]
        scale = speed_scale(evidence * repeats)
        assert scale is not None
        return scale.half_width_pct

    assert width(1, 1) > width(1, 20) > width(6, 1) > width(6, 20)
    assert width(6, 20) > 1.96 * np.hypot(1.0, 0.9)


def test_speeds_that_disagree_widen_the_interval() -> None:
    agree = [SpeedEvidence(Reference.BELT, speed, speed, 30.0) for speed in (2.5, 3.0, 3.5)]
    apart = ((2.5, 0.9), (3.0, 1.0), (3.5, 1.1))
    differ = [SpeedEvidence(Reference.BELT, speed * off, speed, 30.0) for speed, off in apart]
    first, second = speed_scale(agree), speed_scale(differ)
    assert first is not None
    assert second is not None
    assert second.half_width_pct > 1.5 * first.half_width_pct
