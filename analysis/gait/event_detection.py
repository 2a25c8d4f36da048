"""Initial and terminal contact, to a fraction of a cell.

Contact means that the foot bears load as a force plate sees it (about 50 N). Two landmarks of the landing and one of
the push-off are found in the pod's signals; fixed delays lead from them to the contacts.

Falbriard et al. 2018 (Front. Physiol. 9:610) compare many such landmarks with force plates and take extremes of the
pitch rate. Here the push-off's whole hump is used, since where it is flat or double the extreme jumps by tens of
milliseconds, and the landing's onset, since forefoot landings have no heel strike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.filters import cell_count, dot, gaussian_sigma_s, kernel_half_width, smooth, squared_norm
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.model import Bools, Floats, Ints
from surefoot.analysis.uncertainty import row_medians


@dataclass(frozen=True, slots=True)
class StrideClass:
    """Strides of similar length, which are measured together.

    Parameters
    ----------
    max_cells : the longest of them.
    push_off_sigma_s : smoothing of the toes-down rate that shows the push-off as one hump.
    hump_level : share of the hump's height at whose crossings it is measured. In running it is high, to stay clear of
        the shoulder that follows terminal contact and grows with speed.
    """

    max_cells: int
    push_off_sigma_s: float
    hump_level: float


FAST_STRIDES = StrideClass(cell_count(1.0), 0.019, 0.8)
"""Running, sprinting and fast walking."""
SLOW_STRIDES = StrideClass(cell_count(2.4), 0.032, 0.7)
"""Walking."""

CONTACT_SEARCH_CELLS = (cell_count(-0.14), cell_count(0.07))
"""Range around a landing in which initial contact is searched."""
CONTACT_GAP_CELLS = (cell_count(-0.08), cell_count(0.05))
"""Range around a landing that must be free of gaps; a gap there would move its contact by up to 0.14 s."""
SWING_LEVEL_CELLS = (cell_count(-0.20), cell_count(-0.12))
"""Range before a landing that shows the level of the swing."""
IMPACT_HIGH_PASS_SIGMA_S = gaussian_sigma_s(25.0)
"""Signals minus their smoothing by this are impact (above 25 Hz)."""
ONSET_SIGMA_S = 0.006
ONSET_LEVEL = 0.3
"""The onset is where the impact has risen this share of the way from the swing's level to its peak."""
MAX_SWING_LEVEL = 0.10
"""Where the swing's level exceeds this share of the impact's peak the onset is blurred by a soft mounting or a slow
sensor. Hard-mounted pods have 0.01 to 0.06."""
JOLT_SWING_LEVEL, NO_JOLT_SWING_LEVEL = 0.08, 0.14
"""A foot that is set down flat does not jolt the gyroscope: its peak is then the turning of the swing. Up to the first
share of the swing's level in the peak the gyroscope shows the onset as well as the accelerometer does, from the second
on it shows none. Slapping feet have 0.02 to 0.09, flat ones 0.16 to 0.4."""
FOOT_SLAP_SIGMAS_S = (gaussian_sigma_s(30.0), gaussian_sigma_s(6.0))
"""Band of the pitch rate (6 to 30 Hz) that peaks at the foot slap."""

FOOT_SLAP_DELAY_S = 0.024
"""Delay of a heel strike's foot slap after initial contact, ± 5 ms."""
SLAP_AGREES_S, SLAP_DISAGREES_S = 0.010, 0.025
"""Onset, and slap less its delay, are two estimates of initial contact. Up to the first difference they count alike,
beyond the second the onset alone counts; between, the slap's weight fades."""
SLAP_SHARP_S, SLAP_BLURRED_S = 0.014, 0.020
"""The same for the slap's width, since several bumps (forefoot and flat landings, walking) make no landmark."""
MAX_BLUR_S = 0.035
"""A blurred onset comes too early by up to this."""

PUSH_OFF_PHASE = (0.12, 0.70)
"""Part of the stride after landing in which the foot leaves the ground."""
HUMP_HALF_CELLS = cell_count(0.12)
FLANK_CELLS = cell_count(0.02)
"""Cells beside the hump's top that must be free of gaps too."""
HUMP_SIGMA_S = gaussian_sigma_s(15.0)
TERMINAL_CONTACT_PHASE = 0.63
"""Terminal contact as a part of the way between the two crossings of the toes-down rate's hump: a steadier landmark
than the peak, which at easy pace is flat or double, and one that holds for slow, wide humps as for quick, narrow ones
(insole 7 to 12 km/h within 2 ms, force plates within 4 ms)."""


@dataclass(frozen=True, slots=True)
class ContactLandmarks:
    """Landmarks of n landings, in cells from the landing.

    Parameters
    ----------
    onset : (n,) start of the impact.
    blurred : (n,) whether the onset is blurred.
    slap, slap_width : (n,) foot slap and its width; NaN without a gyroscope.
    """

    onset: Floats
    blurred: Bools
    slap: Floats
    slap_width: Floats


def contact_landmarks(grid: UniformSamples, landing: Ints, pitch_axis: Floats, *, gyroscope: bool) -> ContactLandmarks:
    """Landmarks of the landings (n,), with pitch axes (3, n)."""
    margin = kernel_half_width(IMPACT_HIGH_PASS_SIGMA_S) + kernel_half_width(ONSET_SIGMA_S)
    around = landing[:, None] + np.arange(SWING_LEVEL_CELLS[0] - margin, CONTACT_SEARCH_CELLS[1] + margin)
    around = np.clip(around, 0, len(grid) - 1)
    onset, blurred = _onset(grid, around, gyroscope=gyroscope)
    if not gyroscope:
        unknown = np.full(len(landing), np.nan)
        return ContactLandmarks(onset, blurred, unknown, unknown)
    margin = kernel_half_width(FOOT_SLAP_SIGMAS_S[1])
    around = np.clip(
        landing[:, None] + np.arange(CONTACT_SEARCH_CELLS[0] - margin, CONTACT_SEARCH_CELLS[1] + margin),
        0,
        len(grid) - 1,
    )
    rate = dot(grid.gyr_radps[:, around], pitch_axis[..., None])
    slap = np.abs(smooth(rate, FOOT_SLAP_SIGMAS_S[0]) - smooth(rate, FOOT_SLAP_SIGMAS_S[1]))
    middle, width = peak_centre(slap[:, margin:-margin])
    return ContactLandmarks(onset, blurred, CONTACT_SEARCH_CELLS[0] + middle, width)


def initial_contact(landmarks: ContactLandmarks) -> Floats:
    """(n,) cells from landing to initial contact: the weighted mean of onset and slap less its delay.

    Onsets scatter by 5 ms from stride to stride on real shoes, sharp slaps by 2 ms, but a slap's delay differs between
    landings. Where the onset is blurred, which brings it forward, a sharp slap soon after it counts alone; a wide hump,
    or one farther off, is no slap.
    """
    from_slap = landmarks.slap - fractional_cells(FOOT_SLAP_DELAY_S)
    apart = np.nan_to_num(from_slap - landmarks.onset)
    agreement = _fade_out(np.abs(apart), SLAP_AGREES_S, SLAP_DISAGREES_S)
    sharpness = np.nan_to_num(_fade_out(landmarks.slap_width, SLAP_SHARP_S, SLAP_BLURRED_S))
    late = (apart >= -fractional_cells(SLAP_AGREES_S)) & (apart <= fractional_cells(MAX_BLUR_S))
    alone = landmarks.blurred & late & (sharpness > 0.0)
    return landmarks.onset + np.where(alone, 1.0, 0.5 * agreement * sharpness) * apart


def _fade_out(value: Floats, full_s: float, none_s: float) -> Floats:
    """1 up to `full_s`, 0 from `none_s` on, linear between, for values in cells."""
    return np.clip((fractional_cells(none_s) - value) / fractional_cells(none_s - full_s), 0.0, 1.0)


def contact_valid(grid: UniformSamples, landing: Ints) -> Bools:
    """(n,) True where no gap lies around the contact."""
    around = np.clip(landing[:, None] + np.arange(*CONTACT_GAP_CELLS), 0, len(grid) - 1)
    return grid.valid[around].all(axis=1)


def contact_clipped(grid: UniformSamples, landing: Ints) -> Bools:
    """(n,) True where a reading around the contact is clipped."""
    around = np.clip(landing[:, None] + np.arange(*CONTACT_GAP_CELLS), 0, len(grid) - 1)
    return grid.clipped[around].any(axis=1)


def terminal_contact(
    grid: UniformSamples, landing: Ints, length: Ints, pitch_axis: Floats, stride_class: StrideClass
) -> tuple[Floats, Floats, Bools]:
    """Terminal contact and push-off of strides `length` (n,) cells long.

    Returns
    -------
    (n,) cells from landing to terminal contact, peak of the toes-down rate (rad/s), and whether the readings are whole.
    """
    sigma = stride_class.push_off_sigma_s
    margin = HUMP_HALF_CELLS + kernel_half_width(sigma)
    offset = np.arange(-margin, int(PUSH_OFF_PHASE[1] * stride_class.max_cells) + margin)
    index = np.clip(landing[:, None] + offset, 0, len(grid) - 1)
    rate = dot(grid.gyr_radps[:, index], pitch_axis[..., None])
    phase = offset / length[:, None]
    allowed = (phase >= PUSH_OFF_PHASE[0]) & (phase <= PUSH_OFF_PHASE[1])
    top = np.argmax(np.where(allowed, smooth(rate, sigma), -np.inf), axis=1)
    fine = kernel_half_width(HUMP_SIGMA_S)
    top = np.clip(top, HUMP_HALF_CELLS + fine, len(offset) - HUMP_HALF_CELLS - fine - 1)
    around = top[:, None] + np.arange(-HUMP_HALF_CELLS, HUMP_HALF_CELLS + 1)
    wide = top[:, None] + np.arange(-HUMP_HALF_CELLS - fine, HUMP_HALF_CELLS + fine + 1)
    hump = smooth(np.take_along_axis(rate, wide, axis=1), HUMP_SIGMA_S)[:, fine:-fine]
    first, last = _crossings(hump, stride_class.hump_level)
    leaving = offset[0] + top - HUMP_HALF_CELLS + first + TERMINAL_CONTACT_PHASE * (last - first)
    return leaving, hump.max(axis=1), _hump_valid(grid, index, around, first, last)


def peak_centre(curve: Floats) -> tuple[Floats, Floats]:
    """(n, m) → (n,) centre and width (standard deviation) of each row's fourth power.

    The centre is the row's peak, but does not jump where two peaks are equally high; the width shows several peaks.
    """
    square = (curve / np.maximum(curve.max(axis=1), 1e-12)[:, None]) ** 2
    weight = square * square
    weight /= np.maximum(weight.sum(axis=1), 1e-12)[:, None]
    position = np.arange(curve.shape[1])
    middle = (weight * position).sum(axis=1)
    return middle, np.sqrt((weight * (position - middle[:, None]) ** 2).sum(axis=1))


def fractional_cells(duration_s: float) -> float:
    """A duration in cells, not rounded."""
    return duration_s * cell_count(1.0)


def _onset(grid: UniformSamples, around: Ints, *, gyroscope: bool) -> tuple[Floats, Bools]:
    """(n,) cells from the landing to where its impact reaches `ONSET_LEVEL`, and whether that is blurred."""
    margin = kernel_half_width(IMPACT_HIGH_PASS_SIGMA_S) + kernel_half_width(ONSET_SIGMA_S)
    search = slice(CONTACT_SEARCH_CELLS[0] - SWING_LEVEL_CELLS[0], CONTACT_SEARCH_CELLS[1] - SWING_LEVEL_CELLS[0])
    power = _relative_power(grid.acc_mps2[:, around], margin, search)
    blurred = np.zeros(len(power), bool)
    if gyroscope:
        turning = _relative_power(grid.gyr_radps[:, around], margin, search)
        blurred = _swing_share(power + turning, search) > MAX_SWING_LEVEL
        no_jolt = (_swing_share(turning, search) - JOLT_SWING_LEVEL) / (NO_JOLT_SWING_LEVEL - JOLT_SWING_LEVEL)
        power = power + (1.0 - np.clip(no_jolt, 0.0, 1.0))[:, None] * turning
    level = np.sqrt(power)
    swing_level = row_medians(level[:, : SWING_LEVEL_CELLS[1] - SWING_LEVEL_CELLS[0]])
    top = search.start + np.argmax(level[:, search], axis=1)
    row = np.arange(len(level))
    threshold = swing_level + ONSET_LEVEL * (level[row, top] - swing_level)
    position = np.arange(level.shape[1])
    below = np.where((level <= threshold[:, None]) & (position < top[:, None]), position, 0).max(axis=1)
    low, high = level[row, below], level[row, np.minimum(below + 1, level.shape[1] - 1)]
    fraction = np.divide(threshold - low, high - low, out=np.zeros(len(level)), where=high > low)
    return SWING_LEVEL_CELLS[0] + below + np.clip(fraction, 0.0, 1.0), blurred


def _swing_share(power: Floats, search: slice) -> Floats:
    """(n, m) → (n,) level of the swing as a share of the impact's peak in the search range."""
    swing = row_medians(power[:, : SWING_LEVEL_CELLS[1] - SWING_LEVEL_CELLS[0]])
    return np.sqrt(swing / np.maximum(power[:, search].max(axis=1), 1e-12))


def _relative_power(signal: Floats, margin: int, search: slice) -> Floats:
    """(3, n, m) → (n, m − 2 margin) power above 25 Hz, relative to its maximum in the search range."""
    power = smooth(squared_norm(signal - smooth(signal, IMPACT_HIGH_PASS_SIGMA_S)), ONSET_SIGMA_S)
    power = power[:, margin:-margin]
    return power / np.maximum(power[:, search].max(axis=1), 1e-12)[:, None]


def _crossings(hump: Floats, ratio: float) -> tuple[Floats, Floats]:
    """(n, m) → (n,) places where each row first rises above and last falls below a share of its maximum."""
    row = np.arange(len(hump))
    level = ratio * hump.max(axis=1)
    above = hump > level[:, None]
    up = np.clip(np.argmax(above, axis=1), 1, None)
    down = np.clip(hump.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1), None, hump.shape[1] - 2)

    def crossing(inner: Ints, outer: Ints) -> Floats:
        high, low = hump[row, inner], hump[row, outer]
        fraction = np.divide(high - level, high - low, out=np.zeros(len(hump)), where=high > low)
        return inner + (outer - inner) * np.clip(fraction, 0.0, 1.0)

    return crossing(up, up - 1), crossing(down, down + 1)


def _hump_valid(grid: UniformSamples, index: Ints, around: Ints, first: Floats, last: Floats) -> Bools:
    """(n,) True where no gap touches the hump and less than half of its top is clipped."""
    cell = np.take_along_axis(index, around, axis=1)
    position = np.arange(around.shape[1])
    on_top = (position >= first[:, None]) & (position <= last[:, None])
    flanks = (position >= first[:, None] - FLANK_CELLS) & (position <= last[:, None] + FLANK_CELLS)
    gap = (~grid.valid[cell] & flanks).any(axis=1)
    clipped = (grid.clipped[cell] & on_top).sum(axis=1)
    return ~gap & (clipped < 0.5 * on_top.sum(axis=1))
