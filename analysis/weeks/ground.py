"""How rough the ground was: by how much the tilt of the standing foot differs from stride to stride."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import numpy as np

from surefoot.analysis.metrics import STANCE_TILT
from surefoot.analysis.model import Foot, Window
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.labels import Surface

MIN_WINDOWS = 4
MIN_ROAD_RUNS = 3
ROUGHER_DEG = 1.0
"""Ground on which the tilt scatters by so much more than on the runner's own roads is rougher."""
ROUGH = frozenset({Surface.TRAIL, Surface.GRASS, Surface.SAND, Surface.MIXED})


def tilt_scatter_deg(windows: Iterable[Window]) -> Mapping[Foot, float]:
    """Standard deviation of a foot's standing tilt within half minutes of a run, the median of them.

    A road that falls off to one side moves the tilt's mean, and is not in it. A foot with few half minutes is absent.
    """
    spreads: dict[Foot, list[float]] = {foot: [] for foot in Foot}
    for window in windows:
        for foot, values in window.feet.items():
            if STANCE_TILT in values and np.isfinite(values[STANCE_TILT].spread):
                spreads[foot].append(values[STANCE_TILT].spread)
    return {foot: median(known) for foot, known in spreads.items() if len(known) >= MIN_WINDOWS}


def said_of_ground(earlier: Sequence[PastRun], run: PastRun) -> str:
    """Whether the ground was rougher than the runner's own roads; empty where it is labelled so, or not known."""
    if run.surface in ROUGH:
        return ""
    roads = [each.tilt_scatter_deg for each in earlier if each.surface is Surface.ROAD]
    found = []
    for foot, tilt_deg in run.tilt_scatter_deg.items():
        known = [road[foot] for road in roads if foot in road]
        if len(known) >= MIN_ROAD_RUNS and tilt_deg > median(known) + ROUGHER_DEG:
            found.append(f"{foot} foot tilt ± {tilt_deg:.1f}° (road ± {median(known):.1f}°)")
    return f"This ground was rougher than the roads: {', '.join(found)}." if found else ""
