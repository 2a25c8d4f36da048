"""How much of a left–right difference follows the road's tilt, which the standing feet show themselves."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.drift.covariates import MAX_JUMP_SD, CovariateModel
from surefoot.analysis.drift.monitored_metrics import (
    ASYMMETRY,
    COLUMN_COUNT,
    MIN_DRIFT_PCT,
    MONITORED_KEYS,
    camber_change_deg,
    nan_mean,
)
from surefoot.analysis.model import Floats

SPAN_MINUTES = 3
"""Minutes whose mean is held against that of the minutes before: long enough to tell, short beside a drift."""
MIN_CAMBER_CHANGE_DEG = 1.0
"""Smaller changes of the road are scatter, and teach nothing."""
PRIOR_EFFECT_SD = 0.5 * MIN_DRIFT_PCT
"""What a degree may do, in percent (standard deviation), before the run has shown it: half of what is worth telling."""


class CamberModel:
    """Regression of each metric's differences on the road's, between stretches of a few minutes.

    Until the road has tilted nothing is known of its effect, and nothing is said that it could explain.
    """

    def __init__(self) -> None:
        self._minutes: list[Floats] = []
        self._before = np.full((len(MONITORED_KEYS), COLUMN_COUNT), np.nan)
        self._precision = 1.0 / PRIOR_EFFECT_SD**2
        self._weighted_sum = np.zeros(len(MONITORED_KEYS))

    def learn(self, row: Floats, covariates: CovariateModel) -> None:
        """Take a minute, (metrics, COLUMNS)."""
        self._minutes.append(row)
        if len(self._minutes) < SPAN_MINUTES:
            return
        now, before = nan_mean(self._minutes), self._before
        self._minutes, self._before = [], now
        change = now[:, ASYMMETRY] - before[:, ASYMMETRY] - covariates.expected(now, before)
        change_deg = _camber_change(now, before)
        usable = np.isfinite(change) & (np.abs(change_deg) >= MIN_CAMBER_CHANGE_DEG)
        variance = 2.0 / SPAN_MINUTES * covariates.scatter_pct**2
        limit = MAX_JUMP_SD * np.sqrt(variance + (PRIOR_EFFECT_SD * change_deg) ** 2)
        weight = np.where(usable, change_deg / variance, 0.0)
        self._precision = self._precision + weight * change_deg
        self._weighted_sum = self._weighted_sum + weight * np.clip(np.nan_to_num(change), -limit, limit)

    def forget(self) -> None:
        """A pod was moved: what comes cannot be held against what was."""
        self._minutes, self._before = [], np.full((len(MONITORED_KEYS), COLUMN_COUNT), np.nan)

    def expected(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) by how much the road alone makes the asymmetry of rows differ from the reference's."""
        expected: Floats = self._weighted_sum / self._precision * _camber_change(rows, reference)
        return expected

    def error_pct(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) standard error of that."""
        error: Floats = np.abs(_camber_change(rows, reference)) / np.sqrt(self._precision)
        return error


def camber_changed(rows: Floats, reference: Floats) -> bool:
    """Whether the road is clearly another."""
    return bool((np.abs(_camber_change(rows, reference)) >= MIN_CAMBER_CHANGE_DEG).any())


def _camber_change(rows: Floats, reference: Floats) -> Floats:
    """(…, metrics) change of the road's tilt, none where it is not known."""
    return np.nan_to_num(camber_change_deg(rows - reference))
