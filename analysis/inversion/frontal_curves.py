"""The frontal angle of the foot over the first 0.2 s of stances.

Each stance is followed by the gyroscope from mid-stance of the stance before, so the curve is known before the next
landing, and a foot that turns over is never its own reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.angles import inversion_and_pitch
from surefoot.analysis.gait.filters import GRID_HZ
from surefoot.analysis.gait.orientation import conjugate, rotate
from surefoot.analysis.gait.strapdown import STANCE_CELLS
from surefoot.analysis.model import Bools, Floats, Foot

CURVE_INTERVAL_S = 2.0 / GRID_HZ
CURVE_TIME_S = np.arange(0.0, 0.2001, CURVE_INTERVAL_S)
"""Times after contact; published peaks of sprains lie at 0.09 to 0.18 s."""
FIRST_PEAK_INDEX = 2
"""Peaks are searched from here on: contact is known to about 10 ms, rotation before that belongs to the landing."""
MIN_STANCE_PITCH_RAD = np.deg2rad(-45.0)
"""A foot pitched farther toes-down than this is pushing off or swinging."""


@dataclass(frozen=True, slots=True)
class FrontalCurves:
    """The frontal angle of n stances over the m times of `CURVE_TIME_S`; inversion is positive.

    Parameters
    ----------
    inversion_deg : (n, m)
    rate_dps : (n, m) central difference over 16 ms of the smoothed angle, which leaves out ringing at 30 Hz and above.
    """

    inversion_deg: Floats
    rate_dps: Floats

    def __len__(self) -> int:
        return len(self.inversion_deg)

    def __getitem__(self, rows: slice) -> FrontalCurves:
        return FrontalCurves(self.inversion_deg[rows], self.rate_dps[rows])

    @property
    def peak_rate_dps(self) -> Floats:
        """(n,) greatest rate after contact."""
        return self.rate_dps[:, FIRST_PEAK_INDEX:].max(axis=1)

    @property
    def rise_deg(self) -> Floats:
        """(n,) greatest angle after contact less that at contact."""
        return self.inversion_deg[:, FIRST_PEAK_INDEX:].max(axis=1) - self.inversion_deg[:, 0]


def frontal_curves(stance_orientation: Floats, contact_offset: Floats, frames: Floats, foot: Foot) -> FrontalCurves:
    """Frontal curves of n stances.

    Parameters
    ----------
    stance_orientation : (4, n, k) quaternions at the cells `STANCE_CELLS` around each landing, relative to mid-stance
        of the stance before.
    contact_offset : (n,) cells from the landing to initial contact.
    frames : (3, 3, n) sensor to foot.
    """
    up = np.broadcast_to(frames[2][..., None], (3, *stance_orientation.shape[1:]))
    inversion, toes_up = inversion_and_pitch(rotate(conjugate(stance_orientation), up), frames, foot)
    angle = np.degrees(_smoothed(_hold_from_push_off(inversion, toes_up)))
    around = np.arange(-1, len(CURVE_TIME_S) + 1)
    position = (contact_offset[:, None] - STANCE_CELLS[0]) / 2.0 + around
    curve = _interpolate(angle, np.clip(position, 0.0, len(STANCE_CELLS) - 1.001))
    return FrontalCurves(curve[:, 1:-1], (curve[:, 2:] - curve[:, :-2]) / (2.0 * CURVE_INTERVAL_S))


def _interpolate(angle: Floats, position: Floats) -> Floats:
    """(n, k) values at fractional columns (n, m) → (n, m)."""
    column = position.astype(np.int64)
    low, high = (np.take_along_axis(angle, each, axis=1) for each in (column, column + 1))
    return low + (position - column) * (high - low)


def _hold_from_push_off(inversion: Floats, toes_up: Floats) -> Floats:
    """The angle (n, k), held constant from where the foot rises onto its toes after landing."""
    leaving: Bools = (toes_up < MIN_STANCE_PITCH_RAD) & (STANCE_CELLS >= 0)
    last = np.where(leaving.any(axis=1), np.argmax(leaving, axis=1), inversion.shape[1] - 1)
    return np.take_along_axis(inversion, np.minimum(np.arange(inversion.shape[1]), last[:, None]), axis=1)


def _smoothed(angle: Floats) -> Floats:
    """Weighted by ¼ ½ ¼ along the last axis; the ends repeat the outermost value."""
    padded = np.concatenate([angle[:, :1], angle, angle[:, -1:]], axis=1)
    return 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
