"""When a stride's contacts are, and whether it is run or walked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.event_detection import BRISK, SLOW, lift
from surefoot.analysis.gait.resampling import Cells
from surefoot.analysis.model import Bools, Floats, Ints

TURN_DUTY, TURN_STRIDE_S = 0.50, 0.90
DUTY_SCALE, STRIDE_SCALE_S = 0.06, 0.12
"""Walking becomes running where both feet are in the air at times (duty factor 0.5) and near a stride time of 0.9 s.
Contact may be off by 20 ms, so both say their part, each on the scale over which the two gaits blend; without contact
the time decides."""
RUN_CONTACT_S = (0.08, 0.45)
MAX_DUTY = 0.85
"""Contacts outside these do not occur in gait and are withheld."""


@dataclass(frozen=True, slots=True)
class Timing:
    """n strides in time.

    Parameters
    ----------
    initial_s, next_initial_s : (n,) initial contacts, always given; `stride_s` is NaN where one is not sure.
    lift_s : (n,) terminal contacts, NaN where they cannot be known, as `contact_s` and `push_off_radps`.
    initial_sure : (n,) whether the readings around the initial contact are whole.
    running : (n,)
    """

    initial_s: Floats
    next_initial_s: Floats
    stride_s: Floats
    lift_s: Floats
    push_off_radps: Floats
    initial_sure: Bools
    running: Bools

    @property
    def contact_s(self) -> Floats:
        """(n,) time on the ground."""
        return self.lift_s - self.initial_s


def timing_of(
    grid: Cells, landing: Ints, length: Ints, axes: Floats, touch_s: Floats, sure: Bools, liftable: Bools
) -> Timing:
    """Timing of strides of `length` cells that begin with the landings (n,).

    The pitch axes are (3, n); `touch_s` and `sure` are (2, n), of the contacts that begin and end each stride;
    `liftable` is False where there is no terminal contact to be had.
    """
    lift_s, push_off, lifted = _lifts(grid, landing, length, axes)
    stride_s, contact_s = touch_s[1] - touch_s[0], lift_s - touch_s[0]
    known = lifted & sure[0] & liftable
    running = _running(np.where(known, contact_s / stride_s, TURN_DUTY), stride_s)
    known &= _plausible(contact_s, stride_s, running)
    running = np.where(known, running, _running(np.full(len(stride_s), TURN_DUTY), stride_s))
    return Timing(
        touch_s[0],
        touch_s[1],
        np.where(sure.all(axis=0), stride_s, np.nan),
        np.where(known, lift_s, np.nan),
        np.where(known, push_off, np.nan),
        sure[0],
        running,
    )


def _lifts(grid: Cells, landing: Ints, length: Ints, axes: Floats) -> tuple[Floats, Floats, Bools]:
    """(n,) times of terminal contact, peak rates of push-off (rad/s), and whether they can be known; brisk and slow
    strides are worked on apart."""
    time_s, peak = np.full((2, len(landing)), np.nan)
    whole = np.zeros(len(landing), bool)
    brisk = length <= BRISK.longest_cells
    for pace, rows in ((BRISK, np.flatnonzero(brisk)), (SLOW, np.flatnonzero(~brisk))):
        if len(rows):
            later, peak[rows], whole[rows] = lift(grid, landing[rows], length[rows], axes[:, rows], pace)
            time_s[rows] = time_at(grid, landing[rows], later)
    return time_s, peak, whole


def time_at(grid: Cells, cell: Ints, later: Floats) -> Floats:
    """Session times a fractional number of cells `later` than the given ones."""
    whole = np.floor(later)
    before = np.clip(cell + whole.astype(np.int64), 0, len(grid) - 2)
    start_s = grid.time_s[before]
    return start_s + (later - whole) * (grid.time_s[before + 1] - start_s)


def _running(duty: Floats, stride_s: Floats) -> Bools:
    return (duty - TURN_DUTY) / DUTY_SCALE + (stride_s - TURN_STRIDE_S) / STRIDE_SCALE_S < 0.0


def _plausible(contact_s: Floats, stride_s: Floats, running: Bools) -> Bools:
    in_run = (contact_s >= RUN_CONTACT_S[0]) & (contact_s <= RUN_CONTACT_S[1])
    return np.where(running, in_run, contact_s <= MAX_DUTY * stride_s)
