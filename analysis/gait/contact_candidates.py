"""Where the foot lands: the one moment of a stride that every recording shows, whatever the mounting.

A landing is a burst of high-frequency acceleration that comes after a swing (much rotation) and before a stance (a
quiet foot). A push-off has the first but is followed by the swing, a shaken hand is seldom quiet. No axis and no
stride time has to be known, so the first stride of a run is found like the thousandth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from surefoot.analysis.gait.filters import cells, dot, reach, smooth, squared_norm
from surefoot.analysis.gait.resampling import Cells
from surefoot.analysis.model import Floats, Ints

BURST_SIGMA_S = 0.010
"""What this smoothing removes from the acceleration is impact (above about 13 Hz)."""
ENVELOPE_SIGMA_S = 0.015
"""Smoothing of the burst's power: one hump for the several rings of one impact."""

SWING = (cells(-0.30), cells(-0.04))
"""Cells before the landing in which the foot swings."""
QUIET_CELLS = cells(0.08)
QUIET = (cells(0.06), cells(0.22))
"""The quietest 0.08 s starting in these cells after the landing is the stance. Running comes to rest at 0.06 s, slow
walking after 0.2 s; fast forefoot running is quiet no longer than this."""

ROTATION_FLOOR_RADPS2 = 0.25
"""Mean squared rate below which a foot is still (0.5 rad/s), so that sensor noise makes no contrast."""
SHAKE_FLOOR_MPS2 = 2.0
"""The same for the acceleration, which stands in where there is no gyroscope."""
SHAKE_SIGMAS_S = (0.020, 0.100)
"""Band of the acceleration that tells swing from stance without a gyroscope (about 1 to 7 Hz)."""

MIN_STRENGTH_MPS2 = 1.0
"""Weakest landing: walking at 2 km/h makes 4 to 14."""
MIN_CONTRAST = 0.5
"""Least share of rotation before the landing: landings have 0.65 (fast forefoot running) to 0.99."""
APART_CELLS = cells(0.35)
"""Two landings of one foot are farther apart than this: a sprinter at 5 steps/s makes a stride in 0.4 s."""

STANDS_OUT = 2.0
"""A landing's burst is this many times the mean of what lies within `APART_CELLS` of it: landings have 3 to 9, the
peaks of plain noise 1.5."""

SWINGING_RADPS2 = 3.0**2
ROLLING_RADPS2 = 4.0**2
"""Mean squared rates before and after a landing that never came to rest. Landings in gait have 4 to 10 rad/s before and
1 to 2 after, push-offs 1 to 2 before."""

SURELY_ALIKE = 0.6
SLIDE_CELLS = cells(0.04)
SLIDE_STEP = cells(0.02)
"""Landings less alike than this are compared again at shifts of up to 40 ms in steps of 20 ms."""

_SMEAR = reach(BURST_SIGMA_S) + reach(ENVELOPE_SIGMA_S)
BEFORE_CELLS = APART_CELLS + max(_SMEAR, -SWING[0], reach(SHAKE_SIGMAS_S[1]) - SWING[0])
"""Cells of history that a decision looks back on."""
LOOK_BACK_CELLS = SLIDE_CELLS - SWING[0] + reach(SHAKE_SIGMAS_S[1])
"""Cells before a landing that its likeness to another depends on."""


@dataclass(frozen=True, slots=True)
class Landing:
    """One landing: its absolute grid cell, and the strength of its burst as far as it looks like a landing."""

    cell: int
    strength_mps2: float


def after_cells(*, gyroscope: bool) -> int:
    """Cells that must follow a cell before it can be called a landing or not: 0.65 s, 0.95 s without a gyroscope."""
    return APART_CELLS + QUIET[1] + QUIET_CELLS + (0 if gyroscope else reach(SHAKE_SIGMAS_S[1]))


def find_landings(grid: Cells, first_cell: int, *, gyroscope: bool) -> list[Landing]:
    """Landings in a grid that begins with the absolute cell `first_cell`.

    Each is the strongest within `APART_CELLS`, and has `BEFORE_CELLS` before it and `after_cells` after it there.
    """
    contrast, burst = _contrast(grid, gyroscope=gyroscope), _burst(grid.acc_mps2)
    strength = burst * contrast * contrast
    strongest = maximum_filter1d(strength, 2 * APART_CELLS + 1, mode="constant", cval=0.0)
    rising = np.diff(strength, prepend=np.inf) > 0.0
    landing = (strength == strongest) & rising & (strength > MIN_STRENGTH_MPS2) & (contrast > MIN_CONTRAST)
    landing &= burst > STANDS_OUT * _mean_ahead(burst, -APART_CELLS, APART_CELLS)
    cell = np.flatnonzero(landing)
    cell = cell[(cell >= BEFORE_CELLS) & (cell < len(grid) - after_cells(gyroscope=gyroscope))]
    return [Landing(int(k) + first_cell, float(strength[k])) for k in cell]


def find_hidden(grid: Cells, first_cell: int, begin: int, end: int, least_mps2: float) -> Landing | None:
    """The landing between two cells whose stance never came to rest: the foot swung before it and turned on after it,
    as in an ankle roll. None where no impact stands out, or a gap could hide one."""
    first = max(begin - BEFORE_CELLS - first_cell, 0)
    around = grid[first : end + after_cells(gyroscope=True) - first_cell]
    span = slice(begin - first_cell - first, end - first_cell - first)
    activity, burst = squared_norm(around.gyr_radps), _burst(around.acc_mps2)
    swinging = _mean_ahead(activity, *SWING) >= SWINGING_RADPS2
    rolling = _mean_ahead(activity, 0, QUIET[1]) >= ROLLING_RADPS2
    strength = np.where(swinging & rolling, burst, 0.0)[span]
    if not len(strength) or strength.max() < least_mps2 or not around.valid[span].all():
        return None
    return Landing(begin + int(np.argmax(strength)), float(strength.max()))


def similarity(grid: Cells, first: Ints, second: Ints, *, gyroscope: bool) -> Floats:
    """How alike the movements around two landings are, −1 … 1: the normalised product of their 3-axis curves.

    Where they seem unlike, the second is slid by up to `SLIDE_CELLS`, since an impact's burst does not always peak at
    the same instant of the landing.
    """
    signal = grid.gyr_radps
    if not gyroscope:
        signal = smooth(grid.acc_mps2, SHAKE_SIGMAS_S[0]) - smooth(grid.acc_mps2, SHAKE_SIGMAS_S[1])
    around = np.arange(SWING[0], QUIET[1])
    fixed = signal[:, first[:, None] + around]
    best = _likeness(fixed, signal[:, second[:, None] + around])
    unlike = np.flatnonzero(best < SURELY_ALIKE)
    for slide in range(-SLIDE_CELLS, SLIDE_CELLS + 1, SLIDE_STEP):
        slid = signal[:, second[unlike, None] + slide + around]
        best[unlike] = np.maximum(best[unlike], _likeness(fixed[:, unlike], slid))
    return best


def _likeness(a: Floats, b: Floats) -> Floats:
    """(3, n, m) curves → (n,) normalised products."""
    power = np.sqrt(squared_norm(a).sum(axis=1) * squared_norm(b).sum(axis=1))
    return dot(a, b).sum(axis=1) / np.maximum(power, 1e-12)


def _burst(acc_mps2: Floats) -> Floats:
    """(n,) envelope of the high-frequency acceleration (m/s²), the same for any mounting."""
    impact = acc_mps2 - smooth(acc_mps2, BURST_SIGMA_S)
    return np.sqrt(smooth(squared_norm(impact), ENVELOPE_SIGMA_S))


def _contrast(grid: Cells, *, gyroscope: bool) -> Floats:
    """(n,) 0 … 1: activity in the swing before each cell against the quietest stretch of the stance after it."""
    if gyroscope:
        activity, floor = squared_norm(grid.gyr_radps), ROTATION_FLOOR_RADPS2
    else:
        narrow, wide = (smooth(grid.acc_mps2, sigma) for sigma in SHAKE_SIGMAS_S)
        activity, floor = squared_norm(narrow - wide), SHAKE_FLOOR_MPS2
    before = _mean_ahead(activity, *SWING)
    quiet = _mean_ahead(activity, 0, QUIET_CELLS)
    after = _ahead(minimum_filter1d(quiet, QUIET[1] - QUIET[0] + 1, mode="nearest"), sum(QUIET) // 2)
    return before / (before + after + floor)


def _mean_ahead(signal: Floats, start: int, stop: int) -> Floats:
    """Mean of the cells start … stop − 1 ahead of each cell: sums of 1, 2, 4, … cells, joined to the width asked for.

    A running total would be as fast, but would round differently in every piece of a recording.
    """
    width, power = stop - start, signal
    total, have = np.zeros(len(signal)), 0
    for bit in range(width.bit_length()):
        if width >> bit & 1:
            total = total + _ahead(power, have)
            have += 1 << bit
        power = power + _ahead(power, 1 << bit)
    return _ahead(total, start) / width


def _ahead(signal: Floats, shift: int) -> Floats:
    """The signal read `shift` cells later (earlier if negative); the ends repeat the outermost sample."""
    moved = np.empty_like(signal)
    if shift >= 0:
        moved[: len(signal) - shift], moved[max(len(signal) - shift, 0) :] = signal[shift:], signal[-1]
    else:
        moved[-shift:], moved[:-shift] = signal[:shift], signal[0]
    return moved
