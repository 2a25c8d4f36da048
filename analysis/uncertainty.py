"""Medians of windows with 95 % intervals of their sampling error.

Neighbouring strides are correlated, and so are left and right: both change the error of a window's median. The
correlations are learned over the windows of a run. A median's scatter follows the signs of the values' distances from
it (its influence function), so the correlation of signs is what counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints

MEDIAN_ERROR_RATIO = float(np.sqrt(np.pi / 2.0))
"""Standard error of a median relative to that of a mean, for normal scatter."""
MAD_TO_SD = 1.4826
"""Standard deviation relative to the median absolute deviation, for normal scatter."""
OUTLIER_LIMIT_SD = 3.0
"""Values farther from the median are clipped to this many standard deviations."""
Z95 = 1.959964
"""Standard errors of a 95 % interval, for normal scatter."""
MIN_CORRELATION, MAX_CORRELATION = -0.3, 0.9
"""Range to which an estimated correlation is limited."""
MAX_LAG = 16
"""Strides over which correlation fades."""
LANDING_LAGS = 12
"""Landings over which stride times are correlated: six strides."""
SHARED_STEP = 0.5
"""Correlation of two strides that share one of their two steps."""
MIN_DESIGN_EFFECT = 0.2
"""Least credit for strides that make up for each other."""
MIN_KNOWN_SHARE = 0.5
"""A median of a smaller share of the strides is withheld: what a sensor's range leaves of a run are its slow strides
and soft landings."""
PRIOR_PAIRS, WINDOW_PAIRS = 40.0, 800.0
"""Weight of the zero-correlation prior, and averaging window, both in stride pairs."""


@dataclass(frozen=True, slots=True)
class Medians:
    """Medians of several metrics of one foot in one window; (k,) each, NaN where unknown.

    Parameters
    ----------
    spread : standard deviation with outliers clipped.
    count : known values.
    sign : (k, n) sign of each value's distance from the median, 0 where unknown.
    """

    median: Floats
    spread: Floats
    count: Floats
    sign: Floats

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
        return cls(median, spread, count, np.where(known, np.sign(deviation), 0.0))

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


class SignCorrelation:
    """Correlation of signs, averaged over windows, of k metrics."""

    def __init__(self, metrics: int) -> None:
        self._sum = np.zeros(metrics)
        self._weight = np.full(metrics, PRIOR_PAIRS)

    def update(self, a: Floats, b: Floats, *, neighbours: bool = False) -> None:
        """Take two sets of signs (k, n) of paired strides.

        Neighbours' signs around a median of their own correlate less than around the true one (Marriott and Pope 1954),
        by (1 + 3 r) / n, which is added back.
        """
        known = np.abs(a * b).sum(axis=1)
        self._add(a, b, known, neighbours=neighbours)

    def update_differences(self, left: Floats, right: Floats, correlation: Floats) -> None:
        """Take signs (k, n) of paired strides, correlated so far: how alike neighbouring differences are."""
        known = (left * right != 0.0).astype(np.float64)
        difference = known * (right - left) / np.sqrt(2.0 - 2.0 * correlation)[:, None]
        self._add(difference[:, :-1], difference[:, 1:], (known[:, :-1] * known[:, 1:]).sum(axis=1), neighbours=True)

    def _add(self, a: Floats, b: Floats, known: Floats, *, neighbours: bool) -> None:
        decay = np.minimum(1.0, (WINDOW_PAIRS - a.shape[1]) / self._weight)
        bias = (1.0 + 3.0 * self.correlation) * known / max(a.shape[1], 1) if neighbours else 0.0
        self._sum = decay * self._sum + (a * b).sum(axis=1) + bias
        self._weight = decay * self._weight + known

    @property
    def correlation(self) -> Floats:
        """(k,) limited to −0.3 … 0.9."""
        correlation: Floats = np.clip(self._sum / self._weight, MIN_CORRELATION, MAX_CORRELATION)
        return correlation


class LandingCorrelation:
    """Correlation of the stride times of one or both feet in order of landing, averaged over windows.

    Strides of left and right that follow each other share a step, and jitter of one landing makes one stride longer and
    the next of that foot shorter: both are correlations one to `LANDING_LAGS` landings apart.
    """

    def __init__(self, feet: int) -> None:
        shared = SHARED_STEP if feet == 2 else 0.0
        self._sum: Floats = PRIOR_PAIRS * np.eye(1, LANDING_LAGS)[0] * shared
        self._weight: Floats = np.full(LANDING_LAGS, PRIOR_PAIRS)
        self._prior: Floats = np.full(LANDING_LAGS, PRIOR_PAIRS)

    def update(self, times_s: Floats) -> None:
        """Take a window's stride times (n,), NaN where unknown."""
        known = np.isfinite(times_s)
        spread_s = float(np.std(times_s[known])) if known.any() else 0.0
        if not spread_s > 0.0:
            return
        deviation = np.where(known, times_s - np.mean(times_s[known]), 0.0) / spread_s
        pairs = _lagged_sums(known.astype(np.float64))
        decay = np.clip((WINDOW_PAIRS - pairs) / self._weight, 0.0, 1.0)
        self._sum = decay * self._sum + _lagged_sums(deviation)
        self._weight = decay * self._weight + pairs
        self._prior = decay * self._prior

    def effective_sample_size(self, times_s: Floats) -> float:
        """Number of independent stride times whose mean has the same error as that of these (n,), at least two.

        Deviations are from the mean of their own window, whose error they lack: with v the variance of that mean in
        units of a stride's, a correlation r shows as (r - v) / (1 - v), and v N = 1 + 2 Σ w r, solved for 1 / v.
        """
        known = np.isfinite(times_s).astype(np.float64)
        count = max(float(known.sum()), 1.0)
        weight = 2.0 * _lagged_sums(known) / count
        seen = float((weight * self._sum / self._weight).sum())
        learned = float((weight * (1.0 - self._prior / self._weight)).sum())
        design_effect = (1.0 + seen) * count / max(count + seen - learned, 1.0)
        return max(count / max(design_effect, MIN_DESIGN_EFFECT), 2.0)

    def standard_error(self, times_s: Floats) -> float:
        """Of the mean of these stride times (n,)."""
        return float(np.nanstd(times_s) / np.sqrt(self.effective_sample_size(times_s) - 1.0))


def _lagged_sums(values: Floats) -> Floats:
    """(LANDING_LAGS,) sums of the products of values so many rows apart."""
    return np.array([float(values[lag:] @ values[: max(len(values) - lag, 0)]) for lag in range(1, LANDING_LAGS + 1)])


def design_effect(correlation: Floats) -> Floats:
    """(k,) number of strides that carry the information of one independent stride, where correlation fades
    geometrically."""
    lag_one = np.sin(0.5 * np.pi * correlation)[:, None]  # correlation of the values from that of their signs
    lagged = np.arcsin(lag_one ** np.arange(1, MAX_LAG + 1)) * (2.0 / np.pi)
    design_effect: Floats = np.maximum(1.0 + 2.0 * lagged.sum(axis=1), MIN_DESIGN_EFFECT)
    return design_effect


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


def row_medians(values: Floats) -> Floats:
    """(k, n) → (k,) medians of the finite values; NaN without any."""
    ranked = np.sort(values, axis=1)
    count = np.isfinite(ranked).sum(axis=1)
    row = np.arange(len(values))
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[1] - 1)
    medians: Floats = 0.5 * (ranked[row, low] + ranked[row, high])
    return medians
