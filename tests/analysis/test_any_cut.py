"""However the samples are cut, and however the feet take turns, the answer is the same to the last bit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.model import Flag, Foot, Samples
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from tests.analysis.simulated import (
    analyse,
    analyse_pieces,
    differences,
    sensed,
    without,
    without_gyroscope,
)

FEET = tuple(Foot)
PLAN = (
    PlannedBout("still", 4.0),
    PlannedBout("walk", 14.0, 1.3),
    PlannedBout("run", 22.0, 3.1),
    PlannedBout("still", 4.0),
    PlannedBout("run", 12.0, 2.6),
    PlannedBout("walk", 6.0, 1.6),
)
DURATION_S = sum(bout.duration_s for bout in PLAN)
RATES_HZ = (100.0, 208.0, 416.0)
CLIPPED_SHARE = 0.003


@dataclass(frozen=True, slots=True)
class Troubled:
    """What happens to a recording on its way."""

    rate_hz: float
    gyroscope: bool
    left_gaps: Sequence[tuple[float, float]]
    right_gaps: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where each foot's samples are cut, and how the feet take turns."""

    left: Sequence[int]
    right: Sequence[int]
    turns: Random


@lru_cache(maxsize=1)
def motion() -> Motion:
    return simulate(RunnerProfile(), PLAN, seed=4)


@lru_cache(maxsize=len(RATES_HZ))
def clean(rate_hz: float) -> tuple[Samples, ...]:
    """Both feet with jitter and some clipped readings."""
    imu = Imu(rate_hz, random_mounting(9), jitter_s=0.1 / rate_hz)
    chance = np.random.default_rng(5)
    return tuple(
        replace(each, clipped=each.clipped | (chance.random(len(each)) < CLIPPED_SHARE))
        for each in sensed(motion(), 4, imu).feet
    )


def samples_of(trouble: Troubled) -> tuple[Samples, ...]:
    gaps = (trouble.left_gaps, trouble.right_gaps)
    feet = tuple(
        without(each, *((start, start + length) for start, length in of_foot))
        for each, of_foot in zip(clean(trouble.rate_hz), gaps, strict=True)
    )
    return feet if trouble.gyroscope else tuple(without_gyroscope(each) for each in feet)


def cut(samples: Samples, places: Sequence[int]) -> list[Samples]:
    edges = [0, *sorted(place % len(samples) for place in places), len(samples)]
    return [samples[a:b] for a, b in itertools.pairwise(edges)]


def pieces_of(feet: Sequence[Samples], cuts: Cuts) -> list[Samples]:
    left, right = cut(feet[0], cuts.left), cut(feet[1], cuts.right)
    turns = [0] * len(left) + [1] * len(right)
    cuts.turns.shuffle(turns)
    queues = iter(left), iter(right)
    return [next(queues[turn]) for turn in turns]


lengths_s = st.one_of(st.sampled_from([0.01, 0.03, 0.09, 0.3, 3.0]), st.floats(0.01, 5.0))
gaps = st.lists(st.tuples(st.floats(0.0, DURATION_S), lengths_s), max_size=5)
troubles = st.builds(Troubled, st.sampled_from(RATES_HZ), st.booleans(), gaps, gaps)
places = st.one_of(st.lists(st.integers(0, 30_000), max_size=4), st.lists(st.integers(0, 30_000), max_size=150))
cuts = st.builds(Cuts, places, places, st.randoms(use_true_random=False))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(trouble=troubles, cuts=cuts)
def test_any_cut_and_any_turns_of_the_feet_give_the_same_results(trouble: Troubled, cuts: Cuts) -> None:
    feet = samples_of(trouble)
    assert differences(analyse(feet), analyse_pieces(FEET, pieces_of(feet, cuts))) == []


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("gyroscope", [True, False])
def test_live_pieces_of_a_tenth_of_a_second_give_the_same_results(rate_hz: float, gyroscope: bool) -> None:
    feet = samples_of(Troubled(rate_hz, gyroscope, ((9.0, 0.09), (25.0, 0.4)), ((30.0, 6.0),)))
    step = int(0.1 * rate_hz)
    count = max(len(each) for each in feet)
    pieces = [each[start : start + step] for start in range(0, count, step) for each in feet]
    whole, live = analyse(feet), analyse_pieces(FEET, pieces)
    assert differences(whole, live) == []
    assert {bout.kind for bout in live.results.bouts} >= {"still", "walk", "run"}
    assert all(live.strides(foot).has(Flag.CLIPPED).any() for foot in FEET)


@pytest.mark.parametrize("links", range(3, 16))
def test_a_pause_after_any_number_of_strides_gives_the_same_results_in_pieces(links: int) -> None:
    stop_s = float(motion().truth[Foot.LEFT].next_initial_contact_s[links - 1]) + 0.3
    left = without(clean(208.0)[0], (stop_s, stop_s + 4.0))
    pieces = [left[start : start + 104] for start in range(0, len(left), 104)]
    assert differences(analyse((left,)), analyse_pieces((Foot.LEFT,), pieces)) == []


def test_single_samples_give_the_same_results() -> None:
    left = clean(100.0)[0][:2500]
    pieces = [left[k : k + 1] for k in range(len(left))]
    assert differences(analyse((left,)), analyse_pieces((Foot.LEFT,), pieces)) == []


def test_each_stride_window_and_bout_is_given_once_and_in_order() -> None:
    results = analyse_pieces(
        FEET, pieces_of(clean(208.0), Cuts(range(0, 14_000, 70), range(0, 14_000, 70), Random(1)))
    ).results
    for strides in results.strides.values():
        assert (np.diff(strides.initial_contact_s) > 0.0).all()
    assert sorted({window.start_s for window in results.windows}) == [window.start_s for window in results.windows]
    assert sorted({bout.start_s for bout in results.bouts}) == [bout.start_s for bout in results.bouts]
