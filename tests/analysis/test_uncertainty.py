"""Medians, their scatter and their intervals, against known values."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy.stats import t

from surefoot.analysis.rhythm import LandingCorrelation
from surefoot.analysis.uncertainty import (
    Medians,
    ScatterShape,
    design_effect,
    effective_sample_size,
    relative_error_of_sd,
    row_medians,
    t95,
)


def test_a_95_percent_interval_is_that_of_students_t() -> None:
    assert t95(np.array([1e9]))[0] == pytest.approx(1.959964, abs=1e-6)
    for freedom in (5.0, 10.0, 40.0):
        assert t95(np.array([freedom]))[0] == pytest.approx(t.ppf(0.975, freedom), rel=0.01)


def test_medians_pass_over_nan() -> None:
    values = np.array([[3.0, np.nan, 1.0, 2.0], [np.nan, 4.0, 2.0, np.nan], [np.nan] * 4])
    assert row_medians(values) == pytest.approx([2.0, 3.0, np.nan], nan_ok=True)


@pytest.mark.parametrize("outlier", [1e2, 1e6])
def test_values_beyond_three_standard_deviations_count_as_no_farther(outlier: float) -> None:
    values = np.array([-2.0, -1.0, -1.0, 0.0, 1.0, 1.0, outlier])
    limit = 3.0 * 1.4826 * 1.0  # the median absolute deviation is 1
    expected = np.sqrt((4.0 + 4 * 1.0 + limit**2) / 6.0)
    assert Medians.from_values(values[None]).spread[0] == pytest.approx(expected)


def test_uncorrelated_strides_are_independent_and_correlated_ones_carry_less() -> None:
    effect = design_effect(np.array([0.0, 0.5]))
    assert effect[0] == pytest.approx(1.0)
    assert effect[1] > 2.0
    assert effective_sample_size(np.array([40.0, 40.0]), effect)[0] == pytest.approx(40.0)
    assert effective_sample_size(np.array([1.0]), np.array([1.0]))[0] == 2.0


def test_what_neighbours_make_up_for_ends_with_the_neighbour() -> None:
    assert design_effect(np.array([-0.25]))[0] == pytest.approx(0.5)


def test_medians_between_two_ways_of_landing_scatter_more_than_their_spread_tells() -> None:
    chance, shape = np.random.default_rng(6), ScatterShape(2)
    values = np.stack([chance.normal(68.0, 1.0, (400, 42)), chance.normal(68.0, 1.0, (400, 42))], axis=1)
    values[:, 1] += chance.exponential(40.0, (400, 42)) * (chance.random((400, 42)) < 0.65)
    windows = [Medians.from_values(each) for each in values]
    for each in windows:
        shape.update(each)
    normal, mixed = np.std([each.median for each in windows], axis=0)
    told = np.mean([each.standard_error(each.count) for each in windows], axis=0)
    assert shape.ratio[0] == pytest.approx(1.0, abs=0.06)
    assert shape.ratio[0] * told[0] == pytest.approx(normal, rel=0.1)
    assert told[1] < 0.8 * mixed
    assert shape.ratio[1] * told[1] == pytest.approx(mixed, rel=0.1)


@pytest.mark.parametrize("count", [5, 14, 42])
def test_standard_deviations_that_share_their_strides_are_hardly_independent(count: int) -> None:
    values = np.random.default_rng(7).normal(size=(4000, count + 11))
    medians = np.median(sliding_window_view(values, 12, axis=1).std(axis=2, ddof=1), axis=1)
    told = relative_error_of_sd(np.array([float(count)]), 12)[0]
    inside = np.abs(medians - np.median(medians)) <= 1.96 * told * medians
    assert 0.92 <= inside.mean() <= 0.97


def learned(strides_s: list[np.ndarray], feet: int) -> LandingCorrelation:
    correlation = LandingCorrelation(feet)
    for times_s in strides_s:
        correlation.update(times_s)
    return correlation


def test_strides_that_share_their_steps_count_as_half_as_many() -> None:
    steps_s = np.random.default_rng(3).normal(0.35, 0.006, (60, 85))
    strides_s = list(steps_s[:, 1:] + steps_s[:, :-1])
    assert LandingCorrelation(2).effective_sample_size(strides_s[0]) == pytest.approx(42.0, rel=0.15)
    assert learned(strides_s, 2).effective_sample_size(strides_s[0]) == pytest.approx(42.0, rel=0.25)
    assert learned(strides_s, 1).effective_sample_size(strides_s[0]) == pytest.approx(42.0, rel=0.25)


def test_jitter_of_landings_does_not_widen_the_error_of_a_mean_stride_as_if_strides_were_independent() -> None:
    landings_s = 0.35 * np.arange(86) + np.random.default_rng(4).normal(0.0, 0.006, (60, 86))
    strides_s = list(landings_s[:, 2:] - landings_s[:, :-2])
    assert learned(strides_s, 2).effective_sample_size(strides_s[0]) > 2.0 * 84


def test_stride_times_that_are_unknown_or_all_alike_teach_nothing() -> None:
    correlation, times_s = LandingCorrelation(2), np.full(40, 0.7)
    before = correlation.effective_sample_size(times_s)
    for each in (times_s, np.full(40, np.nan), np.empty(0), np.array([0.7])):
        correlation.update(each)
    assert correlation.effective_sample_size(times_s) == before
    assert correlation.standard_error(times_s) == 0.0
