"""Medians of a window with honest 95 % intervals of their sampling error.

Neighbouring strides are alike, and so are left and right: both change what a window of strides can tell. How alike is
learned over the windows of a run. A median's scatter follows the signs of the values' distances from it (its influence
function), so that likeness is the correlation of signs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints

MEDIAN_TO_MEAN_ERROR = float(np.sqrt(np.pi / 2.0))
"""Standard error of a median against that of a mean, for normal scatter."""
MAD_TO_SD = 1.4826
OUTLYING = 3.0
"""Standard deviations beyond which values count as no farther."""
Z95 = 1.959964
LEAST_ALIKE, MOST_ALIKE = -0.3, 0.9
REACH = 16
"""Strides over which likeness fades."""
BELIEVED, MEMORY = 40.0, 800.0
"""Pairs of strides that the assumption of no likeness counts for, and over which likeness is averaged."""


@dataclass(frozen=True, slots=True)
class Medians:
    """Several metrics of one foot in one window; (k,) each, NaN where nothing is known.

    Parameters
    ----------
    spread : standard deviation without outliers.
    count : known values.
    sign : (k, n) of each value's distance from the median, 0 where unknown.
    """

    middle: Floats
    spread: Floats
    count: Floats
    sign: Floats

    @classmethod
    def of(cls, values: Floats) -> Medians:
        """Of (k, n) values, NaN where unknown."""
        known = np.isfinite(values)
        count = known.sum(axis=1).astype(np.float64)
        middle = _median(values, count)
        away = values - middle[:, None]
        most = OUTLYING * MAD_TO_SD * _median(np.abs(away), count)[:, None]
        clipped = np.where(known, np.clip(away, -most, most), 0.0)
        spread = np.sqrt((clipped**2).sum(axis=1) / np.maximum(count - 1.0, 1.0))
        return cls(middle, spread, count, np.where(known, np.sign(away), 0.0))

    def error(self, independent: Floats) -> Floats:
        """(k,) standard errors of the medians of so many independent strides."""
        error: Floats = MEDIAN_TO_MEAN_ERROR * self.spread / np.sqrt(independent)
        return error


def scatter(values: Floats) -> Floats:
    """Standard deviation along the first axis as the median distance from the median tells it: outliers do not
    count."""
    away: Floats = np.median(np.abs(values - np.median(values, axis=0)), axis=0)
    return MAD_TO_SD * away


class Likeness:
    """Correlation of signs, averaged over windows; (k,) metrics."""

    def __init__(self, metrics: int) -> None:
        self._product = np.zeros(metrics)
        self._weight = np.full(metrics, BELIEVED)

    def add(self, a: Floats, b: Floats, *, neighbours: bool = False) -> None:
        """Take two sets of signs, (k, n) each, that belong together.

        Neighbours' signs around a median of their own are less alike than they are around the true one (Marriott and
        Pope 1954), by (1 + 3 r) / n.
        """
        kept = np.minimum(1.0, (MEMORY - a.shape[1]) / self._weight)
        known = np.abs(a * b).sum(axis=1)
        lost = (1.0 + 3.0 * self.alike) * known / max(a.shape[1], 1) if neighbours else 0.0
        self._product = kept * self._product + (a * b).sum(axis=1) + lost
        self._weight = kept * self._weight + known

    @property
    def alike(self) -> Floats:
        """(k,) from -0.3 to 0.9."""
        alike: Floats = np.clip(self._product / self._weight, LEAST_ALIKE, MOST_ALIKE)
        return alike


def repetition(alike: Floats) -> Floats:
    """(k,) strides that tell as much as one independent stride, where likeness fades evenly with distance."""
    one = np.sin(0.5 * np.pi * alike)[:, None]  # correlation of the values from that of their signs
    farther = np.arcsin(one ** np.arange(1, REACH + 1)) * (2.0 / np.pi)
    repetition: Floats = np.maximum(1.0 + 2.0 * farther.sum(axis=1), 0.2)
    return repetition


def independent(count: Floats, repetition: Floats) -> Floats:
    """(k,) independent strides that tell as much, at least two."""
    independent: Floats = np.maximum(count / repetition, 2.0)
    return independent


def t95(freedom: Floats) -> Floats:
    """Half width of the 95 % interval in standard errors for so many degrees of freedom (Cornish–Fisher)."""
    z, one = Z95, 1.0 / np.maximum(freedom, 3.0)
    half: Floats = z + (z**3 + z) / 4.0 * one + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0 * one**2
    return half


def paired(left_s: Floats, right_s: Floats, longest_s: float) -> tuple[Bools, Ints]:
    """Which left strides (n,) are followed by a right one within `longest_s`, and its row for each of these."""
    place = np.searchsorted(right_s, left_s)
    following = np.concatenate([right_s, [np.inf]])[place]
    found: Bools = following - left_s <= longest_s
    return found, place[found]


def _median(values: Floats, count: Floats) -> Floats:
    """(k, n) → (k,) medians that pass over NaN."""
    ranked = np.sort(values, axis=1)
    row = np.arange(len(values))
    low, high = (
        np.maximum(count - 1, 0).astype(np.int64) // 2,
        np.minimum(count // 2, values.shape[1] - 1).astype(np.int64),
    )
    middle: Floats = 0.5 * (ranked[row, low] + ranked[row, high])
    return middle
