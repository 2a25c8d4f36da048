"""A second is still while rate and force stay below their limits."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.stillness import StillnessDetector, still_seconds
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats

GRID_HZ = 250


def cells(seconds: int, rate_radps: float = 0.0, force_sd_mps2: float = 0.0) -> UniformSamples:
    """A foot that turns evenly about one axis while the force along another alternates."""
    count = seconds * GRID_HZ
    acc, gyr = np.zeros((3, count)), np.zeros((3, count))
    acc[0] = force_sd_mps2 * np.where(np.arange(count) % 2, 1.0, -1.0)
    acc[2] = STANDARD_GRAVITY_MPS2
    gyr[1] = rate_radps
    unset: Floats = np.zeros(count)
    whole, never = np.ones(count, bool), np.zeros(count, bool)
    return UniformSamples(np.arange(count) / GRID_HZ, acc, gyr, whole, never, unset, never)


@pytest.mark.parametrize(("rate_radps", "still"), [(0.0, True), (0.29, True), (0.31, False)])
def test_a_second_is_still_up_to_a_rate(rate_radps: float, still: bool) -> None:
    assert still_seconds(cells(2, rate_radps))[1].tolist() == [still] * 2


@pytest.mark.parametrize(("force_sd_mps2", "still"), [(0.49, True), (0.51, False)])
def test_a_second_is_still_up_to_a_scatter_of_force(force_sd_mps2: float, still: bool) -> None:
    assert still_seconds(cells(2, force_sd_mps2=force_sd_mps2))[1].tolist() == [still] * 2


def test_a_second_with_a_gap_is_not_still() -> None:
    grid = cells(3)
    grid.valid[300] = False
    assert still_seconds(grid)[1].tolist() == [True, False, True]


@pytest.mark.parametrize("piece", [1, 99, 250, 601])
def test_pieces_give_the_same_seconds_as_the_whole(piece: int) -> None:
    grid, detector = cells(4, 0.1), StillnessDetector()
    parts = [detector.push(grid[k : k + piece]) for k in range(0, len(grid), piece)]
    assert np.concatenate([start_s for start_s, _ in parts]).tolist() == [0.0, 1.0, 2.0, 3.0]
    assert np.concatenate([still for _, still in parts]).all()
