"""Rates of rolls, against printed tables of exact Poisson limits."""

from __future__ import annotations

import pytest

from surefoot.analysis.weeks.roll_rate import RollRate


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(1, 0.0253, 5.5716), (2, 0.2422, 7.2247), (3, 0.6187, 8.7673), (5, 1.6235, 11.6683), (10, 4.7954, 18.3904)],
)
def test_the_interval_is_that_of_the_printed_table(events: int, low: float, high: float) -> None:
    """Limits of a count: Garwood 1936; Ulm 1990, Am. J. Epidemiol. 131:373."""
    assert RollRate(events, 1000).interval == pytest.approx((low, high), abs=1e-4)


def test_no_event_has_an_upper_end_alone() -> None:
    rate = RollRate(0, 41_000)
    assert rate.per_thousand is None
    assert rate.interval == pytest.approx((0.0, 2.9957 / 41.0), abs=1e-5)
    assert rate.words == "at most 0.073"


def test_three_near_misses_on_a_trail() -> None:
    assert RollRate(3, 41_000).words == "0.073 (0.015 to 0.21)"


def test_without_a_stride_there_is_no_rate() -> None:
    assert (RollRate(0, 0).interval, RollRate(0, 0).words) == (None, "no strides were watched")
