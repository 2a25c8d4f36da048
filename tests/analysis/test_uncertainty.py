"""Medians, their scatter and their intervals, against known values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from surefoot.analysis.uncertainty import Medians, design_effect, effective_sample_size, row_medians, t95


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
