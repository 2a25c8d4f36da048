"""How often the 95 % intervals hold the truth: of windows, and of changes against the run's own baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.drift.ewma import INTERVAL, MINUTE_BLOCKS, Trend
from surefoot.analysis.drift.monitored_metrics import KEYS
from surefoot.analysis.drift.steady_state import BLOCK_S, Block, SteadyRunning
from surefoot.analysis.model import Foot
from surefoot.analysis.windowing import Cutter
from surefoot.analysis.windows import LIVE_WINDOW_S, WINDOW_S, WindowBuilder
from tests.drift.runs import USUAL, VARIABILITY, Course, strides_of

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
        for alike in ALIKE:
            inside = [
                each for k in range(runs) for each in _windows_hold(width_s, alike, np.random.default_rng([seed, k]))
            ]
            yield Coverage(
                f"asymmetry in windows of {width_s:.0f} s, neighbours alike by {alike}",
                100.0 * float(np.mean(inside)), len(inside),
            )  # fmt: skip


def _windows_hold(width_s: float, alike: float, rng: np.random.Generator) -> Iterator[bool]:
    own_pct: dict[str, float] = {}
    strides = strides_of(Course(20.0, alike=alike), rng, own_pct)
    for window in WindowBuilder(FEET, width_s).push(strides, 0.0, np.inf):
        for key in SINGLE:
            if key in window.asymmetry_pct:
                estimate = window.asymmetry_pct[key]
                yield estimate.low <= own_pct[key] <= estimate.high


def changes(runs: int, seed: int) -> Iterator[Coverage]:
    """Change of asymmetry against the first minutes, truth none, every tenth minute."""
    for alike in ALIKE:
        inside = [each for k in range(runs) for each in _changes_hold(alike, np.random.default_rng([seed, 1, k]))]
        yield Coverage(
            f"change since the baseline, neighbours alike by {alike}", 100.0 * float(np.mean(inside)), len(inside)
        )


def _changes_hold(alike: float, rng: np.random.Generator) -> Iterator[bool]:
    trend, steady, number = Trend(), SteadyRunning(), 0
    minute: list[Block] = []
    for stretch in Cutter(FEET, BLOCK_S).push(strides_of(Course(60.0, alike=alike), rng), 0.0, np.inf):
        if stretch.number // MINUTE_BLOCKS > number:
            shift = trend.add(number, minute)
            number, minute = stretch.number // MINUTE_BLOCKS, []
            if shift is not None and number % 10 == 0 and number > 10:
                yield from (np.abs(shift.moved.change_pct) <= INTERVAL * shift.moved.error_pct)[: len(KEYS)].tolist()
        block = steady.block(stretch)
        minute += [] if block is None else [block]
