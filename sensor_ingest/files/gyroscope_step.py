"""A gyroscope in step with the accelerometer: held readings are told from new ones, a steady lag is taken out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats
from surefoot.analysis.sensor_lag import LAG_HZ, MAX_LAG_S, MIN_LAG_S, sensor_lag
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.rest_detection import turned_level

_MOVING_RADPS = 1.0
_MIN_HELD_SHARE = 0.3
_MIN_FRESH_HZ = 40.0
"""Angular rate sampled more slowly does not follow a foot; the least that recordings are read at."""
_PIECE_S, _MAX_PIECES = 10.0, 24
"""The lag is found from so many pieces of a recording, spread over it."""
_MAX_GRAVITY_LOSS = 0.03
"""The lag is believed unless it takes gravity this much farther from 1 g."""
_GAP_INTERVALS = 1.6


def release_held(table: Table, rate_hz: float) -> tuple[Table, tuple[str, ...]]:
    """Interpolate a gyroscope that is read faster than it measures; without one if it measures too rarely."""
    if table.gyr is None:
        return table, ()
    new = np.concatenate(([True], (np.diff(table.gyr, axis=0) != 0).any(axis=1)))
    moving = np.linalg.norm(table.gyr, axis=1) > _MOVING_RADPS
    held = 1.0 - float(np.mean(new[moving])) if moving.any() else 0.0
    if held < _MIN_HELD_SHARE:
        return table, ()
    fresh_hz = rate_hz * (1.0 - held)
    told = f"The gyroscope gives {fresh_hz:.0f} new readings a second and repeats them in between"
    if fresh_hz < _MIN_FRESH_HZ:
        return table.without_gyroscope(), (f"{told}: too few to follow a foot, treated as having no gyroscope.",)
    return replace(table, gyr=_at(table.time, table.time[new], table.gyr[new])), (f"{told}: interpolated.",)


def put_in_step(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Take out a steady lag between the two sensors; without the gyroscope if the lag is not steady."""
    lags_s = _lags(table)
    if not len(lags_s):
        return table, ()
    low_s, lag_s, high_s = np.percentile(lags_s, [10, 50, 90])
    least_s = max(MIN_LAG_S, float(np.median(np.diff(table.time))))
    if max(-low_s, high_s) < least_s:
        return table, ()
    if high_s - low_s > least_s:
        return table.without_gyroscope(), (
            f"The gyroscope is out of step with the accelerometer, by {1e3 * low_s:.0f} to {1e3 * high_s:.0f} ms: "
            "treated as having no gyroscope.",
        )
    shifted = _shifted(table, float(lag_s))
    if abs(lag_s) < least_s or _gravity_error(shifted) > _gravity_error(table) + _MAX_GRAVITY_LOSS:
        return table, ()
    return shifted, (
        f"The gyroscope is {1e3 * abs(lag_s):.0f} ms {'late' if lag_s > 0 else 'early'} against the accelerometer, as "
        "the jolts of the landings show: put in step.",
    )


def _lags(table: Table) -> Floats:
    """Lags of the gyroscope in those pieces of the recording that show one, seconds."""
    if table.gyr is None or table.time[-1] - table.time[0] < _PIECE_S:
        return np.empty(0)
    ends_s = table.time[0], table.time[-1] - _PIECE_S
    starts_s = np.linspace(*ends_s, int(min(_MAX_PIECES, 1 + (ends_s[1] - ends_s[0]) // _PIECE_S)))
    pieces = [_piece(table, table.gyr, float(start_s)) for start_s in starts_s]
    found = [sensor_lag(*piece) for piece in pieces if piece is not None]
    return np.array([each.lag_s for each in found if each.clear])


def _piece(table: Table, gyr: Floats, start_s: float) -> tuple[Floats, Floats] | None:
    """Both sensors' readings from a time on, at `LAG_HZ`; None inside a gap."""
    time_s = start_s + np.arange(round(_PIECE_S * LAG_HZ)) / LAG_HZ
    rows = slice(*np.searchsorted(table.time, [time_s[0] - MAX_LAG_S, time_s[-1] + MAX_LAG_S]))
    if rows.start == rows.stop:
        return None
    return _at(time_s, table.time[rows], table.acc[rows]), _at(time_s, table.time[rows], gyr[rows])


def _shifted(table: Table, lag_s: float) -> Table:
    """The table with the angular rates of `lag_s` later; rows for which there are none are left out."""
    if table.gyr is None:
        return table
    later_s = table.time + lag_s
    after = np.clip(np.searchsorted(table.time, later_s), 1, len(table) - 1)
    spacing_s = np.diff(table.time)
    inside = (later_s >= table.time[0]) & (later_s <= table.time[-1])
    whole = spacing_s[after - 1] <= _GAP_INTERVALS * float(np.median(spacing_s))
    return replace(table, gyr=_at(later_s, table.time, table.gyr)).take(inside & whole)


def _gravity_error(table: Table) -> float:
    """By how much gravity, turned into one direction by the gyroscope, is off 1 g; 0 if there is too little."""
    if table.gyr is None:
        return 0.0
    rate_hz = 1.0 / float(np.median(np.diff(table.time)))
    level = turned_level(table.acc, table.gyr, rate_hz) / STANDARD_GRAVITY_MPS2
    return abs(level - 1.0) if np.isfinite(level) else 0.0


def _at(time_s: Floats, known_s: Floats, readings: Floats) -> Floats:
    """(n, 3) readings at other times, interpolated."""
    return np.stack([np.interp(time_s, known_s, axis) for axis in readings.T], axis=1)
