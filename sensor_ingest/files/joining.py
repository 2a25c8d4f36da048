"""Accelerometer and gyroscope from rows or files of their own, brought together by time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints
from surefoot.sensor_ingest.files.clock_jumps import sort_by_time
from surefoot.sensor_ingest.files.columns import LineNumbers, Table
from surefoot.sensor_ingest.files.layout_errors import NotOverlappingError
from surefoot.sensor_ingest.files.timestamps import convert_to_seconds, mean_interval, typical_interval

_MIN_OWN_SHARE = 0.9
"""Share of the rows that have one sensor only where each sensor has rows of its own."""
_GAP_INTERVALS = 1.6


@dataclass(frozen=True, slots=True)
class Part:
    """What one file has: (n,) times in its own unit, (n, 3) readings of one sensor or both."""

    time: Floats
    acc: Floats | None
    gyr: Floats | None
    lines: LineNumbers
    row: Ints | None = None

    def take(self, rows: Bools) -> Part:
        """The rows that a mask selects."""
        acc, gyr = (None if each is None else each[rows] for each in (self.acc, self.gyr))
        return Part(self.time[rows], acc, gyr, self.lines, np.flatnonzero(rows) if self.row is None else self.row[rows])


def split_own_rows(part: Part) -> list[Part]:
    """The part, or one for each sensor if every row has readings of one only."""
    if part.acc is None or part.gyr is None:
        return [part]
    acc: Bools = np.asarray(np.isfinite(part.acc).any(axis=1))
    gyr: Bools = np.asarray(np.isfinite(part.gyr).any(axis=1))
    either = int(np.count_nonzero(acc | gyr))
    if (
        either == 0
        or min(acc.sum(), gyr.sum()) < 0.05 * either
        or np.count_nonzero(acc ^ gyr) < _MIN_OWN_SHARE * either
    ):
        return [part]
    return [replace(part.take(acc), gyr=None), replace(part.take(gyr), acc=None)]


def join(parts: list[Part]) -> tuple[Table, tuple[str, ...]]:
    """One table of several parts, of which the first with acceleration gives the times.

    Angular rates are interpolated between their neighbours, unless some are missing there.
    """
    first = next(part for part in parts if part.acc is not None)
    table = _table(first)
    other = next((part for part in parts if part.acc is None and part.gyr is not None), None)
    if other is None:
        return replace(table, gyr=first.gyr), ()
    table, notes = _in_seconds(table)
    gyro = Table(other.time, np.asarray(other.gyr), None, other.row, other.lines)
    gyro, _ = _in_seconds(gyro.take(np.isfinite(gyro.time) & np.isfinite(gyro.acc).all(axis=1)))
    inside = (table.time >= gyro.time[0]) & (table.time <= gyro.time[-1]) if len(gyro) else np.zeros(len(table), bool)
    if not inside.any():
        raise NotOverlappingError
    table = table.take(inside)
    rates_hz = [1 / mean_interval(each.time) for each in (table, gyro)]
    gyr, known = _interpolated(table.time, gyro)
    joined = replace(table, gyr=gyr).take(known)
    return joined, (
        *notes,
        f"Accelerometer at {rates_hz[0]:.0f} Hz and gyroscope at {rates_hz[1]:.0f} Hz: brought together by time.",
    )


def _table(part: Part) -> Table:
    return Table(part.time, np.asarray(part.acc), None, part.row, part.lines)


def _in_seconds(table: Table) -> tuple[Table, tuple[str, ...]]:
    """In seconds and in order, without the rows that have no time."""
    table, notes = convert_to_seconds(table.take(np.isfinite(table.time)))
    table, _ = sort_by_time(table)
    return table, notes


def _interpolated(time_s: Floats, gyro: Table) -> tuple[Floats, Bools]:
    """(n, 3) angular rates at these times, and (n,) where no reading is missing around."""
    found = np.stack([np.interp(time_s, gyro.time, axis) for axis in gyro.acc.T], axis=1)
    after = np.clip(np.searchsorted(gyro.time, time_s), 1, len(gyro) - 1)
    spacing_s = np.diff(gyro.time)
    known: Bools = spacing_s[after - 1] <= _GAP_INTERVALS * typical_interval(gyro.time)
    return found, known
