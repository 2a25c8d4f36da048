"""Timestamps of a recording: unit, order, repeats and gaps. They stay on the file's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Bools, Floats
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.errors import (
    RateOutOfRangeError,
    ReadingsCountedError,
    TooShortError,
)
from surefoot.sensor_ingest.formatting import pluralize

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
# 22 to 4400 Hz: the 25 to 4000 Hz we support, with room for a clock that is off. The units' bands do not overlap.
_MIN_INTERVAL_S = 1 / 4400
_MAX_INTERVAL_S = 1 / 22
_DAY_S = 86400.0
_SPREADSHEET_DAYS = (20_000.0, 80_000.0)
"""Days since 1899-12-30 from 1954 to 2119."""
_SPREADSHEET_DAYS_TO_1970 = 25_569.0
_LAG = 50
"""Over so many changes of time a rate is first taken."""
_MAX_LAGS = 100_000
"""So many stretches, spread over the recording, are enough."""
_MIN_DURATION_S = 2.0
_MIN_ROWS = 40
# A logger that polls faster than the sensor writes the same reading again before the next one is due.
_REPEAT_WITHIN_INTERVALS = 0.6
_MIN_SHARED = 0.3
_GAP_INTERVALS = 1.6
_MIN_COUNTED_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Gaps:
    """Number of gaps, readings missing in them, and duration of the longest."""

    count: int
    missing: int
    longest_s: float


def convert_to_seconds(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Convert times to seconds, with the unit detected from the typical interval.

    RateOutOfRangeError if no unit fits, ReadingsCountedError if they are the readings' numbers.
    """
    interval = rough_interval(table.time)
    if _counts_readings(table.time):
        raise ReadingsCountedError(float(table.time[0]))
    if _counts_days(table.time, interval):
        time_s = (table.time - _SPREADSHEET_DAYS_TO_1970) * _DAY_S
        return replace(table, time=time_s), ("time_s is in the days of a spreadsheet: converted to seconds.",)
    factor, unit = _unit_of(interval)
    if unit == "s":
        return table, ()
    return replace(table, time=table.time * factor), (
        f"time_s is in {unit} ({interval:g} between readings): converted to seconds.",
    )


def _counts_days(time: Floats, interval: float) -> bool:
    """Whether times are a spreadsheet's days, with their fractions; no other unit has readings so close together."""
    low, high = _SPREADSHEET_DAYS
    in_range = bool(len(time)) and low < float(time.min()) and float(time.max()) < high
    return in_range and _MIN_INTERVAL_S <= interval * _DAY_S <= _MAX_INTERVAL_S


def _counts_readings(time: Floats) -> bool:
    """Whether times are whole numbers that go up by one, but where readings are missing.

    So do the milliseconds of a sensor at exactly 1000 Hz, which cannot be told apart.
    """
    steps = np.diff(time)
    return len(steps) > 0 and bool(
        (time == np.floor(time)).all() and (steps != 0).all() and np.mean(steps == 1) > _MIN_COUNTED_SHARE
    )


def _unit_of(interval: float) -> tuple[float, str]:
    for factor, unit in _UNITS:
        if _MIN_INTERVAL_S <= interval * factor <= _MAX_INTERVAL_S:
            return factor, unit
    raise RateOutOfRangeError(interval)


def typical_interval(time: Floats) -> float:
    """Median time per reading; if most readings share their time, from the number that do. 0 if time never advances."""
    intervals = np.diff(time)
    forward = np.flatnonzero(intervals > 0)
    if len(forward) == 0:
        return 0.0
    if np.count_nonzero(intervals == 0) < len(intervals) / 2:
        return float(np.median(intervals[forward]))
    readings = np.diff(forward, prepend=-1)
    return float(np.median(intervals[forward] / readings))


def rough_interval(time: Floats) -> float:
    """Median time per reading over many readings, whose stamps may be shared, uneven or not in order; 0 if time stands.

    Many, so that scatter evens out; few enough that most stretches of so many have none missing.
    """
    changes = 1 + np.flatnonzero(np.diff(time))
    lag = min(_LAG, len(changes) // 2)
    if lag == 0:
        return 0.0
    begins = np.arange(0, len(changes) - lag, 1 + len(changes) // _MAX_LAGS)
    first, last = changes[begins], changes[begins + lag]
    return max(0.0, float(np.median((time[last] - time[first]) / (last - first))))


def mean_interval(time_s: Floats) -> float:
    """Mean of the intervals near their median, which is robust to rounded times and to gaps."""
    intervals = np.diff(time_s)
    median = float(np.median(intervals))
    return float(np.mean(intervals[(intervals > 0.4 * median) & (intervals < _GAP_INTERVALS * median)]))


def drop_repeated_rows(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Drop rows that repeat the reading before them within 0.6 intervals."""
    intervals = np.diff(table.time)
    if np.mean(intervals == 0) > _MIN_SHARED:  # whole packets share their time: those at rest may be equal
        return table, ()
    repeats = intervals < _REPEAT_WITHIN_INTERVALS * typical_interval(table.time)
    for axis in table.axes():
        repeats &= np.diff(axis) == 0
    count = int(np.count_nonzero(repeats))
    if count == 0:
        return table, ()
    keep = np.concatenate(([True], ~repeats))
    return table.take(keep), (
        f"{pluralize(count, 'row')} left out that only repeat the reading before, sooner than a new one is due.",
    )


def spread_shared_times(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Spread readings that share a time evenly up to the next time, at most one typical interval apart."""
    first = np.concatenate(([True], np.diff(table.time) > 0))
    shared = int(len(first) - np.count_nonzero(first))
    if shared == 0:
        return table, ()
    table = replace(table, time=_spread_times(table.time, first))
    # Times too large for their precision leave no room between two stamps: the reading before stands for both.
    table = table.take(np.concatenate(([True], np.diff(np.maximum.accumulate(table.time)) > 0)))
    return table, (
        f"{pluralize(shared, 'reading')} with the same time as the one before: spread evenly up to the next time.",
    )


def _spread_times(time_s: Floats, first: Bools) -> Floats:
    interval = typical_interval(time_s)
    starts = np.flatnonzero(first)
    readings = np.diff(starts, append=len(time_s))
    room_s = np.diff(time_s[starts], append=np.inf)
    spacing_s = np.minimum(room_s / readings, interval)
    within = np.arange(len(time_s)) - np.repeat(starts, readings)
    spread: Floats = time_s + within * np.repeat(spacing_s, readings)
    return spread


def check_length(time_s: Floats) -> None:
    """Raise TooShortError for less than 2 s or 40 rows."""
    duration_s = float(time_s[-1] - time_s[0]) if len(time_s) else 0.0
    if duration_s < _MIN_DURATION_S or len(time_s) < _MIN_ROWS:
        raise TooShortError(duration_s, len(time_s))


def find_gaps(time_s: Floats, interval_s: float, resumed_s: Sequence[float] = ()) -> Gaps:
    """Gaps longer than 1.6 intervals; they are never filled, and not counted before the times `resumed_s`."""
    intervals = np.diff(time_s)
    around = np.concatenate((intervals[:1], intervals, intervals[-1:]))
    # A reading stamped late makes a long and a short interval; where one is missing both neighbours are whole.
    whole = intervals + np.minimum(around[:-2], around[2:]) > (_GAP_INTERVALS + 0.9) * interval_s
    long_s = intervals[(intervals > _GAP_INTERVALS * interval_s) & whole & ~np.isin(time_s[1:], resumed_s)]
    missing = int(np.sum(np.round(long_s / interval_s) - 1))
    return Gaps(len(long_s), missing, float(long_s.max(initial=0.0)))
