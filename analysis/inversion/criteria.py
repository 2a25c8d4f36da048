"""Ankle rolls: stances in which the foot goes over its outer edge.

A roll differs from an unusual landing in that it happens on the ground, fast and far: within 0.2 s of contact the
foot turns outward faster, and farther beyond this runner's own course, than any of the strides before. Film of real
sprains shows peaks of 48 to 142° at 90 to 180 ms, at 468 to 1752 °/s (Fong et al. 2012, Am. J. Sports Med. 40:2627).

The stance is followed from the quiet foot of the stance before, which stood as usual; so the answer is there before
the next landing, and a rolled foot is never its own reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from surefoot.analysis.gait.angles import inversion_and_pitch
from surefoot.analysis.gait.filters import GRID_HZ
from surefoot.analysis.gait.orientation import conjugate, rotate
from surefoot.analysis.gait.strapdown import STANCE_CELLS
from surefoot.analysis.model import Bools, Floats, Foot
from surefoot.analysis.uncertainty import robust_sd

CURVE_INTERVAL_S = 2.0 / GRID_HZ
CURVE_TIME_S = np.arange(0.0, 0.2001, CURVE_INTERVAL_S)
"""After contact; published peaks lie at 0.09 to 0.18 s."""
FIRST_PEAK_INDEX = 2
"""Contact itself is known to some 10 ms: what is turned by then belongs to the landing."""

MIN_STANCE_PITCH_RAD = np.deg2rad(-45.0)
"""A foot pitched farther down than this pushes off or swings."""

MIN_EXCESS_DEG, MIN_RISE_DEG, MIN_RATE_DPS = 15.0, 10.0, 200.0
"""Beyond the runner's own course, of it since contact, and at what rate: every roll has all three."""
RATE_LIMIT_SD = 4.5
"""The rate also lies so many standard deviations above the runner's own, and the rise beyond the landings' scatter."""
MIN_RATE_SD_DPS, MIN_LANDING_SD_DEG = 25.0, 1.5
MEMORY_STANCES = 48
PRIOR_STANCES = 8
"""So many strides does what was known before count for."""
PRIOR_Z_SCORES = np.linspace(-1.35, 1.35, PRIOR_STANCES)
"""Eight values that scatter about as a standard normal does."""


@dataclass(frozen=True, slots=True)
class FrontalCurves:
    """The frontal angle of n stances over `CURVE_TIME_S`.

    Parameters
    ----------
    inversion_deg : (n, m)
    rate_dps : (n, m) over 16 ms and smoothed, so that ringing at 30 Hz and above does not count.
    """

    inversion_deg: Floats
    rate_dps: Floats

    def __len__(self) -> int:
        return len(self.inversion_deg)

    @property
    def peak_rate_dps(self) -> Floats:
        """(n,) greatest rate after contact."""
        return self.rate_dps[:, FIRST_PEAK_INDEX:].max(axis=1)

    @property
    def rise_deg(self) -> Floats:
        """(n,) greatest angle after contact less that at contact."""
        return self.inversion_deg[:, FIRST_PEAK_INDEX:].max(axis=1) - self.inversion_deg[:, 0]


@dataclass(frozen=True, slots=True)
class StanceReference:
    """One foot's usual stances, of this run or frozen from earlier ones.

    Parameters
    ----------
    course_deg, spread_deg : (m,) median course over `CURVE_TIME_S` and its scatter.
    rate_dps, rate_spread_dps : greatest rate of a stance.
    strides : that it was learned from.
    """

    curve_deg: Floats
    spread_deg: Floats
    rate_dps: float
    rate_spread_dps: float
    strides: int

    def to_dict(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "course_deg": self.curve_deg.tolist(),
            "spread_deg": self.spread_deg.tolist(),
            "rate_dps": self.rate_dps,
            "rate_spread_dps": self.rate_spread_dps,
            "strides": self.strides,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StanceReference:
        """A band written by `to_dict`.

        Raises
        ------
        ValueError
            if it is not one.
        """
        try:
            curve, spread = (np.array(values[key], dtype=np.float64) for key in ("course_deg", "spread_deg"))
            rate, rate_spread = float(values["rate_dps"]), float(values["rate_spread_dps"])
            reference = cls(curve, spread, rate, rate_spread, int(values["strides"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"band of stances: {error} is missing or no number") from error
        if not curve.shape == spread.shape == CURVE_TIME_S.shape or not np.isfinite([*curve, *spread, rate]).all():
            raise ValueError(f"band of stances: expected {len(CURVE_TIME_S)} finite angles")
        return reference


POPULATION_REFERENCE = StanceReference(
    np.interp(CURVE_TIME_S, [0.0, 0.06, 0.20], [6.0, -1.0, 0.0]), np.full(len(CURVE_TIME_S), 3.0), 80.0, 40.0, strides=0
)
"""What healthy runners do, which stands for the runner's own strides until they have made some."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """How one stance left the runner's own course.

    Parameters
    ----------
    peak_s : after contact.
    beyond_deg, inversion_deg : at the peak, against the own course and against the flat foot.
    rise_deg : of `excess_deg`, since contact.
    rate_dps : greatest on the way to the peak.
    """

    peak_s: float
    excess_deg: float
    inversion_deg: float
    rise_deg: float
    rate_dps: float


def frontal_curves(stance_orientation: Floats, contact_offset: Floats, frames: Floats, foot: Foot) -> FrontalCurves:
    """Courses of n stances from the orientation (4, n, k) at the cells `STANCE_CELLS` around each landing.

    The orientation counts from the quiet foot of the stance before; `contact_offset` (n,) is the contact in cells from
    the
    landing, `frames` (3, 3, n) sensor to foot.
    """
    up = np.broadcast_to(frames[2][..., None], (3, *stance_orientation.shape[1:]))
    inversion, toes_up = inversion_and_pitch(rotate(conjugate(stance_orientation), up), frames, foot)
    angle = np.degrees(_smoothed(_hold_from_push_off(inversion, toes_up)))
    position = np.clip(
        (contact_offset[:, None] - STANCE_CELLS[0]) / 2.0 + np.arange(-1, len(CURVE_TIME_S) + 1),
        0.0,
        len(STANCE_CELLS) - 1.001,
    )
    index = position.astype(np.int64)
    low, high = (np.take_along_axis(angle, cell, axis=1) for cell in (index, index + 1))
    curve = low + (position - index) * (high - low)
    return FrontalCurves(curve[:, 1:-1], (curve[:, 2:] - curve[:, :-2]) / (2.0 * CURVE_INTERVAL_S))


class StanceReferenceEstimator:
    """The latest stances of one foot that were no rolls; begins with what was known before."""

    def __init__(self, prior: StanceReference = POPULATION_REFERENCE) -> None:
        self._curves_deg = prior.curve_deg + PRIOR_Z_SCORES[:, None] * prior.spread_deg
        self._rates_dps = prior.rate_dps + PRIOR_Z_SCORES * prior.rate_spread_dps
        self._strides = 0

    def update(self, curves: FrontalCurves, usual: Bools) -> None:
        """Take the usual ones of new stances."""
        self._curves_deg = np.concatenate([self._curves_deg, curves.inversion_deg[usual]])[-MEMORY_STANCES:]
        self._rates_dps = np.concatenate([self._rates_dps, curves.peak_rate_dps[usual]])[-MEMORY_STANCES:]
        self._strides = min(self._strides + int(usual.sum()), MEMORY_STANCES)

    def estimate(self) -> StanceReference:
        """As known now."""
        middle = np.median(self._curves_deg, axis=0)
        rate = float(np.median(self._rates_dps))
        return StanceReference(
            middle, robust_sd(self._curves_deg), rate, float(robust_sd(self._rates_dps)), self._strides
        )


def is_suspect(curves: FrontalCurves) -> Bools:
    """(n,) stances worth holding against the own band: fast and far enough for a roll in anybody."""
    return (curves.peak_rate_dps >= MIN_RATE_DPS) & (curves.rise_deg >= 0.5 * MIN_RISE_DEG)


def measure_excursion(curves: FrontalCurves, stance: int, reference: StanceReference) -> Excursion:
    """How a stance left the own course."""
    deviation = curves.inversion_deg[stance] - reference.curve_deg
    peak = FIRST_PEAK_INDEX + int(np.argmax(deviation[FIRST_PEAK_INDEX:]))
    return Excursion(
        peak_s=float(CURVE_TIME_S[peak]),
        excess_deg=float(deviation[peak]),
        inversion_deg=float(curves.inversion_deg[stance, peak]),
        rise_deg=float(deviation[peak] - deviation[0]),
        rate_dps=float(curves.rate_dps[stance, 1 : peak + 1].max()),
    )


def is_inversion_event(excursion: Excursion, reference: StanceReference) -> bool:
    """Whether all conditions hold."""
    robust_sd = max(float(reference.spread_deg[0]), MIN_LANDING_SD_DEG)
    fast = reference.rate_dps + RATE_LIMIT_SD * max(reference.rate_spread_dps, MIN_RATE_SD_DPS)
    return (
        excursion.excess_deg >= MIN_EXCESS_DEG
        and excursion.rise_deg >= max(MIN_RISE_DEG, 2.0 * robust_sd)
        and excursion.rate_dps >= max(MIN_RATE_DPS, fast)
    )


def _hold_from_push_off(inversion: Floats, toes_up: Floats) -> Floats:
    """The angle held from where the foot stands on its toes after landing, and leaves."""
    leaving = (toes_up < MIN_STANCE_PITCH_RAD) & (STANCE_CELLS >= 0)
    last = np.where(leaving.any(axis=1), np.argmax(leaving, axis=1), inversion.shape[1] - 1)
    return np.take_along_axis(inversion, np.minimum(np.arange(inversion.shape[1]), last[:, None]), axis=1)


def _smoothed(angle: Floats) -> Floats:
    """Weights ¼ ½ ¼ along the last axis, ends held."""
    held = np.concatenate([angle[:, :1], angle, angle[:, -1:]], axis=1)
    return 0.25 * held[:, :-2] + 0.5 * held[:, 1:-1] + 0.25 * held[:, 2:]
