"""A watch's clock is found by the rhythm that it shares with the pods; another run's rhythm is refused."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Floats
from surefoot.analysis.watch_offset import watch_offset

SMOOTHED_S = 6
SEEDS = range(5)


def wandering(rng: np.random.Generator, n: int, sd: float, memory_s: float) -> Floats:
    keep = np.exp(-1.0 / memory_s)
    steps = rng.normal(0.0, sd * np.sqrt(1.0 - keep**2), n)
    values = np.empty(n)
    value = rng.normal(0.0, sd)
    for k in range(n):
        value = values[k] = keep * value + steps[k]
    return values


def rhythm(seed: int, n: int = 1800, sd: float = 1.0, intervals: bool = False) -> Floats:
    """Steps per minute: it wanders within half a minute and within five, after a stand."""
    rng = np.random.default_rng(seed)
    values = 170.0 + wandering(rng, n, sd, 20.0) + wandering(rng, n, 2.0, 300.0)
    if intervals:
        values[np.arange(n) % 240 >= 120] -= 55.0
    values[: 5 + seed] = 0.0
    return values


def as_watch(values: Floats) -> Floats:
    """Even numbers of steps, smoothed over what was before."""
    smoothed = np.convolve(values, np.ones(SMOOTHED_S) / SMOOTHED_S)[: len(values)]
    return 2.0 * np.round(smoothed / 2.0)


@pytest.mark.parametrize("ahead_s", [0, -40, 400, 3607, -7220])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_watch_that_began_later_and_ended_earlier_is_put_in_its_place(ahead_s: int, seed: int) -> None:
    felt = rhythm(seed)
    found = watch_offset(felt, as_watch(felt)[200:-300], 200 + ahead_s, 2.0)
    assert found.is_supported
    late_s = (SMOOTHED_S - 1) / 2.0  # what the watch shows is so old, which nothing can tell
    assert found.ahead_s == pytest.approx(ahead_s + late_s, abs=1.5)
    assert abs(found.ahead_s - ahead_s) < 2.0 * found.sd_s


@pytest.mark.parametrize("intervals", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_another_runner_who_starts_together_and_does_the_same_intervals_is_refused(seed: int, intervals: bool) -> None:
    others = as_watch(rhythm(100 + seed, intervals=intervals))
    assert not watch_offset(rhythm(seed, intervals=intervals), others, 0, 2.0).is_supported


def test_what_has_hardly_any_time_in_common_is_refused() -> None:
    felt = rhythm(1)
    assert not watch_offset(felt[:170], as_watch(felt), 0, 2.0).is_supported
    assert not watch_offset(np.full(600, np.nan), as_watch(felt), 0, 2.0).is_supported
    assert not watch_offset(np.empty(0), as_watch(felt), 0, 2.0).is_supported
    assert not watch_offset(np.full(600, 170.0), np.full(600, 170.0), 0, 2.0).is_supported
