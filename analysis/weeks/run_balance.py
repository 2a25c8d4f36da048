"""Left against right in a whole run, as it counts over weeks: from its half minutes, for running and for walking."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import fmean, median

import numpy as np

from surefoot.analysis.drift.monitored_metrics import MONITORED_KEYS, POSITION_DEPENDENT
from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF
from surefoot.analysis.model import Floats, Gait, Window
from surefoot.analysis.uncertainty import Z95
from surefoot.analysis.weeks.baselines import Balance

COMPARED = (CONTACT, IMPACT, PUSH_OFF)
MIN_GAIT_S: Mapping[Gait, float] = {Gait.RUN: 300.0, Gait.WALK: 110.0}
"""Five minutes of running, or a hundred strides of walking: less is no balance of a run."""
Key = tuple[Gait, str]
"""Gait and metric."""


def balances(
    windows: Iterable[Window], run: str, started: datetime, *, shoe: str | None = None, mount: str | None = None
) -> Mapping[Key, Balance]:
    """A run's balances by gait and metric; what too few windows tell is absent.

    Parameters
    ----------
    mount : what tells whether the pods sit as they did; kept with the metrics that depend on it alone.
    """
    every = list(windows)
    found = {}
    for gait in Gait:
        same = [each for each in every if each.gait is gait]
        speed_mps = _speed_mps(same)
        for metric in COMPARED:
            known = [each for each in same if metric in each.asymmetry_pct]
            if sum(each.end_s - each.start_s for each in known) >= MIN_GAIT_S[gait]:
                value_pct, se_pct = _mean(known, metric)
                where = mount_for(metric, mount)
                found[gait, metric] = Balance(run, started, gait, value_pct, se_pct, speed_mps, shoe, where)
    return found


def mount_for(metric: str, mount: str | None) -> str | None:
    """How pods sit, where the metric depends on it."""
    return mount if POSITION_DEPENDENT[MONITORED_KEYS.index(metric)] else None


def _mean(windows: Sequence[Window], metric: str) -> tuple[float, float]:
    """Mean of the windows' asymmetry and its standard error: the greater of what the windows say and what they show."""
    told = [each.asymmetry_pct[metric] for each in windows]
    values = np.array([each.value for each in told])
    sampling = math.sqrt(fmean(((each.high - each.low) / (2.0 * Z95)) ** 2 for each in told) / len(told))
    return float(values.mean()), max(sampling, _shown_se(values))


def _shown_se(values: Floats) -> float:
    """Standard error of a mean from the scatter of neighbours in time, which are alike."""
    n = len(values)
    if n < 2:
        return 0.0
    apart = values - values.mean()
    variance = float(apart @ apart) / (n - 1)
    alike = min(max(float(apart[1:] @ apart[:-1]) / ((n - 1) * variance), 0.0), 0.9) if variance > 0.0 else 0.0
    return math.sqrt(variance * (1.0 + alike) / (1.0 - alike) / n)


def window_speed_mps(window: Window) -> float | None:
    """Speed by both feet; None where it is not known."""
    known = [values["speed_mps"].value for values in window.feet.values() if "speed_mps" in values]
    return fmean(known) if known else None


def _speed_mps(windows: Sequence[Window]) -> float | None:
    """Speed of most windows; None where it is not known."""
    speeds = [speed for each in windows if (speed := window_speed_mps(each)) is not None]
    return median(speeds) if speeds else None
