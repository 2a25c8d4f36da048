"""Strapdown integration of an ideal sensor, compared with the pose that it was read from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.firmware_sim.body.foot_point import ideal_readings, point_position_m
from surefoot.firmware_sim.body.motion import Motion


@dataclass(frozen=True, slots=True)
class StrapdownError:
    """Final orientation error, and largest position error."""

    angle_deg: float
    position_m: float


def strapdown_error(motion: Motion, foot: Foot, begin_s: float, end_s: float, step_s: float = 0.0005) -> StrapdownError:
    """Integrate from the true initial state."""
    time_s = np.arange(begin_s, end_s, step_s)
    pose = motion.trajectories[foot].at(time_s)
    acc, gyr = ideal_readings(pose)
    rotation = [Rotation.from_matrix(pose.rotation[0])]
    for turn in Rotation.from_rotvec(0.5 * (gyr[1:] + gyr[:-1]) * step_s):
        rotation.append(rotation[-1] * turn)
    felt = Rotation.concatenate(rotation).apply(acc) - [0.0, 0.0, STANDARD_GRAVITY_MPS2]
    around = motion.trajectories[foot].at(begin_s + np.array([-1e-5, 1e-5]))
    velocity = np.diff(point_position_m(around), axis=0) / 2e-5 + _integral(felt, step_s)
    way = _integral(velocity, step_s) - (point_position_m(pose) - point_position_m(pose)[0])
    angle = (rotation[-1].inv() * Rotation.from_matrix(pose.rotation[-1])).magnitude()
    return StrapdownError(float(np.degrees(angle)), float(np.abs(way).max()))


def _integral(rate: Floats, step_s: float) -> Floats:
    return np.concatenate([np.zeros((1, 3)), np.cumsum(0.5 * step_s * (rate[1:] + rate[:-1]), axis=0)])
