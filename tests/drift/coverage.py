"""How often the 95 % intervals hold the truth: of windows, and of changes against the run's own baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.drift.ewma import CI95_Z, MINUTE_BLOCKS, EwmaChart
from surefoot.analysis.drift.monitored_metrics import MONITORED_KEYS
from surefoot.analysis.drift.steady_state import BLOCK_S, Block, SteadyStateFilter
from surefoot.analysis.model import Foot
from surefoot.analysis.windowing import TumblingWindows
from surefoot.analysis.windows import LIVE_WINDOW_S, WINDOW_S, WindowBuilder
from tests.drift.runs import USUAL, VARIABILITY, RunProfile, strides_of

FEET = tuple(Foot)
SINGLE = tuple(key for key in USUAL if key != VARIABILITY)
"""Metrics of single strides; variability is taken over the last ten, and a window holds one or two of these."""
ALIKE = (0.0, 0.3, 0.5)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of intervals that hold the truth, in percent."""

    what: str
    inside_pct: float
    intervals: int


def windows(runs: int, seed: int) -> Iterator[Coverage]:
    """Asymmetry of windows against the runner's own, for each likeness of neighbouring strides."""
    for width_s in (LIVE_WINDOW_S, WINDOW_S):
        for correlation in ALIKE:
            inside = [
                each
                for k in range(runs)
                for each in _windows_hold(width_s, correlation, np.random.default_rng([seed, k]))
            ]
            yield Coverage(
                f"asymmetry in windows of {width_s:.0f} s, neighbours alike by {correlation}",
                100.0 * float(np.mean(inside)), len(inside),
            )  # fmt: skip


def _windows_hold(width_s: float, correlation: float, rng: np.random.Generator) -> Iterator[bool]:
    own_pct: dict[str, float] = {}
    strides = strides_of(RunProfile(20.0, correlation=correlation), rng, own_pct)
    for window in WindowBuilder(FEET, width_s).push(strides, 0.0, np.inf):
        for key in SINGLE:
            if key in window.asymmetry_pct:
                estimate = window.asymmetry_pct[key]
                yield estimate.low <= own_pct[key] <= estimate.high


def changes(runs: int, seed: int) -> Iterator[Coverage]:
    """Change of asymmetry against the first minutes, truth none, every tenth minute."""
    for correlation in ALIKE:
        inside = [each for k in range(runs) for each in _changes_hold(correlation, np.random.default_rng([seed, 1, k]))]
        yield Coverage(
            f"change since the baseline, neighbours alike by {correlation}", 100.0 * float(np.mean(inside)), len(inside)
        )


def _changes_hold(correlation: float, rng: np.random.Generator) -> Iterator[bool]:
    chart, steady_state, number = EwmaChart(), SteadyStateFilter(), 0
    minute: list[Block] = []
    for segment in TumblingWindows(FEET, BLOCK_S).push(
        strides_of(RunProfile(60.0, correlation=correlation), rng), 0.0, np.inf
    ):
        if segment.number // MINUTE_BLOCKS > number:
            deviation = chart.add(number, minute)
            number, minute = segment.number // MINUTE_BLOCKS, []
            if deviation is not None and number % 10 == 0 and number > 10:
                yield from (np.abs(deviation.estimate.change_pct) <= CI95_Z * deviation.estimate.error_pct)[
                    : len(MONITORED_KEYS)
                ].tolist()
        block = steady_state.block(segment)
        minute += [] if block is None else [block]
