"""A silent foot holds the other one back no longer than until it is marked absent."""

from __future__ import annotations

import itertools
from functools import lru_cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.model import Flag, Foot, Samples
from surefoot.analysis.session import Results, Session
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from tests.analysis.simulated import Analysed, differences, sensed

LEFT, RIGHT = Foot.LEFT, Foot.RIGHT
PLAN = (PlannedBout("still", 4.0), PlannedBout("walk", 20.0, 1.3), PlannedBout("run", 76.0, 3.1))
SILENT_S = (40.0, 70.0)
"""Nothing of the right foot comes in between until it is late."""
Step = Samples | float
"""Samples, or the time until which the right foot is absent."""


@lru_cache(maxsize=1)
def feet() -> tuple[Samples, ...]:
    return tuple(sensed(simulate(RunnerProfile(), PLAN, seed=4), 4).feet)


def until(samples: Samples, time_s: float) -> int:
    return int(np.searchsorted(samples.time_s, time_s))


def cut(samples: Samples, chance: Random, pieces: int) -> list[Samples]:
    edges = sorted({0, len(samples), *(chance.randrange(len(samples)) for _ in range(pieces))})
    return [samples[a:b] for a, b in itertools.pairwise(edges)]


def analysed(left: list[Step], right: list[Step], chance: Random) -> Analysed:
    """Each foot's steps in their order, the feet in any turns."""
    session, parts = Session(), []
    turns = [0] * len(left) + [1] * len(right)
    chance.shuffle(turns)
    queues = iter(left), iter(right)
    for turn in turns:
        step = next(queues[turn])
        parts.append(session.push(step) if isinstance(step, Samples) else session.mark_absent(RIGHT, step))
    return Analysed(Results.join([*parts, session.flush()]), session.mountings)


def silent_and_back(chance: Random, pieces: int, *, absent_s: tuple[float, ...]) -> Analysed:
    """The right foot is silent for a while, declared absent until the given times one after the other, then all of it
    comes."""
    left, right = feet()
    begin = until(right, SILENT_S[0])
    after = cut(right[begin:], chance, pieces)
    return analysed(list(cut(left, chance, pieces)), [*cut(right[:begin], chance, pieces), *absent_s, *after], chance)


def test_the_other_foots_results_go_on_up_to_the_time_given() -> None:
    left, right = feet()
    session = Session()
    session.push(right[: until(right, SILENT_S[0])])
    held = session.push(left[: until(left, SILENT_S[1])])
    assert held.strides[LEFT].next_initial_contact_s[-1] < SILENT_S[0]
    freed = session.mark_absent(RIGHT, SILENT_S[1])
    assert SILENT_S[1] - 3.0 < freed.strides[LEFT].next_initial_contact_s[-1] < SILENT_S[1]
    assert freed.windows[-1].end_s > SILENT_S[1] - 31.0
    assert np.isnan(freed.strides[LEFT].metrics["flight_time_s"][-20:]).all()


def test_a_foot_that_never_came_is_not_waited_for() -> None:
    left, _ = feet()
    session = Session()
    assert not len(session.push(left).strides[LEFT])
    session.mark_absent(RIGHT, 60.0)
    results = session.mark_absent(RIGHT, 90.0)
    assert len(results.strides[LEFT]) > 30
    assert {bout.kind for bout in Results.join([results, session.flush()]).bouts} >= {"run"}


def test_what_comes_late_is_measured_but_not_compared() -> None:
    results = silent_and_back(Random(1), 40, absent_s=SILENT_S).results
    plain = silent_and_back(Random(1), 40, absent_s=()).results
    late = results.strides[RIGHT].has(Flag.LATE)
    begins_s = results.strides[RIGHT].initial_contact_s
    assert np.array_equal(begins_s, plain.strides[RIGHT].initial_contact_s)
    assert late.sum() > 30
    assert (begins_s[late] < SILENT_S[1]).all()
    assert (begins_s[late] > SILENT_S[0] - 2.0).all()
    contact = "ground_contact_time_s"
    assert np.array_equal(
        results.strides[RIGHT].metrics[contact], plain.strides[RIGHT].metrics[contact], equal_nan=True
    )
    assert np.isnan(results.strides[RIGHT].metrics["step_time_s"][late]).all()
    assert not plain.strides[RIGHT].has(Flag.LATE).any()
    inside = [window for window in results.windows if window.start_s > SILENT_S[0] and window.end_s < SILENT_S[1] + 1.0]
    assert all(RIGHT not in window.feet for window in inside)


any_cut = given(
    chance=st.randoms(use_true_random=False),
    pieces=st.sampled_from([0, 3, 60, 400]),
    absent_s=st.lists(st.floats(35.0, 75.0), min_size=1, max_size=6),
)


@settings(max_examples=8, derandomize=True)
@any_cut
def test_any_cut_and_any_turns_give_the_same_results(chance: Random, pieces: int, absent_s: list[float]) -> None:
    whole = silent_and_back(Random(0), 0, absent_s=tuple(absent_s))
    assert differences(whole, silent_and_back(chance, pieces, absent_s=tuple(absent_s))) == []


@pytest.mark.slow
@settings(max_examples=100)
@any_cut
def test_any_of_many_cuts_does(chance: Random, pieces: int, absent_s: list[float]) -> None:
    whole = silent_and_back(Random(0), 0, absent_s=tuple(absent_s))
    assert differences(whole, silent_and_back(chance, pieces, absent_s=tuple(absent_s))) == []


def test_a_foot_of_no_pod_cannot_be_absent() -> None:
    with pytest.raises(ValueError, match="mark_absent: this session has no right foot"):
        Session((LEFT,)).mark_absent(RIGHT, 1.0)
