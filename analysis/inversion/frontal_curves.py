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
from surefoot.analysis.gait.strapdown import STANCE_CELLS, StrideKinematics
from surefoot.analysis.model import Bools, Floats, Foot, Ints

CURVE_INTERVAL_S = 2.0 / GRID_HZ
CURVE_TIME_S = np.arange(0.0, 0.2001, CURVE_INTERVAL_S)
"""Times after contact; published peaks of sprains lie at 0.09 to 0.18 s."""
FIRST_PEAK_INDEX = 2
"""Peaks are searched from here on: contact is known to about 10 ms, rotation before that belongs to the landing."""
LOADING_S = 0.10
"""From contact until a sprinter's foot begins to push off, and rolls out again."""
SMOOTHING_AHEAD = 2
"""Columns that the smoothed and interpolated angle reaches ahead."""
MIN_STANCE_PITCH_RAD = np.deg2rad(-45.0)
"""A foot pitched farther toes-down than this is pushing off or swinging."""


@dataclass(frozen=True, slots=True)
class FrontalCurves:
    """The frontal angle of n stances over the m times of `CURVE_TIME_S`; inversion is positive.

    Parameters
    ----------
    inversion_deg : (n, m)
        It stays as it was last seen once a reading is missing.
    rate_dps : (n, m) central difference over 16 ms of the smoothed angle, which leaves out ringing at 30 Hz and above.
    seen : (n,) number of times, from contact on, up to which no reading is missing since mid-stance.
    clipped : (n, m) whether the gyroscope has clipped since mid-stance.
    """

    inversion_deg: Floats
    rate_dps: Floats
    seen: Ints
    clipped: Bools

    def __len__(self) -> int:
        return len(self.inversion_deg)

    def __getitem__(self, rows: slice) -> FrontalCurves:
        return FrontalCurves(self.inversion_deg[rows], self.rate_dps[rows], self.seen[rows], self.clipped[rows])

    @property
    def mirrored(self) -> FrontalCurves:
        """The same stances as the other foot would have made them."""
        return FrontalCurves(-self.inversion_deg, -self.rate_dps, self.seen, self.clipped)

    @property
    def rolled_in_deg(self) -> Floats:
        """(n,) how much farther the foot rolls in than out while it is loaded; of the mirrored stance the opposite."""
        loading = self.inversion_deg[:, CURVE_TIME_S <= LOADING_S]
        return 2.0 * loading[:, 0] - loading.max(axis=1) - loading.min(axis=1)

    @property
    def complete(self) -> Bools:
        """(n,) no reading is missing over all times."""
        return self.seen == self.inversion_deg.shape[1]

    @property
    def peak_rate_dps(self) -> Floats:
        """(n,) greatest rate after contact."""
        return self.rate_dps[:, FIRST_PEAK_INDEX:].max(axis=1)

    @property
    def rise_deg(self) -> Floats:
        """(n,) greatest angle after contact less that at contact."""
        return self.inversion_deg[:, FIRST_PEAK_INDEX:].max(axis=1) - self.inversion_deg[:, 0]


def frontal_curves(kinematics: StrideKinematics, contact_offset: Floats, frames: Floats, foot: Foot) -> FrontalCurves:
    """Frontal curves of n stances.

    Parameters
    ----------
    kinematics : of the n strides before.
    contact_offset : (n,) cells from the landing to initial contact.
    frames : (3, 3, n) sensor to foot.
    """
    orientation = kinematics.stance_orientation
    up = np.broadcast_to(frames[2][..., None], (3, *orientation.shape[1:]))
    inversion, toes_up = inversion_and_pitch(rotate(conjugate(orientation), up), frames, foot)
    angle = np.degrees(_smoothed(_hold_from(inversion, _last_stance_column(toes_up))))
    around = np.arange(-1, len(CURVE_TIME_S) + 1)
    position = (contact_offset[:, None] - STANCE_CELLS[0]) / 2.0 + around
    known = _known(kinematics.stance_whole, position)
    curve = _interpolate(angle, np.clip(position, 0.0, len(STANCE_CELLS) - 1.001))
    curve = _hold_from(curve, np.maximum(known - 1, 0))
    return FrontalCurves(
        curve[:, 1:-1],
        (curve[:, 2:] - curve[:, :-2]) / (2.0 * CURVE_INTERVAL_S),
        np.clip(known - 1, 0, len(CURVE_TIME_S)),
        np.take_along_axis(kinematics.stance_clipped, _column(position[:, 1:-1]), axis=1),
    )


def _column(position: Floats, ahead: int = 0) -> Ints:
    """(n, m) columns at or before fractional ones, or so many later."""
    column: Ints = np.clip(position.astype(np.int64) + ahead, 0, len(STANCE_CELLS) - 1)
    return column


def _known(whole: Bools, position: Floats) -> Ints:
    """(n,) how many fractional columns come before the first that lacks a reading."""
    known = np.take_along_axis(whole, _column(position, SMOOTHING_AHEAD), axis=1) & (position <= len(STANCE_CELLS) - 1)
    return np.logical_and.accumulate(known, axis=1).sum(axis=1)


def _interpolate(angle: Floats, position: Floats) -> Floats:
    """(n, k) values at fractional columns (n, m) → (n, m)."""
    column = position.astype(np.int64)
    low, high = (np.take_along_axis(angle, each, axis=1) for each in (column, column + 1))
    return low + (position - column) * (high - low)


def _last_stance_column(toes_up: Floats) -> Ints:
    """(n,) where the foot rises onto its toes after landing."""
    leaving: Bools = (toes_up < MIN_STANCE_PITCH_RAD) & (STANCE_CELLS >= 0)
    return np.where(leaving.any(axis=1), np.argmax(leaving, axis=1), toes_up.shape[1] - 1)


def _hold_from(angle: Floats, last: Ints) -> Floats:
    """The angle (n, k), constant from column `last` on."""
    return np.take_along_axis(angle, np.minimum(np.arange(angle.shape[1]), last[:, None]), axis=1)


def _smoothed(angle: Floats) -> Floats:
    """Weighted by ¼ ½ ¼ along the last axis; the ends repeat the outermost value."""
    padded = np.concatenate([angle[:, :1], angle, angle[:, -1:]], axis=1)
    return 0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
