"""The foot's axes are found whatever way the pod sits."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import Floats, Foot, Mounting, MountingStatus
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from tests.analysis.simulated import analyse, angles_deg

MOUNTINGS = 20
GAITS = {
    "walk-1.3": PlannedBout("walk", 25.0, 1.3),
    "run-2.4": PlannedBout("run", 25.0, 2.4),
    "run-3.2": PlannedBout("run", 25.0, 3.2),
    "run-4.5": PlannedBout("run", 25.0, 4.5),
}
every_gait = pytest.mark.parametrize("gait", list(GAITS))


@lru_cache(maxsize=len(GAITS))
def motion_of(gait: str) -> Motion:
    return simulate(RunnerProfile(), (GAITS[gait],), seed=3)


def true_axes(motion: Motion, foot: Foot, imu: Imu) -> Floats:
    """Rows toes, left and up in the sensor frame, as the foot stands flat in the middle of stance."""
    truth = motion.truth[foot]
    pose = motion.trajectories[foot].at(truth.initial_contact_s + 0.4 * truth.ground_contact_time_s)
    up = np.median(pose.rotation[:, 2], axis=0)
    up /= np.linalg.norm(up)
    left = np.array([0.0, 1.0, 0.0]) - up * up[1]
    left /= np.linalg.norm(left)
    return np.stack([np.cross(left, up), left, up]) @ imu.mounting.T


def mounting_of(motion: Motion, foot: Foot, imu: Imu) -> Mounting:
    return analyse((read_imu(motion, foot, imu, seed=1),)).mountings[foot]


@lru_cache(maxsize=len(GAITS))
def off_deg(gait: str) -> Floats:
    """(MOUNTINGS, 3) angles between found and true axes; left and right pods in turn."""
    motion, rows = motion_of(gait), []
    for seed in range(MOUNTINGS):
        foot, imu = list(Foot)[seed % 2], Imu(mounting=random_mounting(seed))
        rows.append(angles_deg(mounting_of(motion, foot, imu).sensor_to_foot, true_axes(motion, foot, imu)))
    return np.array(rows)


@every_gait
def test_up_is_found_within_two_degrees_for_any_mounting(gait: str) -> None:
    assert off_deg(gait)[:, 2].max() < 2.0


@every_gait
def test_toes_and_left_are_found_within_ten_degrees_for_any_mounting(gait: str) -> None:
    assert off_deg(gait)[:, :2].max() < 10.0


@every_gait
@pytest.mark.parametrize("foot", list(Foot))
def test_the_mounting_is_a_rotation_and_trusted(gait: str, foot: Foot) -> None:
    mounting = mounting_of(motion_of(gait), foot, Imu(mounting=random_mounting(50)))
    axes = mounting.sensor_to_foot
    assert mounting.status is MountingStatus.OK
    assert mounting.note == ""
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    assert angles_deg(mounting.pitch_axis[None], axes[1:2]) == pytest.approx(3.0)


def test_walking_and_running_agree_on_the_mounting() -> None:
    imu = Imu(mounting=random_mounting(7))
    walked, ran = (mounting_of(motion_of(gait), Foot.LEFT, imu).sensor_to_foot for gait in ("walk-1.3", "run-4.5"))
    assert angles_deg(walked, ran).max() < 6.0


def test_a_sensor_bias_as_in_data_sheets_moves_the_axes_little() -> None:
    motion, plain = motion_of("run-3.2"), Imu(mounting=random_mounting(8))
    biased = Imu(mounting=plain.mounting, acc_bias_mps2=(0.2, -0.2, 0.2), gyr_bias_radps=(0.01, 0.01, -0.01))
    a, b = (mounting_of(motion, Foot.LEFT, imu).sensor_to_foot for imu in (plain, biased))
    assert angles_deg(a, b).max() < 3.0


def test_a_loose_pod_is_not_trusted() -> None:
    """It tips by 15° or so, another way in every swing."""
    motion, foot = motion_of("run-3.2"), Foot.LEFT
    samples, truth = read_imu(motion, foot, Imu(mounting=random_mounting(4)), seed=1), motion.truth[foot]
    tips = Rotation.from_rotvec(np.radians(10.0) * np.random.default_rng(4).standard_normal((len(truth) + 1, 3)))
    tip = tips[np.searchsorted(truth.terminal_contact_s + 0.2, samples.time_s)]
    loose = replace(samples, acc_mps2=tip.apply(samples.acc_mps2), gyr_radps=tip.apply(samples.gyr_radps))
    mounting = analyse((loose,)).mountings[foot]
    assert mounting.status is MountingStatus.UNSURE
    assert "moves on the shoe" in mounting.note
