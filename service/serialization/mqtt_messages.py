"""Rows of the store as MQTT messages: JSON with `v`, run, runner, time in UTC and keys that end in their unit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from surefoot.analysis.findings import Kind
from surefoot.service.serialization.alert_messages import FORMAT, POST_RUN
from surefoot.service.serialization.encoding import Numbers, estimate_to_dict, gait_word, rounded, utc_iso

TOPIC_ROOT = "surefoot/v1"
DAY_S = 86_400

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Message:
    """A message to publish.

    Parameters
    ----------
    expiry_s : after which the broker drops it; None for never.
    """

    topic: str
    payload: str
    qos: int = 1
    retain: bool = False
    expiry_s: int | None = None


def status(service: str, state: str) -> Message:
    """Status of a service: "online" or "offline"; a connection has one last will, so it cannot be one per runner."""
    return Message(status_topic(service), json.dumps({"v": FORMAT, "service": service, "state": state}), retain=True)


def run_status(row: Row, state: str) -> Message:
    """Status of a runner's run: "running" or "ended"."""
    return _message(row, "status", {"state": state}, retain=True)


def stride(row: Row) -> Message:
    """A stride as it happened, at most once (QoS 0)."""
    numbers = {name: row[name] for name in ("initial_contact_s", "terminal_contact_s", "confidence")}
    body = {"foot": row["foot"], "gait": gait_word(row["running"]), **numbers, **json.loads(row["metrics"])}
    return _message(row, f"stride/{row['foot']}", body, qos=0)


def companion(row: Row) -> Message:
    """What a sensor beside the pods said, at most once (QoS 0)."""
    return _message(row, f"companion/{row['companion']}", json.loads(row["body"]), qos=0)


def window(row: Row) -> Message:
    """The runner's newest window."""
    body = json.loads(row["body"])
    feet = {foot: _estimates(known) for foot, known in body["feet"].items()}
    compared = {name: _estimates(body[name]) for name in ("asymmetry_pct", "difference")}
    common = {"cadence_spm": estimate_to_dict(body["cadence_spm"]), **compared}
    times = {"start_s": row["start_s"], "end_s": row["end_s"], "gait": row["gait"]}
    return _message(row, "state", {**times, **common, **feet}, retain=True)


def summary(row: Row) -> Message:
    """The run's summary."""
    return _message(row, "summary", json.loads(row["body"]), retain=True)


def alert(row: Row, age_s: float | None, *, late: bool) -> Message:
    """An alert with its age at sending; dropped by the broker after a day."""
    body = {**json.loads(row["body"]), "late": late, "age_s": age_s}
    return Message(topic_of(row["runner"], f"alert/{body['kind']}"), json.dumps(rounded(body)), expiry_s=DAY_S)


def alert_states(runner: str, rows: Iterable[Row]) -> list[Message]:
    """State of each kind of alert, ON while one is open; `rows` are all alerts of a runner's run, in order."""
    on: dict[str, set[str]] = {kind: set() for kind in Kind}
    for row in rows:
        body = json.loads(row["body"])
        if body["kind"] != POST_RUN:
            going_on = on[body["kind"]]
            (going_on.discard if body["event"] == "cleared" else going_on.add)(body["finding"])
    return [
        Message(topic_of(runner, f"alert/{kind}/state"), "ON" if going_on else "OFF", retain=True)
        for kind, going_on in on.items()
    ]


def pod(row: Row) -> Message:
    """A pod's health: its battery, signal and losses."""
    body = {"foot": row["foot"], "serial": row["serial"], **json.loads(row["body"])}
    return _message(row, f"pod/{row['foot']}", body, retain=True)


def _estimates(known: Mapping[str, Numbers]) -> dict[str, dict[str, float | None]]:
    return {key: estimate_to_dict(each) for key, each in known.items()}


def status_topic(service: str) -> str:
    """Topic of a service's status."""
    return f"{TOPIC_ROOT}/service/{service}/status"


def topic_of(runner: str, rest: str) -> str:
    """A topic of a runner."""
    return f"{TOPIC_ROOT}/{runner}/{rest}"


def _message(row: Row, name: str, body: Mapping[str, Any], *, qos: int = 1, retain: bool = False) -> Message:
    told = {"v": FORMAT, "run": row["run"], "runner": row["runner"], "time": utc_iso(row["time_ns"]), **body}
    return Message(topic_of(row["runner"], name), json.dumps(rounded(told)), qos=qos, retain=retain)
