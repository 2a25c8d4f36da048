"""How asymmetry follows the road's camber, which the stance tilt of both feet shows."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.drift.covariates import MAX_JUMP_SD, CovariateModel
from surefoot.analysis.drift.monitored_metrics import (
    ASYMMETRY,
    CAMBER_EFFECT_PCT,
    COLUMN_COUNT,
    MONITORED_KEYS,
    camber_change_deg,
    nan_mean,
)
from surefoot.analysis.model import Floats

SPAN_MINUTES = 3
"""Minutes averaged before they are compared with those before: long enough to measure, short beside a drift."""
MIN_CAMBER_CHANGE_DEG = 1.0
"""Smaller changes are scatter and are not learned from."""


class CamberModel:
    """Bayesian regression of each metric's differences on those of the camber, between spans of a few minutes.

    Until the camber has changed its effect is unknown, and no change is reported that it could explain.
    """

    def __init__(self) -> None:
        self._minutes: list[Floats] = []
        self._before = np.full((len(MONITORED_KEYS), COLUMN_COUNT), np.nan)
        self._precision = 1.0 / CAMBER_EFFECT_PCT**2
        self._weighted_sum = np.zeros(len(MONITORED_KEYS))

    def learn(self, row: Floats, covariates: CovariateModel) -> None:
        """Take a minute, (metrics, COLUMN_COUNT)."""
        self._minutes.append(row)
        if len(self._minutes) < SPAN_MINUTES:
            return
        now, before = nan_mean(self._minutes), self._before
        self._minutes, self._before = [], now
        change = now[:, ASYMMETRY] - before[:, ASYMMETRY] - covariates.expected(now, before)
        change_deg = _camber_change(now, before)
        usable = np.isfinite(change) & (np.abs(change_deg) >= MIN_CAMBER_CHANGE_DEG)
        variance = 2.0 / SPAN_MINUTES * covariates.scatter_pct**2
        limit = MAX_JUMP_SD * np.sqrt(variance + (CAMBER_EFFECT_PCT * change_deg) ** 2)
        weight = np.where(usable, change_deg / variance, 0.0)
        self._precision = self._precision + weight * change_deg
        self._weighted_sum = self._weighted_sum + weight * np.clip(np.nan_to_num(change), -limit, limit)

    def forget(self) -> None:
        """Drop the minutes so far: a pod was moved, so later ones cannot be compared with them."""
        self._minutes, self._before = [], np.full((len(MONITORED_KEYS), COLUMN_COUNT), np.nan)

    def expected(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) difference of asymmetry from the reference's that the camber explains."""
        expected: Floats = self._weighted_sum / self._precision * _camber_change(rows, reference)
        return expected

    def error_pct(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) standard error of that."""
        error: Floats = np.abs(_camber_change(rows, reference)) / np.sqrt(self._precision)
        return error


def camber_changed(rows: Floats, reference: Floats) -> bool:
    """Whether the camber differs by `MIN_CAMBER_CHANGE_DEG` or more."""
    return bool((np.abs(_camber_change(rows, reference)) >= MIN_CAMBER_CHANGE_DEG).any())


def _camber_change(rows: Floats, reference: Floats) -> Floats:
    """(…, metrics) change of the camber, zero where it is unknown."""
    return np.nan_to_num(camber_change_deg(rows - reference))
