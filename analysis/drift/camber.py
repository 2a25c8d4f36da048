"""How much of a left–right difference follows the road's tilt, which the standing feet show themselves."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.drift.covariates import STRAYS, Slopes
from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, COLUMNS, KEYS, LEAST_PCT, mean_of, road_tilt_deg
from surefoot.analysis.model import Floats

SPAN = 3
"""Minutes whose mean is held against that of the minutes before: long enough to tell, short beside a drift."""
LEAST_TILT_DEG = 1.0
"""Smaller changes of the road are scatter, and teach nothing."""
USUAL_EFFECT = 0.5 * LEAST_PCT
"""What a degree may do, in percent (standard deviation), before the run has shown it: half of what is worth telling."""


class Road:
    """Regression of each metric's differences on the road's, between stretches of a few minutes.

    Until the road has tilted nothing is known of its effect, and nothing is said that it could explain.
    """

    def __init__(self) -> None:
        self._minutes: list[Floats] = []
        self._before = np.full((len(KEYS), COLUMNS), np.nan)
        self._precision = 1.0 / USUAL_EFFECT**2
        self._product = np.zeros(len(KEYS))

    def learn(self, row: Floats, slopes: Slopes) -> None:
        """Take a minute, (metrics, COLUMNS)."""
        self._minutes.append(row)
        if len(self._minutes) < SPAN:
            return
        now, before = mean_of(self._minutes), self._before
        self._minutes, self._before = [], now
        change = now[:, ASYMMETRY] - before[:, ASYMMETRY] - slopes.expected(now, before)
        tilt_deg = _road_deg(now, before)
        told = np.isfinite(change) & (np.abs(tilt_deg) >= LEAST_TILT_DEG)
        variance = 2.0 / SPAN * slopes.scatter_pct**2
        most = STRAYS * np.sqrt(variance + (USUAL_EFFECT * tilt_deg) ** 2)
        weight = np.where(told, tilt_deg / variance, 0.0)
        self._precision = self._precision + weight * tilt_deg
        self._product = self._product + weight * np.clip(np.nan_to_num(change), -most, most)

    def forget(self) -> None:
        """A pod was moved: what comes cannot be held against what was."""
        self._minutes, self._before = [], np.full((len(KEYS), COLUMNS), np.nan)

    def expected(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) by how much the road alone makes the asymmetry of rows differ from the reference's."""
        expected: Floats = self._product / self._precision * _road_deg(rows, reference)
        return expected

    def error_pct(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) standard error of that."""
        error: Floats = np.abs(_road_deg(rows, reference)) / np.sqrt(self._precision)
        return error


def tilts(rows: Floats, reference: Floats) -> bool:
    """Whether the road is clearly another."""
    return bool((np.abs(_road_deg(rows, reference)) >= LEAST_TILT_DEG).any())


def _road_deg(rows: Floats, reference: Floats) -> Floats:
    """(…, metrics) change of the road's tilt, none where it is not known."""
    return np.nan_to_num(road_tilt_deg(rows - reference))
