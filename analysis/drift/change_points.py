"""Sudden changes between left and right: found within a minute or so, with lower limits after an inversion event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.change import ChangeEstimate
from surefoot.analysis.drift.ewma import MINUTE_BLOCKS, EwmaChart
from surefoot.analysis.drift.monitored_metrics import (
    ASYMMETRY,
    COMMON,
    INCLINATION,
    IS_LOAD,
    MIN_SUDDEN_PCT,
    camber_change_deg,
    mask_rows,
    nan_mean,
)
from surefoot.analysis.drift.steady_state import Block
from surefoot.analysis.model import Bools

BEFORE_BLOCKS = 30
MIN_BEFORE_BLOCKS = 12
"""Blocks before a change point that are its reference: five minutes, at least two."""
AFTER_BLOCKS = 6
"""Blocks after a change point."""
AFTER_EVENT_BLOCKS = (2, 6)
"""Least and most blocks after an inversion event."""
MAX_SPAN_BLOCKS = 7
"""Blocks after a change point lie within this many: one may be missing."""
MIN_SUDDEN_Z_AFTER_EVENT = 3.3
"""Standard errors that a change must reach after an inversion event."""
SIZE_RATIO_AFTER_EVENT = 0.7
"""Share of a metric's smallest sudden change that suffices after an event."""
BLOCK_RATIO, BLOCK_RATIO_AFTER_EVENT = 0.4, 0.0
"""Share of the change that every single block must show, without and after an event."""


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A sudden change.

    Parameters
    ----------
    time_s, known_s : end of the last block before it, and of the last block after it.
    before : mean of the blocks before.
    beyond : (metrics,) whether it is large and certain enough.
    event_s : time of the inversion event that it follows.
    """

    time_s: float
    known_s: float
    before: Baseline
    estimate: ChangeEstimate
    beyond: Bools
    event_s: float | None


class ChangePointDetector:
    """Steady blocks in, change points out."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []

    def add(self, block: Block, chart: EwmaChart, event_s: float | None) -> ChangePoint | None:
        """Take a block; `event_s` is the last inversion event before its end."""
        self._blocks = [*self._blocks, block][-(BEFORE_BLOCKS + AFTER_EVENT_BLOCKS[1]) :]
        after = self._after(event_s)
        event_used = event_s if after else None
        count = len(after) or AFTER_BLOCKS
        before = self._blocks[:-count][-BEFORE_BLOCKS:]
        after = self._blocks[-count:]
        if len(before) < MIN_BEFORE_BLOCKS or after[-1].number - after[0].number >= MAX_SPAN_BLOCKS:
            return None
        return _evaluate(before, after, chart, event_used)

    def forget(self, metrics: Bools) -> None:
        """Drop the marked metrics and all stance tilts, since a pod was moved."""
        self._blocks = [replace(each, rows=mask_rows(metrics, each.rows)) for each in self._blocks]

    def _after(self, event_s: float | None) -> list[Block]:
        """Blocks since the event, if their number is within `AFTER_EVENT_BLOCKS`."""
        if event_s is None:
            return []
        after = [each for each in self._blocks if each.start_s >= event_s]
        fewest, most = AFTER_EVENT_BLOCKS
        return after if fewest <= len(after) <= most else []


def _evaluate(before: Sequence[Block], after: Sequence[Block], chart: EwmaChart, event_s: float | None) -> ChangePoint:
    reference, rows = _reference_of(before, chart), np.stack([each.rows for each in after])
    deviation = rows[..., ASYMMETRY] - reference.rows[:, ASYMMETRY] - chart.expected(rows, reference.rows)
    change = deviation.mean(axis=0)
    common = rows[..., COMMON] - reference.rows[:, COMMON] - chart.covariates.expected_common(rows, reference.rows)
    scatter = chart.covariates.scatter_pct * np.sqrt(MINUTE_BLOCKS / len(after))
    now = nan_mean(rows)
    error = np.sqrt(scatter**2 + reference.error_pct**2 + chart.camber.error_pct(now, reference.rows) ** 2)
    if event_s is None:
        size_ratio, min_z, block_ratio = 1.0, chart.parameters.min_sudden_z, BLOCK_RATIO
    else:
        size_ratio, min_z, block_ratio = SIZE_RATIO_AFTER_EVENT, MIN_SUDDEN_Z_AFTER_EVENT, BLOCK_RATIO_AFTER_EVENT
    beyond = IS_LOAD & (
        np.abs(change)
        >= np.maximum(size_ratio * chart.parameters.drift_threshold_ratio * MIN_SUDDEN_PCT, min_z * error)
    )
    beyond &= (np.sign(change) * deviation >= block_ratio * np.abs(change)).all(axis=0)
    steeper_pct = now[:, INCLINATION] - reference.rows[:, INCLINATION]
    estimate = ChangeEstimate(change, error, common.mean(axis=0), camber_change_deg(now - reference.rows), steeper_pct)
    return ChangePoint(before[-1].end_s, after[-1].end_s, reference, estimate, beyond, event_s)


def _reference_of(before: Sequence[Block], chart: EwmaChart) -> Baseline:
    """Mean of the blocks before, for the metrics that enough of them know."""
    rows = np.stack([each.rows for each in before])
    known = np.isfinite(rows[..., ASYMMETRY]).sum(axis=0)
    reference = np.where(known[:, None] >= MIN_BEFORE_BLOCKS, nan_mean(rows), np.nan)
    error = chart.covariates.scatter_pct * np.sqrt(MINUTE_BLOCKS / np.maximum(known, 1))
    return Baseline(reference, error, before[0].start_s, before[-1].end_s, sum(each.strides for each in before))
