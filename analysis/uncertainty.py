"""Medians of windows with 95 % intervals of their sampling error.

Neighbouring strides are correlated, and so are left and right: both change the error of a window's median. The
correlations are learned over the windows of a run. A median's scatter follows the signs of the values' distances from
it (its influence function), so the correlation of signs is what counts, and how densely values lie around it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints

MEDIAN_ERROR_RATIO = float(np.sqrt(np.pi / 2.0))
"""Standard error of a median relative to that of a mean, for normal scatter."""
MAD_TO_SD = 1.4826
"""Standard deviation relative to the median absolute deviation, for normal scatter."""
RANK_BIAS = 0.45
"""Of n values of normal scatter, those √n / 2 ranks either side of the median are too far apart by this over n."""
OUTLIER_LIMIT_SD = 3.0
"""Values farther from the median are clipped to this many standard deviations."""
Z95 = 1.959964
"""Standard errors of a 95 % interval, for normal scatter."""
MIN_CORRELATION, MAX_CORRELATION = -0.3, 0.9
"""Range to which an estimated correlation is limited."""
MAX_LAG = 16
"""Strides over which correlation fades."""
MIN_DESIGN_EFFECT = 0.2
"""Least credit for strides that make up for each other."""
MIN_KNOWN_SHARE = 0.5
"""A median of a smaller share of the strides is withheld: what a sensor's range leaves of a run are its slow strides
and soft landings."""
PRIOR_PAIRS, WINDOW_PAIRS = 20.0, 800.0
"""Weight of the prior correlation, and averaging window, both in stride pairs."""
PRIOR_WINDOWS, MEMORY_WINDOWS = 4.0, 60.0
"""Weight of the prior of normal scatter, and over how many windows its shape is averaged."""


@dataclass(frozen=True, slots=True)
class Medians:
    """Medians of several metrics of one foot in one window; (k,) each, NaN where unknown.

    Parameters
    ----------
    spread : standard deviation with outliers clipped.
    count : known values.
    sign : (k, n) sign of each value's distance from the median, 0 where unknown.
    rank_error : standard error for independent strides whatever the shape of their scatter: half the distance of the
        values √n / 2 ranks either side of the median. It is itself uncertain by two fifths.
    """

    median: Floats
    spread: Floats
    count: Floats
    sign: Floats
    rank_error: Floats

    @classmethod
    def from_values(cls, values: Floats) -> Medians:
        """From (k, n) values, NaN where unknown."""
        known = np.isfinite(values)
        count = known.sum(axis=1).astype(np.float64)
        median = row_medians(values)
        deviation = values - median[:, None]
        limit = OUTLIER_LIMIT_SD * MAD_TO_SD * row_medians(np.abs(deviation))[:, None]
        clipped = np.where(known, np.clip(deviation, -limit, limit), 0.0)
        spread = np.sqrt((clipped**2).sum(axis=1) / np.maximum(count - 1.0, 1.0))
        return cls(median, spread, count, np.where(known, np.sign(deviation), 0.0), _rank_error(values, count))

    @property
    def strides(self) -> int:
        """Number of strides, n."""
        return self.sign.shape[1]

    def standard_error(self, effective_sample_size: Floats) -> Floats:
        """(k,) standard errors for so many independent strides.

        The spread is around the window's own median, and misses what all of its strides have in common: its square is
        that of independent strides times 1 - 1 / effective sample size.
        """
        independent = 1.0 - 1.0 / np.maximum(self.count, 2.0)
        standard_error: Floats = MEDIAN_ERROR_RATIO * self.spread * np.sqrt(independent / (effective_sample_size - 1.0))
        return standard_error


def robust_sd(values: Floats) -> Floats:
    """Standard deviation along the first axis from the median absolute deviation, insensitive to outliers."""
    deviation: Floats = np.median(np.abs(values - np.median(values, axis=0)), axis=0)
    return MAD_TO_SD * deviation


class ScatterShape:
    """How far medians scatter relative to those of normal scatter as wide, averaged over windows, of k metrics.

    Where few values lie near the median, as between two ways of landing, it is less sure than their spread tells.
    """

    def __init__(self, metrics: int) -> None:
        self._sum = np.full(metrics, PRIOR_WINDOWS)
        self._weight = np.full(metrics, PRIOR_WINDOWS)

    def update(self, medians: Medians) -> None:
        """Take a window."""
        normal = medians.standard_error(np.maximum(medians.count, 2.0))
        known = (normal > 0.0) & np.isfinite(medians.rank_error)
        decay = np.where(known, np.minimum(1.0, (MEMORY_WINDOWS - 1.0) / self._weight), 1.0)
        self._sum = decay * self._sum + np.where(known, medians.rank_error / np.where(known, normal, 1.0), 0.0)
        self._weight = decay * self._weight + known

    @property
    def ratio(self) -> Floats:
        """(k,) factor of the standard error of normal scatter."""
        ratio: Floats = self._sum / self._weight
        return ratio


class SignCorrelation:
    """Correlation of signs, averaged over windows, of k metrics; `prior` (k,) is what it begins with.

    Signs around medians of their own window correlate less than around the true one; what they lack is added back.
    """

    def __init__(self, prior: Floats) -> None:
        self._sum = PRIOR_PAIRS * prior
        self._weight = np.full(len(prior), PRIOR_PAIRS)

    def update_neighbours(self, sign: Floats) -> None:
        """Take signs (k, n) of one foot's strides, 0 where unknown."""
        self._update_neighbours(sign, np.abs(sign))

    def update_differences(self, left: Floats, right: Floats, correlation: Floats) -> None:
        """Take signs (k, n) of paired strides, correlated so far: how alike neighbouring differences are."""
        known = np.abs(left * right)
        self._update_neighbours(known * (right - left) / np.sqrt(2.0 - 2.0 * correlation)[:, None], known)

    def update_feet(self, left: Floats, right: Floats, covariance: Floats) -> None:
        """Take two feet's signs (k, n) of paired strides, which lack what is common to their medians: the `covariance`
        (k,) of these, in units of the variance of independent strides' median."""
        self._add(left * right, np.abs(left * right), covariance / max(left.shape[1], 1))

    def _update_neighbours(self, value: Floats, known: Floats) -> None:
        """What lasts with a correlation r lacks (1 + 3 r) / n (Marriott and Pope 1954), what does not (1 + 2 r) / n."""
        lacking = 1.0 + np.where(self.correlation > 0.0, 3.0, 2.0) * self.correlation
        pairs = known[:, :-1] * known[:, 1:]
        self._add(value[:, :-1] * value[:, 1:], pairs, lacking / max(pairs.shape[1], 1))

    def _add(self, product: Floats, pairs: Floats, lacking: Floats) -> None:
        count = pairs.sum(axis=1)
        decay = np.minimum(1.0, (WINDOW_PAIRS - pairs.shape[1]) / self._weight)
        self._sum = decay * self._sum + product.sum(axis=1) + lacking * count
        self._weight = decay * self._weight + count

    @property
    def correlation(self) -> Floats:
        """(k,) limited to −0.3 … 0.9."""
        correlation: Floats = np.clip(self._sum / self._weight, MIN_CORRELATION, MAX_CORRELATION)
        return correlation


def design_effect(correlation: Floats) -> Floats:
    """(k,) number of strides that carry the information of one independent stride, from the correlation of neighbours.

    What makes neighbours alike lasts, and fades geometrically. What makes them unlike is between the two, as a landing
    that ends the one and begins the next, or a step that both feet share: it is made up for once, by the neighbour.
    """
    lag_one = np.sin(0.5 * np.pi * np.maximum(correlation, 0.0))[:, None]  # of the values, from that of their signs
    lagged = np.arcsin(lag_one ** np.arange(1, MAX_LAG + 1)) * (2.0 / np.pi)
    total = np.where(correlation > 0.0, lagged.sum(axis=1), correlation)
    design_effect: Floats = np.maximum(1.0 + 2.0 * total, MIN_DESIGN_EFFECT)
    return design_effect


def relative_error_of_sd(count: Floats, strides: int) -> Floats:
    """(k,) standard errors, relative to the values, of medians of `count` standard deviations, each over the last
    `strides` values of normal scatter: neighbours share all but one of these."""
    lag = np.arange(1, strides)
    alike = np.arcsin(1.0 - lag / strides) * (2.0 / np.pi)
    paired = np.maximum(1.0 - lag / np.maximum(count, 1.0)[:, None], 0.0)
    effect = 1.0 + 2.0 * (paired * alike).sum(axis=1)
    error: Floats = MEDIAN_ERROR_RATIO * np.sqrt(effect / np.maximum(count, 1.0) / (2.0 * (strides - 1.0)))
    return error


def effective_sample_size(count: Floats, design_effect: Floats) -> Floats:
    """(k,) number of independent strides with the same information, at least two."""
    effective_sample_size: Floats = np.maximum(count / design_effect, 2.0)
    return effective_sample_size


def t95(degrees_of_freedom: Floats) -> Floats:
    """Half width of the 95 % interval in standard errors (Cornish–Fisher expansion of Student's t)."""
    z, lag_one = Z95, 1.0 / np.maximum(degrees_of_freedom, 3.0)
    half: Floats = z + (z**3 + z) / 4.0 * lag_one + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0 * lag_one**2
    return half


def pair_strides(left_s: Floats, right_s: Floats, max_delay_s: float) -> tuple[Bools, Ints]:
    """Which left strides (n,) are followed by a right one within `max_delay_s`, and its row for each of these."""
    index = np.searchsorted(right_s, left_s)
    following = np.concatenate([right_s, [np.inf]])[index]
    found: Bools = following - left_s <= max_delay_s
    return found, index[found]


def _rank_error(values: Floats, count: Floats) -> Floats:
    """(k, n) → (k,) see `Medians.rank_error`."""
    ranked = np.sort(values, axis=1)
    middle, reach = 0.5 * (count - 1.0), 0.5 * np.sqrt(count)
    low, high = (
        _at_rank(ranked, np.clip(middle + side, 0.0, np.maximum(count - 1.0, 0.0))) for side in (-reach, reach)
    )
    return 0.5 * (1.0 - RANK_BIAS / np.maximum(count, 1.0)) * (high - low)


def _at_rank(ranked: Floats, rank: Floats) -> Floats:
    """(k,) values at fractional ranks of sorted rows (k, n)."""
    row, below = np.arange(len(ranked)), np.floor(rank).astype(np.int64)
    above = np.ceil(rank).astype(np.int64)
    value: Floats = ranked[row, below] + (rank - below) * (ranked[row, above] - ranked[row, below])
    return value


def row_medians(values: Floats) -> Floats:
    """(k, n) → (k,) medians of the finite values; NaN without any."""
    ranked = np.sort(values, axis=1)
    count = np.isfinite(ranked).sum(axis=1)
    row = np.arange(len(values))
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[1] - 1)
    medians: Floats = 0.5 * (ranked[row, low] + ranked[row, high])
    return medians
