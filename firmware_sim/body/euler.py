"""Foot orientation from a sequence of Euler angles, with angular rate and acceleration in the foot frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats

ROLL, PITCH, YAW, VEER = range(4)
ROTATION_ORDER = ((YAW, 2), (PITCH, 1), (VEER, 2), (ROLL, 0))
"""(angle, axis) in intrinsic order, from world to foot. Near 90° of pitch, reached in swing, roll and yaw are not
independent (gimbal lock); VEER, a second yaw after the pitch, avoids that."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """Orientation of a frame with angular rate and acceleration.

    Parameters
    ----------
    rotation : (..., 3, 3) foot to world.
    rate_radps, acc_radps2 : (..., 3) angular rate and its time derivative, foot frame.
    """

    rotation: Floats
    rate_radps: Floats
    acc_radps2: Floats

    def lever_arm(self, arm_m: Floats) -> Floats:
        """World vector of an arm fixed to the foot, with two derivatives in the last axis, (..., 3, 3)."""
        acceleration = lever_acceleration(self.rate_radps, self.acc_radps2, arm_m)
        arms = np.stack(
            [np.broadcast_to(arm_m, acceleration.shape), np.cross(self.rate_radps, arm_m), acceleration], axis=-1
        )
        return self.rotation @ arms


def orientation_from_angles(angles: Floats, order: Sequence[tuple[int, int]] = ROTATION_ORDER) -> Orientation:
    """Compose rotations about the body axes.

    Parameters
    ----------
    angles : (..., a, 3) rad, with two time derivatives in the last axis.
    order : (angle index, axis index) of each rotation, in intrinsic order.
    """
    rows = np.zeros((*angles.shape[:-2], 5, 3))
    rows[..., :3, :] = np.eye(3)
    rate, acc = rows[..., 3, :], rows[..., 4, :]
    for which, axis in order:
        angle, speed, gain = (angles[..., which, d] for d in range(3))
        i, j = (axis + 1) % 3, (axis + 2) % 3
        cosine, sine = np.cos(angle)[..., None], np.sin(angle)[..., None]
        first, second = rows[..., i].copy(), rows[..., j].copy()
        rows[..., i], rows[..., j] = cosine * first + sine * second, cosine * second - sine * first
        acc[..., i] += rate[..., j] * speed
        acc[..., j] -= rate[..., i] * speed
        acc[..., axis] += gain
        rate[..., axis] += speed
    return Orientation(rows[..., :3, :], rate, acc)


def lever_acceleration(rate: Floats, angular_acc: Floats, lever_m: Floats) -> Floats:
    """Tangential plus centripetal acceleration at a lever arm, foot frame, (..., 3)."""
    return np.cross(angular_acc, lever_m) + np.cross(rate, np.cross(rate, lever_m))
