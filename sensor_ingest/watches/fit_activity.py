"""A FIT file as an activity, by the names and scales of the FIT profile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from surefoot.sensor_ingest.watches.activity import Activity, Point, build_activity
from surefoot.sensor_ingest.watches.errors import NoRunInFileError
from surefoot.sensor_ingest.watches.fit_file import TIMESTAMP, FitMessage, fit_messages

FIT_EPOCH_UNIX_S = 631_065_600
"""1989-12-31 00:00 UTC."""
FILE_ID, SESSION, RECORD, ACTIVITY = 0, 18, 20, 34
ACTIVITY_FILE = 4
SPORTS = {0: "", 1: "running", 2: "cycling", 5: "swimming", 11: "walking", 17: "hiking"}
SEMICIRCLE_DEG = 180.0 / 2**31
MAX_UTC_OFFSET_S = 15 * 3600.0


def fit_activity(data: bytes) -> Activity:
    """The run in a FIT file; of several sports in one file the run.

    Raises
    ------
    WatchFileDamagedError, NoRunInFileError
        if it cannot be read, or has no run.
    """
    messages = list(fit_messages(data))
    kinds = [each.values.get(0) for each in messages if each.number == FILE_ID]
    if kinds and kinds[0] not in (ACTIVITY_FILE, None):
        raise NoRunInFileError("it holds something else of a watch, such as a course or its settings")
    sessions = [each for each in messages if each.number == SESSION]
    session = next((each for each in sessions if _sport(each) == "running"), sessions[0] if sessions else None)
    points = list(_points(messages))
    if session is None:
        return build_activity("fit", "", points, utc_offset_s=_utc_offset_s(messages))
    if len(sessions) > 1:
        points = _within(points, session)
    whole = session.values
    return build_activity(
        "fit",
        _sport(session),
        points,
        utc_offset_s=_utc_offset_s(messages),
        timer_s=_scaled(whole.get(8), 1000.0),
        distance_m=_scaled(whole.get(9), 100.0),
        ascent_m=_scaled(whole.get(22)),
    )


def _sport(session: FitMessage) -> str:
    number = int(session.values.get(5, 0))
    return SPORTS.get(number, f"sport {number}")


def _points(messages: Sequence[FitMessage]) -> Iterator[Point]:
    for message in messages:
        if message.number == RECORD and TIMESTAMP in message.values:
            found = message.values
            yield Point(
                FIT_EPOCH_UNIX_S + found[TIMESTAMP],
                _scaled(found.get(0), 1.0 / SEMICIRCLE_DEG),
                _scaled(found.get(1), 1.0 / SEMICIRCLE_DEG),
                _height_m(found.get(78, found.get(2))),
                found.get(3),
                None if 4 not in found else 2.0 * (found[4] + found.get(53, 0.0) / 128.0),
                _scaled(found.get(73, found.get(6)), 1000.0),
                _scaled(found.get(5), 100.0),
            )


def _within(points: Sequence[Point], session: FitMessage) -> list[Point]:
    """Points of one session, as a file of several sports has them all in a row."""
    start_s = FIT_EPOCH_UNIX_S + session.values.get(2, 0.0)
    end_s = start_s + session.values.get(7, 0.0) / 1000.0
    return [point for point in points if start_s <= point.unix_s <= end_s + 1.0]


def _utc_offset_s(messages: Sequence[FitMessage]) -> float | None:
    """Local time less UTC, by the message that has both."""
    for message in messages:
        if message.number == ACTIVITY and {TIMESTAMP, 5} <= message.values.keys():
            offset_s = message.values[5] - message.values[TIMESTAMP]
            return offset_s if abs(offset_s) <= MAX_UTC_OFFSET_S else None
    return None


def _height_m(stored: float | None) -> float | None:
    return None if stored is None else stored / 5.0 - 500.0


def _scaled(stored: float | None, scale: float = 1.0) -> float | None:
    return None if stored is None else stored / scale
