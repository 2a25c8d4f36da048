"""Blocks of ten seconds of steady running, reduced to rows that can be compared over a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.comparability import Unlike, not_compared, pods_alike
from surefoot.analysis.drift.monitored_metrics import (
    ASYMMETRY,
    COLUMN_COUNT,
    COVARIATE_KEYS,
    COVARIATES,
    INCLINATION,
    MONITORED_KEYS,
    TILTS,
)
from surefoot.analysis.metrics import STANCE_TILT, STRIDE_TIME
from surefoot.analysis.model import Floats, Foot, Strides
from surefoot.analysis.uncertainty import MIN_KNOWN_SHARE
from surefoot.analysis.windowing import Segment

BLOCK_S = 10.0
MIN_BLOCK_STRIDES = 6
"""Least strides of either foot with a known value, which must also be half of them; a lossy pod may leave half of a
block's fourteen."""
TRIM_RATIO = 0.1
"""Share of a block's values left out at either end, so that a stumble does not count; for normal scatter little is
lost."""
MIN_COVERED_S = 7.0
"""Least time that the strides of a block cover."""
SETTLING_BLOCKS = 2
"""Blocks left out after a stop, a walk or a gap."""
MAX_STRIDE_TIME_CHANGE_PCT = 5.0
"""A block whose stride time differs more from the one before is left out: speed changes within it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Ten seconds of steady running.

    Parameters
    ----------
    number : counts blocks from the start of the recording.
    rows : (monitored metrics, COLUMN_COUNT); NaN where a metric is not known for both feet.
    strides : of the foot with fewer.
    """

    number: int
    start_s: float
    end_s: float
    rows: Floats
    strides: int


class SteadyStateFilter:
    """Selects the steady blocks of a run; remembers the one before."""

    def __init__(self, unlike: Unlike = pods_alike) -> None:
        self._unlike = unlike
        self._number = -1
        self._steady_blocks = 0
        self._stride_time_pct = np.nan

    def block(self, segment: Segment, inclination_pct: float = np.nan) -> Block | None:
        """The segment as a block; None where running is not steady, or a foot is missing. `inclination_pct` is what a
        treadmill told."""
        continues = segment.number == self._number + 1 and self._steady_blocks > 0
        self._number = segment.number
        if not _both_run(segment):
            self._steady_blocks = 0
            return None
        self._steady_blocks = self._steady_blocks + 1 if continues else 1
        levels = {foot: _levels(rows) for foot, rows in segment.strides.items()}
        rows, stride_time_pct = _rows(levels)
        change_pct = abs(stride_time_pct - self._stride_time_pct)
        self._stride_time_pct = stride_time_pct
        if self._steady_blocks <= SETTLING_BLOCKS or not change_pct < MAX_STRIDE_TIME_CHANGE_PCT:
            return None
        apart = not_compared(self._unlike(segment))
        rows[[key in apart for key in MONITORED_KEYS], ASYMMETRY] = np.nan
        rows[:, INCLINATION] = inclination_pct
        count = min(len(rows) for rows in segment.strides.values())
        return Block(segment.number, segment.start_s, segment.end_s, rows, count)


def _both_run(segment: Segment) -> bool:
    """Whether both feet run all the time."""
    return len(segment.strides) == 2 and all(_is_filled(rows) for rows in segment.strides.values())


def _is_filled(rows: Strides) -> bool:
    return (
        len(rows) >= MIN_BLOCK_STRIDES
        and bool(rows.running.all())
        and float(rows.next_initial_contact_s[-1] - rows.initial_contact_s[0]) >= MIN_COVERED_S
    )


def _levels(strides: Strides) -> Mapping[str, float]:
    """Trimmed mean of every monitored metric and covariate; NaN with too few strides."""
    keys = [key for key in dict.fromkeys((*MONITORED_KEYS, *COVARIATE_KEYS, STANCE_TILT)) if key in strides.metrics]
    ranked = np.sort(np.stack([strides.metrics[key] for key in keys]), axis=1)
    known = np.isfinite(ranked).sum(axis=1)
    trimmed = (TRIM_RATIO * known).astype(np.int64)
    rank = np.arange(ranked.shape[1])
    kept = (rank >= trimmed[:, None]) & (rank < (known - trimmed)[:, None])
    total = np.where(kept, ranked, 0.0).sum(axis=1)
    enough = known >= max(MIN_BLOCK_STRIDES, MIN_KNOWN_SHARE * len(strides))
    level = np.where(enough, total / np.maximum(known - 2 * trimmed, 1), np.nan)
    return dict(zip(keys, level.tolist(), strict=True))


def _rows(levels: Mapping[Foot, Mapping[str, float]]) -> tuple[Floats, float]:
    """(metrics, COLUMN_COUNT) rows, and 100 × log of the stride time."""
    left, right = (levels[foot] for foot in (Foot.LEFT, Foot.RIGHT))
    rows = np.full((len(MONITORED_KEYS), COLUMN_COUNT), np.nan)
    mean = {key: 0.5 * (left[key] + right[key]) for key in left if key in right}
    log_pct = {key: 100.0 * np.log(value) if value > 0.0 else np.nan for key, value in mean.items()}
    for k, key in enumerate(MONITORED_KEYS):
        if np.isfinite(log_pct.get(key, np.nan)):
            rows[k, :2] = 100.0 * (right[key] - left[key]) / mean[key], log_pct[key]
    rows[:, COVARIATES] = [log_pct.get(key, np.nan) for key in COVARIATE_KEYS]
    rows[:, TILTS] = [side.get(STANCE_TILT, np.nan) for side in (left, right)]
    return rows, log_pct[STRIDE_TIME]
