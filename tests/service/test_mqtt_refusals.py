"""What a real broker acknowledges with a refusal is kept and told, or waits; it never counts as sent."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.backoff import Backoff
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.exporters.mqtt import MqttExporter
from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.settings import Settings
from surefoot.service.store.ledger import Ledger
from surefoot.service.store.outbox import Outbox
from tests.service.command import Outcome, surefoot
from tests.service.listener import Listener
from tests.service.mqtt_proxy import QuotaProxy
from tests.service.servers import Broker, wait
from tests.service.stored_runs import RUNNER, finding, manifest, store_samples

ROLL = f"surefoot/v1/{RUNNER}/alert/inversion_event"
SUMMARY = f"surefoot/v1/{RUNNER}/summary"
ROLLS = tuple(finding(at_s=at_s) for at_s in (20.0, 30.0))
ALL = "topic readwrite #\n"
RUN = manifest().run_id


@pytest.fixture
def acl(tmp_path: Path) -> Path:
    """Whoever may publish what; mosquitto reads it when it starts."""
    path = tmp_path / "acl"
    path.touch(0o600)
    path.write_text(ALL)
    return path


@pytest.fixture
def ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs `surefoot ship` with a broker."""

    def run(broker: Broker, *options: str) -> Outcome:
        variables = {"DATA": tmp_path / "data", "MQTT_HOST": "127.0.0.1", "MQTT_PORT": broker.port}
        for name, value in variables.items():
            monkeypatch.setenv(f"SUREFOOT_{name}", str(value))
        return surefoot(capsys, "ship", *options)

    return run


@pytest.fixture
def listeners() -> Iterator[list[Listener]]:
    made: list[Listener] = []
    yield made
    for each in made:
        each.close()


def settings_of(tmp_path: Path, port: int = 1) -> Settings:
    mqtt = {"host": "127.0.0.1", "port": port}
    alerts = {"cool_down_s": 0.0, "hold_s": 0.0}
    return Settings.model_validate({"data": tmp_path / "data", "mqtt": mqtt, "alerts": alerts})


def refused(settings: Settings) -> list[tuple[str, int]]:
    with sqlite3.connect(settings.store_path) as store:
        return store.execute("SELECT source, count(*) FROM dead_letters GROUP BY source ORDER BY source").fetchall()


def test_a_topic_that_the_acl_denies_is_refused_for_good_and_sent_again_once_it_is_allowed(
    tmp_path: Path,
    acl: Path,
    ship: Callable[..., Outcome],
    listeners: list[Listener],
    samples: dict[Foot, Samples],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = settings_of(tmp_path)
    store_samples(settings, samples, ROLLS)
    acl.write_text(f"{ALL}topic deny {ROLL}\n")
    with Broker(tmp_path / "broker", ("allow_anonymous true", f"acl_file {acl}")) as broker:
        listeners.append(Listener(broker.port))
        result = ship(broker)
        assert result.code == 1
        assert result.out.startswith(f"  The broker refused 4 rows of alerts of run {RUN} on ")
        assert f": the broker refuses {ROLL} (not authorised).\n    Give this user write on that topic" in result.out
        assert [text for text in caplog.messages if ROLL in text] == [
            f"MQTT: the broker refuses {ROLL} (not authorised)"
        ]
        wait(lambda: listeners[0].of(SUMMARY) and listeners[0].of(f"surefoot/v1/{RUNNER}/alert/post_run"))
        assert not listeners[0].of(ROLL)
        acl.write_text(ALL)
        broker.kill()
        broker.start()
        listeners.append(Listener(broker.port))
        assert ship(broker).code == 1
        again = ship(broker, "--again", "refused")
        assert (again.code, again.out) == (0, "The broker is up to date.\n")
        wait(lambda: len(listeners[1].of(ROLL)) == 4)
    assert [each["time_s"] for each in listeners[1].of(ROLL) if each["event"] == "raised"] == [20.0, 30.0]
    assert refused(settings) == []


def test_a_message_that_is_too_large_costs_itself_alone(
    tmp_path: Path, ship: Callable[..., Outcome], listeners: list[Listener], samples: dict[Foot, Samples]
) -> None:
    settings = settings_of(tmp_path)
    store_samples(settings, samples, ROLLS)
    with Broker(tmp_path / "broker", ("allow_anonymous true", "max_packet_size 1000")) as broker:
        listeners.append(Listener(broker.port))
        result = ship(broker)
        assert result.code == 1
        assert f"the broker refuses {SUMMARY} (message too large).\n    Raise max_packet_size" in result.out
        wait(lambda: len(listeners[0].of(ROLL)) == 4)
        assert not listeners[0].of(SUMMARY)
    assert ("summaries", 1) in refused(settings)


def test_a_message_on_which_the_broker_closes_the_connection_again_and_again_is_given_up(
    tmp_path: Path, listeners: list[Listener], samples: dict[Foot, Samples]
) -> None:
    async def export(settings: Settings) -> None:
        with Outbox(settings.store_path, "mqtt") as outbox:
            exporter = MqttExporter(outbox, settings.mqtt, ExporterStatus("mqtt"), backoff=Backoff(0.02, 0.02))
            exporting = asyncio.create_task(exporter.run(RowsAvailable()))
            async with asyncio.timeout(60.0):
                while not any(name == "summaries" for name, _ in refused(settings)):
                    await asyncio.sleep(0.05)
            exporting.cancel()
            await asyncio.wait({exporting})

    with Broker(tmp_path / "broker", ("allow_anonymous true", "message_size_limit 1000")) as broker:
        settings = settings_of(tmp_path, broker.port)
        store_samples(settings, samples, ROLLS)
        listeners.append(Listener(broker.port))
        asyncio.run(export(settings))
        wait(lambda: len(listeners[0].of(ROLL)) == 4)
        assert not listeners[0].of(SUMMARY)
    with Outbox(settings.store_path, "mqtt") as outbox:
        (row,) = [row for row in Ledger(outbox).refused() if row.table == "summaries"]
    assert row.reason == f"the broker refuses {SUMMARY} (it closes the connection)"


def test_while_a_quota_is_exceeded_everything_waits(
    tmp_path: Path, listeners: list[Listener], samples: dict[Foot, Samples]
) -> None:
    with Broker(tmp_path / "broker") as broker, QuotaProxy(broker.port) as proxy:
        settings = settings_of(tmp_path, proxy.port)
        store_samples(settings, samples, ROLLS)
        proxy.exhausted = True
        with ExporterThread(settings) as exporters:
            wait(lambda: proxy.refused)
            wait(lambda: "now (Quota exceeded)" in exporters.statuses["mqtt"].problem)
            with Outbox(settings.store_path, "mqtt") as outbox:
                assert outbox.pending_count("alerts") == 5
            listeners.append(Listener(broker.port))
            proxy.exhausted = False
            wait(lambda: len(listeners[0].of(ROLL)) == 4)
    assert refused(settings) == []
