"""How asymmetry follows the road's camber, which the stance tilt of both feet shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from surefoot.analysis.drift.covariates import MAX_JUMP_SD, CovariateModel
from surefoot.analysis.drift.monitored_metrics import (
    ASYMMETRY,
    CAMBER_EFFECT_PCT,
    MIN_DRIFT_PCT,
    MONITORED_KEYS,
    camber_change_deg,
    nan_mean,
)
from surefoot.analysis.model import Floats

SPAN_MINUTES = 3
"""Minutes averaged before they are compared with those before: long enough to measure, short beside a drift."""
MIN_CAMBER_CHANGE_DEG = 1.0
"""Smaller changes are scatter and are not learned from."""
LINE_SPANS = 4
"""Spans since the last turn that tell where asymmetry was going, so that a drift is not taken for camber."""
TREND_SHARE = 0.2
"""What asymmetry may move from span to span (standard deviation), as a share of the smallest drift: that in 15
minutes."""


class CamberModel:
    """Bayesian regression of each metric's steps on those of the camber, where it turns from one span of a few minutes
    to the next; a step is what leaves the line of the spans before.

    Until the camber has changed its effect is unknown, and no change is reported that it could explain.
    """

    def __init__(self) -> None:
        self._minutes: list[Floats] = []
        self._spans: list[Floats] = []
        self._precision = 1.0 / CAMBER_EFFECT_PCT**2
        self._weighted_sum = np.zeros(len(MONITORED_KEYS))

    def learn(self, row: Floats, covariates: CovariateModel) -> None:
        """Take a minute, (metrics, COLUMN_COUNT)."""
        self._minutes.append(row)
        if len(self._minutes) < SPAN_MINUTES:
            return
        now, spans = nan_mean(self._minutes), self._spans
        self._minutes, self._spans = [], [*spans, now][-LINE_SPANS:]
        if not spans:
            return
        change_deg = _camber_change(now, spans[-1])
        turned = np.abs(change_deg) >= MIN_CAMBER_CHANGE_DEG
        if turned.any():
            self._spans = [now]
            self._add(*_off_the_line(now, spans, covariates), np.where(turned, change_deg, 0.0))

    def _add(self, change: Floats, variance: Floats, change_deg: Floats) -> None:
        """Take changes of asymmetry with their variance, and those of the camber."""
        limit = MAX_JUMP_SD * np.sqrt(variance + (CAMBER_EFFECT_PCT * change_deg) ** 2)
        weight = np.where(np.isfinite(change), change_deg / variance, 0.0)
        self._precision = self._precision + weight * change_deg
        self._weighted_sum = self._weighted_sum + weight * np.clip(np.nan_to_num(change), -limit, limit)

    def forget(self) -> None:
        """Drop the minutes so far: a pod was moved, so later ones cannot be compared with them."""
        self._minutes, self._spans = [], []

    def expected(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) difference of asymmetry from the reference's that the camber explains."""
        expected: Floats = self._weighted_sum / self._precision * _camber_change(rows, reference)
        return expected

    def error_pct(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) standard error of that."""
        error: Floats = np.abs(_camber_change(rows, reference)) / np.sqrt(self._precision)
        return error


def _off_the_line(now: Floats, spans: Sequence[Floats], covariates: CovariateModel) -> tuple[Floats, Floats]:
    """(metrics,) by how much asymmetry is off the line through the spans before, and the variance of that.

    The line's slope is a Bayesian estimate; with one span it is taken to be zero.
    """
    last = spans[-1]
    at = np.arange(len(spans)) - 0.5 * (len(spans) - 1)
    before = np.stack([each[:, ASYMMETRY] - last[:, ASYMMETRY] - covariates.expected(each, last) for each in spans])
    before = np.nan_to_num(before)
    variance = covariates.scatter_pct**2 / SPAN_MINUTES
    slope_variance = 1.0 / (at @ at / variance + 1.0 / (TREND_SHARE * MIN_DRIFT_PCT) ** 2)
    ahead = len(spans) - 0.5 * (len(spans) - 1)
    line = before.mean(axis=0) + slope_variance * (at @ before) / variance * ahead
    change = now[:, ASYMMETRY] - last[:, ASYMMETRY] - covariates.expected(now, last) - line
    return change, variance * (1.0 + 1.0 / len(spans)) + ahead**2 * slope_variance


def camber_changed(rows: Floats, reference: Floats) -> bool:
    """Whether the camber differs by `MIN_CAMBER_CHANGE_DEG` or more."""
    return bool((np.abs(_camber_change(rows, reference)) >= MIN_CAMBER_CHANGE_DEG).any())


def _camber_change(rows: Floats, reference: Floats) -> Floats:
    """(…, metrics) change of the camber, zero where it is unknown."""
    return np.nan_to_num(camber_change_deg(rows - reference))
