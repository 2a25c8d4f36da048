"""How asymmetry follows speed and slope: regression on changes of the covariates."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.drift.monitored_metrics import (
    ASYMMETRY,
    COMMON,
    COVARIATE_KEYS,
    MONITORED_KEYS,
    PRIOR_SCATTER_PCT,
    covariates_of,
)
from surefoot.analysis.model import Bools, Floats

RIDGE_PCT2 = 500.0
"""Ridge penalty of the asymmetry's slopes: as much as one speed change of 22 %. Without changes of speed there is
nothing to learn from, and nothing is adjusted."""
COMMON_RIDGE_PCT2 = 4.0
"""The same for the mean of both feet, which is known to follow speed closely."""
MAX_JUMP_SD = 3.0
"""Differences beyond this many standard deviations are clipped: a sudden change is an event, not a slope."""
SCATTER_MINUTES = 20.0
"""Minutes over which scatter is averaged."""
PRIOR_MINUTES = 6.0
"""Weight of the prior scatter, in minutes."""


class CovariateModel:
    """Ridge regression of each metric's differences from one minute to the next on those of the covariates.

    Neighbouring minutes share any slow drift, so the regression does not take it for an effect of speed: a drift of 3 %
    over 20 minutes in which the runner slows by 10 % loses less than 0.1 % to it.
    """

    def __init__(self) -> None:
        metrics, covariates = len(MONITORED_KEYS), len(COVARIATE_KEYS)
        self._covariate_products = np.zeros((metrics, covariates, covariates))
        self._cross_products = np.zeros((2, metrics, covariates))
        self._variance = PRIOR_SCATTER_PCT**2
        self._weight = np.full(metrics, PRIOR_MINUTES)
        self.asymmetry_slopes = np.zeros((metrics, covariates))
        self.common_slopes = np.zeros((metrics, covariates))

    @property
    def scatter_pct(self) -> Floats:
        """(metrics,) standard deviation of one minute's asymmetry, adjusted for the covariates."""
        deviation: Floats = np.sqrt(self._variance)
        return deviation

    def learn(self, before: Floats, after: Floats) -> None:
        """Take neighbouring minutes, (metrics, COLUMN_COUNT) each."""
        difference = after - before
        known = np.isfinite(difference[:, ASYMMETRY])
        covariates = np.where(known[:, None], np.nan_to_num(covariates_of(difference)), 0.0)
        limit = MAX_JUMP_SD * np.sqrt(2.0) * self.scatter_pct
        change = np.where(known, np.clip(difference[:, ASYMMETRY], -limit, limit), 0.0)
        self._update_scatter(change - (self.asymmetry_slopes * covariates).sum(axis=1), known)
        self._covariate_products += covariates[:, :, None] * covariates[:, None, :]
        self._cross_products[ASYMMETRY] += change[:, None] * covariates
        self._cross_products[COMMON] += np.where(known, difference[:, COMMON], 0.0)[:, None] * covariates
        self._solve()

    def expected(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) difference of asymmetry from the reference's that the covariates explain."""
        difference: Floats = np.nan_to_num(covariates_of(rows) - covariates_of(reference))
        expected: Floats = (self.asymmetry_slopes * difference).sum(axis=-1)
        return expected

    def expected_common(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) the same for the mean of both feet."""
        expected: Floats = (self.common_slopes * np.nan_to_num(covariates_of(rows) - covariates_of(reference))).sum(
            axis=-1
        )
        return expected

    def _update_scatter(self, difference: Floats, known: Bools) -> None:
        square = 0.5 * np.minimum(difference**2, 2.0 * MAX_JUMP_SD**2 * self._variance)
        weight = np.minimum(self._weight + known, SCATTER_MINUTES)
        self._variance = np.where(known, self._variance + (square - self._variance) / weight, self._variance)
        self._weight = weight

    def _solve(self) -> None:
        eye = np.eye(len(COVARIATE_KEYS))
        self.asymmetry_slopes = np.linalg.solve(
            self._covariate_products + RIDGE_PCT2 * eye, self._cross_products[ASYMMETRY][..., None]
        )[..., 0]
        free = len(COVARIATE_KEYS) - 1  # contact itself explains no contact
        common_slopes = np.linalg.solve(
            self._covariate_products[:, :free, :free] + COMMON_RIDGE_PCT2 * eye[:free, :free],
            self._cross_products[COMMON][:, :free, None],
        )
        self.common_slopes[:, :free] = common_slopes[..., 0]
