"""For how long a foot was not watched adds up, whatever hid it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from surefoot.analysis.model import Flag, Foot, Strides
from surefoot.analysis.time_watched import Aspect, TimeWatched, time_watched
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.made import contacts, strides
from tests.analysis.simulated import Recording, analyse, record, rows, without

WHOLE = {Aspect.ROLLS: 0.0, Aspect.CONTACT: 0.0, Aspect.ANGLES: 0.0}


def run(foot: Foot, start_s: float, count: int, flags: int = 0) -> Strides:
    made = strides(foot, contacts(start_s, count, 0.7))
    return replace(made, flags=np.full(count, flags))


def left_of(*feet: Strides, since_s: float = -np.inf) -> TimeWatched:
    return time_watched({each.foot: each for each in feet}, since_s)[Foot.LEFT]


def test_a_foot_of_which_everything_is_known_was_watched_all_the_time() -> None:
    told = left_of(run(Foot.LEFT, 0.0, 10))
    assert told.gait_s == pytest.approx(7.0)
    assert told.not_watched_s == pytest.approx(WHOLE, abs=1e-9)


@pytest.mark.parametrize(
    ("flag", "aspect"),
    [
        (Flag.UNWATCHED_GAP, Aspect.ROLLS),
        (Flag.UNWATCHED_CLIPPED, Aspect.ROLLS),
        (Flag.UNWATCHED_AXES, Aspect.ROLLS),
        (Flag.CONTACT_WITHHELD, Aspect.CONTACT),
        (Flag.ANGLES_WITHHELD, Aspect.ANGLES),
    ],
)
def test_a_stride_is_blind_to_what_its_flag_says_alone(flag: Flag, aspect: Aspect) -> None:
    joined = Strides.join([run(Foot.LEFT, 0.0, 7), run(Foot.LEFT, 4.9, 3, int(flag))])
    assert left_of(joined).not_watched_s == pytest.approx({**WHOLE, aspect: 2.1}, abs=1e-9)


def test_while_the_other_foot_runs_a_silent_one_is_not_watched() -> None:
    told = left_of(run(Foot.LEFT, 0.0, 10), run(Foot.RIGHT, 0.35, 30))
    assert told.gait_s == pytest.approx(21.35)
    assert told.not_watched_s == pytest.approx(dict.fromkeys(Aspect, 14.35))


def test_a_foot_that_never_sent_was_never_watched() -> None:
    told = left_of(Strides.empty(Foot.LEFT), run(Foot.RIGHT, 0.0, 10))
    assert told.not_watched_s == pytest.approx(dict.fromkeys(Aspect, 7.0))


def test_what_is_lost_between_strides_counts_and_a_rest_does_not() -> None:
    first, lost, rest = run(Foot.LEFT, 0.0, 10), run(Foot.LEFT, 12.0, 5), run(Foot.LEFT, 40.0, 5)
    lost.flags[0] = Flag.AFTER_GAP
    told = left_of(Strides.join([first, lost, rest]))
    assert told.gait_s == pytest.approx(7.0 + 5.0 + 3.5 + 3.5)
    assert told.not_watched_s[Aspect.ROLLS] == pytest.approx(5.0)


def test_the_last_minute_is_the_last_minute() -> None:
    told = left_of(run(Foot.LEFT, 0.0, 200, int(Flag.ANGLES_WITHHELD)), since_s=80.0)
    assert told.gait_s == pytest.approx(60.0)
    assert told.not_watched_s[Aspect.ANGLES] == pytest.approx(60.0)


def lossy(recording: Recording, share: float) -> dict[Foot, Strides]:
    chance = np.random.default_rng(5)
    left, right = recording.feet
    packets = np.arange(len(left)) // 18
    kept = chance.random(packets[-1] + 1)[packets] >= share
    return dict(analyse([rows(left, kept), right]).results.strides)


def test_losing_an_eighth_of_the_packets_blinds_one_foot_and_not_the_other() -> None:
    recording = record(RunnerProfile(), (PlannedBout("run", 60.0, 3.0),), 3)
    told = time_watched(lossy(recording, 0.13))
    assert told[Foot.LEFT].gait_s == told[Foot.RIGHT].gait_s > 55.0
    assert told[Foot.LEFT].not_watched_s[Aspect.ROLLS] > told[Foot.LEFT].not_watched_s[Aspect.CONTACT] > 20.0
    assert max(told[Foot.RIGHT].not_watched_s.values()) < 2.0


def test_a_pod_that_was_silent_for_ten_seconds_was_blind_for_ten_seconds() -> None:
    recording = record(RunnerProfile(), (PlannedBout("run", 40.0, 3.0),), 3)
    left, right = recording.feet
    told = time_watched(analyse([without(left, (15.0, 25.0)), right]).results.strides)
    assert told[Foot.LEFT].not_watched_s[Aspect.ROLLS] == pytest.approx(10.0, abs=2.5)
    assert told[Foot.RIGHT].not_watched_s[Aspect.ROLLS] < 2.5
