"""A real broker gets every alert at least once, in order and with one id, and always shows what holds now."""

from __future__ import annotations

import asyncio
import gc
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from surefoot.analysis.findings import Kind, Severity, State
from surefoot.analysis.model import Foot, Samples
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.exporters.mqtt import MqttExporter
from surefoot.service.exporters.mqtt_client import BrokerError, broker_connection
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from tests.service.command import surefoot
from tests.service.listener import Listener
from tests.service.servers import Broker, program, wait
from tests.service.stored_runs import RUNNER, finding, manifest, recent, store_samples

STATUS = "surefoot/v1/service/here/status"
ROLL = f"surefoot/v1/{RUNNER}/alert/inversion_event"
ROLLS = tuple(finding(at_s=at_s) for at_s in (20.0, 30.0, 40.0, 50.0))
OPEN = {"cool_down_s": 0.0, "hold_s": 0.0}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, broker: Broker) -> Settings:
    mqtt = {"host": "127.0.0.1", "port": broker.port, "home_assistant": True, "service": "here"}
    return Settings.model_validate({"data": tmp_path / "data", "mqtt": mqtt, "alerts": OPEN})


@pytest.fixture
def listen(broker: Broker) -> Iterator[Callable[[], Listener]]:
    made: list[Listener] = []

    def listener() -> Listener:
        made.append(Listener(broker.port))
        return made[-1]

    yield listener
    for each in made:
        each.close()


def test_alerts_arrive_in_order_with_their_evidence(
    settings: Settings, listen: Callable[[], Listener], samples: dict[Foot, Samples]
) -> None:
    listener = listen()
    with ExporterThread(settings):
        store_samples(settings, samples, ROLLS)
        wait(lambda: len(listener.of(ROLL)) == 8)
        wait(lambda: listener.newest(f"{ROLL}/state") == "OFF")
    raised = [each for each in listener.of(ROLL) if each["event"] == "raised"]
    assert [each["time_s"] for each in raised] == [20.0, 30.0, 40.0, 50.0]
    assert raised[0]["evidence"] == {"peak_deg": 31.5, "curve_deg": [1.0, 2.0], "sure": True, "unknown": None}
    assert (raised[0]["v"], raised[0]["foot"], raised[0]["reference"]) == (1, "left", None)
    assert raised[0]["time"] == "2026-01-02T03:04:25.800Z"
    states = [payload for name, payload, _ in listener.got if name == f"{ROLL}/state"]
    assert (states[0], states[-1]) == ("ON", "OFF")


def test_a_newcomer_sees_what_holds(
    settings: Settings, listen: Callable[[], Listener], samples: dict[Foot, Samples]
) -> None:
    store_samples(settings, samples, ROLLS[:1])
    with ExporterThread(settings) as exporters:
        wait(lambda: not exporters.statuses["mqtt"].problem)
        first = listen()
        wait(lambda: first.of(f"surefoot/v1/{RUNNER}/summary") and nothing_waits(settings))
        late = listen()
        held = (STATUS, f"surefoot/v1/{RUNNER}/state", f"surefoot/v1/{RUNNER}/summary")
        wait(lambda: all(late.newest(topic) for topic in held))
        assert json.loads(late.newest(STATUS) or "")["state"] == "online"
        first_of_all = {name: retained for name, _, retained in reversed(late.got)}
        assert all(first_of_all[topic] for topic in held)
        state = json.loads(late.newest(f"surefoot/v1/{RUNNER}/state") or "")
        assert 0.2 < state["left"]["ground_contact_time_s"]["value"] < 0.9
        summary = json.loads(late.newest(f"surefoot/v1/{RUNNER}/summary") or "")
        assert summary["spikes"] == {"inversion": True, "asymmetry": False}
    wait(lambda: json.loads(late.newest(STATUS) or "")["state"] == "offline")


DYING = """
import asyncio, os
from surefoot.service.configuration import load_configuration
from surefoot.service.serialization.mqtt_messages import status
from surefoot.service.exporters.mqtt import MqttExporter
from surefoot.service.exporters.mqtt_client import broker_connection, publish
async def main():
    async with broker_connection(load_configuration().settings.mqtt, "here") as client:
        await publish(client, status("here", "online"))
        os.kill(os.getpid(), 9)
asyncio.run(main())
"""


def die_online(settings: Settings) -> None:
    """A service that says it is online, and is killed."""
    environment = {"SUREFOOT_MQTT_HOST": "127.0.0.1", "SUREFOOT_MQTT_PORT": str(settings.mqtt.port), "HOME": "/tmp"}
    subprocess.run([sys.executable, "-c", DYING], env={**environment, "PYTHONPATH": "."}, check=False, timeout=120)


def states(listener: Listener, topic: str = STATUS) -> list[str]:
    return [each["state"] for each in listener.of(topic)]


def test_a_service_that_dies_is_seen_as_offline(settings: Settings, listen: Callable[[], Listener]) -> None:
    listener = listen()
    die_online(settings)
    wait(lambda: states(listener) == ["online", "offline"])


def test_offline_does_not_stand_while_a_service_lives(settings: Settings, listen: Callable[[], Listener]) -> None:
    listener = listen()
    with ExporterThread(settings) as exporters:
        wait(lambda: not exporters.statuses["mqtt"].problem)
        die_online(settings)
        wait(lambda: "offline" in states(listener) and states(listener)[-1] == "online")
        other = {**settings.mqtt.model_dump(), "service": None}
        with ExporterThread(Settings.model_validate({"data": settings.data / "other", "mqtt": other})):
            wait(lambda: len({name for name, _, _ in listener.got if name.startswith("surefoot/v1/service/")}) == 2)
        (others,) = {name for name, _, _ in listener.got if name.startswith("surefoot/v1/service/")} - {STATUS}
        wait(lambda: states(listener, others)[-1:] == ["offline"])
        assert states(listener)[-1] == "online"
    wait(lambda: states(listener)[-1] == "offline")


def test_offline_is_told_by_a_service_that_is_stopped_at_any_moment(
    settings: Settings, listen: Callable[[], Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def loses_a_cancellation(*_: object) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60.0)
        await asyncio.sleep(60.0)

    monkeypatch.setattr(MqttExporter, "_stay_online", loses_a_cancellation)
    listener = listen()
    with ExporterThread(settings):
        wait(lambda: states(listener) == ["online"])
    wait(lambda: states(listener) == ["online", "offline"])


@pytest.mark.parametrize("empty", [False, True])
def test_alerts_of_an_outage_come_later_marked_late_once_and_in_order(
    settings: Settings,
    broker: Broker,
    listen: Callable[[], Listener],
    samples: dict[Foot, Samples],
    empty: bool,
) -> None:
    with ExporterThread(settings) as exporters:
        wait(lambda: not exporters.statuses["mqtt"].problem)
        broker.kill()
        store_samples(settings, samples, ROLLS)
        _age(settings, 120.0)
        wait(lambda: exporters.statuses["mqtt"].problem)
    if empty:
        broker.empty()
    broker.start()
    listener = listen()  # before the service is back: a broker keeps no alert for those who are not there
    with ExporterThread(settings):
        wait(lambda: len(listener.of(ROLL)) == 8)
        wait(lambda: listener.newest(f"surefoot/v1/{RUNNER}/summary"))
    raised = [each for each in listener.of(ROLL) if each["event"] == "raised"]
    assert [each["time_s"] for each in raised] == [20.0, 30.0, 40.0, 50.0]
    assert all(each["late"] and each["age_s"] >= 60.0 for each in raised)
    assert len({each["id"] for each in listener.of(ROLL)}) == 8


def test_a_broker_that_was_gone_is_found_again(
    settings: Settings, broker: Broker, listen: Callable[[], Listener], samples: dict[Foot, Samples]
) -> None:
    with ExporterThread(settings) as exporters:
        wait(lambda: not exporters.statuses["mqtt"].problem)
        broker.kill()
        wait(lambda: exporters.statuses["mqtt"].problem)
        broker.start()
        wait(lambda: not exporters.statuses["mqtt"].problem)
        listener = listen()
        store_samples(settings, samples, ROLLS)
        wait(lambda: len(listener.of(ROLL)) == 8)


@contextmanager
def at_work(settings: Settings) -> Iterator[None]:
    """Shipping, once the broker was found: what comes before it is left for the next time."""
    with ExporterThread(settings) as exporters:
        wait(lambda: not exporters.statuses["mqtt"].problem)
        yield


def nothing_waits(settings: Settings) -> bool:
    """Whether the broker has had everything."""
    with Outbox(settings.store_path, "mqtt") as outbox:
        return not any(outbox.pending_count(source) for source in ("alerts", "runs", "summaries", "live", "strides"))


def _age(settings: Settings, by_s: float) -> None:
    """Let time pass."""
    connection = sqlite3.connect(settings.store_path)
    with connection:
        connection.execute("UPDATE run_clocks SET zero_s = zero_s - ?", (by_s,))
    connection.close()


def test_latency_and_lateness_are_recorded(settings: Settings, samples: dict[Foot, Samples]) -> None:
    with at_work(settings):
        store_samples(settings, samples, ROLLS)
        wait(lambda: nothing_waits(settings))
    connection = sqlite3.connect(settings.store_path)
    rows = connection.execute("SELECT latency_s, late FROM deliveries WHERE sink = 'mqtt'").fetchall()
    connection.close()
    assert len(rows) == 9
    assert all(0.0 <= latency_s < 10.0 and not late for latency_s, late in rows)


def test_fresh_strides_are_published_and_old_ones_are_not(
    settings: Settings, listen: Callable[[], Listener], samples: dict[Foot, Samples]
) -> None:
    listener = listen()
    with ExporterThread(settings):
        store_samples(settings, samples, now_s=1000.0)
        fresh = manifest("fresh", recent())
        store_samples(settings, samples, run=fresh)
        wait(lambda: len(listener.of(f"surefoot/v1/{RUNNER}/summary")) >= 1)
        wait(lambda: len(listener.of(f"surefoot/v1/{RUNNER}/stride/left")) > 30)
    assert {each["run"] for each in listener.of(f"surefoot/v1/{RUNNER}/stride/left")} == {"fresh"}


def test_after_a_run_that_stood_out_the_summary_is_an_alert(
    settings: Settings, listen: Callable[[], Listener], samples: dict[Foot, Samples]
) -> None:
    listener = listen()
    drift = finding(Kind.ASYMMETRY_DRIFT, 25.0, Severity.WARNING, State.OPEN)
    with at_work(settings):
        store_samples(settings, samples, [drift])
        store_samples(settings, samples, run=manifest("plain"))
        wait(lambda: nothing_waits(settings))
    wait(lambda: listener.of(f"surefoot/v1/{RUNNER}/alert/post_run"))
    (alert,) = listener.of(f"surefoot/v1/{RUNNER}/alert/post_run")
    assert (alert["severity"], alert["run"]) == ("warning", manifest().run_id)
    assert alert["message"] == "The run is over; asymmetry stood out. The left ankle rolled outward."
    assert alert["summary"]["numbers"]["steps"] > 100


def test_home_assistant_learns_of_each_runner(
    settings: Settings, listen: Callable[[], Listener], samples: dict[Foot, Samples]
) -> None:
    with at_work(settings):
        store_samples(settings, samples)
        wait(lambda: nothing_waits(settings))
    found = json.loads(listen_for(listen(), "homeassistant/device/surefoot_anna/config"))
    assert {"dev", "o", "cmps"} <= found.keys()
    for component in found["cmps"].values():
        assert {"p", "unique_id", "state_topic"} <= component.keys()


def listen_for(listener: Listener, topic: str) -> str:
    wait(lambda: listener.newest(topic))
    return listener.newest(topic) or ""


def test_whoever_gives_up_while_connecting_leaves_nothing_half_open(settings: Settings) -> None:
    async def connect() -> None:
        async with broker_connection(settings.mqtt):
            await asyncio.sleep(60.0)

    async def give_up(after_s: float) -> None:
        connecting = asyncio.create_task(connect())
        await asyncio.sleep(after_s)
        while not connecting.done():
            connecting.cancel()  # again, where the client's own waiting takes the first one for its end
            await asyncio.wait({connecting}, timeout=5.0)

    for milliseconds in range(1, 21):
        asyncio.run(give_up(milliseconds / 1000.0))
    gc.collect()  # what was left open would complain now


# Rights and TLS


def certificates(folder: Path) -> dict[str, str]:
    """An authority of our own and a certificate of the broker, as the recipe in docs/guides/operator.md makes them."""
    folder.mkdir()
    openssl = program("openssl")
    recipe = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=surefoot-ca -keyout ca.key -out ca.crt",
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
        " -keyout broker.key -out broker.csr",
        "x509 -req -in broker.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy"
        " -out broker.crt",
    )
    for line in recipe:
        subprocess.run([openssl, *line.split()], cwd=folder, check=True, capture_output=True)
    return {name: str(folder / name) for name in ("ca.crt", "broker.crt", "broker.key")}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a refused socket open
def test_tls_is_spoken_to_those_who_are_trusted_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = certificates(tmp_path / "tls")
    tls = (f"certfile {made['broker.crt']}", f"keyfile {made['broker.key']}", "tls_version tlsv1.2")
    lines = ("allow_anonymous true", *tls)
    with Broker(tmp_path / "secure", lines) as broker:
        variables = {"HOST": "localhost", "PORT": str(broker.port), "TLS": "true", "CA_FILE": made["ca.crt"]}
        for name, value in variables.items():
            monkeypatch.setenv(f"SUREFOOT_MQTT_{name}", value)
        monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path / "data"))
        out = surefoot(capsys, "doctor").out
        assert "a message was published and received, with TLS" in " ".join(out.split())
        monkeypatch.delenv("SUREFOOT_MQTT_CA_FILE")
        out = " ".join(surefoot(capsys, "doctor").out.split())
        assert "certificate verify failed" in out.replace("_", " ").lower()
        gc.collect()


@pytest.mark.parametrize("right", ["read", "write"])
def test_rights_that_are_missing_are_noticed_at_once(tmp_path: Path, right: str) -> None:
    (tmp_path / "acl").write_text(f"topic {right} surefoot/#\n")
    (tmp_path / "acl").chmod(0o600)
    with Broker(tmp_path / "strict", ("allow_anonymous true", f"acl_file {tmp_path / 'acl'}")) as broker:
        settings = Settings.model_validate({"mqtt": {"host": "127.0.0.1", "port": broker.port}})

        async def connect() -> None:
            async with broker_connection(settings.mqtt):
                pass

        with pytest.raises(BrokerError, match=r"do not come back; give this user readwrite"):
            asyncio.run(connect())
