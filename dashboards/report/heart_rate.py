"""Heart rate of a run: by the sensor that was recorded with the pods, else by the watch."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.companions import HEART_RATE
from surefoot.analysis.model import Floats
from surefoot.analysis.track import held_values
from surefoot.dashboards.data_source import AnalysedRun


def heart_rate_course(run: AnalysedRun) -> tuple[Floats, Floats]:
    """(n,) session times in s and beats per minute; both empty if nobody told."""
    told = [(each.time_s, each.values[HEART_RATE]) for each in run.results.companions if HEART_RATE in each.values]
    if told:
        times_s, bpm = np.array(sorted(told)).T
        return times_s, bpm
    if run.track is None:
        return np.empty(0), np.empty(0)
    track = run.track.track
    known = np.isfinite(track.heart_rate_bpm)
    return track.time_s[known], track.heart_rate_bpm[known]


def heart_rate_at(run: AnalysedRun, time_s: Floats) -> Floats:
    """(n,) beats per minute at session times; NaN where nobody told."""
    return held_values(*heart_rate_course(run), time_s)


def mean_heart_rate(run: AnalysedRun, begin_s: float, end_s: float) -> float:
    """Mean over a span; NaN where nobody told."""
    times_s, bpm = heart_rate_course(run)
    within = (times_s >= begin_s) & (times_s < end_s)
    return float(bpm[within].mean()) if within.any() else np.nan
