"""Why gravity over a stride has not its size: the accelerometer, the gyroscope, or movement beyond their range.

A foot at rest shows the accelerometer alone; over a stride the gyroscope carries its readings, so that a wrong scale of
that, or a lag between the two, changes the mean.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from surefoot.analysis.metrics import SCALES_WITH
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats

GRAVITY_TOLERANCE = 0.12
"""Relative error allowed between the mean specific force and gravity; sensors on sale have scale errors up to 5 %."""
MAX_CLIPPED_SHARE, MAX_GAP_SHARE = 0.5, 0.25
WITHHELD = "all but the times of contact is withheld"


def is_gravity(force_mps2: float) -> bool:
    """Whether a mean specific force may be gravity."""
    return abs(force_mps2 / STANDARD_GRAVITY_MPS2 - 1.0) <= GRAVITY_TOLERANCE


def without_scaled(metrics: Mapping[str, Floats], gravity_mps2: Floats) -> dict[str, Floats]:
    """Metrics (n,) without those that scale with a sensor, where gravity (n,) is known and has not its size.

    Either sensor may be wrong then: over a stride the two measure gravity together.
    """
    wrong = np.array([not is_gravity(force_mps2) for force_mps2 in gravity_mps2.tolist()]) & np.isfinite(gravity_mps2)
    return {key: np.where(wrong, np.nan, values) if key in SCALES_WITH else values for key, values in metrics.items()}


def gravity_note(stride_mps2: float, rest_mps2: float | None, clipped_share: float, gap_share: float = 0.0) -> str:
    """What is wrong where gravity over a stride is not, in one clause.

    Parameters
    ----------
    stride_mps2 : size of the mean specific force over strides.
    rest_mps2 : the same at rest; None if the foot never stood still for a second.
    clipped_share : share of the strides in which a reading is at the end of the sensor's range.
    gap_share : share of the strides with missing readings.
    """
    stride = f"{stride_mps2:.1f} m/s² instead of 9.8"
    if rest_mps2 is not None and abs(stride_mps2 - rest_mps2) <= GRAVITY_TOLERANCE * STANDARD_GRAVITY_MPS2:
        return f"gravity reads {rest_mps2:.1f} m/s² instead of 9.8 at rest, an error of the accelerometer: {WITHHELD}"
    if clipped_share > MAX_CLIPPED_SHARE:
        return f"most strides exceed the sensor's range, so that gravity over a stride reads {stride}: {WITHHELD}"
    if gap_share > MAX_GAP_SHARE:
        return (
            f"gravity over a stride reads {stride}: too many strides have missing readings, or a sensor is wrong; "
            f"{WITHHELD}"
        )
    if rest_mps2 is not None and is_gravity(rest_mps2):
        return (
            f"the accelerometer is right, {rest_mps2:.1f} m/s² at rest, but over a stride gravity reads {stride}: the "
            f"gyroscope's scale is wrong, or the two are out of step; {WITHHELD}"
        )
    return (
        f"gravity over a stride reads {stride}: accelerometer or gyroscope is wrong, and only a second at rest could "
        f"tell which; {WITHHELD}"
    )
