"""From linked landings to measured strides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.chain import Link
from analysis.contacts import BRISK, SLOW, lift, touch, touch_landmarks, touch_whole
from analysis.grid import Cells
from analysis.model import Bools, Flag, Floats, Foot, Ints, Mounting, MountingStatus, Strides

TURN_DUTY, TURN_STRIDE_S = 0.50, 0.90
DUTY_SCALE, STRIDE_SCALE_S = 0.06, 0.12
"""Walking becomes running where both feet are in the air at times (duty factor 0.5) and near a stride time of 0.9 s.
Contact may be off by 20 ms, so both say their part, each on the scale over which the two gaits blend; without contact
the time decides."""
RUN_CONTACT_S = (0.08, 0.45)
MAX_DUTY = 0.85
"""Contacts outside these do not occur in gait and are withheld."""

CONFIDENCE = {Flag.GAP: 0.5, Flag.CLIPPED: 0.8, Flag.CONTACT_WITHHELD: 0.8, Flag.NO_GYROSCOPE: 0.7}
"""Factors by which a flag lowers the confidence that the landings' likeness gives."""


@dataclass(frozen=True, slots=True)
class MountedLink:
    """A stride in the rough with the mounting that holds for it; it may not fit, where the pod was just moved."""

    link: Link
    mounting: Mounting
    fits: bool


class StrideMeter:
    """Measures one foot's strides in order; remembers the last landing, which the next stride may share."""

    def __init__(self, foot: Foot) -> None:
        self._foot = foot
        self._last_landing = -1
        self._last_touch_s = np.nan
        self._last_whole = False

    def measure(self, grid: Cells, first_cell: int, links: list[MountedLink], gyroscope: bool) -> Strides:
        """Strides of the links; `first_cell` is the absolute cell that the grid begins with."""
        if not links:
            return Strides.none(self._foot)
        first = np.array([each.link.first for each in links], dtype=np.int64)
        last = np.array([each.link.last for each in links], dtype=np.int64)
        axes = np.stack([each.mounting.pitch_axis for each in links], axis=-1)
        touch_s, touched = self._touch(grid, first_cell, first, last, axes, gyroscope)
        begin, finish = first - first_cell, last - first_cell
        lift_s, lifted = _lifts(grid, begin, finish - begin, axes) if gyroscope else _unknown(len(links))
        stride_s, contact_s = touch_s[1] - touch_s[0], lift_s - touch_s[0]
        known = lifted & touched[0] & np.array([each.fits for each in links])
        running = _running(np.where(known, contact_s / stride_s, TURN_DUTY), stride_s)
        known &= _plausible(contact_s, stride_s, running)
        running = np.where(known, running, _running(np.full(len(stride_s), TURN_DUTY), stride_s))
        flags = _flags(grid, begin, finish, known, gyroscope)
        alike = np.array([each.link.alike for each in links])
        trust = np.array([1.0 if each.mounting.status is MountingStatus.OK else 0.8 for each in links])
        contact_s = np.where(known, contact_s, np.nan)
        stride_s = np.where(touched.all(axis=0), stride_s, np.nan)
        return Strides(
            self._foot,
            touch_s[0],
            np.where(known, lift_s, np.nan),
            touch_s[1],
            running,
            _confidence(np.clip(alike, 0.0, 1.0) * trust, flags),
            flags,
            {
                "stride_time_s": stride_s,
                "ground_contact_time_s": contact_s,
                "swing_time_s": stride_s - contact_s,
                "duty_factor": contact_s / stride_s,
            },
        )

    def _touch(
        self, grid: Cells, first_cell: int, first: Ints, last: Ints, axes: Floats, gyroscope: bool
    ) -> tuple[Floats, Bools]:
        """(2, n) times of the initial contacts that begin and end each stride, and whether the readings there are
        whole.

        Consecutive strides share a landing, and with it the very same time.
        """
        joined = first == np.concatenate([[self._last_landing], last[:-1]])
        landing = np.stack([first, last], axis=1).ravel()
        fresh = np.stack([~joined, np.ones(len(first), bool)], axis=1).ravel()
        cell = landing[fresh] - first_cell
        axis = np.repeat(axes, 2, axis=1)[:, fresh]
        landmarks = touch_landmarks(grid, cell, axis, gyroscope=gyroscope)
        time_s = np.concatenate([[self._last_touch_s], _time_at(grid, cell, touch(*landmarks))])
        whole = np.concatenate([[self._last_whole], touch_whole(grid, cell)])
        self._last_landing, self._last_touch_s, self._last_whole = int(last[-1]), float(time_s[-1]), bool(whole[-1])
        place = np.cumsum(fresh)
        return time_s[place].reshape(-1, 2).T, whole[place].reshape(-1, 2).T


def _lifts(grid: Cells, landing: Ints, length: Ints, axes: Floats) -> tuple[Floats, Bools]:
    """(n,) times of terminal contact, and whether they can be known; brisk and slow strides are worked on apart."""
    time_s, whole = _unknown(len(landing))
    brisk = length <= BRISK.longest_cells
    for pace, rows in ((BRISK, np.flatnonzero(brisk)), (SLOW, np.flatnonzero(~brisk))):
        if len(rows):
            later, whole[rows] = lift(grid, landing[rows], length[rows], axes[:, rows], pace)
            time_s[rows] = _time_at(grid, landing[rows], later)
    return time_s, whole


def _unknown(count: int) -> tuple[Floats, Bools]:
    return np.full(count, np.nan), np.zeros(count, bool)


def _time_at(grid: Cells, cell: Ints, later: Floats) -> Floats:
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


def _flags(grid: Cells, first: Ints, last: Ints, contact_known: Bools, gyroscope: bool) -> Ints:
    """(n,) `Flag` bits of strides between cells."""
    flags = np.where(contact_known, 0, int(Flag.CONTACT_WITHHELD))
    flags |= np.where(_any(grid.clipped, first, last), int(Flag.CLIPPED), 0)
    flags |= np.where(_any(~grid.valid, first, last), int(Flag.GAP), 0)
    return flags | (0 if gyroscope else int(Flag.NO_GYROSCOPE))


def _any(marks: Bools, first: Ints, last: Ints) -> Bools:
    """Whether any cell from first to last is marked."""
    count = np.concatenate([[0], np.cumsum(marks)])
    return count[last + 1] > count[first]


def _confidence(alike: Floats, flags: Ints) -> Floats:
    """0 … 1: likeness of the two landings, lowered by what is missing."""
    for flag, factor in CONFIDENCE.items():
        alike = np.where(flags & flag, alike * factor, alike)
    return alike
