"""Calf raises: how many on each leg, how high, how fast. Tried on simulated feet only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, cell_count
from surefoot.analysis.legs.foot_tilt import FootTilt
from surefoot.analysis.model import Floats, Foot

FLAT_RAD, RISEN_RAD = float(np.radians(6.0)), float(np.radians(12.0))
MIN_RAISE_S, MAX_RAISE_S = 0.5, 8.0
MAX_LEVER_M = 0.25
"""A pod on a foot that stays on its ball rises by less than this times the sine of the tilt; a lifted one by more. How
far it rises is known to a centimetre or two, as an accelerometer's offset goes into it: too little to be told."""
FALL_MPS2, MAX_FALL = -6.0, 0.05
"""Whoever falls for a twentieth of it has jumped."""
REST_S = 0.5
"""The foot has come to rest at its flattest, so long before a raise and after it at most."""
SET_S = 10.0
"""Raises that are farther apart are of two sets, between which no tempo is told."""


Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CalfRaise:
    """One raise; the times are those at which the foot leaves its flat stand and comes back to it.

    Parameters
    ----------
    tilt_deg : of the sole at its highest: the heel is as high as the ball is far from it, times the sine of this.
    """

    start_s: float
    end_s: float
    tilt_deg: float


@dataclass(frozen=True, slots=True)
class RaiseCount:
    """All raises on one leg.

    Parameters
    ----------
    tilt_deg : median.
    tempo_s : mean time from one raise to the next; None of a single one.
    """

    count: int
    tilt_deg: float
    tempo_s: float | None


def calf_raises(feet: Mapping[Foot, FootTilt], gait: Sequence[Span] = ()) -> Mapping[Foot, Sequence[CalfRaise]]:
    """Raises on one leg; those of both feet at once are left out, as are those in which readings are missing.

    Parameters
    ----------
    gait : begin and end of running and walking, in which nothing is a raise.
    """
    every = {
        foot: [each for each in _raises(tilt) if not any(a < each.end_s and each.start_s < b for a, b in gait)]
        for foot, tilt in feet.items()
    }
    return {
        foot: [each for each in found if not any(_together(each, other) for other in every.get(foot.other, ()))]
        for foot, found in every.items()
    }


def counted(raises: Sequence[CalfRaise]) -> RaiseCount | None:
    """What the raises of one leg have in common; None without any."""
    if not raises:
        return None
    apart_s = [later.start_s - each.start_s for each, later in pairwise(raises)]
    within = [each for each in apart_s if each <= SET_S]
    return RaiseCount(
        len(raises),
        median(each.tilt_deg for each in raises),
        fmean(within) if within else None,
    )


def _raises(foot: FootTilt) -> Iterator[CalfRaise]:
    edges = np.flatnonzero(np.diff((foot.tilt_rad > FLAT_RAD).astype(np.int8), prepend=0, append=0))
    for begin, end in edges.reshape(-1, 2):
        length_s = (end - begin) / GRID_HZ
        risen = foot.tilt_rad[begin:end].max() >= RISEN_RAD
        is_whole = begin > 0 and end < len(foot.tilt_rad) and foot.valid[begin:end].all()
        jumped = np.mean(foot.up_mps2[begin:end] < FALL_MPS2) > MAX_FALL
        if jumped or not (risen and is_whole and MIN_RAISE_S <= length_s <= MAX_RAISE_S):
            continue
        tilt_rad = float(foot.tilt_rad[begin:end].max())
        if _height_m(foot, begin, end) <= MAX_LEVER_M * np.sin(tilt_rad):
            yield CalfRaise(float(foot.time_s[begin]), float(foot.time_s[end - 1]), float(np.degrees(tilt_rad)))


def _height_m(foot: FootTilt, begin: int, end: int) -> float:
    """By which the pod rose between two moments of rest; speed and height are zero at both."""
    reach = cell_count(REST_S)
    first = max(begin - reach, 0) + int(np.argmin(foot.tilt_rad[max(begin - reach, 0) : begin + 1]))
    last = end - 1 + int(np.argmin(foot.tilt_rad[end - 1 : end + reach]))
    height = _from_rest(_from_rest(foot.up_mps2[first : last + 1]))
    return float(height.max())


def _from_rest(rate: Floats) -> Floats:
    """Integral that is zero at both ends."""
    total: Floats = (np.cumsum(rate) - 0.5 * (rate + rate[0])) / GRID_HZ
    return total - total[-1] * np.linspace(0.0, 1.0, len(total))


def _together(one: CalfRaise, other: CalfRaise) -> bool:
    """Whether half of a raise is in another."""
    shared_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return shared_s > 0.5 * min(one.end_s - one.start_s, other.end_s - other.start_s)
