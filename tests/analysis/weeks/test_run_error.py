"""The interval of a run's number holds the truth, also where half minutes are alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.signal import lfilter

from surefoot.analysis.model import Estimate
from surefoot.analysis.weeks.run_error import within_run

TRUTH, RUNS = 1.5, 1000


def halves(values: Sequence[float]) -> list[Estimate]:
    return [Estimate(each, each, each, 40) for each in values]


@pytest.mark.parametrize("count", [10, 20, 60, 120])
@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_the_interval_holds_the_truth_in_95_of_100_runs(count: int, alike: float) -> None:
    assert 0.92 <= held(count, alike) <= 0.985


@pytest.mark.parametrize(("count", "least"), [(10, 0.85), (20, 0.90), (60, 0.92)])
def test_where_half_minutes_are_very_alike_a_short_run_holds_it_less_often(count: int, least: float) -> None:
    assert least <= held(count, 0.6) <= 0.985


def held(count: int, alike: float) -> float:
    """Share of runs of so many half minutes whose interval holds the truth, where neighbours are so much alike."""
    noise = np.random.default_rng(7).normal(size=(RUNS, count + 100))
    series = TRUTH + lfilter([1.0], [1.0, -alike], noise)[:, 100:]  # from when it has forgotten how it began
    found = [within_run(float(each.mean()), halves(each.tolist())) for each in series]
    return float(np.mean([each is not None and each.low <= TRUTH <= each.high for each in found]))


def test_a_number_that_is_not_known_and_three_half_minutes_have_no_interval() -> None:
    assert within_run(None, halves([1.0] * 9)) is None
    assert within_run(1.0, halves([1.0, 2.0, 1.0])) is None
    found = within_run(1.0, halves([1.0, 2.0, 1.0, 0.5]))
    assert found is not None
    assert (found.value, found.n) == (1.0, 160)
    assert found.low < 1.0 < found.high


def test_a_number_that_changes_all_along_a_run_has_an_interval_that_can_be_read() -> None:
    drifting = np.linspace(-1.0, -6.0, 10)
    found = within_run(float(drifting.mean()), halves(drifting.tolist()))
    assert found is not None
    assert 1.0 < (found.high - found.low) / 2.0 < 4.0
