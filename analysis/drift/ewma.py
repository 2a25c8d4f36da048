"""Where left against right stands now, minute by minute, against the runner's own baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.camber import Road, tilts
from surefoot.analysis.drift.change import Moved
from surefoot.analysis.drift.covariates import Slopes
from surefoot.analysis.drift.monitored_metrics import (
    ASYMMETRY,
    COLUMNS,
    COMMON,
    KEYS,
    LEAST_PCT,
    mean_of,
    road_tilt_deg,
    without,
)
from surefoot.analysis.drift.steady_state import Block
from surefoot.analysis.model import Bools, Floats

MINUTE_BLOCKS = 6
LEAST_BLOCKS = 3
"""A minute counts with half of its blocks."""
LEAST_BASELINE_MINUTES, BASELINE_MINUTES = 5, 10
"""The baseline is used once it has five minutes, and goes on to ten."""
WEIGHT = 0.2
"""Of the newest minute in the moving average: it lags a ramp by four minutes."""
SMOOTHED = float(np.sqrt(WEIGHT / (2.0 - WEIGHT)))
"""Standard error of the moving average, as a share of one minute's scatter."""
INTERVAL = 2.15
"""Standard errors of a 95 % interval: the scatter is known from some twenty minutes."""
SURE = 4.0
"""Standard errors that a change must reach, so that a restless runner needs a larger one."""
ROAD_SURE = 2.0
"""The same where the road has tilted, which happens once in a run and not every minute."""
LATELY_S = (22 * 60.0, 27 * 60.0)
LATELY_SHARE = 0.9
"""Most of a drift must have come within the last 25 minutes: the ground's slow wander moves as far only in hours."""
FAR = 1.6
"""Beyond so many thresholds it does not matter how long it took."""
MOST_MINUTES = 96
"""Minutes kept; when full, neighbours become one."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How each watched metric has moved since the baseline, pace taken out.

    Parameters
    ----------
    end_s : of the minute.
    threshold_pct : (metrics,) what the change must reach, NaN where unknown.
    beyond : (metrics,) whether it is a drift as far as one minute can tell.
    """

    end_s: float
    moved: Moved
    threshold_pct: Floats
    beyond: Bools


class Trend:
    """Baseline, moving average and history of one run."""

    def __init__(self, baseline: Baseline | None = None) -> None:
        self.slopes = Slopes()
        self.road = Road()
        self.baseline = Baseline.unknown() if baseline is None else baseline
        self.time_s = np.full(MOST_MINUTES, np.nan)
        self.rows = np.full((MOST_MINUTES, len(KEYS), COLUMNS), np.nan)
        self.count = 0
        self.average = self.baseline.rows
        self._first = np.full((BASELINE_MINUTES, len(KEYS), COLUMNS), np.nan)
        known = np.isfinite(self.baseline.rows[:, ASYMMETRY])
        self._gathered = np.where(known, BASELINE_MINUTES, 0)
        self._last: tuple[int, Floats] | None = None

    def add(self, number: int, blocks: Sequence[Block]) -> Shift | None:
        """Take a minute's steady blocks; None where these are too few."""
        if len(blocks) < LEAST_BLOCKS:
            return None
        row = mean_of([block.rows for block in blocks])
        start_s, end_s = blocks[0].start_s, blocks[-1].end_s
        if self._last is not None and self._last[0] == number - 1 and not tilts(row, self._last[1]):
            self.slopes.learn(self._last[1], row)
        self._last = number, row
        self.road.learn(row, self.slopes)
        self._keep(0.5 * (start_s + end_s), row)
        self.average = np.where(np.isfinite(row), self.average + WEIGHT * (row - self.average), self.average)
        self._gather(row, start_s, end_s, sum(block.strides for block in blocks))
        return self._shift(end_s)

    def rebase(self, end_s: float) -> None:
        """Hold what follows against where things stand now."""
        error_pct = self.slopes.scatter_pct * SMOOTHED
        self.baseline = replace(self.baseline, rows=self.average, error_pct=error_pct, start_s=end_s, end_s=end_s)
        self._gathered[:] = BASELINE_MINUTES

    def forget(self, metrics: Bools) -> None:
        """Begin some metrics (a mask) anew, since a pod was moved, and the feet's tilt."""
        self.baseline = replace(self.baseline, rows=without(metrics, self.baseline.rows))
        self.average, self.rows = without(metrics, self.average), without(metrics, self.rows)
        self._gathered[metrics] = 0
        self._last = None
        self.road.forget()

    def course(self, metric: int) -> tuple[Floats, Floats]:
        """Times and asymmetry of a metric by minutes, pace taken out; relative to the baseline."""
        known = slice(0, self.count)
        away = self._away(self.rows[known], self.baseline.rows)[:, metric]
        return self.time_s[known][np.isfinite(away)], away[np.isfinite(away)]

    def away_from(self, reference: Floats) -> Floats:
        """(metrics,) how far the asymmetry now is from the reference's, pace taken out."""
        return self._away(self.average, reference)

    def expected(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) by how much pace and road alone make the asymmetry of rows differ from the reference's."""
        return self.slopes.expected(rows, reference) + self.road.expected(rows, reference)

    def _away(self, rows: Floats, reference: Floats) -> Floats:
        """(…, metrics) asymmetry of rows less the reference's, pace and road taken out."""
        return rows[..., ASYMMETRY] - reference[..., ASYMMETRY] - self.expected(rows, reference)

    def _shift(self, end_s: float) -> Shift:
        baseline = self.baseline
        change = self.away_from(baseline.rows)
        error = np.hypot(self.slopes.scatter_pct * SMOOTHED, baseline.error_pct)
        road_deg = road_tilt_deg(self.average - baseline.rows)
        road = self.road.error_pct(self.average, baseline.rows)
        threshold = np.hypot(np.maximum(LEAST_PCT, SURE * error), ROAD_SURE * road)
        lately = self._away(self.average, self._before(end_s))
        common = self.average[:, COMMON] - baseline.rows[:, COMMON]
        common = common - self.slopes.expected_common(self.average, baseline.rows)
        fast = np.sign(change) * lately >= LATELY_SHARE * threshold
        beyond = (np.abs(change) >= threshold) & (fast | (np.abs(change) >= FAR * threshold))
        return Shift(end_s, Moved(change, np.hypot(error, road), common, road_deg), threshold, beyond)

    def _before(self, end_s: float) -> Floats:
        """Rows of 25 minutes ago, or the baseline where the run or the baseline is younger."""
        ago_s = end_s - self.time_s[: self.count]
        then = (ago_s >= LATELY_S[0]) & (ago_s <= LATELY_S[1])
        if not then.any() or self.baseline.end_s > end_s - LATELY_S[0]:
            return self.baseline.rows
        rows = mean_of(self.rows[: self.count][then])
        return np.where(np.isfinite(rows[:, :1]), rows, self.baseline.rows)

    def _gather(self, row: Floats, start_s: float, end_s: float, strides: int) -> None:
        """One more minute for the baselines that are not complete."""
        wanted = np.isfinite(row[:, ASYMMETRY]) & (self._gathered < BASELINE_MINUTES)
        if not wanted.any():
            return
        self._first[self._gathered[wanted], wanted] = row[wanted]
        self._gathered[wanted] += 1
        enough = wanted & (self._gathered >= LEAST_BASELINE_MINUTES)
        first = np.isnan(self.baseline.rows[:, ASYMMETRY]) & enough
        place = np.arange(BASELINE_MINUTES)[:, None]
        gathered = np.where((place < self._gathered)[..., None], self._first, np.nan)
        rows = np.where(enough[:, None], mean_of(gathered), self.baseline.rows)
        error_pct = np.where(
            enough, self.slopes.scatter_pct / np.sqrt(np.maximum(self._gathered, 1)), self.baseline.error_pct
        )
        begun_s = start_s if np.isnan(self.baseline.start_s) else self.baseline.start_s
        self.baseline = Baseline(rows, error_pct, begun_s, end_s, self.baseline.strides + strides)
        self.average = np.where(first[:, None], rows, self.average)

    def _keep(self, time_s: float, row: Floats) -> None:
        if self.count == MOST_MINUTES:
            half = MOST_MINUTES // 2
            self.time_s[:half] = self.time_s.reshape(half, 2).mean(axis=1)
            self.rows[:half] = self.rows.reshape(half, 2, *row.shape).mean(axis=1)
            self.time_s[half:], self.rows[half:] = np.nan, np.nan
            self.count = half
        self.time_s[self.count], self.rows[self.count] = time_s, row
        self.count += 1
