"""A run as a watch kept it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from surefoot.analysis.model import Floats, Ints
from surefoot.analysis.track import Track, ground_distance_m
from surefoot.sensor_ingest.watches.errors import NoRunInFileError

SPORTS = ("running", "walking", "hiking", "")
"""What is taken; empty where the file does not tell."""
YEARS = range(1990, 2200)
LEAST_POINTS, MAX_POINTS = 2, 500_000
MAX_DURATION_S = 7 * 86400.0
LIMITS = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
    "altitude_m": (-500.0, 9000.0),
    "heart_rate_bpm": (20.0, 250.0),
    "cadence_spm": (0.0, 300.0),
    "speed_mps": (0.0, 15.0),
    "distance_m": (0.0, 1e6),
}
"""Whatever lies outside is a sensor's error, or invented."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point as a file has it; `unix_s` are seconds since 1970, None is what it does not tell."""

    unix_s: float
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    altitude_m: float | None = None
    heart_rate_bpm: float | None = None
    cadence_spm: float | None = None
    speed_mps: float | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """A run of a watch; the clock of its track is 0 at `started_utc`.

    Parameters
    ----------
    form : "fit", "tcx" or "gpx".
    utc_offset_s : local time less UTC; None where the file does not tell.
    duration_s : by the watch's timer, which may have paused.
    distance_m, ascent_m : NaN where not known.
    """

    form: str
    sport: str
    started_utc: datetime
    utc_offset_s: float | None
    duration_s: float
    distance_m: float
    ascent_m: float
    track: Track

    @property
    def heart_rate_bpm(self) -> float:
        """Mean; NaN where not known."""
        return _mean(self.track.heart_rate_bpm)

    @property
    def cadence_spm(self) -> float:
        """Mean while moving; NaN where not known."""
        steps = self.track.cadence_spm
        return _mean(steps[steps > 0.0])


def build_activity(
    form: str,
    sport: str,
    points: Iterable[Point],
    *,
    utc_offset_s: float | None = None,
    timer_s: float | None = None,
    distance_m: float | None = None,
    ascent_m: float | None = None,
) -> Activity:
    """An activity from a file's points and what the file says of the whole; what it does not say is made of the points.

    Raises
    ------
    NoRunInFileError
        if there are too few points, or they are of another sport or of impossible times.
    """
    if sport not in SPORTS:
        raise NoRunInFileError(f"it is of another sport ({sport})")
    rows = _in_order(points)
    started_s = rows[0].unix_s
    track = _track(rows, started_s)
    span_s = float(track.time_s[-1])
    covered_m = track.distance_m[np.isfinite(track.distance_m)]
    known_m = float(covered_m[-1] - covered_m[0]) if len(covered_m) else math.nan
    return Activity(
        form,
        sport,
        datetime.fromtimestamp(started_s, UTC),
        utc_offset_s,
        timer_s if timer_s and 0.0 < timer_s <= MAX_DURATION_S else span_s,
        distance_m if distance_m is not None and 0.0 <= distance_m <= 1e6 else known_m,
        track.climb_m() if ascent_m is None else ascent_m,
        track,
    )


def _in_order(points: Iterable[Point]) -> list[Point]:
    """Points of possible times, each time once, in order."""
    by_time = {point.unix_s: point for point in points if _is_possible(point.unix_s)}
    rows = [by_time[time_s] for time_s in sorted(by_time)]
    if len(rows) < LEAST_POINTS:
        raise NoRunInFileError("it has no points with a time")
    if len(rows) > MAX_POINTS or rows[-1].unix_s - rows[0].unix_s > MAX_DURATION_S:
        raise NoRunInFileError("its points are of more than a week")
    return rows


def _is_possible(unix_s: float) -> bool:
    try:
        return datetime.fromtimestamp(unix_s, UTC).year in YEARS
    except (ValueError, OverflowError, OSError):
        return False


def _track(rows: Sequence[Point], started_s: float) -> Track:
    columns = {name: _column(rows, name) for name in LIMITS}
    jumps = _jumps(rows, columns["latitude_deg"], columns["longitude_deg"])
    columns["latitude_deg"][jumps] = columns["longitude_deg"][jumps] = np.nan
    if not np.isfinite(columns["distance_m"]).any():
        columns["distance_m"] = ground_distance_m(columns["latitude_deg"], columns["longitude_deg"])
    time_s = np.array([point.unix_s for point in rows]) - started_s
    if not np.isfinite(columns["speed_mps"]).any():
        columns["speed_mps"] = _speed_mps(time_s, columns["distance_m"])
    return Track(time_s, **columns)


def _column(rows: Sequence[Point], name: str) -> Floats:
    low, high = LIMITS[name]
    values = np.array([math.nan if (value := getattr(point, name)) is None else value for point in rows], np.float64)
    with np.errstate(invalid="ignore"):
        possible: Floats = np.where((values >= low) & (values <= high), values, np.nan)
    return possible


def _jumps(rows: Sequence[Point], latitude_deg: Floats, longitude_deg: Floats) -> Ints:
    """Which places nobody can have run to from the place before, nor on to the next one."""
    known = np.flatnonzero(np.isfinite(latitude_deg) & np.isfinite(longitude_deg))
    times_s = np.array([rows[k].unix_s for k in known.tolist()])
    legs_m = np.diff(ground_distance_m(latitude_deg[known], longitude_deg[known]))
    too_fast = legs_m / np.diff(times_s) > LIMITS["speed_mps"][1]
    both = np.concatenate([[True], too_fast]) & np.concatenate([too_fast, [True]])
    return known[both] if len(known) > 1 else known[:0]


def _speed_mps(time_s: Floats, distance_m: Floats) -> Floats:
    """(n,) from the distance to the point before."""
    speed_mps = np.full(len(time_s), np.nan)
    speed_mps[1:] = np.diff(distance_m) / np.diff(time_s)
    low, high = LIMITS["speed_mps"]
    speed_mps[~((speed_mps >= low) & (speed_mps <= high))] = np.nan
    return speed_mps


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan
