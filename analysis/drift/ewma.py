"""EWMA control chart of the asymmetry, minute by minute, against the runner's own baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.camber import CamberModel, camber_changed
from surefoot.analysis.drift.change import ChangeEstimate
from surefoot.analysis.drift.covariates import CovariateModel
from surefoot.analysis.drift.monitored_metrics import (
    ASYMMETRY,
    COLUMN_COUNT,
    COMMON,
    INCLINATION,
    MIN_DRIFT_PCT,
    MONITORED_KEYS,
    camber_change_deg,
    mask_rows,
    nan_mean,
)
from surefoot.analysis.drift.steady_state import Block
from surefoot.analysis.model import Bools, Floats
from surefoot.analysis.parameters import DEFAULTS, Parameters

MINUTE_S, MINUTE_BLOCKS = 60.0, 6
MIN_MINUTE_BLOCKS = 3
"""A minute counts with half of its blocks."""
MAX_WEIGHT = 0.5
"""Greatest weight of the newest minute in the moving average, which then scatters like a mean of three minutes."""
AVERAGE_Z = 6.0
"""The moving average is as short as the runner's scatter allows: the smallest change that is reported is to be so many
standard errors. A drift of contact is followed within a minute where minutes scatter by up to 0.5 %, within four from
0.8 % on."""
CI95_Z = 2.15
"""Standard errors of a 95 % interval; more than 1.96, since the scatter is known from some twenty minutes."""
CAMBER_Z = 2.0
"""Standard errors of the camber's effect that a change must exceed; it matters once in a run, not every minute."""
RECENT_AGE_S = (22 * 60.0, 27 * 60.0)
RECENT_RATIO = 0.9
"""Share of the threshold that must have come within the last 25 minutes; slow wander moves as far only in hours."""
ANY_AGE_RATIO = 1.6
"""From this multiple of the threshold on the age does not matter."""
LATEST_MINUTES = 3
"""Minutes whose mean is reported as the change now; as many before the onset of a drift are a baseline."""
MAX_MINUTES = 96
"""Minutes kept; when full, neighbours are averaged."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """How each monitored metric deviates from the baseline, adjusted for the covariates and the camber.

    Parameters
    ----------
    end_s : of the minute.
    threshold_pct : (metrics,) what the change must reach, NaN where unknown.
    beyond : (metrics,) whether it is a drift as far as one minute can show.
    """

    end_s: float
    estimate: ChangeEstimate
    threshold_pct: Floats
    beyond: Bools


class EwmaChart:
    """Baseline, moving average and history of one run."""

    def __init__(self, baseline: Baseline | None = None, parameters: Parameters = DEFAULTS) -> None:
        self.parameters = parameters
        self.covariates = CovariateModel()
        self.camber = CamberModel()
        self.baseline = Baseline.empty() if baseline is None else baseline
        self.time_s = np.full(MAX_MINUTES, np.nan)
        self.rows = np.full((MAX_MINUTES, len(MONITORED_KEYS), COLUMN_COUNT), np.nan)
        self._strides = np.zeros(MAX_MINUTES)
        self.count = 0
        self.average = self.baseline.rows
        self._first = np.full((self.parameters.baseline_minutes, len(MONITORED_KEYS), COLUMN_COUNT), np.nan)
        known = np.isfinite(self.baseline.rows[:, ASYMMETRY])
        self._gathered_minutes = np.where(known, self.parameters.baseline_minutes, 0)
        self._last_minute: tuple[int, Floats] | None = None

    def add(self, number: int, blocks: Sequence[Block]) -> Deviation | None:
        """Take a minute's steady blocks; None with too few."""
        if len(blocks) < MIN_MINUTE_BLOCKS:
            return None
        row = nan_mean([block.rows for block in blocks])
        start_s, end_s = blocks[0].start_s, blocks[-1].end_s
        if (
            self._last_minute is not None
            and self._last_minute[0] == number - 1
            and not camber_changed(row, self._last_minute[1])
        ):
            self.covariates.learn(self._last_minute[1], row)
        self._last_minute = number, row
        self.camber.learn(row, self.covariates)
        strides = sum(block.strides for block in blocks)
        self._record(0.5 * (start_s + end_s), row, strides)
        weight = self._weight[:, None]
        self.average = np.where(np.isfinite(row), self.average + weight * (row - self.average), self.average)
        self._gather(row, start_s, end_s, strides)
        return self._evaluate(end_s)

    @property
    def _weight(self) -> Floats:
        """(metrics,) weight of the newest minute, after `AVERAGE_Z`."""
        least = self.parameters.ewma_weight
        error_pct = self.parameters.drift_threshold_ratio * MIN_DRIFT_PCT / AVERAGE_Z
        variance_pct2 = np.maximum(error_pct**2 - np.nan_to_num(self.baseline.error_pct) ** 2, 0.0)
        share = variance_pct2 / self.covariates.scatter_pct**2
        weight: Floats = np.clip(2.0 * share / (1.0 + share), least, max(least, MAX_WEIGHT))
        return weight

    @property
    def _average_error_pct(self) -> Floats:
        """(metrics,) standard error of the moving average, from one minute's scatter."""
        error_pct: Floats = self.covariates.scatter_pct * np.sqrt(self._weight / (2.0 - self._weight))
        return error_pct

    def rebase(self, end_s: float) -> None:
        """Make the moving average the new baseline."""
        error_pct = self._average_error_pct
        self.baseline = replace(self.baseline, rows=self.average, error_pct=error_pct, start_s=end_s, end_s=end_s)
        self._gathered_minutes[:] = self.parameters.baseline_minutes

    def end_baseline(self, onset_s: float) -> None:
        """Take the minutes after an onset out of the run's own baseline, where enough are left."""
        baseline, times_s = self.baseline, self.time_s[: self.count]
        own = slice(*np.searchsorted(times_s, (baseline.start_s, baseline.end_s)))
        rows, even = self.rows[own], times_s[own] <= onset_s
        known = np.isfinite(rows[..., ASYMMETRY])
        known &= known.cumsum(axis=0) <= self.parameters.baseline_minutes
        count = (known & even[:, None]).sum(axis=0)
        if even.all() or even.sum() < LATEST_MINUTES:
            return
        cut = (count >= LATEST_MINUTES) & (count < known.sum(axis=0))
        before = nan_mean(np.where((known & even[:, None])[..., None], rows, np.nan))
        error_pct = self.covariates.scatter_pct / np.sqrt(np.maximum(count, 1))
        self.baseline = replace(
            baseline,
            rows=np.where(cut[:, None], before, baseline.rows),
            error_pct=np.where(cut, error_pct, baseline.error_pct),
            end_s=onset_s + 0.5 * MINUTE_S,
            strides=int(self._strides[own][even].sum()),
        )
        self._gathered_minutes[:] = self.parameters.baseline_minutes

    def forget(self, metrics: Bools) -> None:
        """Drop the marked metrics and all stance tilts, since a pod was moved."""
        self.baseline = replace(self.baseline, rows=mask_rows(metrics, self.baseline.rows))
        self.average, self.rows = mask_rows(metrics, self.average), mask_rows(metrics, self.rows)
        self._gathered_minutes[metrics] = 0
        self._last_minute = None
        self.camber.forget()

    def history(self, metric: int) -> tuple[Floats, Floats]:
        """Times and adjusted asymmetry of a metric by minutes, relative to the baseline."""
        deviation = self._deviation(self.rows[: self.count], self.baseline.rows)[:, metric]
        known = np.isfinite(deviation)
        return self.time_s[: self.count][known], deviation[known]

    def deviation_from(self, reference: Floats) -> Floats:
        """(metrics,) adjusted difference of the asymmetry now from the reference's."""
        return self._deviation(self.average, reference)

    def latest_change(self, reference: Baseline, estimate: ChangeEstimate) -> ChangeEstimate:
        """How the latest minutes differ from the reference; the estimate where none of them knows a metric."""
        rows = self.rows[max(self.count - LATEST_MINUTES, 0) : self.count]
        known = np.isfinite(rows[..., ASYMMETRY]).sum(axis=0)
        scatter_pct = self.covariates.scatter_pct / np.sqrt(np.maximum(known, 1))
        now = self._change(nan_mean(rows), reference, scatter_pct)
        latest = np.isfinite(now.change_pct)
        return ChangeEstimate(
            *(np.where(latest, getattr(now, each.name), getattr(estimate, each.name)) for each in fields(now))
        )

    def expected(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) difference of asymmetry from the reference's that covariates and camber explain."""
        return self.covariates.expected(rows, reference) + self.camber.expected(rows, reference)

    def _deviation(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) adjusted difference of asymmetry from the reference's."""
        return rows[..., ASYMMETRY] - reference[..., ASYMMETRY] - self.expected(rows, reference)

    def _change(self, rows: Floats, reference: Baseline, scatter_pct: Floats) -> ChangeEstimate:
        """How rows, a mean with this standard error, differ from the reference."""
        camber_pct = self.camber.error_pct(rows, reference.rows)
        common_pct = rows[:, COMMON] - reference.rows[:, COMMON]
        return ChangeEstimate(
            self._deviation(rows, reference.rows),
            np.sqrt(scatter_pct**2 + reference.error_pct**2 + camber_pct**2),
            common_pct - self.covariates.expected_common(rows, reference.rows),
            camber_change_deg(rows - reference.rows),
            rows[:, INCLINATION] - reference.rows[:, INCLINATION],
        )

    def _evaluate(self, end_s: float) -> Deviation:
        estimate = self._change(self.average, self.baseline, self._average_error_pct)
        error = np.hypot(self._average_error_pct, self.baseline.error_pct)
        least = self.parameters.drift_threshold_ratio * MIN_DRIFT_PCT
        camber = self.camber.error_pct(self.average, self.baseline.rows)
        threshold = np.hypot(np.maximum(least, self.parameters.min_drift_z * error), CAMBER_Z * camber)
        size, sign = np.abs(estimate.change_pct), np.sign(estimate.change_pct)
        is_recent = sign * self._deviation(self.average, self._rows_before(end_s)) >= RECENT_RATIO * threshold
        beyond = (size >= threshold) & (is_recent | (size >= ANY_AGE_RATIO * threshold))
        return Deviation(end_s, estimate, threshold, beyond)

    def _rows_before(self, end_s: float) -> Floats:
        """Rows of 25 minutes ago, or the baseline where the run or the baseline is younger."""
        ago_s = end_s - self.time_s[: self.count]
        then = (ago_s >= RECENT_AGE_S[0]) & (ago_s <= RECENT_AGE_S[1])
        if not then.any() or self.baseline.end_s > end_s - RECENT_AGE_S[0]:
            return self.baseline.rows
        rows = nan_mean(self.rows[: self.count][then])
        return np.where(np.isfinite(rows[:, :1]), rows, self.baseline.rows)

    def _gather(self, row: Floats, start_s: float, end_s: float, strides: int) -> None:
        """One more minute for the baselines that are not complete."""
        incomplete = np.isfinite(row[:, ASYMMETRY]) & (self._gathered_minutes < self.parameters.baseline_minutes)
        if not incomplete.any():
            return
        self._first[self._gathered_minutes[incomplete], incomplete] = row[incomplete]
        self._gathered_minutes[incomplete] += 1
        enough = incomplete & (self._gathered_minutes >= self.parameters.min_baseline_minutes)
        first = np.isnan(self.baseline.rows[:, ASYMMETRY]) & enough
        minute = np.arange(self.parameters.baseline_minutes)[:, None]
        gathered = np.where((minute < self._gathered_minutes)[..., None], self._first, np.nan)
        rows = np.where(enough[:, None], nan_mean(gathered), self.baseline.rows)
        error_pct = np.where(
            enough,
            self.covariates.scatter_pct / np.sqrt(np.maximum(self._gathered_minutes, 1)),
            self.baseline.error_pct,
        )
        begun_s = start_s if np.isnan(self.baseline.start_s) else self.baseline.start_s
        self.baseline = Baseline(rows, error_pct, begun_s, end_s, self.baseline.strides + strides)
        self.average = np.where(first[:, None], rows, self.average)

    def _record(self, time_s: float, row: Floats, strides: int) -> None:
        if self.count == MAX_MINUTES:
            half = MAX_MINUTES // 2
            self.time_s[:half] = self.time_s.reshape(half, 2).mean(axis=1)
            self.rows[:half] = self.rows.reshape(half, 2, *row.shape).mean(axis=1)
            self._strides[:half] = self._strides.reshape(half, 2).sum(axis=1)
            self.time_s[half:], self.rows[half:] = np.nan, np.nan
            self.count = half
        self.time_s[self.count], self.rows[self.count], self._strides[self.count] = time_s, row, strides
        self.count += 1
