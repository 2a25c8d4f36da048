"""Pose of a foot: orientation and ankle position, and the C2 splines that interpolate its channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.euler import orientation_from_angles

MIRROR_TO_RIGHT = np.array([-1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0])
"""Factors that turn the channels of a left foot into those of a right one."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Orientation and ankle position of one foot at n instants, with two exact time derivatives.

    Parameters
    ----------
    euler_rad : (n, 4) roll, pitch, yaw, veer, in `euler.ROTATION_ORDER`.
    rotation : (n, 3, 3) foot to world.
    rate_radps, angular_acc_radps2 : (n, 3) angular rate and its time derivative in the foot frame.
    ankle_m, ankle_velocity_mps, ankle_acc_mps2 : (n, 3) world frame, z up.
    """

    euler_rad: Floats
    rotation: Floats
    rate_radps: Floats
    angular_acc_radps2: Floats
    ankle_m: Floats
    ankle_velocity_mps: Floats
    ankle_acc_mps2: Floats

    def inversion_rad(self, foot: Foot) -> Floats:
        """Inversion angle relative to the horizontal and its rate, (n, 2); sole turned inward is positive."""
        inward = -1.0 if foot is Foot.LEFT else 1.0
        down = self.rotation[:, 2]
        roll = np.arctan2(down[:, 1], down[:, 2])
        across = np.sin(roll) * self.rate_radps[:, 1] + np.cos(roll) * self.rate_radps[:, 2]
        rate = self.rate_radps[:, 0] - across * down[:, 0] / np.hypot(down[:, 1], down[:, 2])
        return inward * np.stack([roll, rate], axis=1)


def pose_from_channels(channels: Floats) -> Pose:
    """Pose from channels (n, 7, 3): roll, pitch, yaw, veer, ankle x, y, z, each with two derivatives."""
    turning, ankle = orientation_from_angles(channels[:, :4]), channels[:, 4:]
    return Pose(
        channels[:, :4, 0],
        turning.rotation,
        turning.rate_radps,
        turning.acc_radps2,
        *(ankle[:, :, d] for d in range(3)),
    )


def quintic_hermite(knot_s: Floats, nodes: Floats, time_s: Floats) -> Floats:
    """Quintic Hermite interpolation with its first two derivatives.

    Parameters
    ----------
    knot_s : (m,)
    nodes : (m, c, 3) value and two derivatives per channel.
    time_s : (n,)

    Returns
    -------
    (n, c, 3) value and two derivatives, all continuous.
    """
    left = np.clip(np.searchsorted(knot_s, time_s, side="right") - 1, 0, len(knot_s) - 2)
    h = knot_s[left + 1] - knot_s[left]
    u = (time_s - knot_s[left]) / h
    weights = _hermite_weights(u, h)
    around = np.concatenate([nodes[left], nodes[left + 1]], axis=2)
    return cast(Floats, np.matmul(around, weights))


def _hermite_weights(u: Floats, h: Floats) -> Floats:
    """Weights of (p0, v0, a0, p1, v1, a1) for value, first and second derivative, (n, 6, 3)."""
    powers = np.stack([u**k for k in range(6)])
    scale = np.stack([np.ones_like(h), h, h * h] * 2)
    out = np.empty((len(u), 6, 3))
    for d in range(3):
        table = np.polynomial.polynomial.polyder(_QUINTIC.T, d) if d else _QUINTIC.T
        out[:, :, d] = ((table.T @ powers[: 6 - d]) * scale / h**d).T
    return out


_QUINTIC = np.array(
    [
        [1, 0, 0, -10, 15, -6],
        [0, 1, 0, -6, 8, -3],
        [0, 0, 0.5, -1.5, 1.5, -0.5],
        [0, 0, 0, 10, -15, 6],
        [0, 0, 0, -4, 7, -3],
        [0, 0, 0, 0.5, -1, 0.5],
    ]
)
