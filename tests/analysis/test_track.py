"""What a watch kept, at moments: nothing is made up in holes, and climbs are told from noise."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Floats
from surefoot.analysis.track import Track, ground_distance_m


def track(time_s: Floats, altitude_m: Floats) -> Track:
    nothing = np.full(len(time_s), np.nan)
    return Track(time_s, nothing, nothing, altitude_m, nothing, nothing, nothing, nothing)


def test_between_points_far_apart_nothing_is_known() -> None:
    found = track(np.array([0.0, 10.0, 100.0]), np.array([0.0, 20.0, 30.0]))
    at = found.at("altitude_m", np.array([-1.0, 0.0, 5.0, 10.0, 50.0, 100.0, 101.0]))
    np.testing.assert_array_equal(at, [np.nan, 0.0, 10.0, 20.0, np.nan, 30.0, np.nan])
    assert np.isnan(found.at("heart_rate_bpm", np.array([5.0]))).all()


def test_a_climb_is_what_rises_by_three_metres_in_one_piece() -> None:
    rng = np.random.default_rng(1)
    up_and_down = np.concatenate(
        [np.linspace(0.0, 40.0, 200), np.linspace(40.0, 10.0, 200), np.linspace(10.0, 30.0, 200)]
    )
    noisy = up_and_down + rng.uniform(-1.0, 1.0, 600)
    assert track(np.arange(600.0), noisy).climb_m() == pytest.approx(60.0, abs=4.0)
    assert track(np.arange(600.0), rng.uniform(-1.0, 1.0, 600)).climb_m() == 0.0


def test_a_degree_of_latitude_is_111_km() -> None:
    covered_m = ground_distance_m(np.array([0.0, np.nan, 1.0]), np.array([10.0, 10.0, 10.0]))
    np.testing.assert_allclose(covered_m, [0.0, np.nan, 111_195.0], rtol=1e-5)
