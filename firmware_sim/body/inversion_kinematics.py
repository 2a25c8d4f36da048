"""Kinematics of an inversion event: the foot tilts about the outer edge of the sole and returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.euler import ROLL, YAW, orientation_from_angles
from surefoot.firmware_sim.body.monotone_spline import minimum_jerk
from surefoot.firmware_sim.body.stance import ANKLE_M

PIVOT_M = np.array([0.14, 0.045, 0.0])
"""Pivot on the outer edge of a left sole, from the heel point; the internal rotation is about it too."""


@dataclass(frozen=True, slots=True)
class InversionMotion:
    """The inversion events of one foot, in order of time.

    Parameters
    ----------
    foot : whose events these are.
    onset_s, peak_s, end_s : (q,) start, peak and end of the tilt.
    excursion_rad, rotation_rad : (q,) inversion and internal rotation at the peak, in excess of the usual angle.
    """

    foot: Foot
    onset_s: Floats
    peak_s: Floats
    end_s: Floats
    excursion_rad: Floats
    rotation_rad: Floats

    def apply(self, time_s: Floats, channels: Floats) -> Floats:
        """Pose channels (n, 7, 3) with the events added; the pivot stays in place."""
        if not len(self.onset_s):
            return channels
        row = np.maximum(np.searchsorted(self.onset_s, time_s, side="right") - 1, 0)
        near = np.flatnonzero((time_s > self.onset_s[row]) & (time_s < self.end_s[row]))
        usual, tilted, row = channels[near, :4], channels[near, :4], row[near]
        side = 1.0 if self.foot is Foot.LEFT else -1.0
        phase = _out_and_back(time_s[near], self.onset_s[row], self.peak_s[row], self.end_s[row])
        tilted[:, ROLL] -= side * self.excursion_rad[row, None] * phase
        tilted[:, YAW] -= side * self.rotation_rad[row, None] * phase
        arm_m = PIVOT_M * [1.0, side, 1.0] - ANKLE_M
        out = channels.copy()
        out[near] = np.concatenate(
            [
                tilted,
                channels[near, 4:]
                + orientation_from_angles(usual).lever_arm(arm_m)
                - orientation_from_angles(tilted).lever_arm(arm_m),
            ],
            axis=1,
        )
        return out


def _out_and_back(time_s: Floats, onset_s: Floats, peak_s: Floats, end_s: Floats) -> Floats:
    """Minimum-jerk curve from 0 to 1 at the peak and back to 0, with two derivatives, (n, 3)."""
    rising = time_s < peak_s
    length_s = np.where(rising, peak_s - onset_s, peak_s - end_s)
    return minimum_jerk((time_s - np.where(rising, onset_s, end_s)) / length_s) / length_s[:, None] ** np.arange(3)
