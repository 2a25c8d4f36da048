"""Entries of runners who consent, as InfluxDB lines for the bucket that is for them alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from influxdb_client.client.write.point import Point

MEASUREMENTS = {"check_in": "check_ins", "injury": "injuries", "plan": "plans"}
"""Kind of entry → measurement; each pain of a check-in is a point of `pains` besides."""
PAINS = "pains"
KEYS = ("id", "at_utc")
Fields = Mapping[str, Any]


def private_lines(kind: str, entry_id: str, runner: str, at_utc: datetime, fields: Fields) -> list[str]:
    """Lines of an entry."""
    return [point.to_line_protocol() for point in _points(kind, entry_id, runner, at_utc, fields)]


def _points(kind: str, entry_id: str, runner: str, at_utc: datetime, fields: Fields) -> Iterator[Point]:
    moment = datetime.fromisoformat(fields["at_utc"]) if "at_utc" in fields else at_utc.astimezone(UTC)

    def point(measurement: str, values: Fields, **tags: str) -> Point:
        made = Point(measurement).tag("runner", runner).tag("entry", entry_id).time(moment)
        for name, value in tags.items():
            made.tag(name, value)
        for name, value in values.items():
            made.field(name, float(value) if _is_number(value) else value)
        return made

    pains = fields.get("pains", [])
    plain = {name: value for name, value in fields.items() if isinstance(value, str | int | float) and name not in KEYS}
    yield point(MEASUREMENTS[kind], {**plain, **_told(kind, fields)})
    for pain in pains:
        values = {name: value for name, value in pain.items() if name not in ("foot", "place")}
        yield point(PAINS, values, foot=pain["foot"], place=pain["place"])


def _told(kind: str, fields: Fields) -> Fields:
    """What an entry holds besides its own plain values."""
    match kind:
        case "check_in":
            return {"pains": len(fields.get("pains", ())), "signs": ",".join(fields.get("signs", ()))}
        case "plan":
            return {"kind": fields["plan"]["kind"], "rows": len(fields["plan"]["rows"])}
        case _:
            return {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
