"""Calf raises: how many on each leg, how high, how fast. Tried on simulated feet only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ
from surefoot.analysis.legs.foot_tilt import FootTilt, Span
from surefoot.analysis.model import Foot

FLAT_RAD, RISEN_RAD = float(np.radians(6.0)), float(np.radians(12.0))
MIN_RAISE_S, MAX_RAISE_S = 0.5, 8.0
FALL_MPS2, MAX_FALL = -6.0, 0.05
"""Whoever falls for a twentieth of it has jumped."""
SET_S = 10.0
"""Raises that begin farther apart are of two sets."""


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
    """Raises of a set on one leg.

    Parameters
    ----------
    tilt_deg : median.
    tempo_s : mean time from one raise to the next; None of a single one.
    """

    count: int
    tilt_deg: float
    tempo_s: float | None = None


def calf_raises(feet: Mapping[Foot, FootTilt], gait: Sequence[Span] = ()) -> Mapping[Foot, Sequence[CalfRaise]]:
    """Raises on one leg, while the other foot is held off the ground; those in which readings are missing are left out.

    Parameters
    ----------
    feet : both.
    gait : begin and end of running and walking, in which nothing is a raise.
    """
    return {
        foot: [each for each in _raises(feet[foot], feet[foot.other]) if not _overlaps(each, gait)] for foot in feet
    }


def in_sets(raises: Sequence[CalfRaise]) -> tuple[RaiseCount, ...]:
    """The raises of one leg, in order of time, set by set."""
    breaks = [n for n, (one, later) in enumerate(pairwise(raises), 1) if later.start_s - one.start_s > SET_S]
    return tuple(_counted(raises[begin:end]) for begin, end in pairwise([0, *breaks, len(raises)]) if begin < end)


def _counted(raises: Sequence[CalfRaise]) -> RaiseCount:
    apart_s = [later.start_s - each.start_s for each, later in pairwise(raises)]
    return RaiseCount(len(raises), median(each.tilt_deg for each in raises), fmean(apart_s) if apart_s else None)


def _raises(foot: FootTilt, other: FootTilt) -> Iterator[CalfRaise]:
    held = other.is_held_at(foot.time_s)
    edges = np.flatnonzero(np.diff((foot.tilt_rad > FLAT_RAD).astype(np.int8), prepend=0, append=0))
    for begin, end in edges.reshape(-1, 2):
        length_s = (end - begin) / GRID_HZ
        is_risen = foot.tilt_rad[begin:end].max() >= RISEN_RAD and MIN_RAISE_S <= length_s <= MAX_RAISE_S
        is_whole = begin > 0 and end < len(foot.tilt_rad) and foot.valid[begin:end].all()
        is_jump = np.mean(foot.up_mps2[begin:end] < FALL_MPS2) > MAX_FALL
        if is_jump or not (is_risen and is_whole and held[begin:end].all()):
            continue
        tilt_deg = float(np.degrees(foot.tilt_rad[begin:end].max()))
        yield CalfRaise(float(foot.time_s[begin]), float(foot.time_s[end - 1]), tilt_deg)


def _overlaps(one: CalfRaise, spans: Sequence[Span]) -> bool:
    return any(begin_s < one.end_s and one.start_s < end_s for begin_s, end_s in spans)
