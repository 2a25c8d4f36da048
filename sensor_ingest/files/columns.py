"""Columns of a recording as read, and the removal of unusable rows and sensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints
from surefoot.sensor_ingest.files.errors import RowsRaggedError, RowsUnreadableError
from surefoot.sensor_ingest.formatting import pluralize

# Beyond any unit in use (raw 16-bit counts end at 32768, ns since 1970 at 2e18): a broken number, not a reading.
_MAX_READING = 1e6
_MAX_TIME = 1e19
_MAX_RAGGED_SHARE = 0.01
_MAX_UNREADABLE_SHARE = 0.5
# 5th percentile of |acc| over its median: 0.33-1.0 with gravity, 0-0.1 without.
_MIN_STEADINESS_WITH_GRAVITY = 0.28


@dataclass(frozen=True, slots=True)
class LineNumbers:
    """Line numbers of rows, piecewise consecutive: row `rows[k]` is line `lines[k]`, and so on up to the next piece."""

    rows: tuple[int, ...] = (0,)
    lines: tuple[int, ...] = (1,)

    def of_row(self, row: int) -> int:
        """Line of the file, from 1, of a row, from 0."""
        piece = int(np.searchsorted(self.rows, row, side="right")) - 1
        return self.lines[piece] + row - self.rows[piece]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a recording, in the file's units and order.

    Parameters
    ----------
    time : (n,) timestamps.
    acc : (n, 3) acceleration.
    gyr : (n, 3) angular rate; None without a gyroscope.
    row : (n,) index among the file's rows; None while no row has been removed or moved.
    lines : line number of each row of the file.
    resumed : times of the readings after a pause of unknown length.
    """

    time: Floats
    acc: Floats
    gyr: Floats | None
    row: Ints | None = None
    lines: LineNumbers = LineNumbers()
    resumed: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.time)

    def line_number(self, index: int) -> int:
        """Line of the file, from 1, that a reading came from."""
        return self.lines.of_row(index if self.row is None else int(self.row[index]))

    def take(self, rows: Bools | Ints) -> Table:
        """The rows that a mask or indices select."""
        row: Ints = np.arange(len(self))[rows]
        return replace(
            self,
            time=self.time[rows],
            acc=self.acc[rows],
            gyr=None if self.gyr is None else self.gyr[rows],
            row=row if self.row is None else self.row[rows],
        )

    def axes(self) -> Iterator[Floats]:
        """Each axis of each sensor, (n,)."""
        for readings in (self.acc, self.gyr):
            if readings is not None:
                yield from readings.T

    def without_gyroscope(self) -> Table:
        """The table without its gyroscope."""
        return replace(self, gyr=None)


def check_ragged(ragged: Sequence[int], rows: int, last_only: bool) -> tuple[str, ...]:
    """A note about lines with too few fields; RowsRaggedError if they are more than 1 % and not just the last line."""
    if not ragged:
        return ()
    if last_only:
        return (f"The last line ({ragged[0]}) is incomplete and was left out.",)
    if len(ragged) > _MAX_RAGGED_SHARE * (rows + len(ragged)):
        raise RowsRaggedError(ragged[0], len(ragged), rows + len(ragged))
    return (f"{pluralize(len(ragged), 'line')} with too few fields left out, the first is line {ragged[0]}.",)


def drop_empty_gyroscope(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Remove a gyroscope that is empty or zero throughout."""
    if table.gyr is None:
        return table, ("There is no gyroscope: measures that need one are left out.",)
    if not np.isfinite(table.gyr).any():
        return table.without_gyroscope(), ("The gyroscope columns are empty: treated as having no gyroscope.",)
    if not np.nan_to_num(table.gyr).any():
        return table.without_gyroscope(), ("The gyroscope is zero throughout: treated as having no gyroscope.",)
    return table, ()


def drop_unreadable(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Drop rows with a missing or impossible number; RowsUnreadableError if they are more than half."""
    good = np.abs(table.time) < _MAX_TIME
    for axis in table.axes():
        good &= np.abs(axis) < _MAX_READING
    bad = int(len(good) - np.count_nonzero(good))
    if bad == 0:
        return table, ()
    first_line = table.line_number(int(np.argmin(good)))
    if bad > _MAX_UNREADABLE_SHARE * len(good):
        raise RowsUnreadableError(first_line, bad, len(good))
    return table.take(good), (
        f"{bad} of {len(good)} rows with an empty or unreadable number left out, the first is line {first_line}.",
    )


def drop_zero_rows(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Drop rows with zero acceleration on all axes if the other rows show gravity throughout."""
    zero: Bools = ~(np.abs(table.acc).max(axis=1) > 0)
    count = int(np.count_nonzero(zero))
    if count == 0 or not _has_steady_gravity(table.acc[~zero]):
        return table, ()
    first_line = table.line_number(int(np.argmax(zero)))
    if count > _MAX_UNREADABLE_SHARE * len(zero):
        raise RowsUnreadableError(first_line, count, len(zero))
    return table.take(~zero), (
        f"{pluralize(count, 'row')} with zero acceleration on all axes left out as sensor dropouts, "
        f"the first is line {first_line}.",
    )


def _has_steady_gravity(acc: Floats) -> bool:
    """Whether the norm of acceleration, in any unit, stays away from zero, which requires gravity."""
    if len(acc) == 0:
        return False
    low, median = np.percentile(np.linalg.norm(acc, axis=1), [5, 50])
    return bool(low > _MIN_STEADINESS_WITH_GRAVITY * median)
