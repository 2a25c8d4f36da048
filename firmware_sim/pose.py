"""The pose of a foot over time: Euler angles and ankle position as C2 splines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from analysis.model import Floats, Foot
from firmware_sim.euler import body_acceleration, body_rate, rotation_of
from firmware_sim.ringing import Ringing
from firmware_sim.tipping import Tipping

SWAY_AMPLITUDE_RAD = 0.002
SWAY_RATE_RADPS = 2.0 * np.pi * 0.4


@dataclass(frozen=True, slots=True)
class Pose:
    """Orientation and ankle position of one foot at n instants, with two exact time derivatives.

    Parameters
    ----------
    euler_rad, euler_rate_radps, euler_acc_radps2 : (n, 3) roll, pitch, yaw; foot to world is Rz Ry Rx.
    ankle_m, ankle_velocity_mps, ankle_acc_mps2 : (n, 3) world frame, z up.
    """

    euler_rad: Floats
    euler_rate_radps: Floats
    euler_acc_radps2: Floats
    ankle_m: Floats
    ankle_velocity_mps: Floats
    ankle_acc_mps2: Floats

    @property
    def rotation(self) -> Floats:
        """(n, 3, 3) foot to world."""
        return rotation_of(self.euler_rad)

    @property
    def rate_radps(self) -> Floats:
        """(n, 3) angular rate in the foot frame."""
        return body_rate(self.euler_rad, self.euler_rate_radps)

    @property
    def angular_acc_radps2(self) -> Floats:
        """(n, 3) time derivative of the angular rate in the foot frame."""
        return body_acceleration(self.euler_rad, self.euler_rate_radps, self.euler_acc_radps2)

    def inversion_rad(self, foot: Foot) -> Floats:
        """(n, 2) frontal angle of a foot, the sole turned inward is positive, and its rate."""
        inward = -1.0 if foot is Foot.LEFT else 1.0
        return inward * np.stack([self.euler_rad[:, 0], self.euler_rate_radps[:, 0]], axis=1)


@dataclass(frozen=True, slots=True)
class Track:
    """The pose of one foot over a whole plan.

    Parameters
    ----------
    knot_s : (m,) strictly increasing.
    nodes : (m, 6, 3) roll, pitch, yaw, x, y, z of the ankle; each with value, first and second derivative.
    tipping : the stances in which the foot goes over its outer edge.
    ringing : what each landing sets swinging in shoe and pod, on top of all.
    """

    knot_s: Floats
    nodes: Floats
    tipping: Tipping
    ringing: Ringing

    def at(self, time_s: Floats) -> Pose:
        """Pose of the pod's shoe at any instants between the first and the last knot."""
        return _pose(self._foot(time_s) + self.ringing.at(time_s))

    def foot_at(self, time_s: Floats) -> Pose:
        """Pose of the foot inside, which does not ring."""
        return _pose(self._foot(time_s))

    def _foot(self, time_s: Floats) -> Floats:
        """(n, 6, 3)"""
        channels = hermite(self.knot_s, self.nodes, time_s)
        channels[:, 0] += sway(time_s)
        return self.tipping.over_the_edge(time_s, channels)


def _pose(channels: Floats) -> Pose:
    angles, position = channels[:, :3], channels[:, 3:]
    return Pose(*(angles[:, :, d] for d in range(3)), *(position[:, :, d] for d in range(3)))


def hermite(knot_s: Floats, nodes: Floats, time_s: Floats) -> Floats:
    """Quintic Hermite interpolation with its first two derivatives.

    Parameters
    ----------
    knot_s : (m,)
    nodes : (m, c, 3) value and two derivatives per channel.
    time_s : (n,)

    Returns
    -------
    (n, c, 3) value and two derivatives; continuous, the second derivative included.
    """
    left = np.clip(np.searchsorted(knot_s, time_s, side="right") - 1, 0, len(knot_s) - 2)
    h = knot_s[left + 1] - knot_s[left]
    u = (time_s - knot_s[left]) / h
    weights = _hermite_weights(u, h)
    around = np.concatenate([nodes[left], nodes[left + 1]], axis=2)
    return cast(Floats, np.matmul(around, weights))


def _hermite_weights(u: Floats, h: Floats) -> Floats:
    """(n, 6, 3) weights of (p0, v0, a0, p1, v1, a1) for value, first and second derivative."""
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


def sway(time_s: Floats) -> Floats:
    """(n, 3) roll of a standing body and its two derivatives, radians."""
    phase, w = SWAY_RATE_RADPS * time_s, SWAY_RATE_RADPS
    return np.stack(
        [SWAY_AMPLITUDE_RAD * term for term in (np.sin(phase), w * np.cos(phase), -w * w * np.sin(phase))], 1
    )
