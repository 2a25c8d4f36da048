"""A real InfluxDB gets every row of the store, whatever happens to it meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.exporters.influxdb import InfluxExporter
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.influxdb_refusal import RefusedError, UnreachableError
from surefoot.service.exporters.status import ExporterStatus
from surefoot.service.serialization.line_protocol import lines
from surefoot.service.settings import InfluxSettings, Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import EXPORTED_TABLES
from tests.service.command import surefoot
from tests.service.exported_rows import assert_influx_has_all
from tests.service.servers import TOKEN, InfluxServer, wait
from tests.service.stored_runs import finding, manifest, store_samples


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InfluxServer]:
    with InfluxServer(tmp_path / "influxdb") as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, server: InfluxServer, samples: dict[Foot, Samples]) -> Settings:
    found = Settings.model_validate({"data": tmp_path / "data", "influxdb": {"url": server.url, "token": TOKEN}})
    store_samples(found, samples, [finding()])
    return found


def drain(settings: Settings) -> int:
    """Ship what waits; how many rows that were."""
    counts: list[int] = []
    status = ExporterStatus("influxdb")
    with Outbox(settings.store_path, "influxdb") as outbox, InfluxClient(settings.influxdb) as influx:
        InfluxExporter(outbox, influx, status).drain(lambda outcome: counts.append(outcome.taken))
        assert status.delivered == sum(counts)
    return sum(counts)


def nothing_waits(settings: Settings) -> bool:
    """Whether the database has had everything."""
    with Outbox(settings.store_path, "influxdb") as outbox:
        return not any(outbox.pending_count(table) for table in EXPORTED_TABLES)


def test_every_row_arrives_with_every_number(settings: Settings) -> None:
    assert drain(settings) > 100
    assert drain(settings) == 0
    assert_influx_has_all(settings)


def test_names_that_need_care_arrive_as_they_are(settings: Settings) -> None:
    with InfluxClient(settings.influxdb) as influx, Outbox(settings.store_path, "x") as outbox:
        row = dict(outbox.pending("strides", 1)[0])
        for name in ('anna, the 2nd="x"', "back\\", "line\nbreak", "Zoë 🏃"):
            influx.write(lines("strides", {**row, "runner": name}))  # type: ignore[arg-type]
        found = influx.query("SELECT count(confidence) FROM strides GROUP BY runner")
    assert len(found) == 4


@pytest.mark.parametrize("loss", ["emptied", "restored"])
def test_a_database_that_lost_rows_gets_them_again(settings: Settings, server: InfluxServer, loss: str) -> None:
    shipped = drain(settings)
    if loss == "emptied":
        server.kill()
        server.empty()
        server.start()
    else:
        server.ask("DELETE FROM strides WHERE time > '2026-01-02T03:05:00Z'")
    assert drain(settings) == shipped
    assert drain(settings) == 0
    assert_influx_has_all(settings)


def test_a_row_that_is_refused_for_good_is_set_aside_and_the_rest_arrives(settings: Settings) -> None:
    with sqlite3.connect(settings.store_path) as connection:
        (bad,) = connection.execute(
            "SELECT seq FROM strides WHERE foot = 'left' ORDER BY time_ns LIMIT 1 OFFSET 13"
        ).fetchone()
        connection.execute("UPDATE strides SET time_ns = ? WHERE seq = ?", (2**63 - 1, bad))
    drain(settings)
    letters = connection.execute("SELECT source, seq, reason FROM dead_letters").fetchall()
    connection.execute("DELETE FROM strides WHERE seq = ?", (bad,))
    connection.commit()
    connection.close()
    assert [letter[:2] for letter in letters] == [("strides", bad)]
    assert "400 " in letters[0][2]
    assert_influx_has_all(settings)


def test_a_service_ships_through_an_outage(
    settings: Settings, server: InfluxServer, samples: dict[Foot, Samples]
) -> None:
    server.kill()
    with ExporterThread(settings) as exporters:
        again = manifest("20260103T030405Z-00000002")
        store_samples(settings, samples, run=again)
        exporters.notify()
        server.start()
        wait(lambda: nothing_waits(settings))
    assert_influx_has_all(settings)


def test_without_a_token_nothing_is_read_or_written(server: InfluxServer) -> None:
    for token in ("", "wrong"):
        stranger = InfluxSettings.model_validate({"url": server.url, "token": token})
        with InfluxClient(stranger) as influx:
            with pytest.raises(UnreachableError, match="401"):
                influx.write(["strides x=1"])
            with pytest.raises(UnreachableError, match="401"):
                influx.query("SELECT * FROM strides")


def test_what_is_no_line_is_refused(settings: Settings) -> None:
    with InfluxClient(settings.influxdb) as influx, pytest.raises(RefusedError, match=r"^400 "):
        influx.write(["this is no line"])


def test_ship_sends_what_waits_and_says_how_much(
    settings: Settings, server: InfluxServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUREFOOT_DATA", str(settings.data))
    monkeypatch.setenv("SUREFOOT_INFLUXDB_URL", server.url)
    monkeypatch.setenv("SUREFOOT_INFLUXDB_TOKEN", TOKEN)
    with Outbox(settings.store_path, "influxdb") as outbox:
        rows = sum(outbox.pending_count(source) for source in EXPORTED_TABLES)
    assert surefoot(capsys, "ship").out == f"InfluxDB has everything: {rows} rows sent.\n"
    server.kill()
    refused = surefoot(capsys, "ship")
    assert (refused.code, refused.out) == (2, "")
    assert "InfluxDB does not accept it (" in refused.err
