"""What Home Assistant is told of a runner's device is what the broker then has, topic by topic and value by value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.settings import Settings
from tests.service.demo_runs import record_demo_run
from tests.service.listener import Listener
from tests.service.servers import Broker, wait
from tests.service.stored_runs import stored
from tests.service.test_mqtt import STATUS, nothing_waits

MINUTES = 3.0
ONCE = ("alert",)
"""Components whose topics have messages only while something happens."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    """Somebody who came after a run with a service that is still there."""
    folder = tmp_path_factory.mktemp("home")
    with Broker(folder / "broker") as broker:
        mqtt = {"host": "127.0.0.1", "port": broker.port, "home_assistant": True, "service": "here"}
        settings = Settings.model_validate({"data": folder / "data", "mqtt": mqtt})
        stored(settings, record_demo_run(folder / "demo", MINUTES).run)
        with ExporterThread(settings) as exporters:
            wait(lambda: not exporters.statuses["mqtt"].problem and nothing_waits(settings))
            listener = Listener(broker.port)
            wait(lambda: any(topic.startswith("homeassistant/") for topic, _, _ in listener.got))
            wait(lambda: listener.newest(STATUS))
            yield listener
            listener.close()


def device(listener: Listener) -> dict[str, Any]:
    (found,) = (json.loads(payload) for topic, payload, _ in listener.got if topic.startswith("homeassistant/"))
    return dict(found)


def value(payload: str, template: str | None) -> object:
    """What a template makes of a payload, where it is a path or says ON of one."""
    if template is None:
        return payload
    path = re.search(r"value_json\.([\w.]+)", template)
    assert path is not None
    found = json.loads(payload)
    for key in path[1].split("."):
        found = found[key]
    return found


def test_every_component_has_a_value_where_it_is_said_to_be(told: Listener) -> None:
    components = device(told)["cmps"]
    for name, each in components.items():
        if name not in ONCE:
            payload = told.newest(each["state_topic"])
            assert payload is not None, name
            found = value(payload, each.get("value_template"))
            assert found is None or isinstance(found, (str, float, bool)), name


def test_every_finding_each_battery_and_the_run_are_there(told: Listener) -> None:
    components = device(told)["cmps"]
    assert set(Kind) <= set(components)
    assert {f"{part}_{foot}" for part in ("battery", "pod", "contact") for foot in Foot} <= set(components)
    assert {each["state_topic"] for kind, each in components.items() if kind in set(Kind)} == {
        topic for topic, payload, _ in told.got if topic.endswith("/state") and payload in {"ON", "OFF"}
    }
    batteries = [components[f"battery_{foot}"] for foot in Foot]
    levels = [value(told.newest(each["state_topic"]) or "", each["value_template"]) for each in batteries]
    assert all(isinstance(level, float) and 0.0 < level <= 100.0 for level in levels)
    assert len({each["unique_id"] for each in components.values()}) == len(components)


def test_the_device_is_available_while_its_service_is(told: Listener) -> None:
    (available,) = device(told)["availability"]
    assert available["topic"] == STATUS
    assert value(told.newest(STATUS) or "", available["value_template"]) == "online"
