"""Initial-contact candidates, found without knowing how the pod is mounted.

A landing is a burst of high-frequency acceleration after a swing (much rotation) and before a stance (a quiet foot). A
push-off shows the burst but is followed by the swing; a shaken hand is seldom quiet. No axis and no stride time has to
be known, so the first stride of a run is found like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from surefoot.analysis.gait.filters import cell_count, dot, kernel_half_width, smooth, squared_norm
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.model import Bools, Floats, Ints

IMPACT_SIGMA_S = 0.010
"""Acceleration minus its smoothing by this is impact (above about 13 Hz)."""
ENVELOPE_SIGMA_S = 0.015
"""Smoothing of the impact's power, so that the rings of one impact make one hump."""

SWING_CELLS = (cell_count(-0.30), cell_count(-0.04))
"""Range before a landing in which the foot swings."""
STANCE_REST_CELLS = cell_count(0.08)
STANCE_SEARCH_CELLS = (cell_count(0.06), cell_count(0.22))
"""The least active 0.08 s that start within this range after a landing are the stance. A running foot comes to rest at
0.06 s, a slowly walking one after 0.2 s; fast forefoot running is quiet no longer than that."""

RATE_FLOOR_RAD2PS2 = 0.25
"""Mean squared rate below which a foot counts as still (0.5 rad/s), so that sensor noise makes no contrast."""
ACC_FLOOR_M2PS4 = 2.0
"""The same for the acceleration, which replaces the rate where there is no gyroscope."""
ACC_BAND_SIGMAS_S = (0.020, 0.100)
"""Band of the acceleration that separates swing from stance without a gyroscope (about 1 to 7 Hz)."""

MIN_STRENGTH_MPS2 = 1.0
"""Weakest landing; walking at 2 km/h makes 4 to 14."""
MIN_CONTRAST = 0.5
"""Least share of activity before the landing; landings have 0.65 (fast forefoot running) to 0.99."""
MIN_STRIDE_CELLS = cell_count(0.35)
"""Least distance of two landings of one foot; a sprinter at 5 steps/s makes a stride in 0.4 s."""

MIN_PROMINENCE = 2.0
"""Least ratio of a landing's impact to the mean within `MIN_STRIDE_CELLS` of it; landings have 3 to 9, peaks of plain
noise 1.5."""

MIN_SWING_RATE_RAD2PS2 = 3.0**2
MIN_ROLLING_RATE_RAD2PS2 = 4.0**2
"""Least mean squared rates before and after a landing that does not come to rest. Landings in gait have 4 to 10 rad/s
before and 1 to 2 after, push-offs 1 to 2 before."""

QUICK_CONTACT_CELLS = (cell_count(0.09), cell_count(0.20))
"""So long after a landing of fast running comes its push-off, which the contrast does not tell from a landing: the foot
is hardly quiet in so short a stance, and for as long in early swing."""
LANDED_STRENGTH_RATIO, PUSH_OFF_TURN_RATIO = 0.5, 3.0
"""A push-off has a landing before it with at least this share of its strength, and turns with so many times its mean
squared rate: 13 to 17 rad/s where the landing has 3 to 8."""
TURN_CELLS = cell_count(0.028)
"""The rate is averaged so far either way."""

SURE_SIMILARITY = 0.6
MAX_SHIFT_CELLS = cell_count(0.04)
SHIFT_INCREMENT_CELLS = cell_count(0.02)
"""Landings less similar than `SURE_SIMILARITY` are compared again at shifts of up to 40 ms, every 20 ms."""

_ENVELOPE_HALF_WIDTH = kernel_half_width(IMPACT_SIGMA_S) + kernel_half_width(ENVELOPE_SIGMA_S)
DECISION_LOOKBACK_CELLS = (
    MIN_STRIDE_CELLS
    + QUICK_CONTACT_CELLS[1]
    + max(_ENVELOPE_HALF_WIDTH, -SWING_CELLS[0], kernel_half_width(ACC_BAND_SIGMAS_S[1]) - SWING_CELLS[0])
)
"""Cells before a cell that decide whether it is a landing."""
SIMILARITY_LOOKBACK_CELLS = MAX_SHIFT_CELLS - SWING_CELLS[0] + kernel_half_width(ACC_BAND_SIGMAS_S[1])
"""Cells before a landing that its similarity to another depends on."""


@dataclass(frozen=True, slots=True)
class ContactCandidate:
    """One landing: its absolute grid cell, and the strength of its impact weighted by the swing–stance contrast."""

    cell: int
    strength_mps2: float


def lookahead_cells(*, gyroscope: bool) -> int:
    """Cells after a cell that decide whether it is a landing: 0.65 s, 0.95 s without a gyroscope."""
    smoothing = 0 if gyroscope else kernel_half_width(ACC_BAND_SIGMAS_S[1])
    return MIN_STRIDE_CELLS + STANCE_SEARCH_CELLS[1] + STANCE_REST_CELLS + smoothing


def find_contact_candidates(grid: UniformSamples, first_cell: int, *, gyroscope: bool) -> list[ContactCandidate]:
    """Landings in a grid that begins with the absolute cell `first_cell`.

    Each is the strongest within `MIN_STRIDE_CELLS`. Only cells with `DECISION_LOOKBACK_CELLS` before and
    `lookahead_cells` after them in the grid are considered.
    """
    contrast, envelope = _swing_stance_contrast(grid, gyroscope=gyroscope), _impact_envelope(grid.acc_mps2)
    strength = envelope * contrast * contrast
    if gyroscope:
        strength = np.where(_is_push_off(strength, grid.gyr_radps), 0.0, strength)
    strongest = maximum_filter1d(strength, 2 * MIN_STRIDE_CELLS + 1, mode="constant", cval=0.0)
    rising = np.diff(strength, prepend=np.inf) > 0.0
    candidate = (strength == strongest) & rising & (strength > MIN_STRENGTH_MPS2) & (contrast > MIN_CONTRAST)
    candidate &= envelope > MIN_PROMINENCE * _shifted_mean(envelope, -MIN_STRIDE_CELLS, MIN_STRIDE_CELLS)
    cell = np.flatnonzero(candidate)
    cell = cell[(cell >= DECISION_LOOKBACK_CELLS) & (cell < len(grid) - lookahead_cells(gyroscope=gyroscope))]
    return [ContactCandidate(int(k) + first_cell, float(strength[k])) for k in cell]


def find_hidden_contact(
    grid: UniformSamples, first_cell: int, begin: int, end: int, min_strength_mps2: float
) -> ContactCandidate | None:
    """The landing in cells `begin` … `end` − 1 whose stance never came to rest: the foot swung before it and kept
    turning after it, as in an ankle roll. None where no impact reaches `min_strength_mps2`, or a gap could hide one."""
    first = max(begin - DECISION_LOOKBACK_CELLS - first_cell, 0)
    window = grid[first : end + lookahead_cells(gyroscope=True) - first_cell]
    span = slice(begin - first_cell - first, end - first_cell - first)
    activity, envelope = squared_norm(window.gyr_radps), _impact_envelope(window.acc_mps2)
    swinging = _shifted_mean(activity, *SWING_CELLS) >= MIN_SWING_RATE_RAD2PS2
    rolling = _shifted_mean(activity, 0, STANCE_SEARCH_CELLS[1]) >= MIN_ROLLING_RATE_RAD2PS2
    strength = np.where(swinging & rolling, envelope, 0.0)[span]
    if not len(strength) or strength.max() < min_strength_mps2 or not window.valid[span].all():
        return None
    return ContactCandidate(begin + int(np.argmax(strength)), float(strength.max()))


def similarity(grid: UniformSamples, first: Ints, second: Ints, *, gyroscope: bool) -> Floats:
    """(n,) similarity of the movements around two landings, −1 … 1: the normalised product of their 3-axis curves.

    Where it is below `SURE_SIMILARITY` the second curve is shifted by up to `MAX_SHIFT_CELLS`, since an impact's
    envelope does not always peak at the same instant of the landing.
    """
    signal = grid.gyr_radps
    if not gyroscope:
        signal = smooth(grid.acc_mps2, ACC_BAND_SIGMAS_S[0]) - smooth(grid.acc_mps2, ACC_BAND_SIGMAS_S[1])
    window = np.arange(SWING_CELLS[0], STANCE_SEARCH_CELLS[1])
    reference = signal[:, first[:, None] + window]
    best = _normalised_product(reference, signal[:, second[:, None] + window])
    unlike = np.flatnonzero(best < SURE_SIMILARITY)
    for shift in range(-MAX_SHIFT_CELLS, MAX_SHIFT_CELLS + 1, SHIFT_INCREMENT_CELLS):
        shifted = signal[:, second[unlike, None] + shift + window]
        best[unlike] = np.maximum(best[unlike], _normalised_product(reference[:, unlike], shifted))
    return best


def _normalised_product(a: Floats, b: Floats) -> Floats:
    """(3, n, m) curves → (n,) normalised products."""
    power = np.sqrt(squared_norm(a).sum(axis=1) * squared_norm(b).sum(axis=1))
    return dot(a, b).sum(axis=1) / np.maximum(power, 1e-12)


def _impact_envelope(acc_mps2: Floats) -> Floats:
    """(n,) envelope of the high-frequency acceleration (m/s²), independent of the mounting."""
    impact = acc_mps2 - smooth(acc_mps2, IMPACT_SIGMA_S)
    return np.sqrt(smooth(squared_norm(impact), ENVELOPE_SIGMA_S))


def _swing_stance_contrast(grid: UniformSamples, *, gyroscope: bool) -> Floats:
    """(n,) 0 … 1: activity in the swing before each cell against the least active part of the stance after it."""
    if gyroscope:
        activity, floor = squared_norm(grid.gyr_radps), RATE_FLOOR_RAD2PS2
    else:
        narrow, wide = (smooth(grid.acc_mps2, sigma) for sigma in ACC_BAND_SIGMAS_S)
        activity, floor = squared_norm(narrow - wide), ACC_FLOOR_M2PS4
    before = _shifted_mean(activity, *SWING_CELLS)
    resting = _shifted_mean(activity, 0, STANCE_REST_CELLS)
    after = _shift(
        minimum_filter1d(resting, STANCE_SEARCH_CELLS[1] - STANCE_SEARCH_CELLS[0] + 1, mode="nearest"),
        sum(STANCE_SEARCH_CELLS) // 2,
    )
    return before / (before + after + floor)


def _is_push_off(strength: Floats, gyr_radps: Floats) -> Bools:
    """(n,) whether the foot turns as in a push-off, a quick contact after it landed."""
    turning = _shifted_mean(squared_norm(gyr_radps), -TURN_CELLS, TURN_CELLS + 1)
    found = np.zeros(len(strength), bool)
    for delay in range(QUICK_CONTACT_CELLS[0], QUICK_CONTACT_CELLS[1] + 1, 2):
        landed = _shift(strength, -delay) >= np.maximum(LANDED_STRENGTH_RATIO * strength, MIN_STRENGTH_MPS2)
        found |= landed & (PUSH_OFF_TURN_RATIO * _shift(turning, -delay) <= turning)
    return found


def _shifted_mean(signal: Floats, start: int, stop: int) -> Floats:
    """Mean of the cells `start` … `stop` − 1 after each cell, from sums of 1, 2, 4, … cells.

    A running total would be as fast, but would round differently in every piece of a recording.
    """
    width, power = stop - start, signal
    total, done = np.zeros(len(signal)), 0
    for bit in range(width.bit_length()):
        if width >> bit & 1:
            total = total + _shift(power, done)
            done += 1 << bit
        power = power + _shift(power, 1 << bit)
    return _shift(total, start) / width


def _shift(signal: Floats, shift: int) -> Floats:
    """The signal `shift` cells later (earlier if negative); the ends repeat the outermost sample."""
    shifted = np.empty_like(signal)
    if shift >= 0:
        shifted[: len(signal) - shift], shifted[max(len(signal) - shift, 0) :] = signal[shift:], signal[-1]
    else:
        shifted[-shift:], shifted[:-shift] = signal[:shift], signal[0]
    return shifted
