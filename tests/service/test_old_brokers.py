"""Brokers that have no MQTT 5 get the same by 3.1.1, but for messages that expire and refusals that are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from tests.service.command import surefoot
from tests.service.listener import Listener
from tests.service.mqtt_proxy import OldVersionProxy
from tests.service.servers import Broker, OldBroker, wait
from tests.service.stored_runs import RUNNER, finding, store_samples
from tests.service.test_mqtt import ROLL, ROLLS, STATUS, die_online, nothing_waits, states

HELD = (STATUS, f"surefoot/v1/{RUNNER}/state", f"surefoot/v1/{RUNNER}/summary", f"{ROLL}/state")


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    """Port of a mosquitto that refuses MQTT 5."""
    with Broker(folder) as broker, OldVersionProxy(broker.port) as proxy:
        yield proxy.port
        assert proxy.refused > 0


@contextmanager
def amqtt(folder: Path) -> Iterator[int]:
    """Port of another broker."""
    with OldBroker(folder) as broker:
        yield broker.port


@pytest.fixture(params=[mosquitto, amqtt])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    with request.param(tmp_path / "broker") as found:
        yield found


def settings_of(tmp_path: Path, port: int) -> Settings:
    mqtt = {"host": "127.0.0.1", "port": port, "home_assistant": True, "service": "here"}
    alerts = {"cool_down_s": 0.0, "hold_s": 0.0}
    return Settings.model_validate({"data": tmp_path / "data", "mqtt": mqtt, "alerts": alerts})


@pytest.fixture
def settings(tmp_path: Path, port: int) -> Settings:
    return settings_of(tmp_path, port)


@pytest.fixture
def listen(port: int) -> Iterator[Callable[[], Listener]]:
    made: list[Listener] = []

    def listener() -> Listener:
        made.append(Listener(port))
        return made[-1]

    yield listener
    for each in made:
        each.close()


def raised_s(listener: Listener) -> list[float]:
    return [each["time_s"] for each in listener.of(ROLL) if each["event"] == "raised"]


def test_alerts_arrive_in_order_and_a_newcomer_sees_what_holds(
    settings: Settings, listen: Callable[[], Listener], samples: dict[Foot, Samples]
) -> None:
    listener = listen()
    with ExporterThread(settings) as exporters:
        wait(lambda: not exporters.statuses["mqtt"].problem)
        store_samples(settings, samples, ROLLS)
        wait(lambda: len(listener.of(ROLL)) == 8 and nothing_waits(settings))
        late = listen()
        wait(lambda: all(late.newest(topic) for topic in HELD))
        retained = {topic: was_retained for topic, _, was_retained in reversed(late.got)}
        assert all(retained[topic] for topic in HELD)
    assert raised_s(listener) == [20.0, 30.0, 40.0, 50.0]
    wait(lambda: json.loads(late.newest(STATUS) or "")["state"] == "offline")


def test_a_service_that_dies_is_seen_as_offline(settings: Settings, listen: Callable[[], Listener]) -> None:
    listener = listen()
    die_online(settings)
    wait(lambda: states(listener) == ["online", "offline"])


def test_doctor_finds_that_it_works(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("DATA", settings.data), ("MQTT_HOST", "127.0.0.1"), ("MQTT_PORT", settings.mqtt.port)):
        monkeypatch.setenv(f"SUREFOOT_{name}", str(value))
    assert "a message was published and received" in " ".join(surefoot(capsys, "doctor").out.split())


def test_what_a_broker_forgot_in_an_outage_comes_again(tmp_path: Path, samples: dict[Foot, Samples]) -> None:
    with OldBroker(tmp_path / "broker") as broker:
        settings = settings_of(tmp_path, broker.port)
        with ExporterThread(settings) as exporters:
            wait(lambda: not exporters.statuses["mqtt"].problem)
            broker.kill()
            store_samples(settings, samples, [finding()])
            wait(lambda: exporters.statuses["mqtt"].problem)
            with Outbox(settings.store_path, "mqtt") as outbox:
                assert outbox.pending_count("alerts") > 0
        broker.start()
        listener = Listener(broker.port)
        with ExporterThread(settings):
            wait(lambda: nothing_waits(settings) and all(listener.newest(topic) for topic in HELD))
        assert len(raised_s(listener)) == 1
        listener.close()
