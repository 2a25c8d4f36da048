"""Rows of the store as InfluxDB lines: a measurement per table; runner, run and foot are tags, numbers are floats.

A row always has the same measurement, tags and time, so that writing it twice changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from influxdb_client.client.write.point import Point

from surefoot.analysis.findings import Severity
from surefoot.service.serialization.encoding import ESTIMATE_FIELDS, gait_word

BOTH = "both"
FIELD_OF_EVERY_POINT: Mapping[str, str] = {
    "runs": "feet",
    "strides": "flags",
    "windows": "start_s",
    "live": "start_s",
    "baselines": "value",
    "findings": "rank",
    "pod_health": "connected",
    "companions": "time_s",
    "summaries": "findings",
    "alerts": "id",
}
"""Measurement → a field that none of its points lacks, for counting them.

The label of a run that is over lacks it: it comes with the run's summary, and is lost and sent again with that.
"""

Row = sqlite3.Row
Fields = Mapping[str, Any]


def lines(table: str, row: Row) -> list[str]:
    """Lines of a row of `table`; none where it has no number."""
    made = (line for point in POINTS[table](row) if (line := point.to_line_protocol()))
    return [line.replace("\n", "\\n") for line in made]


def _stride(row: Row) -> Iterator[Point]:
    names = ("terminal_contact_s", "next_initial_contact_s", "initial_contact_s", "confidence", "flags")
    point = _point("strides", row, row["foot"]).tag("gait", gait_word(row["running"]))
    yield _with(point, {**json.loads(row["metrics"]), **{name: row[name] for name in names}})


def _window(table: str, row: Row) -> Iterator[Point]:
    """One point per foot, and one for both."""
    body = json.loads(row["body"])
    times = {"start_s": row["start_s"], "end_s": row["end_s"]}
    for foot, known in body["feet"].items():
        yield _with(_point(table, row, foot).tag("gait", row["gait"]), {**times, **_estimates(known)})
    compared = {f"{key}_asymmetry_pct": numbers for key, numbers in body["asymmetry_pct"].items()}
    differing = {f"{key}_difference": numbers for key, numbers in body["difference"].items()}
    common = _estimates({"cadence_spm": body["cadence_spm"], **compared, **differing})
    yield _with(_point(table, row, BOTH).tag("gait", row["gait"]), {**times, **common})


def _estimates(known: Mapping[str, list[float | None]]) -> dict[str, float | None]:
    """Fields `key`, `key_low`, `key_high`, `key_n` and `key_spread` of each estimate."""
    parts = ("", *(f"_{name}" for name in ESTIMATE_FIELDS[1:]))
    return {key + part: value for key, numbers in known.items() for part, value in zip(parts, numbers, strict=True)}


def _baseline(row: Row) -> Iterator[Point]:
    point = _point("baselines", row, BOTH).tag("metric", row["metric"]).tag("kind", row["kind"])
    yield _with(point, {name: row[name] for name in ("value", "low", "high")})


def _finding(row: Row) -> Iterator[Point]:
    """A later revision overwrites the point of the earlier."""
    body = json.loads(row["body"])
    numbers = {name: body[name] for name in ("value", "reference", "confidence", "known_s", "revision")}
    numbers["rank"] = Severity(body["severity"]).rank
    texts = {name: body[name] for name in ("id", "severity", "state", "message", "unit")}
    yield _with(_point("findings", row, body["foot"] or BOTH).tag("kind", body["kind"]), {**numbers, **texts})


def _pod(row: Row) -> Iterator[Point]:
    yield _with(_point("pod_health", row, row["foot"]).tag("serial", row["serial"]), json.loads(row["body"]))


def _companion(row: Row) -> Iterator[Point]:
    point = _point("companions", row, BOTH).tag("companion", row["companion"])
    yield _with(point, {"time_s": row["time_s"], **json.loads(row["body"])})


def _run(row: Row) -> Iterator[Point]:
    label = _label(row, datetime.fromtimestamp(row["time_ns"] / 1e9, UTC), "running")
    yield _with(
        _point("runs", row, BOTH),
        {"feet": len(json.loads(row["feet"])), "software": row["software"], "name": row["name"], "label": label},
    )


def _summary(row: Row) -> Iterator[Point]:
    """The summary, and a later label of the run, which has its length."""
    body = json.loads(row["body"])
    started, ended = (datetime.fromisoformat(body[name]) for name in ("started", "ended"))
    minutes = round((ended - started).total_seconds() / 60.0)
    yield _with(_point("runs", row, BOTH), {"label": _label(row, started, f"{minutes} min")})
    told = {"findings": len(body["findings"]), **{f"{name}_spike": yes for name, yes in body["spikes"].items()}}
    times = {name: body[name] for name in ("started", "ended")}
    yield _with(_point("summaries", row, BOTH), {**body["numbers"], **told, **times})


def _alert(row: Row) -> Iterator[Point]:
    body = json.loads(row["body"])
    texts = {name: body[name] for name in ("id", "severity", "message")}
    point = _point("alerts", row, body.get("foot", BOTH)).tag("kind", body["kind"]).tag("event", body["event"])
    yield _with(point, {"value": body.get("value"), **texts})


POINTS: Mapping[str, Callable[[Row], Iterator[Point]]] = {
    "runs": _run,
    "strides": _stride,
    "windows": partial(_window, "windows"),
    "live": partial(_window, "live"),
    "baselines": _baseline,
    "findings": _finding,
    "pod_health": _pod,
    "companions": _companion,
    "summaries": _summary,
    "alerts": _alert,
}


def _label(row: Row, started: datetime, state: str) -> str:
    """A run as people choose it, after its id and a space: "2026-03-04 05:06, anna, 42 min", in the computer's zone."""
    return f"{row['run']} {started.astimezone():%Y-%m-%d %H:%M}, {row['runner']}, {state}"


def _point(measurement: str, row: Row, foot: str) -> Point:
    return Point(measurement).tag("runner", row["runner"]).tag("run", row["run"]).tag("foot", foot).time(row["time_ns"])


def _with(point: Point, fields: Fields) -> Point:
    """Add fields: numbers and truth values as floats, texts as they are; None is left out."""
    for key, value in fields.items():
        if value is not None:
            point.field(key, value if isinstance(value, str) else float(value))
    return point
