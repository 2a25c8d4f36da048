"""Times that go back or leap, put on one clock: counters begin again, clocks are set, readings come late or twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.errors import ClockWentBackError
from surefoot.sensor_ingest.files.timestamps import rough_interval
from surefoot.sensor_ingest.formatting import pluralize

_PERIODS = (60.0, 3600.0, 86400.0, 2.0**16, 2.0**24, 2.0**32)
"""At which clocks and counters begin again, in their own unit."""
_WRAP_SHARE = 0.01
"""A counter that begins again is this close to its end, then to 0."""
_MAX_BACKWARD_S = 1.0
_MAX_PAUSE_S = 12 * 3600.0
"""No run pauses for longer: the clock was set."""
_SHOWN_PAUSE_S = 5.0
"""Shown for a pause of unknown length; nothing is measured across it."""
_TOO_CLOSE_INTERVALS, _MAX_TOO_CLOSE = 0.5, 0.1
"""Readings that were delivered late fill a gap: hardly any of them is so close to one that was in time."""
_MIN_SET_S, _MIN_SET_INTERVALS, _MAX_SET_SHARE = 0.1, 3.0, 1e-3
"""A clock is set by more than both, and at fewer than this share of the readings."""
_STAYS_READINGS = 200
"""Over so many readings a clock that was set is still behind."""


def unwrap_counter(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Let times go on where their counter begins again."""
    begins = 1 + np.flatnonzero(np.diff(table.time) < 0)
    if not len(begins) or table.time.min() < 0:
        return table, ()
    interval = rough_interval(table.time)
    for period in _PERIODS:
        near = _WRAP_SHARE * period
        ends, starts = table.time[begins - 1], table.time[begins]
        wraps = begins[(ends > period - near) & (starts < near)]
        if len(wraps) and table.time.max() < period and interval < 0.1 * near:
            again = np.zeros(len(table))
            again[wraps] = period
            return replace(table, time=table.time + np.cumsum(again)), (
                f"The time begins again at {period:.0f}, {pluralize(len(wraps), 'time')}: read on.",
            )
    return table, ()


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


def put_late_back(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Sort in readings that were delivered more than 1 s late, which fill a gap."""
    late_s = np.maximum.accumulate(table.time) - table.time
    late: Bools = late_s > _MAX_BACKWARD_S
    if not late.any() or table.time[late].min() < table.time[0] or not _fill_gaps(table.time, late):
        return table, ()
    return table.take(np.argsort(table.time, kind="stable")), (
        f"{pluralize(int(late.sum()), 'reading')} delivered up to {late_s.max():.1f} s late, the first at line "
        f"{table.line_number(int(np.argmax(late)))}: put where they belong.",
    )


def _fill_gaps(time_s: Floats, late: Bools) -> bool:
    """Whether late readings come between those that were in time, not among them."""
    order: Ints = np.argsort(time_s, kind="stable")
    mixed = late[order][1:] != late[order][:-1]
    close = np.diff(time_s[order]) < _TOO_CLOSE_INTERVALS * rough_interval(time_s)
    return int(np.count_nonzero(mixed & close)) <= _MAX_TOO_CLOSE * int(late.sum())


def close_back_steps(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Go on where the clock was set back; ClockWentBackError where it begins anew, as in two recordings in one file.

    After more than 1 s back the pause is of unknown length; after less, readings go on one interval later.
    """
    step_s = np.diff(table.time)
    if not len(step_s) or step_s.min() >= 0:
        return table, ()
    interval_s = rough_interval(table.time)
    at = 1 + np.flatnonzero(step_s < -max(_MIN_SET_S, _MIN_SET_INTERVALS * interval_s))
    far = at[step_s[at - 1] < -_MAX_BACKWARD_S]
    anew = far[np.abs(table.time[far] - table.time[0]) < _MAX_BACKWARD_S]
    if len(anew) or len(far) > max(1.0, _MAX_SET_SHARE * len(table)):
        worst = int((anew if len(anew) else far)[0])
        raise ClockWentBackError(table.line_number(worst), float(-step_s[worst - 1]))
    if len(at) > max(1.0, _MAX_SET_SHARE * len(table)):
        return table, ()
    at = at[[_stays(table.time, int(row), interval_s) for row in at]] if len(at) else at
    if not len(at):
        return table, ()
    shift_s = np.zeros(len(table))
    shift_s[at] = interval_s - step_s[at - 1]
    shift_s[far] += _SHOWN_PAUSE_S - interval_s
    time_s = table.time + np.cumsum(shift_s)
    resumed = (*table.resumed, *time_s[far].tolist())
    return replace(table, time=time_s, resumed=resumed), tuple(
        _set_back(table, int(k), float(step_s[k - 1])) for k in at
    )


def _stays(time_s: Floats, at: int, interval_s: float) -> bool:
    """Whether time is still behind by what it went back long after, as it is not where one packet came soon."""
    behind_s = [
        float(np.median(time_s[rows] - interval_s * np.arange(rows.start, rows.stop)))
        for rows in (slice(max(at - _STAYS_READINGS, 0), at), slice(at, min(at + _STAYS_READINGS, len(time_s))))
    ]
    return behind_s[1] - behind_s[0] < 0.7 * (time_s[at] - time_s[at - 1])


def _set_back(table: Table, row: int, step_s: float) -> str:
    line = table.line_number(row)
    if step_s < -_MAX_BACKWARD_S:
        return (
            f"The clock was set back by {-step_s:.1f} s at line {line}: the pause there is of unknown length, shown as "
            f"{_SHOWN_PAUSE_S:.0f} s, and later times stay on the clock before."
        )
    return f"The clock was set back by {-step_s:.2f} s at line {line}: later readings go on from the one before."


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
