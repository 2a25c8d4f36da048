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

from surefoot.analysis.gait.angles import tilt_from
from surefoot.analysis.gait.filters import GRID_HZ
from surefoot.analysis.gait.orientation import conjugate, rotate
from surefoot.analysis.gait.strapdown import STANCE
from surefoot.analysis.model import Bools, Floats, Foot
from surefoot.analysis.uncertainty import scatter

STEP_S = 2.0 / GRID_HZ
COURSE_S = np.arange(0.0, 0.2001, STEP_S)
"""After contact; published peaks lie at 0.09 to 0.18 s."""
EARLIEST = 2
"""Contact itself is known to some 10 ms: what is turned by then belongs to the landing."""

ON_TOES_RAD = np.deg2rad(-45.0)
"""A foot pitched farther down than this pushes off or swings."""

LEAST_BEYOND_DEG, LEAST_RISE_DEG, LEAST_RATE_DPS = 15.0, 10.0, 200.0
"""Beyond the runner's own course, of it since contact, and at what rate: every roll has all three."""
BAND_WIDTH = 4.5
"""The rate also lies so many standard deviations above the runner's own, and the rise beyond the landings' scatter."""
LEAST_SD_DPS, LEAST_SD_DEG = 25.0, 1.5
MEMORY = 48
PRIOR_STRIDES = 8
"""So many strides does what was known before count for."""
PRIOR_SPREAD = np.linspace(-1.35, 1.35, PRIOR_STRIDES)
"""Eight values that scatter about as a standard normal does."""


@dataclass(frozen=True, slots=True)
class Courses:
    """The frontal angle of n stances over `COURSE_S`.

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
        return self.rate_dps[:, EARLIEST:].max(axis=1)

    @property
    def rise_deg(self) -> Floats:
        """(n,) greatest angle after contact less that at contact."""
        return self.inversion_deg[:, EARLIEST:].max(axis=1) - self.inversion_deg[:, 0]


@dataclass(frozen=True, slots=True)
class Band:
    """One foot's usual stances, of this run or frozen from earlier ones.

    Parameters
    ----------
    course_deg, spread_deg : (m,) median course over `COURSE_S` and its scatter.
    rate_dps, rate_spread_dps : greatest rate of a stance.
    strides : that it was learned from.
    """

    course_deg: Floats
    spread_deg: Floats
    rate_dps: float
    rate_spread_dps: float
    strides: int

    def to_plain(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "course_deg": self.course_deg.tolist(),
            "spread_deg": self.spread_deg.tolist(),
            "rate_dps": self.rate_dps,
            "rate_spread_dps": self.rate_spread_dps,
            "strides": self.strides,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Band:
        """A band written by `to_plain`.

        Raises
        ------
        ValueError
            if it is not one.
        """
        try:
            course, spread = (np.array(plain[key], dtype=np.float64) for key in ("course_deg", "spread_deg"))
            rate, rate_spread = float(plain["rate_dps"]), float(plain["rate_spread_dps"])
            band = cls(course, spread, rate, rate_spread, int(plain["strides"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"band of stances: {error} is missing or no number") from error
        if not course.shape == spread.shape == COURSE_S.shape or not np.isfinite([*course, *spread, rate]).all():
            raise ValueError(f"band of stances: expected {len(COURSE_S)} finite angles")
        return band


POPULATION = Band(
    np.interp(COURSE_S, [0.0, 0.06, 0.20], [6.0, -1.0, 0.0]), np.full(len(COURSE_S), 3.0), 80.0, 40.0, strides=0
)
"""What healthy runners do, which stands for the runner's own strides until they have made some."""


@dataclass(frozen=True, slots=True)
class Excess:
    """How one stance left the runner's own course.

    Parameters
    ----------
    peak_s : after contact.
    beyond_deg, inversion_deg : at the peak, against the own course and against the flat foot.
    rise_deg : of `beyond_deg`, since contact.
    rate_dps : greatest on the way to the peak.
    """

    peak_s: float
    beyond_deg: float
    inversion_deg: float
    rise_deg: float
    rate_dps: float


def courses_of(stance_turn: Floats, touch: Floats, frames: Floats, foot: Foot) -> Courses:
    """Courses of n stances from the orientation (4, n, k) at the cells `STANCE` around each landing.

    The orientation counts from the quiet foot of the stance before; `touch` (n,) is the contact in cells from the
    landing, `frames` (3, 3, n) sensor to foot.
    """
    up = np.broadcast_to(frames[2][..., None], (3, *stance_turn.shape[1:]))
    inversion, toes_up = tilt_from(rotate(conjugate(stance_turn), up), frames, foot)
    around = np.degrees(_smoothed(_while_standing(inversion, toes_up)))
    place = np.clip((touch[:, None] - STANCE[0]) / 2.0 + np.arange(-1, len(COURSE_S) + 1), 0.0, len(STANCE) - 1.001)
    whole = place.astype(np.int64)
    low, high = (np.take_along_axis(around, cell, axis=1) for cell in (whole, whole + 1))
    course = low + (place - whole) * (high - low)
    return Courses(course[:, 1:-1], (course[:, 2:] - course[:, :-2]) / (2.0 * STEP_S))


class OwnBand:
    """The latest stances of one foot that were no rolls; begins with what was known before."""

    def __init__(self, known: Band = POPULATION) -> None:
        self._courses_deg = known.course_deg + PRIOR_SPREAD[:, None] * known.spread_deg
        self._rates_dps = known.rate_dps + PRIOR_SPREAD * known.rate_spread_dps
        self._strides = 0

    def add(self, courses: Courses, usual: Bools) -> None:
        """Take the usual ones of new stances."""
        self._courses_deg = np.concatenate([self._courses_deg, courses.inversion_deg[usual]])[-MEMORY:]
        self._rates_dps = np.concatenate([self._rates_dps, courses.peak_rate_dps[usual]])[-MEMORY:]
        self._strides = min(self._strides + int(usual.sum()), MEMORY)

    def band(self) -> Band:
        """As known now."""
        middle = np.median(self._courses_deg, axis=0)
        rate = float(np.median(self._rates_dps))
        return Band(middle, scatter(self._courses_deg), rate, float(scatter(self._rates_dps)), self._strides)


def suspects(courses: Courses) -> Bools:
    """(n,) stances worth holding against the own band: fast and far enough for a roll in anybody."""
    return (courses.peak_rate_dps >= LEAST_RATE_DPS) & (courses.rise_deg >= 0.5 * LEAST_RISE_DEG)


def excess_of(courses: Courses, stance: int, band: Band) -> Excess:
    """How a stance left the own course."""
    beyond = courses.inversion_deg[stance] - band.course_deg
    peak = EARLIEST + int(np.argmax(beyond[EARLIEST:]))
    return Excess(
        peak_s=float(COURSE_S[peak]),
        beyond_deg=float(beyond[peak]),
        inversion_deg=float(courses.inversion_deg[stance, peak]),
        rise_deg=float(beyond[peak] - beyond[0]),
        rate_dps=float(courses.rate_dps[stance, 1 : peak + 1].max()),
    )


def is_roll(excess: Excess, band: Band) -> bool:
    """Whether all conditions hold."""
    scatter = max(float(band.spread_deg[0]), LEAST_SD_DEG)
    fast = band.rate_dps + BAND_WIDTH * max(band.rate_spread_dps, LEAST_SD_DPS)
    return (
        excess.beyond_deg >= LEAST_BEYOND_DEG
        and excess.rise_deg >= max(LEAST_RISE_DEG, 2.0 * scatter)
        and excess.rate_dps >= max(LEAST_RATE_DPS, fast)
    )


def _while_standing(inversion: Floats, toes_up: Floats) -> Floats:
    """The angle held from where the foot stands on its toes after landing, and leaves."""
    leaving = (toes_up < ON_TOES_RAD) & (STANCE >= 0)
    last = np.where(leaving.any(axis=1), np.argmax(leaving, axis=1), inversion.shape[1] - 1)
    return np.take_along_axis(inversion, np.minimum(np.arange(inversion.shape[1]), last[:, None]), axis=1)


def _smoothed(angle: Floats) -> Floats:
    """Weights ¼ ½ ¼ along the last axis, ends held."""
    held = np.concatenate([angle[:, :1], angle, angle[:, -1:]], axis=1)
    return 0.25 * held[:, :-2] + 0.5 * held[:, 1:-1] + 0.25 * held[:, 2:]
