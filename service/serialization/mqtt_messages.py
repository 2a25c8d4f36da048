"""Rows of the store as MQTT messages: JSON with `v`, run, time in UTC and keys that end in their unit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS
from surefoot.service.serialization.alert_messages import FORMAT, POST_RUN, utc_iso
from surefoot.service.serialization.store_rows import ESTIMATE_FIELDS

TOPIC_ROOT = "surefoot/v1"
STATUS_TOPIC = f"{TOPIC_ROOT}/status"
"""Of the service itself; a connection has one last will, so it cannot speak for each runner."""
DAY_S = 86_400
DECIMALS = 6

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Message:
    """What to publish.

    Parameters
    ----------
    expiry_s : after which nobody wants it any more.
    """

    topic: str
    payload: str
    qos: int = 1
    retain: bool = False
    expiry_s: int | None = None


def status(state: str) -> Message:
    """Whether the service is there: "online" or "offline"."""
    return Message(STATUS_TOPIC, json.dumps({"v": FORMAT, "state": state}), retain=True)


def run_status(row: Row, state: str) -> Message:
    """Whether a runner's run goes on: "running" or "ended"."""
    return _message(row, "status", {"state": state}, retain=True)


def stride(row: Row) -> Message:
    """A stride as it happened; nobody misses one that got lost."""
    numbers = {name: row[name] for name in ("initial_contact_s", "terminal_contact_s", "confidence")}
    gait = "run" if row["running"] else "walk"
    body = {"foot": row["foot"], "gait": gait, **numbers, **json.loads(row["metrics"])}
    return _message(row, f"stride/{row['foot']}", body, qos=0)


def window(row: Row) -> Message:
    """The runner's newest window."""
    body = json.loads(row["body"])
    feet = {foot: _estimates(known) for foot, known in body["feet"].items()}
    compared = {name: _estimates(body[name]) for name in ("asymmetry_pct", "difference")}
    common = {"cadence_spm": _estimate(body["cadence_spm"]), **compared}
    times = {"start_s": row["start_s"], "end_s": row["end_s"], "gait": row["gait"]}
    return _message(row, "state", {**times, **common, **feet}, retain=True)


def summary(row: Row) -> Message:
    """The run in numbers, findings and whether inversion or asymmetry stood out."""
    return _message(row, "summary", json.loads(row["body"]), retain=True)


def alert(row: Row, age_s: float | None, *, late: bool) -> Message:
    """An alert, with how old it is on its way out."""
    body = {**json.loads(row["body"]), "late": late, "age_s": age_s}
    return Message(_topic(row["runner"], f"alert/{body['kind']}"), json.dumps(_round(body)), expiry_s=DAY_S)


def alert_states(rows: Iterable[Row]) -> list[Message]:
    """Each kind of alert of one runner's run: ON while one of them goes on; all its alerts so far, in order."""
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


def discovery(runner: str) -> Message:
    """A runner as a device of Home Assistant."""
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
        "dev": {"ids": [identity], "name": f"surefoot {runner}"},
        "o": {"name": "surefoot", "sw": "0.1.0"},
        "cmps": components,
        "availability": [{"topic": STATUS_TOPIC, "value_template": "{{ value_json.state }}"}],
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


def _estimates(known: Mapping[str, list[float | None]]) -> dict[str, dict[str, float | None]]:
    return {key: _estimate(numbers) for key, numbers in known.items()}


def _estimate(numbers: list[float | None]) -> dict[str, float | None]:
    return dict(zip(ESTIMATE_FIELDS, numbers, strict=True))


def _round(value: Any) -> Any:
    """Finer than any metric is known; short for those who read along."""
    if isinstance(value, Mapping):
        return {key: _round(each) for key, each in value.items()}
    return round(value, DECIMALS) if isinstance(value, float) else value


def _topic(runner: str, rest: str) -> str:
    return f"{TOPIC_ROOT}/{runner}/{rest}"


def _message(row: Row, name: str, body: Mapping[str, Any], *, qos: int = 1, retain: bool = False) -> Message:
    told = {"v": FORMAT, "run": row["run"], "runner": row["runner"], "time": utc_iso(row["time_ns"]), **body}
    return Message(_topic(row["runner"], name), json.dumps(_round(told)), qos=qos, retain=retain)
