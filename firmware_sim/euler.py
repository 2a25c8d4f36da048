"""Turning of the foot: roll, pitch and yaw, and what their rates feel like on the foot."""

from __future__ import annotations

import numpy as np

from analysis.model import Floats


def rotation_of(euler_rad: Floats) -> Floats:
    """(..., 3, 3) foot to world from (..., 3) roll, pitch, yaw."""
    (sr, sp, sy), (cr, cp, cy) = (np.moveaxis(f(euler_rad), -1, 0) for f in (np.sin, np.cos))
    rows = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def body_rate(euler_rad: Floats, rate: Floats) -> Floats:
    """(..., 3) angular rate in the foot frame from Euler angles and their rates."""
    (sr, sp, _), (cr, cp, _) = (np.moveaxis(f(euler_rad), -1, 0) for f in (np.sin, np.cos))
    roll, pitch, yaw = np.moveaxis(rate, -1, 0)
    return np.stack([roll - yaw * sp, pitch * cr + yaw * cp * sr, -pitch * sr + yaw * cp * cr], axis=-1)


def body_acceleration(euler_rad: Floats, rate: Floats, acc: Floats) -> Floats:
    """(..., 3) time derivative of `body_rate`."""
    (sr, sp, _), (cr, cp, _) = (np.moveaxis(f(euler_rad), -1, 0) for f in (np.sin, np.cos))
    roll, pitch, yaw = np.moveaxis(rate, -1, 0)
    turning = np.stack(
        [
            -yaw * pitch * cp,
            roll * (yaw * cp * cr - pitch * sr) - yaw * pitch * sp * sr,
            -roll * (pitch * cr + yaw * cp * sr) - yaw * pitch * sp * cr,
        ],
        axis=-1,
    )
    total: Floats = body_rate(euler_rad, acc) + turning
    return total


def lever_acceleration(rate: Floats, angular_acc: Floats, lever_m: Floats) -> Floats:
    """(..., 3) acceleration that rotation adds at a lever arm, all in the foot frame."""
    return np.cross(angular_acc, lever_m) + np.cross(rate, np.cross(rate, lever_m))


def carried(euler: Floats, arm_m: Floats) -> Floats:
    """(..., 3, 3) where an arm fixed to the foot points in the world, with two derivatives in the last axis.

    Parameters
    ----------
    euler : (..., 3, 3) roll, pitch, yaw with two derivatives in the last axis.
    arm_m : (3,) foot frame.
    """
    angle, rate, acc = (euler[..., d] for d in range(3))
    turning = body_rate(angle, rate)
    felt = lever_acceleration(turning, body_acceleration(angle, rate, acc), arm_m)
    arms = np.stack([np.broadcast_to(arm_m, felt.shape), np.cross(turning, arm_m), felt], axis=-1)
    moved: Floats = rotation_of(angle) @ arms
    return moved
