"""TCX and GPX files as activities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median
from xml.etree.ElementTree import Element

from surefoot.sensor_ingest.watches.activity import Activity, Point, build_activity
from surefoot.sensor_ingest.watches.errors import NoRunInFileError, NoWatchFileError
from surefoot.sensor_ingest.watches.xml_file import inside, number_of, parse_xml, unix_s_of

MAX_CYCLES_PER_MIN = 110.0
"""Nobody takes 220 steps a minute for long: a typical cadence above this counts steps, one below cycles of a foot."""
TCX_SPORTS = {"running": "running", "biking": "cycling", "walking": "walking", "hiking": "hiking", "other": ""}
GPX_SPORTS = {
    "9": "running", "run": "running", "running": "running", "trail_running": "running", "10": "walking",
    "walk": "walking", "walking": "walking", "4": "hiking", "hike": "hiking", "hiking": "hiking", "1": "cycling",
    "ride": "cycling", "cycling": "cycling", "biking": "cycling", "16": "swimming", "swim": "swimming",
}  # fmt: skip
"""Names and Strava's numbers."""


def xml_activity(data: bytes) -> Activity:
    """The run in a TCX or GPX file.

    Raises
    ------
    WatchFileDamagedError, WatchFileUnsafeError, NoWatchFileError, NoRunInFileError
        if it cannot be read, or has no run.
    """
    root = parse_xml(data)
    if root.tag == "TrainingCenterDatabase":
        return _tcx(root)
    if root.tag == "gpx":
        return _gpx(root)
    raise NoWatchFileError("XML of another kind")


def _tcx(root: Element) -> Activity:
    """The first activity that is a run, or the first one."""
    found = [(_tcx_sport(each), each) for each in root.iter("Activity")]
    if not found:
        raise NoRunInFileError("it has no activity")
    sport, activity = next((each for each in found if each[0] == "running"), found[0])
    laps = list(activity.iter("Lap"))
    timers = [number_of(lap.find("TotalTimeSeconds")) for lap in laps]
    distances = [number_of(lap.find("DistanceMeters")) for lap in laps]
    return build_activity(
        "tcx",
        sport,
        _as_steps([_tcx_point(each) for each in activity.iter("Trackpoint")]),
        timer_s=sum(each for each in timers if each is not None),
        distance_m=sum(each for each in distances if each is not None) if any(distances) else None,
    )


def _tcx_sport(activity: Element) -> str:
    named = activity.get("Sport", "").lower()
    return TCX_SPORTS.get(named, named)


def _tcx_point(point: Element) -> Point | None:
    unix_s = unix_s_of(point.findtext("Time"))
    if unix_s is None:
        return None
    return Point(
        unix_s,
        number_of(point.find("Position/LatitudeDegrees")),
        number_of(point.find("Position/LongitudeDegrees")),
        number_of(point.find("AltitudeMeters")),
        number_of(point.find("HeartRateBpm/Value")),
        number_of(inside(point, "runcadence", "cadence")),
        number_of(inside(point, "speed")),
        number_of(point.find("DistanceMeters")),
    )


def _gpx(root: Element) -> Activity:
    """All tracks of a file together."""
    named = (root.findtext("trk/type") or "").strip().lower()
    return build_activity(
        "gpx", GPX_SPORTS.get(named, named), _as_steps([_gpx_point(each) for each in root.iter("trkpt")])
    )


def _gpx_point(point: Element) -> Point | None:
    unix_s = unix_s_of(point.findtext("time"))
    if unix_s is None:
        return None
    return Point(
        unix_s,
        _degrees(point.get("lat")),
        _degrees(point.get("lon")),
        number_of(point.find("ele")),
        number_of(inside(point, "hr", "heartrate")),
        number_of(inside(point, "cad", "cadence")),
        number_of(inside(point, "speed")),
    )


def _degrees(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _as_steps(points: Sequence[Point | None]) -> Iterator[Point]:
    """Points with their cadence in steps of both feet, whichever of the two the file counts."""
    known = [point for point in points if point is not None]
    moving = [point.cadence_spm for point in known if point.cadence_spm]
    steps = 1.0 if moving and median(moving) > MAX_CYCLES_PER_MIN else 2.0
    for point in known:
        yield point if point.cadence_spm is None else replace(point, cadence_spm=steps * point.cadence_spm)
