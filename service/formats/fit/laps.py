"""Laps and the session of a FIT activity: times, distance and averages over a part of a run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.metrics import CONTACT, STRIDE_TIME
from surefoot.analysis.model import Foot
from surefoot.analysis.windows import least_known
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.report.splits import Split, distance_course, run_splits
from surefoot.service.formats.course import told_values
from surefoot.service.formats.fit import messages
from surefoot.service.formats.fit.fields import Value
from surefoot.service.formats.fit.watch_fields import watch_averages

STRIDE_LENGTH = "stride_length_m"

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class FitClock:
    """Whole seconds since the epoch of FIT, between the first record and the last.

    Parameters
    ----------
    zero_fit_s : where the session clock is 0.
    """

    zero_fit_s: float
    first: int
    last: int

    def stamp(self, time_s: float) -> int:
        """A session time as FIT has it."""
        return min(max(round(self.zero_fit_s + time_s), self.first), self.last)


def laps(run: AnalysedRun, clock: FitClock) -> Iterator[Values]:
    """A lap for each split; one ends where the next begins."""
    splits = run_splits(run)
    for number, split in enumerate(splits):
        yield _lap(run, clock, split, number, is_last=number == len(splits) - 1)


def session(run: AnalysedRun, clock: FitClock, laps: int) -> Values:
    """The whole run."""
    return {
        **_span(run, clock, run.origin_s, run.end_s),
        "message_index": 0,
        "event": messages.SESSION_EVENT,
        "sport": messages.RUNNING,
        "sub_sport": 0,
        "first_lap_index": 0,
        "num_laps": laps,
        "trigger": messages.ACTIVITY_END,
    }


def cadence(cadence_rpm: float, prefix: str) -> dict[str, Value]:
    """Whole cycles and their fraction, which FIT keeps apart."""
    if not math.isfinite(cadence_rpm):
        return {f"{prefix}cadence_rpm": None, f"{prefix}fractional_cadence_rpm": None}
    whole, parts = divmod(round(cadence_rpm * messages.CADENCE_PARTS), messages.CADENCE_PARTS)
    return {f"{prefix}cadence_rpm": whole, f"{prefix}fractional_cadence_rpm": parts / messages.CADENCE_PARTS}


def _lap(run: AnalysedRun, clock: FitClock, split: Split, number: int, *, is_last: bool) -> Values:
    by_distance = math.isfinite(split.distance_m)
    trigger = messages.LAP_BY_DISTANCE if by_distance else messages.LAP_BY_TIME
    return {
        **_span(run, clock, split.start_s, split.end_s),
        "message_index": number,
        "event": messages.LAP_EVENT,
        "lap_trigger": messages.LAP_BY_END if is_last else trigger,
        "sport": messages.RUNNING,
    }


def _span(run: AnalysedRun, clock: FitClock, start_s: float, end_s: float) -> dict[str, Value]:
    """What laps and sessions have in common: times, distance and averages."""
    times_s, covered_m = distance_course(run)
    distance_m = float(np.diff(np.interp([start_s, end_s], times_s, covered_m))[0]) if len(times_s) else math.nan
    return {
        "timestamp": clock.stamp(end_s),
        "event_type": messages.STOP,
        "start_time": clock.stamp(start_s),
        "total_elapsed_time_s": end_s - start_s,
        "total_timer_time_s": end_s - start_s,
        "total_distance_m": distance_m,
        "enhanced_avg_speed_mps": distance_m / (end_s - start_s),
        "avg_stance_time_ms": 1000.0 * _average(run, CONTACT, start_s, end_s),
        "avg_step_length_mm": 500.0 * run.speed_factor * _average(run, STRIDE_LENGTH, start_s, end_s),
        **cadence(60.0 / _average(run, STRIDE_TIME, start_s, end_s), "avg_"),
        **watch_averages(run, start_s, end_s),
    }


def _average(run: AnalysedRun, key: str, start_s: float, end_s: float) -> float:
    """Mean of a metric over a span and both feet; NaN if it is known in too few strides."""
    sides = [_average_of_foot(run, foot, key, start_s, end_s) for foot in Foot]
    known = [value for value in sides if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan


def _average_of_foot(run: AnalysedRun, foot: Foot, key: str, start_s: float, end_s: float) -> float:
    if foot not in run.results.strides:
        return math.nan
    strides = run.results.strides[foot]
    within = (strides.initial_contact_s >= start_s) & (strides.initial_contact_s < end_s)
    values = told_values(strides, key, run.results.windows)[within]
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) >= least_known(len(values)) else math.nan
