"""Sole as a rocker: the foot rolls over heel, ball and toe without slipping."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.interpolate import CubicSpline, PPoly

from surefoot.analysis.model import Floats

BALL_ANGLE_RAD = np.radians(2.0)
BALL_WIDTH_RAD = np.radians(2.5)
TOE_ANGLE_RAD = np.radians(20.0)
TOE_WIDTH_RAD = np.radians(5.0)
"""Pitch at which the contact point moves on to ball and toe, and width of each transition."""


@dataclass(frozen=True, slots=True)
class HeelMotion:
    """Heel point with two time derivatives, same shape as the angles."""

    forward_m: Floats
    forward_mps: Floats
    forward_mps2: Floats
    height_m: Floats
    height_mps: Floats
    height_mps2: Floats


def contact_ahead_m(pitch_rad: Floats, ball_m: float, toe_m: float) -> Floats:
    """Distance of the contact point ahead of the heel point: heel, ball, then toe as the pitch grows."""
    ball = ball_m * _sigmoid((pitch_rad - BALL_ANGLE_RAD) / BALL_WIDTH_RAD)
    toe = (toe_m - ball_m) * _sigmoid((pitch_rad - TOE_ANGLE_RAD) / TOE_WIDTH_RAD)
    return np.cos(pitch_rad) * (ball + toe)


def heel_motion(pitch_rad: Floats, rate_radps: Floats, acc_radps2: Floats, ball_m: float, toe_m: float) -> HeelMotion:
    """Position of the heel point while the sole rolls on the ground.

    The contact is the instantaneous centre of rotation: per radian of pitch, height changes by the distance of the
    contact and forward position by the height. Forward position is zero for the flat foot.
    """
    contact, height, forward = _curves(ball_m, toe_m)
    ahead, bend, high = contact(pitch_rad), contact(pitch_rad, 1), height(pitch_rad)
    return HeelMotion(
        forward_m=forward(pitch_rad) - forward(0.0),
        forward_mps=high * rate_radps,
        forward_mps2=ahead * rate_radps**2 + high * acc_radps2,
        height_m=high,
        height_mps=ahead * rate_radps,
        height_mps2=bend * rate_radps**2 + ahead * acc_radps2,
    )


@cache
def _curves(ball_m: float, toe_m: float) -> tuple[PPoly, PPoly, PPoly]:
    """Contact distance, heel height and heel forward position as functions of pitch."""
    pitch_rad = np.radians(np.linspace(-70.0, 130.0, 801))
    contact = CubicSpline(pitch_rad, contact_ahead_m(pitch_rad, ball_m, toe_m))
    return contact, contact.antiderivative(1), contact.antiderivative(2)


def _sigmoid(x: Floats) -> Floats:
    return 0.5 * (1.0 + np.tanh(0.5 * x))
