"""A point fixed to the foot: where it is in the world, and what a perfect IMU would read there."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats
from surefoot.firmware_sim.body.euler import lever_acceleration
from surefoot.firmware_sim.body.pose import Pose
from surefoot.firmware_sim.body.stance import ANKLE_M

LACES_M = (0.12, 0.0, 0.06)
"""A pod on the laces, from the heel point of the sole: forward, left, up."""


def ideal_readings(pose: Pose, position_m: tuple[float, float, float] = LACES_M) -> tuple[Floats, Floats]:
    """Specific force (m/s²) and angular rate (rad/s) at a point of the foot, foot frame, (n, 3) each."""
    arm = np.asarray(position_m) - ANKLE_M
    rate = pose.rate_radps
    up = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
    carried = np.einsum("nji,nj->ni", pose.rotation, pose.ankle_acc_mps2 + up)
    return carried + lever_acceleration(rate, pose.angular_acc_radps2, arm), rate


def point_position_m(pose: Pose, position_m: tuple[float, float, float] = LACES_M) -> Floats:
    """World position of a point of the foot, (n, 3)."""
    position: Floats = pose.ankle_m + pose.rotation @ (np.asarray(position_m) - ANKLE_M)
    return position
