"""Detection of clipped readings, without knowledge of the sensor's range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints

# Limits below these are no range of a sensor made for feet (2 g, 250 °/s); gravity at rest alone reaches 10 m/s².
MIN_ACC_LIMIT_MPS2 = 15.0
MIN_GYR_LIMIT_RADPS = 4.0

_TOP_BAND = 0.01
_REFERENCE_BAND = 0.05
_MIN_PEAKS = 5
_PILE_UP_SIGMAS = 3.0
_MIN_SHARPNESS = 8 * _TOP_BAND
_LEVEL_TOLERANCE = 0.001
_PLATEAU_NEIGHBOUR_DIFFERENCE = 0.004
_PLATEAU_BAND = 0.015
_PLATEAU_SPREAD = 0.005
_PLATEAU_DROP = 0.015
_PLATEAU_SHARPNESS = 4.0


@dataclass(frozen=True, slots=True)
class Clipping:
    """Which readings clip, and at what level.

    Parameters
    ----------
    clipped : (n,) True where any axis is at its limit.
    limits : absolute values of the limits found, one per axis and sign that clips.
    """

    clipped: Bools
    limits: tuple[float, ...]

    @property
    def share_pct(self) -> float:
        return 100.0 * float(np.mean(self.clipped)) if len(self.clipped) else 0.0


def find_clipping(readings: Floats, min_limit: float) -> Clipping:
    """Find readings at the end of the sensor's range.

    An axis clips, per sign, when its extreme M (at least `min_limit`) is one of:

    * a pile-up: at least 5 peaks lie within 1 % of M, by 3 standard deviations more than the fifth of the peaks within
      5 % of M that an even distribution would give. They must be sharp enough that sampling would scatter smooth peaks
      of their curvature by more than 1 %, since smooth peaks of a regular gait are equally high by nature;
    * a plateau: at least 3 consecutive readings within 0.5 % of each other and 1.5 % of M, which the signal leaves on
      both sides at least four times faster than a parabola as flat as the plateau would.

    Readings count as clipped from M down by 2.5 times the median distance of those within 1 % of M, but at least 0.1 %
    and at most 1 % of M, because calibration shifts a limit a little with the other axes. An axis whose extreme is
    within 0.1 % of a limit found on another axis clips too.

    Parameters
    ----------
    readings : (n, 3) accelerations or angular rates, NaN-free.
    min_limit : smallest level, in the readings' unit, that can be a limit.
    """
    sides = [(axis, sign) for axis in range(3) for sign in (1.0, -1.0)]
    extremes = [float(_side(readings, *side).max(initial=0.0)) for side in sides]
    thresholds = [
        _clipping_threshold(_side(readings, *side), extreme) if extreme >= min_limit else None
        for side, extreme in zip(sides, extremes, strict=True)
    ]
    limits = [extreme for extreme, threshold in zip(extremes, thresholds, strict=True) if threshold is not None]
    clipped = np.zeros(len(readings), dtype=np.bool_)
    for side, extreme, threshold in zip(sides, extremes, thresholds, strict=True):
        if threshold is None and any(abs(extreme - limit) <= _LEVEL_TOLERANCE * limit for limit in limits):
            threshold = extreme * (1 - _LEVEL_TOLERANCE)
        if threshold is not None:
            clipped |= _side(readings, *side) >= threshold
    return Clipping(clipped, tuple(limits))


def _side(readings: Floats, axis: int, sign: float) -> Floats:
    """One axis with its sign; made when it is needed, since six of them would be as much again as all readings."""
    found: Floats = sign * readings[:, axis]
    return found


def _clipping_threshold(side: Floats, extreme: float) -> float | None:
    """Lowest value that counts as clipped on one side of an axis; None if it does not clip."""
    near = np.flatnonzero(side > (1 - _REFERENCE_BAND) * extreme)
    peaks = _peaks(side, near)
    top = peaks[side[peaks] > (1 - _TOP_BAND) * extreme]
    piled_up = _piles_up(len(top), len(peaks)) and _sharpness(side, top) > _MIN_SHARPNESS * extreme
    if not piled_up and not _has_plateau(side, near, extreme):
        return None
    scatter = extreme - float(np.median(side[near[side[near] > (1 - _TOP_BAND) * extreme]]))
    return extreme - float(np.clip(2.5 * scatter, _LEVEL_TOLERANCE * extreme, _TOP_BAND * extreme))


def _peaks(side: Floats, near: Ints) -> Ints:
    """Local maxima among the rows `near`; the last of equal neighbours."""
    inner = near[(near > 0) & (near < len(side) - 1)]
    return inner[(side[inner] >= side[inner - 1]) & (side[inner] > side[inner + 1])]


def _sharpness(side: Floats, peaks: Ints) -> float:
    """Median second difference at the peaks; sampling scatters the peaks of a parabola by an eighth of it."""
    return float(np.median(2 * side[peaks] - side[peaks - 1] - side[peaks + 1]))


def _piles_up(top: int, peaks: int) -> bool:
    share = _TOP_BAND / _REFERENCE_BAND
    deviation = np.sqrt(peaks * share * (1 - share))
    return top >= _MIN_PEAKS and bool(top - share * peaks >= _PILE_UP_SIGMAS * deviation)


def _has_plateau(side: Floats, near: Ints, extreme: float) -> bool:
    high = near[side[near] > (1 - _PLATEAU_BAND) * extreme]
    flat = np.diff(high, prepend=-2) == 1
    flat[1:] &= np.abs(np.diff(side[high])) <= _PLATEAU_NEIGHBOUR_DIFFERENCE * extreme
    starts = np.flatnonzero(~flat)
    ends = np.append(starts[1:], len(high))
    long = ends - starts >= 3
    return any(
        _is_plateau(side, int(high[start]), int(high[end - 1]), extreme)
        for start, end in zip(starts[long], ends[long], strict=True)
    )


def _is_plateau(side: Floats, first: int, last: int, extreme: float) -> bool:
    """Whether the signal leaves rows first..last faster on both sides than at a smooth maximum."""
    rows = last - first + 1
    out = rows // 2
    if first - out < 0 or last + out >= len(side):
        return False
    top = side[first : last + 1]
    spread = float(np.ptp(top))
    half = (rows - 1) / 2
    smooth = spread * ((half + out) / half) ** 2
    drop = float(top.mean() - max(side[first - out], side[last + out]))
    return spread <= _PLATEAU_SPREAD * extreme and drop >= max(_PLATEAU_DROP * extreme, _PLATEAU_SHARPNESS * smooth)
