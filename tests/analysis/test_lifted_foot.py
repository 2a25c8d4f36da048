"""Which pod was lifted or tapped: told where one moved and the other stood, and nothing otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from surefoot.analysis.lifted_foot import ANSWER_WITHIN_S, WATCHED_S, Lift, Told, lifted_foot, stands
from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from tests.analysis.simulated import record, without

ASKED_S = 5.0
STAND = PlannedBout("still", ASKED_S)
SEEDS = range(4)
LEFT, RIGHT = Foot.LEFT, Foot.RIGHT


def pods(*bouts: PlannedBout, seed: int = 1) -> dict[Foot, Samples]:
    """Both pods of somebody who stands, is asked, and does this."""
    recording = record(RunnerProfile(), (STAND, *bouts), seed, Imu(mounting=random_mounting(seed)))
    return {samples.foot: samples for samples in recording.feet}


def until(feet: Mapping[Foot, Samples], time_s: float) -> dict[Foot, Samples]:
    """What is known at a time."""
    return {foot: samples.at(samples.time_s <= time_s) for foot, samples in feet.items()}


def swayed(samples: Samples, rate_dps: float, from_s: float) -> Samples:
    """The same foot while its ankle sways at 1 Hz, at up to this rate."""
    rate_radps = np.radians(rate_dps) * np.sin(2.0 * np.pi * samples.time_s)
    after = samples.time_s > from_s
    return replace(samples, gyr_radps=samples.gyr_radps + np.outer(after * rate_radps, [0.0, 0.6, 0.8]))


@pytest.mark.parametrize("foot", list(Foot))
@pytest.mark.parametrize("activity", ["lift", "tap"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_pod_that_is_lifted_or_tapped_is_told_from_the_one_that_stands(activity: str, foot: Foot, seed: int) -> None:
    found = lifted_foot(pods(PlannedBout(activity, 12.0, foot=foot), seed=seed), ASKED_S)  # type: ignore[arg-type]
    assert (found.told, found.foot) == (Told.ONE, foot)


@pytest.mark.parametrize(
    "bout", [PlannedBout("jump", 12.0), PlannedBout("walk", 12.0, 0.6), PlannedBout("run", 8.0, 2.5)]
)
@pytest.mark.parametrize("seed", SEEDS)
def test_where_both_feet_move_nothing_is_told(bout: PlannedBout, seed: int) -> None:
    found = lifted_foot(pods(bout, seed=seed), ASKED_S)
    assert (found.told, found.foot) == (Told.BOTH, None)


def test_who_stands_on_has_not_answered_after_ten_seconds() -> None:
    feet = pods(PlannedBout("still", 15.0))
    assert lifted_foot(until(feet, ASKED_S + ANSWER_WITHIN_S - 0.2), ASKED_S) == Lift(Told.PENDING)
    assert lifted_foot(feet, ASKED_S).told is Told.NOBODY


def test_an_answer_is_known_within_three_seconds_of_the_movement_and_stays() -> None:
    feet = pods(PlannedBout("lift", 12.0, foot=RIGHT))
    final = lifted_foot(feet, ASKED_S)
    known_s = final.moved_s + WATCHED_S
    answers = [lifted_foot(until(feet, time_s), ASKED_S) for time_s in np.arange(3.0, 17.0, 0.05)]
    assert WATCHED_S < 3.0
    assert all(each == Lift(Told.PENDING) or each == final for each in answers)
    assert lifted_foot(until(feet, known_s + 0.02), ASKED_S) == final


@pytest.mark.parametrize(("rate_dps", "told"), [(10.0, Told.ONE), (20.0, Told.ONE), (60.0, Told.BOTH)])
def test_the_foot_that_stands_alone_may_sway(rate_dps: float, told: Told) -> None:
    feet = pods(PlannedBout("lift", 12.0, foot=LEFT))
    moved_s = lifted_foot(feet, ASKED_S).moved_s
    assert lifted_foot({**feet, RIGHT: swayed(feet[RIGHT], rate_dps, moved_s)}, ASKED_S).told is told


def test_nothing_is_told_of_who_moved_before_the_question() -> None:
    feet = pods(PlannedBout("lift", 12.0, foot=LEFT))
    moved_s = lifted_foot(feet, ASKED_S).moved_s
    assert lifted_foot(feet, moved_s + 0.6).told is Told.RESTLESS
    assert stands(until(feet, ASKED_S))
    assert not stands(until(feet, moved_s + 0.6))


@pytest.mark.parametrize("foot", list(Foot))
def test_nothing_is_told_where_readings_are_missing(foot: Foot) -> None:
    feet = pods(PlannedBout("lift", 12.0, foot=LEFT))
    moved_s = lifted_foot(feet, ASKED_S).moved_s
    for gap in ((ASKED_S - 0.5, ASKED_S - 0.4), (moved_s + 0.3, moved_s + 0.4)):
        assert lifted_foot({**feet, foot: without(feet[foot], gap)}, ASKED_S).told is Told.MISSING


def test_a_pod_that_is_silent_leaves_the_question_open() -> None:
    feet = pods(PlannedBout("lift", 12.0, foot=LEFT))
    assert lifted_foot({LEFT: feet[LEFT]}, ASKED_S).told is Told.PENDING
    assert not stands({LEFT: feet[LEFT]})
