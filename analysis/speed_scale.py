"""By how much a runner's speed from the pods is off, learnt from a treadmill's belt and from distances that are known.

What pods miss of speed is nearly the same share at every speed: it lies in the accelerometer, the shoe and where the
pod sits on it. So one factor is learnt for a runner in a shoe. Its interval allows for what the reference may be off
by, for speeds that differ from those learnt from, and for strides that scatter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from scipy.special import stdtrit

from surefoot.analysis.companions import BELT_SPEED, CompanionReading
from surefoot.analysis.model import Window

SPEED = "speed_mps"
MIN_BELT_READINGS = 5
MAX_BELT_CHANGE_MPS = 0.1
"""In a window in which the belt changes by more, its speed is not taken: display and belt do not change together."""
MIN_SPEED_MPS = 0.4
LEVEL_MPS = 0.2
"""Windows whose belt speeds are this near are of one level: they repeat what they are off by."""
BETWEEN_LEVELS_SD = 0.01
"""How much the factor differs from speed to speed, until levels enough have shown it."""
PRIOR_LEVELS = 10.0
"""Weight of that, in levels."""
SCATTER_SD = 0.012
"""Of the factor of `SCATTER_S`: 80 strides, whose speeds scatter by up to 8 % and are not independent of each other."""
SCATTER_S = 30.0
MAX_OFF = 0.25
"""A factor further from 1 is no scale: another runner, another unit, hands on the rail."""


class Reference(StrEnum):
    """What a speed is compared with."""

    BELT = "belt"
    DISTANCE = "distance"


REFERENCE_SD: Mapping[Reference, float] = MappingProxyType({Reference.BELT: 0.01, Reference.DISTANCE: 0.005})
"""Standard uncertainty of a treadmill's display, good to 1–2 %, and of a distance that somebody knows."""


@dataclass(frozen=True, slots=True)
class SpeedEvidence:
    """A stretch whose speed is known from elsewhere.

    Parameters
    ----------
    own_mps, true_mps : speed from the pods, and as the reference has it.
    duration_s : how long it is.
    """

    reference: Reference
    own_mps: float
    true_mps: float
    duration_s: float

    @property
    def is_plausible(self) -> bool:
        """Whether a scale can explain it."""
        low, high = sorted((self.own_mps, self.true_mps))
        return low >= MIN_SPEED_MPS and high <= low * (1.0 + MAX_OFF)


@dataclass(frozen=True, slots=True)
class SpeedScale:
    """What to multiply speeds and distances from the pods with; 95 % interval for any one speed.

    Parameters
    ----------
    levels : how many speeds and distances it was learnt from.
    """

    factor: float
    low: float
    high: float
    levels: int

    @property
    def half_width_pct(self) -> float:
        """Half the interval in percent of the factor."""
        return 50.0 * (self.high - self.low) / self.factor


def belt_evidence(windows: Iterable[Window], readings: Iterable[CompanionReading]) -> list[SpeedEvidence]:
    """Windows in which the belt ran steadily, each with its mean speed."""
    told = [(each.time_s, each.values[BELT_SPEED]) for each in readings if BELT_SPEED in each.values]
    times_s, belt_mps = np.array(told).reshape(-1, 2).T
    found = []
    for window in windows:
        own_mps = window_speed_mps(window)
        within = belt_mps[(times_s >= window.start_s) & (times_s <= window.end_s)]
        if own_mps is None or len(within) < MIN_BELT_READINGS or np.ptp(within) > MAX_BELT_CHANGE_MPS:
            continue
        found.append(SpeedEvidence(Reference.BELT, own_mps, float(within.mean()), window.end_s - window.start_s))
    return [each for each in found if each.is_plausible]


def window_speed_mps(window: Window) -> float | None:
    """Speed of a window, the mean of both feet; None where it is not known."""
    sides = [
        known[SPEED].value for known in window.feet.values() if SPEED in known and math.isfinite(known[SPEED].value)
    ]
    return sum(sides) / len(sides) if sides else None


def speed_scale(evidence: Iterable[SpeedEvidence]) -> SpeedScale | None:
    """The factor that the evidence speaks for; None without any."""
    levels = _levels([each for each in evidence if each.is_plausible])
    if not levels:
        return None
    factors = np.log([each.true_mps / each.own_mps for each in levels])
    scatter = np.array([SCATTER_SD**2 * SCATTER_S / each.duration_s for each in levels])
    reference = np.array([REFERENCE_SD[each.reference] for each in levels])
    weights = 1.0 / (BETWEEN_LEVELS_SD**2 + scatter + reference**2)
    middle = float(np.average(factors, weights=weights))
    degrees = PRIOR_LEVELS + len(levels) - 1.0
    between = (PRIOR_LEVELS * BETWEEN_LEVELS_SD**2 + float(((factors - middle) ** 2).sum())) / degrees
    shares = weights / weights.sum()
    # what references of a kind are off by may be common to all of them, so that more of them do not help
    common = sum(float((shares[reference == sd] * sd).sum()) ** 2 for sd in np.unique(reference))
    variance = between + float((shares**2 * (between + scatter)).sum()) + common
    half = float(stdtrit(degrees, 0.975)) * math.sqrt(variance)
    return SpeedScale(math.exp(middle), math.exp(middle - half), math.exp(middle + half), len(levels))


def _levels(evidence: Sequence[SpeedEvidence]) -> list[SpeedEvidence]:
    """One piece of evidence for each level of belt speed, and for each distance."""
    levels = [each for each in evidence if each.reference is Reference.DISTANCE]
    by_level: dict[int, list[SpeedEvidence]] = {}
    for each in evidence:
        if each.reference is Reference.BELT:
            by_level.setdefault(round(each.true_mps / LEVEL_MPS), []).append(each)
    for same in by_level.values():
        total_s = sum(each.duration_s for each in same)
        own_mps, true_mps = (
            sum(getattr(each, name) * each.duration_s for each in same) / total_s for name in ("own_mps", "true_mps")
        )
        levels.append(SpeedEvidence(Reference.BELT, own_mps, true_mps, total_s))
    return levels
