"""Turns, slopes, camber and uneven ground change pose and sensor readings, not the contacts."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.kinematics import true_kinematics
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from tests.firmware_sim.strapdown import strapdown_error

ROUGH = (
    PlannedBout("run", 6.0, 3.0, slope_pct=8.0, camber_pct=5.0),
    PlannedBout("run", 1.6, 2.5, turn_deg=180.0),
    PlannedBout("run", 6.0, 3.0, slope_pct=-12.0, camber_pct=-6.0, turn_deg=-60.0),
    PlannedBout("still", 4.0),
    PlannedBout("walk", 6.0, 1.4, slope_pct=10.0),
)


@pytest.mark.parametrize("foot", list(Foot))
def test_strapdown_of_the_ideal_sensor_follows_the_ground(foot: Foot) -> None:
    motion = simulate(RunnerProfile(), ROUGH, seed=7)
    truth = motion.truth[foot]
    for begin_s, end_s in zip(truth.initial_contact_s[::2], truth.next_initial_contact_s[::2], strict=True):
        found = strapdown_error(motion, foot, begin_s, end_s)
        assert found.angle_deg < 0.1
        assert found.position_m < 0.01


@pytest.mark.parametrize("turn_deg", [180.0, -90.0])
def test_after_a_turn_the_run_goes_on_in_the_new_direction(turn_deg: float) -> None:
    plan = (PlannedBout("run", 8.0, 3.0), PlannedBout("run", 2.0, 2.5, turn_deg=turn_deg), PlannedBout("run", 8.0, 3.0))
    motion = simulate(RunnerProfile(toe_out_deg=0.0), plan, seed=2)
    for foot in Foot:
        for at_s, heading in ((4.0, 0.0), (14.0, np.radians(turn_deg))):
            pose = motion.trajectories[foot].at(np.linspace(at_s, at_s + 2.8, 1000))
            way = pose.ankle_m[-1] - pose.ankle_m[0]
            assert np.angle(complex(*way[:2]) * np.exp(-1j * heading), deg=True) == pytest.approx(0.0, abs=3.0)
        begin, end = (motion.truth[foot].speed_mps[rows].mean() for rows in (slice(0, 5), slice(-5, None)))
        assert begin == pytest.approx(end, rel=0.1)


def test_on_camber_one_foot_stands_inverted_and_the_other_everted() -> None:
    level, banked = (
        simulate(RunnerProfile(), (PlannedBout("run", 20.0, 3.0, camber_pct=camber_pct),), seed=1)
        for camber_pct in (0.0, 6.0)
    )
    for foot, sign in ((Foot.LEFT, -1.0), (Foot.RIGHT, 1.0)):
        tilted = (
            true_kinematics(banked, foot).inversion_at_flat_deg - true_kinematics(level, foot).inversion_at_flat_deg
        )
        assert tilted == pytest.approx(sign * np.degrees(np.arctan(0.06)), abs=0.2)


def test_uphill_the_foot_points_up_and_the_way_rises() -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("run", 20.0, 3.0, slope_pct=10.0),), seed=1)
    level = simulate(RunnerProfile(), (PlannedBout("run", 20.0, 3.0),), seed=1)
    up_deg = (
        true_kinematics(motion, Foot.LEFT).toes_up_at_flat_deg - true_kinematics(level, Foot.LEFT).toes_up_at_flat_deg
    )
    assert up_deg == pytest.approx(np.degrees(np.arctan(0.1)), abs=0.2)
    ankle_m = motion.trajectories[Foot.LEFT].at(motion.truth[Foot.LEFT].foot_flat_s).ankle_m
    assert np.diff(ankle_m[:, 2]) / np.diff(ankle_m[:, 0]) == pytest.approx(0.1, abs=0.01)


def test_on_a_trail_the_foot_lands_on_another_tilt_each_time() -> None:
    motions = [
        simulate(RunnerProfile(uneven_ground_sd_deg=sd_deg), (PlannedBout("run", 200.0, 3.0),), seed=1)
        for sd_deg in (0.0, 5.0)
    ]
    even, uneven = (true_kinematics(motion, Foot.LEFT).inversion_at_flat_deg for motion in motions)
    assert np.std(even) < 1.5
    assert np.std(uneven - even) == pytest.approx(5.0, rel=0.15)
    first, second = (motion.truth[Foot.LEFT].initial_contact_s for motion in motions)
    np.testing.assert_array_equal(first, second)


def test_ground_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="slope_pct must lie within ±30, got 45"):
        PlannedBout("run", 10.0, 3.0, slope_pct=45.0)
    with pytest.raises(ValueError, match="turn_deg needs a walk or a run"):
        PlannedBout("still", 10.0, turn_deg=90.0)
