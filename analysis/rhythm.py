"""The rhythm of running: cadence of one or both feet, with its 95 % interval."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.metrics import STRIDE_TIME
from surefoot.analysis.model import Estimate, Floats, Strides
from surefoot.analysis.uncertainty import MIN_DESIGN_EFFECT, WINDOW_PAIRS, t95

LANDING_LAGS = 12
"""Landings over which stride times are correlated: six strides."""
PRIOR_PAIRS = 40.0
"""Weight of the prior correlation, in pairs of strides."""
SHARED_STEP = 0.5
"""Correlation of two strides that share one of their two steps."""


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


def cadence(strides: list[Strides], correlation: LandingCorrelation | None = None) -> Estimate:
    """Steps per minute of both feet: 120 / mean stride time in s. NaN where no stride time is known.

    The interval is of the error of sampling so many strides of a runner who keeps to one rhythm. How strides are
    correlated is known from the run's windows, or, without them, from the strides themselves.
    """
    times_s = stride_times_s(strides)
    count = int(np.isfinite(times_s).sum())
    if not count:
        return Estimate(np.nan, np.nan, np.nan, 0)
    if correlation is None:
        correlation = LandingCorrelation(len(strides))
        correlation.update(times_s)
    mean_s, spread_s = float(np.nanmean(times_s)), float(np.nanstd(times_s))
    freedom = np.array([correlation.effective_sample_size(times_s) - 1.0])
    half_s = float(t95(freedom)[0]) * correlation.standard_error(times_s)
    low, high = 120.0 / (mean_s + half_s), 120.0 / max(mean_s - half_s, 1e-3)
    return Estimate(120.0 / mean_s, low, high, count, 120.0 / mean_s**2 * spread_s)


def stride_times_s(strides: list[Strides]) -> Floats:
    """(n,) stride times of all feet in order of landing, NaN where unknown."""
    rows = [each for each in strides if len(each)]
    if not rows:
        return np.empty(0)
    order = np.argsort(np.concatenate([each.initial_contact_s for each in rows]), kind="stable")
    times_s: Floats = np.concatenate([each.metrics[STRIDE_TIME] for each in rows])[order]
    return times_s
