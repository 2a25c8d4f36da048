"""Readings at the end of the range: found where they are, not where a signal is merely smooth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.files.clipping import MIN_ACC_LIMIT_MPS2, MIN_GYR_LIMIT_RADPS, find_clipping


def swings(rate_hz: float, seed: int) -> Floats:
    """Smooth rotations of varying height, up to about 12 rad/s, on three axes."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(30 * rate_hz)) / rate_hz
    heights = np.interp(time_s, np.arange(31), rng.uniform(6, 12, 31))
    axes = [heights * np.sin(2 * np.pi * 1.3 * time_s + k) * (1, 0.5, 0.3)[k] for k in range(3)]
    return np.stack(axes, axis=1) + rng.normal(0, 0.01, (len(time_s), 3))


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 500.0, 1000.0])
@pytest.mark.parametrize("seed", range(5))
def test_smooth_maxima_are_not_clipped(rate_hz: float, seed: int) -> None:
    assert not find_clipping(swings(rate_hz, seed), MIN_GYR_LIMIT_RADPS).clipped.any()


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 500.0, 1000.0])
def test_hard_limit_is_found_exactly(rate_hz: float) -> None:
    true = swings(rate_hz, 1)
    clipping = find_clipping(np.clip(true, -8.727, 8.727), MIN_GYR_LIMIT_RADPS)
    beyond = np.abs(true).max(axis=1) >= 8.727
    assert clipping.limits == (8.727, 8.727)
    assert clipping.clipped[beyond].all()
    assert np.mean(clipping.clipped & ~beyond) < 0.005
    assert clipping.share_pct == pytest.approx(100 * np.mean(beyond), abs=0.5)


def test_limit_blurred_by_calibration_is_found() -> None:
    true = swings(200.0, 2)
    clipped = np.clip(true, -8.7, 8.7) @ np.array([[1.04, 0.005, 0], [0.005, 0.97, 0], [0, 0, 1.0]])
    found = find_clipping(clipped, MIN_GYR_LIMIT_RADPS).clipped
    beyond = np.abs(true[:, 0]) >= 8.7
    assert np.mean(found[beyond]) > 0.95
    assert np.mean(found & ~beyond) < 0.01


def test_single_readings_at_the_limit_are_found() -> None:
    rng = np.random.default_rng(5)
    acc = rng.normal((0, 0, 9.81), 1.0, (4000, 3))
    acc[100::200, 2] = np.minimum(rng.uniform(60, 300, 20), 156.9)
    clipping = find_clipping(acc, MIN_ACC_LIMIT_MPS2)
    np.testing.assert_array_equal(clipping.clipped, acc[:, 2] == 156.9)


def test_axis_that_touches_a_known_limit_once_is_flagged() -> None:
    readings = np.clip(swings(200.0, 1), -8.727, 8.727)
    readings[1000, 2] = -8.727
    assert find_clipping(readings, MIN_GYR_LIMIT_RADPS).clipped[1000]


def test_standing_still_is_not_clipped() -> None:
    acc = np.round(np.random.default_rng(6).normal((0, 0, 10.1), 0.02, (4000, 3)), 2)
    assert not find_clipping(acc, MIN_ACC_LIMIT_MPS2).clipped.any()


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 2.0), st.permutations([0, 1, 2]), st.sampled_from([-1.0, 1.0]))
def test_mounting_and_scale_do_not_matter(scale: float, order: list[int], sign: float) -> None:
    readings = np.clip(swings(200.0, 3), -8.727, 8.727)
    found = find_clipping(readings, MIN_GYR_LIMIT_RADPS).clipped
    turned = find_clipping(sign * scale * readings[:, order], MIN_GYR_LIMIT_RADPS * scale).clipped
    np.testing.assert_array_equal(found, turned)
