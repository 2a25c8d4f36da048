"""Heel and ankle in stance: landing impact, rolling over the sole, lift-off."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body.euler import PITCH, YAW, orientation_from_angles
from surefoot.firmware_sim.body.rocker import heel_motion
from surefoot.firmware_sim.body.runner_profile import RunnerProfile

ANKLE_M = np.array([0.06, 0.0, 0.07])
"""Ankle from the heel point of the sole, foot frame."""


def ankle_from_heel(heel: Floats, euler: Floats) -> Floats:
    """Ankle position with two derivatives in the last axis, (..., 3, 3), from heel and Euler angles."""
    return heel + orientation_from_angles(euler).lever_arm(ANKLE_M)


def stance_heel(runner: RunnerProfile, euler: Floats, foothold_m: Floats, offset: Floats) -> Floats:
    """Heel point of a foot that rolls over its sole.

    Parameters
    ----------
    euler : (..., 4, 3) roll, pitch, yaw, veer with derivatives; yaw is constant in stance.
    foothold_m : (..., 2) heel of the flat foot, forward and left.
    offset : (..., 2, 3) added along the foot and up, with derivatives: see `landing_offset` and `lifting_offset`.

    Returns
    -------
    (..., 3, 3) x, y, z with two derivatives in the last axis.
    """
    pitch = euler[..., PITCH, :]
    rolled = heel_motion(pitch[..., 0], pitch[..., 1], pitch[..., 2], runner.ball_m, runner.toe_m)
    along = np.stack([rolled.forward_m, rolled.forward_mps, rolled.forward_mps2], axis=-1) + offset[..., 0, :]
    height = np.stack([rolled.height_m, rolled.height_mps, rolled.height_mps2], axis=-1) + offset[..., 1, :]
    yaw = euler[..., YAW, :1]
    heel = np.stack([along * np.cos(yaw), along * np.sin(yaw), height], axis=-2)
    heel[..., :2, 0] += foothold_m
    return heel


def landing_offset(since_s: Floats, impact_s: Floats, velocity_mps: Floats, acc_mps2: Floats) -> Floats:
    """Displacement during the impact, which ends at zero and at rest.

    Parameters
    ----------
    since_s, impact_s : (...) time since initial contact, and duration of the impact.
    velocity_mps, acc_mps2 : (..., 2) at initial contact.

    Returns
    -------
    (..., 2, 3) value and two derivatives.
    """
    d = impact_s[..., None]
    u = np.clip(since_s / impact_s, 0.0, 1.0)[..., None]
    stop = -velocity_mps / d - acc_mps2 / 3.0
    acc = acc_mps2 * (1 - u) ** 2 + 30.0 * stop * u**2 * (1 - u) ** 2
    velocity = velocity_mps + d * (acc_mps2 * (1 - (1 - u) ** 3) / 3.0 + stop * (10 * u**3 - 15 * u**4 + 6 * u**5))
    displacement = d * velocity_mps * (u - 1.0) + d**2 * (
        acc_mps2 * ((u - 1.0) / 3.0 + (1 - u) ** 4 / 12.0) + stop * (2.5 * u**4 - 3 * u**5 + u**6 - 0.5)
    )
    return np.stack([displacement, velocity, acc], axis=-1)


def lifting_offset(left_s: Floats, push_s: Floats, velocity_mps: Floats) -> Floats:
    """Displacement by which the leg lifts the foot in excess of rolling, before toe-off.

    Parameters
    ----------
    left_s, push_s : (...) time until terminal contact, and duration of push-off, in which acceleration
        grows linearly.
    velocity_mps : (..., 2) at terminal contact.

    Returns
    -------
    (..., 2, 3) value and two derivatives.
    """
    d = push_s[..., None]
    u = np.clip(1.0 - left_s / push_s, 0.0, 1.0)[..., None]
    return np.stack([d * velocity_mps * u**3 / 3.0, velocity_mps * u**2, 2.0 * velocity_mps * u / d], axis=-1)
