"""Files as watches write them, from points that the test chose: FIT by fit-tool, TCX and GPX as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.profile_type import FileType, Manufacturer, Sport

START_UNIX_S = 1_767_323_045
"""2026-01-02 03:04:05 UTC."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A point of a watch; cadence in cycles of one foot."""

    after_s: int
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    heart_rate_bpm: int
    cadence_rpm: int
    distance_m: float


def points(seconds: int = 120) -> list[Kept]:
    """North at 3 m/s, up a hill of 12 m and down again."""
    return [
        Kept(
            k,
            48.0 + 3.0 * k / 111_195.0,
            11.5,
            500.0 + 0.2 * min(k, seconds - k),
            120 + k % 40,
            85,
            3.0 * k,
        )
        for k in range(seconds + 1)
    ]


def fit_file(kept: Sequence[Kept], *, sport: Sport = Sport.RUNNING, zone_h: float = 1.0, late_s: int = 0) -> bytes:
    """By fit-tool; `late_s` is how far the watch's clock is ahead."""
    start_ms = 1000 * (START_UNIX_S + late_s)
    builder = FitFileBuilder(auto_define=True)
    about = FileIdMessage()
    about.type, about.manufacturer, about.time_created = FileType.ACTIVITY, Manufacturer.DEVELOPMENT.value, start_ms
    builder.add(about)
    for point in kept:
        record = RecordMessage()
        record.timestamp = start_ms + 1000 * point.after_s
        record.position_lat, record.position_long = point.latitude_deg, point.longitude_deg
        record.altitude, record.heart_rate = point.altitude_m, point.heart_rate_bpm
        record.cadence, record.distance = point.cadence_rpm, point.distance_m
        builder.add(record)
    end_ms = start_ms + 1000 * kept[-1].after_s
    session = SessionMessage()
    session.timestamp, session.start_time, session.sport = end_ms, start_ms, sport
    session.total_elapsed_time = session.total_timer_time = float(kept[-1].after_s)
    session.total_distance = kept[-1].distance_m
    builder.add(session)
    activity = ActivityMessage()
    activity.timestamp = end_ms
    activity.local_timestamp = end_ms // 1000 - 631_065_600 + round(3600 * zone_h)
    builder.add(activity)
    return bytes(builder.build().to_bytes())


def tcx_file(kept: Sequence[Kept], *, sport: str = "Running") -> bytes:
    """As Garmin Connect exports it."""
    tracked = "".join(
        f"<Trackpoint><Time>{stamp(each)}</Time><Position><LatitudeDegrees>{each.latitude_deg!r}</LatitudeDegrees>"
        f"<LongitudeDegrees>{each.longitude_deg!r}</LongitudeDegrees></Position>"
        f"<AltitudeMeters>{each.altitude_m}</AltitudeMeters><DistanceMeters>{each.distance_m}</DistanceMeters>"
        f"<HeartRateBpm><Value>{each.heart_rate_bpm}</Value></HeartRateBpm>"
        f"<Extensions><ns3:TPX><ns3:RunCadence>{each.cadence_rpm}</ns3:RunCadence></ns3:TPX></Extensions></Trackpoint>"
        for each in kept
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase xmlns:ns3='
        '"http://www.garmin.com/xmlschemas/ActivityExtension/v2" '
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        f'<Activities><Activity Sport="{sport}"><Id>{stamp(kept[0])}</Id><Lap StartTime="{stamp(kept[0])}">'
        f"<TotalTimeSeconds>{kept[-1].after_s}.0</TotalTimeSeconds>"
        f"<DistanceMeters>{kept[-1].distance_m}</DistanceMeters><Track>{tracked}</Track></Lap></Activity></Activities>"
        "</TrainingCenterDatabase>"
    ).encode()


def gpx_file(kept: Sequence[Kept], *, kind: str = "running", steps_per_cycle: int = 1) -> bytes:
    """As Strava exports it; the cadence in cycles of one foot, or in steps."""
    tracked = "".join(
        f'<trkpt lat="{each.latitude_deg!r}" lon="{each.longitude_deg!r}"><ele>{each.altitude_m}</ele>'
        f"<time>{stamp(each)}</time><extensions><gpxtpx:TrackPointExtension>"
        f"<gpxtpx:hr>{each.heart_rate_bpm}</gpxtpx:hr>"
        f"<gpxtpx:cad>{steps_per_cycle * each.cadence_rpm}</gpxtpx:cad></gpxtpx:TrackPointExtension></extensions>"
        "</trkpt>"
        for each in kept
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="a test" '
        'xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
        f"<trk><type>{kind}</type><trkseg>{tracked}</trkseg></trk></gpx>"
    ).encode()


def stamp(point: Kept) -> str:
    """The moment of a point, as XML has it."""
    return datetime.fromtimestamp(START_UNIX_S + point.after_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
