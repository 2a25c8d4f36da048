"""Stride time from matching one landing to the next of the same foot.

Two landings of a foot look alike: the shift that brings the one's curves onto the other's tells how far apart they are
without any landmark in either. No single instant has to be found, so lost readings cost little.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import grey_closing

from surefoot.analysis.gait.filters import cell_count, dot, kernel_half_width, smooth, squared_norm
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.model import Bools, Floats, Ints

SIGMA_S = 0.012
"""Smoothing of the curves: the ringing of shoe and pod above 11 Hz has another phase at every landing."""
GRAVITY_SIGMA_S = 0.100
"""Acceleration minus its smoothing by this is without gravity."""
INCREMENT_CELLS = 2
"""Curves and shifts are compared at every second cell (125 Hz)."""
HALF_WIDTH = cell_count(0.064) // INCREMENT_CELLS
"""The curves are compared over ±64 ms around a landing; what comes later depends on how long the foot stays."""
MAX_SHIFT = cell_count(0.064) // INCREMENT_CELLS
"""Greatest correction of the distance between two landings, whose impacts' envelopes peak up to 40 ms apart."""
MIN_SIMILARITY = 0.5
"""Landings less alike are not matched, as on sharp turns or from a run to a walk."""
BRIDGED_CELLS = cell_count(0.024)
"""Shorter gaps lie within the smoothing, and count as readings."""
MIN_WHOLE_SHARE = 0.4
"""Share of the two curves that must have readings on both sides."""

_REACH_CELLS = HALF_WIDTH * INCREMENT_CELLS + MAX_SHIFT
_MARGIN_CELLS = kernel_half_width(GRAVITY_SIGMA_S)


def matched_cells(grid: UniformSamples, first: Ints, second: Ints, *, gyroscope: bool) -> Floats:
    """(n,) cells from the landings `first` (n,) to the landings `second` (n,), to a fraction of a cell; NaN where the
    two are not alike or too many readings are missing.

    Each shift moves both landings' windows, by half of it either way: with one window fixed, strides came out 0.1 %
    short.
    """
    acc, gyr, valid = _curves(grid, np.concatenate([first, second]))
    count = len(first)
    similarity = np.empty((2 * MAX_SHIFT + 1, count))
    share = np.empty_like(similarity)
    for k, half_shift in enumerate(range(-MAX_SHIFT, MAX_SHIFT + 1)):
        before, after = _window(-half_shift), _window(half_shift)
        both = valid[:count, before] * valid[count:, after]
        share[k] = both.mean(axis=1)
        curves = [(each[:, :count, before], each[:, count:, after]) for each in (acc, gyr)]
        alike = [_similarity(*each, both) for each in (curves if gyroscope else curves[:1])]
        similarity[k] = sum(alike) / len(alike)
    return second - first + INCREMENT_CELLS * (_peak(similarity.T, share.T) - MAX_SHIFT)


def _window(shift_cells: int) -> slice:
    """Places in the curves that are compared, moved by so many cells."""
    start = MAX_SHIFT + shift_cells
    return slice(start, start + 2 * HALF_WIDTH * INCREMENT_CELLS + 1, INCREMENT_CELLS)


def _curves(grid: UniformSamples, landing: Ints) -> tuple[Floats, Floats, Floats]:
    """(3, n, m) accelerations and angular rates around the landings, and (n, m) 1 where they are readings."""
    offset = np.arange(-_REACH_CELLS - _MARGIN_CELLS, _REACH_CELLS + _MARGIN_CELLS + 1)
    around = np.clip(landing[:, None] + offset, 0, len(grid) - 1)
    kept = slice(_MARGIN_CELLS, -_MARGIN_CELLS)
    acc, gyr = grid.acc_mps2[:, around], grid.gyr_radps[:, around]
    moving = smooth(acc, SIGMA_S) - smooth(acc, GRAVITY_SIGMA_S)
    whole: Floats = grey_closing(grid.valid[around].astype(np.float64), (1, BRIDGED_CELLS + 1))
    return moving[..., kept], smooth(gyr, SIGMA_S)[..., kept], whole[:, kept]


def _similarity(a: Floats, b: Floats, both: Floats) -> Floats:
    """(3, n, m) curves → (n,) similarity over the readings that both have (n, m): 1 less the squared difference
    relative to the power of the two, −1 … 1."""
    power = ((squared_norm(a) + squared_norm(b)) * both).sum(axis=1)
    similarity: Floats = 2.0 * (dot(a, b) * both).sum(axis=1) / np.maximum(power, 1e-12)
    return similarity


def _peak(similarity: Floats, share: Floats) -> Floats:
    """(n, shifts) → (n,) place of each row's peak, from the parabola through its greatest value; NaN where that is at
    an end, or does not count."""
    row, top = np.arange(len(similarity)), np.argmax(similarity, axis=1)
    inside = np.clip(top, 1, similarity.shape[1] - 2)
    before, peak, after = (similarity[row, inside + k] for k in (-1, 0, 1))
    bend = before - 2.0 * peak + after
    found: Bools = (top == inside) & (bend < 0.0) & (peak >= MIN_SIMILARITY) & (share[row, inside] >= MIN_WHOLE_SHARE)
    return np.where(found, inside + 0.5 * (before - after) / np.where(found, bend, 1.0), np.nan)
