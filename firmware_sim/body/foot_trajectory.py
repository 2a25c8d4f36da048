"""Pose of one foot over a whole plan: strides, gestures, inversion events, ringing and ground combined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body.euler import ROLL
from surefoot.firmware_sim.body.ground import Ground
from surefoot.firmware_sim.body.impact_ringing import ImpactRinging
from surefoot.firmware_sim.body.inversion_kinematics import InversionMotion
from surefoot.firmware_sim.body.non_gait import NonGaitMotion
from surefoot.firmware_sim.body.pose import Pose, quintic_hermite

SWAY_AMPLITUDE_RAD = 0.002
SWAY_RATE_RADPS = 2.0 * np.pi * 0.4
"""Postural sway: 0.002 rad of roll at 0.4 Hz, always present."""


@dataclass(frozen=True, slots=True)
class FootTrajectory:
    """The pose of one foot over a whole plan.

    Parameters
    ----------
    knot_s : (m,) strictly increasing.
    nodes : (m, 7, 3) channels as in `pose_from_channels`.
    non_gait : gestures, added to the strides.
    inversion : inversion events.
    ringing : vibration of shoe and pod after each landing.
    ground : surface on which the foot moves.
    """

    knot_s: Floats
    nodes: Floats
    non_gait: NonGaitMotion
    inversion: InversionMotion
    ringing: ImpactRinging
    ground: Ground

    def at(self, time_s: Floats, ringing: ImpactRinging | None = None) -> Pose:
        """Pose of the shoe, ringing included, at times between the first and the last knot.

        Parameters
        ----------
        ringing : replaces the shoe's own, for a loose pod.
        """
        return self.ground.pose_on_ground(self._foot_channels(time_s) + (ringing or self.ringing).at(time_s))

    def foot_pose_at(self, time_s: Floats) -> Pose:
        """Pose of the foot inside the shoe, without ringing."""
        return self.ground.pose_on_ground(self._foot_channels(time_s))

    def _foot_channels(self, time_s: Floats) -> Floats:
        """Channels without ringing and ground, (n, 7, 3)."""
        channels = quintic_hermite(self.knot_s, self.nodes, time_s) + self.non_gait.at(time_s)
        channels[:, ROLL] += sway(time_s)
        return self.inversion.apply(time_s, channels)


def sway(time_s: Floats) -> Floats:
    """Roll (rad) from postural sway, with two derivatives, (n, 3)."""
    phase, w = SWAY_RATE_RADPS * time_s, SWAY_RATE_RADPS
    return np.stack(
        [SWAY_AMPLITUDE_RAD * term for term in (np.sin(phase), w * np.cos(phase), -w * w * np.sin(phase))], 1
    )
