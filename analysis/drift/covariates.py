"""How much of a left–right difference follows speed and slope, learned from changes of pace alone."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, COMMON, KEYS, PACE, USUAL_PCT, pace_of
from surefoot.analysis.model import Bools, Floats

RIDGE_PCT2 = 500.0
"""Pulls slopes towards none: as much as one change of pace by 22 %. Without changes of pace there is nothing to learn
from, and nothing is regressed out."""
COMMON_RIDGE_PCT2 = 4.0
"""For the mean of both feet, which is known to follow speed closely."""
STRAYS = 3.0
"""Differences beyond so many times the usual count as no more than that: a step is an event, not a slope."""
MEMORY = 20.0
"""Minutes over which scatter is averaged."""
BELIEVED = 6.0
"""Minutes that the usual scatter counts for."""


class Slopes:
    """Regression of each metric's differences from one minute to the next on those of the pace.

    Neighbouring minutes share any slow drift, so that the regression cannot take it for an effect of pace: a drift of
    3 % over 20 minutes in which the runner slows by 10 % loses less than 0.1 % to it.
    """

    def __init__(self) -> None:
        metrics, pace = len(KEYS), len(PACE)
        self._pace2 = np.zeros((metrics, pace, pace))
        self._with = np.zeros((2, metrics, pace))
        self._variance = USUAL_PCT**2
        self._weight = np.full(metrics, BELIEVED)
        self.asymmetry = np.zeros((metrics, pace))
        self.common = np.zeros((metrics, pace))

    @property
    def scatter_pct(self) -> Floats:
        """(metrics,) standard deviation of one minute's asymmetry, pace taken out."""
        deviation: Floats = np.sqrt(self._variance)
        return deviation

    def learn(self, before: Floats, after: Floats) -> None:
        """Take neighbouring minutes, (metrics, COLUMNS) each."""
        step = after - before
        known = np.isfinite(step[:, ASYMMETRY])
        pace = np.where(known[:, None], np.nan_to_num(pace_of(step)), 0.0)
        most = STRAYS * np.sqrt(2.0) * self.scatter_pct
        change = np.where(known, np.clip(step[:, ASYMMETRY], -most, most), 0.0)
        self._note_scatter(change - (self.asymmetry * pace).sum(axis=1), known)
        self._pace2 += pace[:, :, None] * pace[:, None, :]
        self._with[ASYMMETRY] += change[:, None] * pace
        self._with[COMMON] += np.where(known, step[:, COMMON], 0.0)[:, None] * pace
        self._solve()

    def expected(self, rows: Floats, reference: Floats) -> Floats:
        """(metrics,) by how much the pace alone makes the asymmetry of rows differ from the reference's."""
        away: Floats = np.nan_to_num(pace_of(rows) - pace_of(reference))
        expected: Floats = (self.asymmetry * away).sum(axis=-1)
        return expected

    def expected_common(self, rows: Floats, reference: Floats) -> Floats:
        """(metrics,) the same for the mean of both feet."""
        expected: Floats = (self.common * np.nan_to_num(pace_of(rows) - pace_of(reference))).sum(axis=-1)
        return expected

    def _note_scatter(self, step: Floats, known: Bools) -> None:
        square = 0.5 * np.minimum(step**2, 2.0 * STRAYS**2 * self._variance)
        weight = np.minimum(self._weight + known, MEMORY)
        self._variance = np.where(known, self._variance + (square - self._variance) / weight, self._variance)
        self._weight = weight

    def _solve(self) -> None:
        eye = np.eye(len(PACE))
        self.asymmetry = np.linalg.solve(self._pace2 + RIDGE_PCT2 * eye, self._with[ASYMMETRY][..., None])[..., 0]
        free = len(PACE) - 1  # contact itself explains no contact
        common = np.linalg.solve(
            self._pace2[:, :free, :free] + COMMON_RIDGE_PCT2 * eye[:free, :free], self._with[COMMON][:, :free, None]
        )
        self.common[:, :free] = common[..., 0]
