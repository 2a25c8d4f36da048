"""Rows of the store as MQTT messages: JSON with `v`, run, runner, time in UTC and keys that end in their unit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS
from surefoot.service import VERSION
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
    return Message(_status_topic(service), json.dumps({"v": FORMAT, "service": service, "state": state}), retain=True)


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
    return Message(_topic(row["runner"], f"alert/{body['kind']}"), json.dumps(rounded(body)), expiry_s=DAY_S)


def alert_states(rows: Iterable[Row]) -> list[Message]:
    """State per kind of alert, ON while one is open; `rows` are all alerts of one runner's run, in order."""
    on: dict[str, set[str]] = {}
    last: dict[str, Row] = {}
    for row in rows:
        body = json.loads(row["body"])
        if body["kind"] == POST_RUN:
            continue
        last[body["kind"]] = row
        going_on = on.setdefault(body["kind"], set())
        (going_on.discard if body["event"] == "cleared" else going_on.add)(body["finding"])
    return [
        Message(_topic(row["runner"], f"alert/{kind}/state"), "ON" if on[kind] else "OFF", retain=True)
        for kind, row in last.items()
    ]


def discovery(row: Row, service: str) -> Message:
    """Home Assistant discovery of the runner of a run as a device, there while the service that follows them is."""
    runner = row["runner"]
    identity = "surefoot_" + "".join(
        sign if sign.isalnum() and sign.isascii() else f"_{ord(sign):x}_" for sign in runner
    )
    contact = STRIDE_METRICS["ground_contact_time_s"]
    components: dict[str, Any] = {
        "cadence": _sensor(runner, CADENCE.label, "spm", "{{ value_json.cadence_spm.value }}")
    }
    for foot in ("left", "right"):
        template = f"{{{{ value_json.{foot}.{contact.key}.value }}}}"
        components[f"contact_{foot}"] = _sensor(runner, f"{contact.label} {foot}", "s", template)
    for kind in ("inversion_event", "asymmetry_drift", "asymmetry_spike", "offloading"):
        components[kind] = {
            "p": "binary_sensor",
            "name": kind.replace("_", " ").capitalize(),
            "device_class": "problem",
            "state_topic": _topic(runner, f"alert/{kind}/state"),
        }
    for name, component in components.items():
        component["unique_id"] = f"{identity}_{name}"
    body = {
        "dev": {"ids": [identity], "name": f"surefoot {row['name']}"},
        "o": {"name": "surefoot", "sw": VERSION},
        "cmps": components,
        "availability": [{"topic": _status_topic(service), "value_template": "{{ value_json.state }}"}],
    }
    return Message(f"homeassistant/device/{identity}/config", json.dumps(body), retain=True)


def _sensor(runner: str, name: str, unit: str, template: str) -> dict[str, str]:
    return {
        "p": "sensor",
        "name": name,
        "unit_of_measurement": unit,
        "state_topic": _topic(runner, "state"),
        "value_template": template,
    }


def _estimates(known: Mapping[str, Numbers]) -> dict[str, dict[str, float | None]]:
    return {key: estimate_to_dict(each) for key, each in known.items()}


def _status_topic(service: str) -> str:
    return f"{TOPIC_ROOT}/service/{service}/status"


def _topic(runner: str, rest: str) -> str:
    return f"{TOPIC_ROOT}/{runner}/{rest}"


def _message(row: Row, name: str, body: Mapping[str, Any], *, qos: int = 1, retain: bool = False) -> Message:
    told = {"v": FORMAT, "run": row["run"], "runner": row["runner"], "time": utc_iso(row["time_ns"]), **body}
    return Message(_topic(row["runner"], name), json.dumps(rounded(told)), qos=qos, retain=retain)
