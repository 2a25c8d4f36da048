"""How left and right compared over a run, in as many equal steps as there is room for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from surefoot.analysis.model import Estimate, Gait, Window

WINDOW_S = 30.0


def course(windows: Sequence[Window], key: str, most: int) -> list[tuple[float, Estimate]]:
    """End time and asymmetry of running, step by step; steps are one window long, or two, or four and so on.

    Parameters
    ----------
    most : steps at most.
    """
    known = [window for window in windows if window.gait is Gait.RUN and key in window.asymmetry_pct]
    per_step = 1
    while len(steps := _steps(known, per_step)) > most:
        per_step *= 2
    return [(step[-1].end_s, _mean([window.asymmetry_pct[key] for window in step])) for step in steps]


def _steps(windows: Sequence[Window], per_step: int) -> list[list[Window]]:
    """Windows of the same step, which lies fixed on the clock."""
    steps: dict[int, list[Window]] = {}
    for window in windows:
        steps.setdefault(math.floor(window.start_s / (per_step * WINDOW_S)), []).append(window)
    return list(steps.values())


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    """The mean of independent estimates."""
    count = len(estimates)
    value = sum(estimate.value for estimate in estimates) / count
    half = math.sqrt(sum(((estimate.high - estimate.low) / 2.0) ** 2 for estimate in estimates)) / count
    return Estimate(value, value - half, value + half, sum(estimate.n for estimate in estimates))
