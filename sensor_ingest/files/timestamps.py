"""Timestamps of a recording: unit, order, repeats and gaps. They stay on the file's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Bools, Floats
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.errors import (
    ClockWentBackError,
    RateOutOfRangeError,
    ReadingsCountedError,
    TooShortError,
)
from surefoot.sensor_ingest.formatting import pluralize

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
# 22 to 4400 Hz: the 25 to 4000 Hz we support, with room for a clock that is off. The units' bands do not overlap.
_MIN_INTERVAL_S = 1 / 4400
_MAX_INTERVAL_S = 1 / 22
_LAG = 50
"""Over so many changes of time a rate is first taken."""
_MAX_BACKWARD_S = 1.0
_MIN_DURATION_S = 2.0
_MIN_ROWS = 40
# A logger that polls faster than the sensor writes the same reading again before the next one is due.
_REPEAT_WITHIN_INTERVALS = 0.6
_MIN_SHARED = 0.3
_GAP_INTERVALS = 1.6
_MIN_COUNTED_SHARE = 0.9
_MAX_PAUSE_S = 12 * 3600.0
"""No run pauses for longer: the clock was set."""
_SHOWN_PAUSE_S = 5.0
"""Shown for a pause of unknown length; nothing is measured across it."""


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
    factor, unit = _unit_of(interval)
    if unit == "s":
        return table, ()
    return replace(table, time=table.time * factor), (
        f"time_s is in {unit} ({interval:g} between readings): converted to seconds.",
    )


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
    return max(0.0, float(np.median((time[changes[lag:]] - time[changes[:-lag]]) / (changes[lag:] - changes[:-lag]))))


def mean_interval(time_s: Floats) -> float:
    """Mean of the intervals near their median, which is robust to rounded times and to gaps."""
    intervals = np.diff(time_s)
    median = float(np.median(intervals))
    return float(np.mean(intervals[(intervals > 0.4 * median) & (intervals < _GAP_INTERVALS * median)]))


def close_clock_steps(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Bring times on one clock where the logger's was set in the meantime: the pause there is of unknown length."""
    step_s = np.diff(table.time)
    at = 1 + np.flatnonzero(np.abs(step_s) > _MAX_PAUSE_S)
    if not len(at):
        return table, ()
    shift_s = np.zeros(len(table))
    shift_s[at] = _SHOWN_PAUSE_S - step_s[at - 1]
    time_s = table.time + np.cumsum(shift_s)
    return replace(table, time=time_s, resumed=tuple(time_s[at].tolist())), tuple(
        f"The clock was set by {step_s[k - 1]:+.0f} s at line {table.line_number(int(k))}: the pause there is of "
        f"unknown length, shown as {_SHOWN_PAUSE_S:.0f} s, and later times stay on the clock before."
        for k in at
    )


def drop_copies(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Drop rows that were sent a second time, after time went back; what only the second time has fills the gaps."""
    again = _sent_again(table.time)
    if not again.any():
        return table, ()
    order = np.lexsort((*table.axes(), table.time))  # stable: of equal rows the first in the file comes first
    same = np.diff(table.time[order]) == 0
    for axis in table.axes():
        same &= np.diff(axis[order]) == 0
    copy = np.zeros(len(table), bool)
    copy[order[1:][same]] = True
    copy &= again
    copies = int(np.count_nonzero(copy))
    if 2 * copies <= np.count_nonzero(again):
        return table, ()
    first_line = table.line_number(int(np.argmax(copy)))
    kept = table.take(~copy)
    return kept.take(np.argsort(kept.time, kind="stable")), (
        f"{pluralize(copies, 'reading')} sent a second time, the first at line {first_line}: the second copy left out.",
    )


def _sent_again(time_s: Floats) -> Bools:
    """(n,) readings after a step back that are not later than what came before it."""
    latest_s = np.maximum.accumulate(time_s)
    before_step_s = np.concatenate(([-np.inf], np.where(np.diff(time_s) < 0, latest_s[:-1], -np.inf)))
    again: Bools = time_s <= np.maximum.accumulate(before_step_s)
    return again


def sort_by_time(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Sort readings by time; ClockWentBackError if time goes back by more than 1 s."""
    late_s = np.maximum.accumulate(table.time) - table.time
    late = int(np.count_nonzero(late_s > 0))
    if late == 0:
        return table, ()
    worst = int(np.argmax(late_s > _MAX_BACKWARD_S))
    if late_s[worst] > _MAX_BACKWARD_S:
        raise ClockWentBackError(table.line_number(worst), float(late_s[worst]))
    first_line = table.line_number(int(np.argmax(late_s > 0)))
    return table.take(np.argsort(table.time, kind="stable")), (
        f"{pluralize(late, 'reading')} out of time order, by at most {late_s.max():.3g} s, "
        f"the first at line {first_line}: sorted.",
    )


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
