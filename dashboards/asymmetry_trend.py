"""Asymmetry over a run, averaged to at most a given number of points."""

from __future__ import annotations

import math
from collections.abc import Sequence

from surefoot.analysis.model import Estimate, Gait, Window

WINDOW_S = 30.0
"""Duration of a window."""


def asymmetry_trend(windows: Sequence[Window], key: str, max_points: int) -> list[tuple[float, Estimate]]:
    """End time in s and mean asymmetry of running; each point covers 1, 2, 4, … windows.

    Parameters
    ----------
    max_points : the number of windows per point doubles until there are no more points than this.
    """
    known = [window for window in windows if window.gait is Gait.RUN and key in window.asymmetry_pct]
    windows_per_point = 1
    while len(groups := _grouped(known, windows_per_point)) > max_points:
        windows_per_point *= 2
    return [(group[-1].end_s, _mean([window.asymmetry_pct[key] for window in group])) for group in groups]


def _grouped(windows: Sequence[Window], windows_per_point: int) -> list[list[Window]]:
    """Windows grouped by fixed intervals of the session clock."""
    groups: dict[int, list[Window]] = {}
    for window in windows:
        groups.setdefault(math.floor(window.start_s / (windows_per_point * WINDOW_S)), []).append(window)
    return list(groups.values())


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    """Mean of independent estimates, with its 95 % interval."""
    count = len(estimates)
    value = sum(estimate.value for estimate in estimates) / count
    half = math.sqrt(sum(((estimate.high - estimate.low) / 2.0) ** 2 for estimate in estimates)) / count
    return Estimate(value, value - half, value + half, sum(estimate.n for estimate in estimates))
