"""Sudden steps of left against right: within a minute of the moment, and sooner believed after an ankle roll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.change import Moved
from surefoot.analysis.drift.ewma import MINUTE_BLOCKS, Trend
from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, COMMON, LOAD, STEP_PCT, mean_of, road_tilt_deg, without
from surefoot.analysis.drift.steady_state import Block
from surefoot.analysis.model import Bools

BEFORE_BLOCKS = 30
LEAST_BEFORE = 12
"""Blocks before a step that say what was usual just now: five minutes, two minutes at least."""
AFTER_BLOCKS = 6
AFTER_ROLL_BLOCKS = (2, 6)
SPAN_BLOCKS = 7
"""Blocks after a step must lie within seventy seconds: one may be missing."""
SURE, SURE_AFTER_ROLL = 6.0, 3.3
"""Standard errors that a step must reach."""
AFTER_ROLL_SHARE = 0.7
"""Of a metric's smallest step, after a roll."""
EACH_SHARE, EACH_SHARE_AFTER_ROLL = 0.4, 0.0
"""Of the step that each single block must show."""


@dataclass(frozen=True, slots=True)
class Step:
    """A sudden change.

    Parameters
    ----------
    time_s, known_s : end of the last block before it, and of the last block after it.
    before : what was usual just before.
    roll_s : time of the ankle roll that it follows.
    beyond : (metrics,) whether it is large and sure enough.
    """

    time_s: float
    known_s: float
    before: Baseline
    moved: Moved
    beyond: Bools
    roll_s: float | None


class StepWatch:
    """The last minutes of steady running, block by block."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []

    def add(self, block: Block, trend: Trend, roll_s: float | None) -> Step | None:
        """Take a block; `roll_s` is the last ankle roll before its end."""
        self._blocks = [*self._blocks, block][-(BEFORE_BLOCKS + AFTER_ROLL_BLOCKS[1]) :]
        after = self._after(roll_s)
        rolled = roll_s if after else None
        count = len(after) or AFTER_BLOCKS
        before = self._blocks[:-count][-BEFORE_BLOCKS:]
        after = self._blocks[-count:]
        if len(before) < LEAST_BEFORE or after[-1].number - after[0].number >= SPAN_BLOCKS:
            return None
        return _step(before, after, trend, rolled)

    def forget(self, metrics: Bools) -> None:
        """Begin some metrics (a mask) anew, since a pod was moved, and the feet's tilt."""
        self._blocks = [replace(each, rows=without(metrics, each.rows)) for each in self._blocks]

    def _after(self, roll_s: float | None) -> list[Block]:
        """Blocks since the roll, if there was one just now."""
        if roll_s is None:
            return []
        after = [each for each in self._blocks if each.start_s >= roll_s]
        least, most = AFTER_ROLL_BLOCKS
        return after if least <= len(after) <= most else []


def _step(before: Sequence[Block], after: Sequence[Block], trend: Trend, roll_s: float | None) -> Step:
    usual, rows = _usual(before, trend), np.stack([each.rows for each in after])
    away = rows[..., ASYMMETRY] - usual.rows[:, ASYMMETRY] - trend.expected(rows, usual.rows)
    change = away.mean(axis=0)
    common = rows[..., COMMON] - usual.rows[:, COMMON] - trend.slopes.expected_common(rows, usual.rows)
    scatter = trend.slopes.scatter_pct * np.sqrt(MINUTE_BLOCKS / len(after))
    now = mean_of(rows)
    error = np.sqrt(scatter**2 + usual.error_pct**2 + trend.road.error_pct(now, usual.rows) ** 2)
    plain, rolled = (1.0, SURE, EACH_SHARE), (AFTER_ROLL_SHARE, SURE_AFTER_ROLL, EACH_SHARE_AFTER_ROLL)
    share, sure, each_share = plain if roll_s is None else rolled
    beyond = LOAD & (np.abs(change) >= np.maximum(share * STEP_PCT, sure * error))
    beyond &= (np.sign(change) * away >= each_share * np.abs(change)).all(axis=0)
    moved = Moved(change, error, common.mean(axis=0), road_tilt_deg(now - usual.rows))
    return Step(before[-1].end_s, after[-1].end_s, usual, moved, beyond, roll_s)


def _usual(before: Sequence[Block], trend: Trend) -> Baseline:
    """What the blocks before say of the metrics that enough of them know."""
    rows = np.stack([each.rows for each in before])
    known = np.isfinite(rows[..., ASYMMETRY]).sum(axis=0)
    usual = np.where(known[:, None] >= LEAST_BEFORE, mean_of(rows), np.nan)
    error = trend.slopes.scatter_pct * np.sqrt(MINUTE_BLOCKS / np.maximum(known, 1))
    return Baseline(usual, error, before[0].start_s, before[-1].end_s, sum(each.strides for each in before))
