"""Home Assistant's discovery of a runner as a device: numbers, pods, and whether anything needs a look."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from surefoot.analysis.findings import Kind
from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS
from surefoot.analysis.model import Foot
from surefoot.dashboards.vocabulary import KIND_TITLES
from surefoot.service import VERSION
from surefoot.service.serialization.mqtt_messages import Message, status_topic, topic_of

MAX_STATE_CHARACTERS = 255
"""Home Assistant takes no longer state."""

Component = Mapping[str, str]


def discovery(row: sqlite3.Row, service: str) -> Message:
    """The runner of a run as a device, available while the service that follows them is online."""
    runner = row["runner"]
    identity = _identity(runner)
    components = {**_run(runner), **_numbers(runner), **_pods(runner), **_findings(runner)}
    body = {
        "dev": {"ids": [identity], "name": f"surefoot {row['name']}"},
        "o": {"name": "surefoot", "sw": VERSION},
        "cmps": {name: {**each, "unique_id": f"{identity}_{name}"} for name, each in components.items()},
        "availability": [{"topic": status_topic(service), "value_template": "{{ value_json.state }}"}],
    }
    return Message(discovery_topic(runner), json.dumps(body), retain=True)


def discovery_topic(runner: str) -> str:
    """Where a runner's device is told."""
    return f"homeassistant/device/{_identity(runner)}/config"


def _identity(runner: str) -> str:
    return "surefoot_" + "".join(sign if sign.isalnum() and sign.isascii() else f"_{ord(sign):x}_" for sign in runner)


def _run(runner: str) -> dict[str, Component]:
    running = {
        "p": "binary_sensor",
        "name": "Run",
        "device_class": "running",
        "state_topic": topic_of(runner, "status"),
        "value_template": "{{ 'ON' if value_json.state == 'running' else 'OFF' }}",
    }
    alert = {
        "p": "sensor",
        "name": "Newest alert",
        "state_topic": topic_of(runner, "alert/+"),
        "value_template": f"{{{{ value_json.message[:{MAX_STATE_CHARACTERS}] }}}}",
        "json_attributes_topic": topic_of(runner, "alert/+"),
    }
    return {"run": running, "alert": alert}


def _numbers(runner: str) -> dict[str, Component]:
    contact, found = STRIDE_METRICS["ground_contact_time_s"], {}
    found["cadence"] = _number(runner, CADENCE.label, "spm", "cadence_spm.value")
    for foot in Foot:
        found[f"contact_{foot}"] = _number(runner, f"{contact.label} {foot}", "s", f"{foot}.{contact.key}.value")
    found["asymmetry"] = _number(runner, f"{contact.label}, right vs left", "%", f"asymmetry_pct.{contact.key}.value")
    return found


def _number(runner: str, name: str, unit: str, key: str) -> Component:
    return {
        "p": "sensor",
        "name": name,
        "unit_of_measurement": unit,
        "state_class": "measurement",
        "state_topic": topic_of(runner, "state"),
        "value_template": f"{{{{ value_json.{key} }}}}",
    }


def _pods(runner: str) -> dict[str, Component]:
    found: dict[str, Component] = {}
    for foot in Foot:
        common = {"state_topic": topic_of(runner, f"pod/{foot}"), "entity_category": "diagnostic"}
        found[f"battery_{foot}"] = {
            **common,
            "p": "sensor",
            "name": f"Battery {foot}",
            "device_class": "battery",
            "unit_of_measurement": "%",
            "state_class": "measurement",
            "value_template": "{{ value_json.battery_pct }}",
        }
        found[f"pod_{foot}"] = {
            **common,
            "p": "binary_sensor",
            "name": f"Pod {foot}",
            "device_class": "connectivity",
            "value_template": "{{ 'ON' if value_json.connected else 'OFF' }}",
        }
    return found


def _findings(runner: str) -> dict[str, Component]:
    return {
        kind: {
            "p": "binary_sensor",
            "name": KIND_TITLES[kind],
            "device_class": "problem",
            "state_topic": topic_of(runner, f"alert/{kind}/state"),
            "json_attributes_topic": topic_of(runner, f"alert/{kind}"),
        }
        for kind in Kind
    }
