"""Everything that moves one foot over a plan, put together: strides, antics, rolls, ringing, ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body.euler import ROLL
from surefoot.firmware_sim.body.ground import Ground
from surefoot.firmware_sim.body.impact_ringing import Ringing
from surefoot.firmware_sim.body.inversion_kinematics import Tipping
from surefoot.firmware_sim.body.non_gait import Antics
from surefoot.firmware_sim.body.pose import Pose, hermite

SWAY_AMPLITUDE_RAD = 0.002
SWAY_RATE_RADPS = 2.0 * np.pi * 0.4


@dataclass(frozen=True, slots=True)
class Track:
    """The pose of one foot over a whole plan.

    Parameters
    ----------
    knot_s : (m,) strictly increasing.
    nodes : (m, 7, 3) channels as in `pose_of`.
    antics : what the foot does besides its strides.
    tipping : the stances in which the foot goes over its outer edge.
    ringing : what each landing sets swinging in shoe and pod, on top of all.
    ground : what all this happens on.
    """

    knot_s: Floats
    nodes: Floats
    antics: Antics
    tipping: Tipping
    ringing: Ringing
    ground: Ground

    def at(self, time_s: Floats, ringing: Ringing | None = None) -> Pose:
        """Pose of the shoe that the pod sits on, at any instants between the first and the last knot.

        Parameters
        ----------
        ringing : of a pod that sits loosely, instead of the shoe's own.
        """
        return self.ground.laid(self._foot(time_s) + (ringing or self.ringing).at(time_s))

    def foot_at(self, time_s: Floats) -> Pose:
        """Pose of the foot inside, which does not ring."""
        return self.ground.laid(self._foot(time_s))

    def _foot(self, time_s: Floats) -> Floats:
        """(n, 7, 3)"""
        channels = hermite(self.knot_s, self.nodes, time_s) + self.antics.at(time_s)
        channels[:, ROLL] += sway(time_s)
        return self.tipping.over_the_edge(time_s, channels)


def sway(time_s: Floats) -> Floats:
    """(n, 3) roll of a standing body and its two derivatives, radians."""
    phase, w = SWAY_RATE_RADPS * time_s, SWAY_RATE_RADPS
    return np.stack(
        [SWAY_AMPLITUDE_RAD * term for term in (np.sin(phase), w * np.cos(phase), -w * w * np.sin(phase))], 1
    )
