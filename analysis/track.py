"""What a watch kept of a run: place, height, heart rate and pace at moments, NaN where it kept nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from surefoot.analysis.model import Bools, Floats

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius; with it a distance is within 0.6 % of that on the ellipsoid."""
MAX_HOLE_S = 30.0
"""Between points further apart nothing is known: watches that save room keep one every few seconds."""
LEAST_CLIMB_M = 3.0
"""Less is not told from the noise of a height."""


@dataclass(frozen=True, slots=True)
class Track:
    """Points in order of time; (n,) each.

    Parameters
    ----------
    time_s : ascending; of a run the session clock, else since the first point.
    cadence_spm : steps of both feet per minute.
    distance_m : since the watch's start.
    """

    time_s: Floats
    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats
    heart_rate_bpm: Floats
    cadence_spm: Floats
    speed_mps: Floats
    distance_m: Floats

    def __post_init__(self) -> None:
        if any(getattr(self, each.name).shape != self.time_s.shape for each in fields(self)):
            raise ValueError("Track: columns of different lengths")

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def located(self) -> Bools:
        """(n,) whether the place is known."""
        known: Bools = np.isfinite(self.latitude_deg) & np.isfinite(self.longitude_deg)
        return known

    def later(self, offset_s: float) -> Track:
        """The same on a clock that is ahead by `offset_s`."""
        return replace(self, time_s=self.time_s + offset_s)

    def at(self, name: str, time_s: Floats) -> Floats:
        """(m,) a column at moments, between the points where it is known; NaN in holes and outside."""
        return held_values(self.time_s, getattr(self, name), time_s)

    def between(self, begin_s: float, end_s: float) -> Track:
        """The points of a span, its beginning included."""
        within = (self.time_s >= begin_s) & (self.time_s < end_s)
        return Track(*(getattr(self, each.name)[within] for each in fields(self)))

    def climb_m(self) -> float:
        """Metres climbed, counting what is at least `LEAST_CLIMB_M` in one piece; NaN if no height is known."""
        heights_m = self.altitude_m[np.isfinite(self.altitude_m)].tolist()
        if not heights_m:
            return np.nan
        total_m, low_m, high_m = 0.0, heights_m[0], heights_m[0]
        for height_m in heights_m:
            if height_m > high_m:
                high_m = height_m
            elif height_m < high_m - LEAST_CLIMB_M or height_m < low_m:
                total_m += _counted(high_m - low_m)
                low_m = high_m = height_m
        return total_m + _counted(high_m - low_m)


@dataclass(frozen=True, slots=True)
class JoinedTrack:
    """A watch's track on the session clock of a run that pods recorded.

    Parameters
    ----------
    form : of its file.
    compared : what pods and watch were compared by, "cadence" or "speed".
    ahead_s, sd_s : how far the watch's clock was ahead of the run's, and the standard uncertainty.
    correlation : of what was compared, at this offset.
    """

    track: Track
    form: str
    compared: str
    ahead_s: float
    sd_s: float
    correlation: float

    def without_places(self) -> JoinedTrack:
        """The same without where it led: distance, height and heart rate stay."""
        nowhere = np.full(len(self.track), np.nan)
        return replace(self, track=replace(self.track, latitude_deg=nowhere, longitude_deg=nowhere))


def held_values(times_s: Floats, values: Floats, time_s: Floats) -> Floats:
    """(m,) values at moments, between the points where they are known; NaN in holes and outside."""
    known = np.isfinite(values)
    times_s, values = times_s[known], values[known]
    if not len(times_s):
        return np.full(len(time_s), np.nan)
    after = np.minimum(np.searchsorted(times_s, time_s), len(times_s) - 1)
    before = np.maximum(after - 1, 0)
    between = (times_s[before] <= time_s) & (time_s <= times_s[after])
    near = between & (times_s[after] - times_s[before] <= MAX_HOLE_S) | (time_s == times_s[after])
    found: Floats = np.where(near, np.interp(time_s, times_s, values), np.nan)
    return found


def ground_distance_m(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """(n,) distance along places from the first one; places that are not known add nothing."""
    known = np.isfinite(latitude_deg) & np.isfinite(longitude_deg)
    latitude, longitude = np.radians(latitude_deg[known]), np.radians(longitude_deg[known])
    half = np.sin(np.diff(latitude) / 2.0) ** 2
    half += np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2.0) ** 2
    legs_m = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    covered_m = np.full(len(latitude_deg), np.nan)
    covered_m[known] = np.concatenate([[0.0], np.cumsum(legs_m)])[: int(known.sum())]
    return covered_m


def _counted(climb_m: float) -> float:
    return climb_m if climb_m >= LEAST_CLIMB_M else 0.0
