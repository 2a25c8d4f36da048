"""The service counts what it does, in Prometheus' text format, and names nobody."""

from __future__ import annotations

import asyncio
import logging
import math
import re
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.request import HTTPErrorProcessor, Request, build_opener, urlopen

import pytest

from surefoot.analysis.model import Foot
from surefoot.dashboards.wall.access import COOKIE_NAME, Password
from surefoot.firmware_sim import virtual_time
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts
from surefoot.sensor_ingest.recording.pod_health import PodHealth, PodHealthTracker
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.diagnostics import Check, CheckStatus, run_checks
from surefoot.service.runtime.daemon import Daemon, DaemonContext
from surefoot.service.runtime.pod_sources import simulated_squad
from surefoot.service.runtime.recording_monitor import RecordingMonitor
from surefoot.service.serialization.prometheus import MetricFamily, prometheus_text
from surefoot.service.settings import Settings
from surefoot.service.store import outbox, service_status
from surefoot.service.store.outbox import Outbox, Outcome
from surefoot.service.store.schema import EXPORTED_TABLES
from surefoot.service.store.service_status import (
    STALE_S,
    PodsNow,
    PodTotals,
    RecordingStatus,
    ServiceStatus,
    SinkStatus,
    read_status,
    write_status,
)
from surefoot.service.views.metrics_server import metrics_server
from surefoot.service.views.service_metrics import metrics_page, metrics_text
from surefoot.service.views.wall import wall, wall_accounts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.service.real_command import RealCommand
from tests.service.servers import START_S, free_port, wait

SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"\n]*"\})? (\S+)')
TOKEN = "a-token-for-prometheus"
PASSWORD = "open sesame"


def samples(text: str) -> dict[str, float]:
    """Name with labels → value; every line is as the format wants it, and comes after its family's type."""
    found, families = {}, set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            families.add(line.split()[2])
        elif not line.startswith("# HELP "):
            sample = SAMPLE.fullmatch(line)
            assert sample is not None, line
            assert sample[1] in families
            found[sample[1] + (sample[2] or "")] = float(sample[3])
    assert text.endswith("\n")
    return found


def read(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Status and text, without following anything."""

    class Plain(HTTPErrorProcessor):
        def http_response(self, _request: object, response: object) -> object:
            return response

    with build_opener(Plain).open(Request(url, headers=dict(headers or {})), timeout=START_S) as answer:
        return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, RecordingMonitor]:
    """A run of two simulated runners, and what was counted."""
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    monitor = RecordingMonitor()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        async with simulated_squad(2, 1.2, 1) as squad:
            daemon = Daemon(DaemonContext(settings, monitor=monitor))
            loop.call_later(60.0, daemon.stop)
            await daemon.run(squad, 1)

    virtual_time.run(serve(), speed=math.inf)
    return settings, monitor


def status_now(monitor: RecordingMonitor, *sinks: SinkStatus) -> ServiceStatus:
    """Of a service that runs."""
    return ServiceStatus("1.2.3", time.time() - 60.0, time.time(), True, monitor.status, sinks)


def test_packets_and_rows_are_counted_as_recorded_and_stored(recorded: tuple[Settings, RecordingMonitor]) -> None:
    settings, monitor = recorded
    (run,) = list_runs(settings.runs_folder)
    packets = sum(isinstance(entry, PacketEntry) for entry in JournalReader(run.journal_path))
    with sqlite3.connect(settings.store_path) as store:
        counts = {
            table: store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in (*EXPORTED_TABLES, "bouts")
        }
    store.close()
    found = samples(metrics_text(settings.store_path, status_now(monitor, SinkStatus("influxdb", "", 7, 0))))
    assert found['surefoot_packets_total{result="received"}'] == packets > 500
    assert found["surefoot_rows_stored_total"] == sum(counts.values()) > 100
    assert found['surefoot_sink_rows_waiting{sink="influxdb"}'] == sum(counts[table] for table in EXPORTED_TABLES)
    assert found['surefoot_sink_rows_written_total{sink="influxdb"}'] == 7
    assert found["surefoot_runs_total"] == 1
    assert "surefoot_analysis_lag_seconds" not in found


def test_no_metric_names_a_runner_a_run_or_a_pod(recorded: tuple[Settings, RecordingMonitor]) -> None:
    settings, monitor = recorded
    text = metrics_text(settings.store_path, status_now(monitor, SinkStatus("mqtt", "", 0, 0)))
    (run,) = list_runs(settings.runs_folder)
    names = {run.manifest.run_id, *run.manifest.runners, *(pod.serial for pod in run.manifest.pods)}
    assert [name for name in names if name in text] == []
    labels = set(re.findall(r'[{,]([a-z]+)="', text))
    assert labels == {"version", "state", "result", "sink"}


def test_the_lag_of_a_sink_is_the_age_of_its_oldest_waiting_row(recorded: tuple[Settings, RecordingMonitor]) -> None:
    settings, monitor = recorded
    status = status_now(monitor, SinkStatus("influxdb", "", 0, 0), SinkStatus("command", "", 0, 0))
    with sqlite3.connect(settings.store_path) as store:
        store.execute("UPDATE run_clocks SET zero_s = ?", (time.monotonic() - 1000.0,))
    store.close()
    found = samples(metrics_text(settings.store_path, status))
    assert found['surefoot_sink_lag_seconds{sink="influxdb"}'] == pytest.approx(1000.0, abs=5.0)


def test_rows_refused_and_a_long_backlog_are_counted(
    recorded: tuple[Settings, RecordingMonitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = recorded
    with Outbox(settings.store_path, "elsewhere") as sink:
        exact = sink.backlog(("strides",))
        monkeypatch.setattr(outbox, "MAX_COUNTED", 10)
        assert sink.backlog(("strides",)).waiting == exact.waiting
        two = sink.pending("strides", 2)
        sink.settle("strides", two, Outcome(1, {two[0]["seq"]: "no such field"}))
        after = sink.backlog(("strides",))
        assert (after.waiting, after.refused, after.reason) == (exact.waiting - 2, 1, "no such field")


def heard(received: int, lost: int) -> tuple[PodHealth, ...]:
    """A pod with counts since its run began."""
    (pod,) = PodHealthTracker([PodAssignment("0001", Foot.LEFT, "anna")]).snapshot({})
    return (replace(pod, counts=PodCounts(received=received, lost=lost), reconnects=1),)


def test_a_run_that_is_continued_is_not_counted_twice_and_the_next_one_adds() -> None:
    monitor = RecordingMonitor(lambda: 1000.0)
    monitor.begin_run("one")
    monitor.end_run(heard(100, 2))
    monitor.add_restart("The disk is full.")
    monitor.begin_run("one")
    monitor.end_run(heard(150, 3))
    monitor.begin_run("two")
    monitor.end_run(heard(10, 0))
    totals = PodTotals(received=160, lost=3, reconnects=2)
    assert monitor.status == RecordingStatus(2, 1, "The disk is full.", 1000.0, totals=totals)


def test_without_a_service_that_runs_only_what_waits_is_told(recorded: tuple[Settings, RecordingMonitor]) -> None:
    settings, monitor = recorded
    assert samples(metrics_text(settings.store_path, None)) == {"surefoot_up": 0.0}
    status = status_now(monitor, SinkStatus("mqtt", "", 5, 0))
    cut_off = replace(status, written=replace(status.written, seconds=status.written.seconds - STALE_S))
    for gone in (metrics_text(settings.store_path, cut_off), ended(settings, status)):
        assert samples(gone)["surefoot_up"] == 0.0
        assert {name.partition("{")[0] for name in samples(gone)} == {
            "surefoot_up", "surefoot_sink_rows_waiting", "surefoot_sink_rows_refused", "surefoot_sink_lag_seconds"
        }  # fmt: skip


def ended(settings: Settings, status: ServiceStatus) -> str:
    """The metrics after a service has ended properly."""
    return metrics_text(settings.store_path, replace(status, running=False))


def test_a_value_or_a_name_cannot_break_a_line() -> None:
    text = prometheus_text([MetricFamily("x", "gauge", "a\nb\\", [({"of": 'q"\n\\'}, 1)])])
    assert text == '# HELP x a\\nb\\\\\n# TYPE x gauge\nx{of="q\\"\\n\\\\"} 1\n'


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 50_000, b'{"version": 3}', b"x" * 100_000])
def test_a_status_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / service_status.FILE_NAME).write_bytes(content)
    assert read_status(tmp_path) is None


def test_a_status_is_read_as_it_was_written(recorded: tuple[Settings, RecordingMonitor], tmp_path: Path) -> None:
    status = status_now(recorded[1], SinkStatus("mqtt", "refused \n\u2028", 5, 1))
    write_status(tmp_path, status)
    assert read_status(tmp_path) == status
    assert [path.name for path in tmp_path.iterdir()] == [service_status.FILE_NAME]


def test_the_real_service_serves_its_metrics_on_a_port_of_its_own(tmp_path: Path) -> None:
    servers = {
        "INFLUXDB_URL": f"http://127.0.0.1:{free_port()}",
        "MQTT_HOST": "127.0.0.1",
        "MQTT_PORT": free_port(),
        "METRICS_PORT": free_port(),
    }
    with RealCommand(tmp_path, "live", "--simulated", "1", settings=servers) as service:
        url = f"http://127.0.0.1:{servers['METRICS_PORT']}/metrics"
        wait(lambda: f"Metrics are at {url}" in service.out)
        wait(lambda: samples(read(url)[1]).get('surefoot_packets_total{result="received"}'))
        wait(lambda: samples(read(url)[1])['surefoot_sink_rows_waiting{sink="influxdb"}'] > 0)
        found, text = samples(read(url)[1]), read(url)[1]
        assert read(url.replace("/metrics", "/"))[0] == 404
        assert read(url, {"Host": "elsewhere.example"})[0] == 400
        assert read_status(tmp_path) is not None
    assert found['surefoot_pods{state="connected"}'] == 2
    assert [found[f'surefoot_sink_up{{sink="{name}"}}'] for name in ("influxdb", "mqtt")] == [0, 0]
    assert "runner-1" not in text
    left = read_status(tmp_path)
    assert left is not None
    assert (left.running, left.recording.pods) == (False, PodsNow())


def test_a_port_that_is_taken_costs_the_metrics_and_not_the_run(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with RealCommand(tmp_path, "live", "--simulated", "1", settings={"METRICS_PORT": taken}) as service:
            service.expect(f"No metrics are served: port {taken} cannot be used (Address already in use); set metrics")
            wait(lambda: "Recording run" in service.out)
    assert service.finish() == 0


def test_a_store_that_cannot_be_read_now_is_told(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with caplog.at_level(logging.WARNING), metrics_server(lambda: metrics_text(tmp_path / "store", None), 0) as url:
        assert url is not None
        assert samples(read(url)[1]) == {"surefoot_up": 0.0}
    status = ServiceStatus("1", 0.0, time.time(), True, sinks=(SinkStatus("mqtt", "", 0, 0),))
    with metrics_server(lambda: metrics_text(tmp_path / "store", status), 0) as url:
        assert url is not None
        code, text = read(url)
    assert (code, "cannot be used" in text) == (503, True)


@contextmanager
def shown(settings: Settings, password: str) -> Iterator[str]:
    """The wall with the metrics of a service; yields where they are."""
    protected = Settings.model_validate(
        {"data": settings.data, "wall": {"port": 0, "password": password}, "metrics": {"token": TOKEN}}
    )
    with wall(
        FakeViewDataSource(), protected.wall, metrics=metrics_page(protected), accounts=wall_accounts(protected)
    ) as address:
        yield f"{address}metrics"


def test_the_wall_gives_metrics_to_who_is_signed_in_or_has_the_token(
    recorded: tuple[Settings, RecordingMonitor],
) -> None:
    settings, monitor = recorded
    write_status(settings.data, status_now(monitor))
    cookie = {"Cookie": f"{COOKIE_NAME}={Password(PASSWORD).new_cookie()}"}
    with shown(settings, PASSWORD) as url:
        assert read(url) == (401, "log in first")
        for wrong in (f"Bearer {TOKEN}x", "Bearer ", "Bearer", f"Basic {TOKEN}", TOKEN, "Bearer \u00e9"):
            assert read(url, {"Authorization": wrong})[0] == 401
        for allowed in ({"Authorization": f"Bearer {TOKEN}"}, cookie):
            code, text = read(url, allowed)
            assert (code, samples(text)["surefoot_up"]) == (200, 1.0)
        with urlopen(Request(url, headers=cookie)) as answer:
            assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        for page in ("", "events", "runs"):
            assert read(url.replace("metrics", page), {"Authorization": f"Bearer {TOKEN}"})[0] in {303, 401}


def test_a_wall_for_this_computer_alone_gives_metrics_to_whoever_asks(
    recorded: tuple[Settings, RecordingMonitor],
) -> None:
    with shown(recorded[0], "") as url:
        assert read(url)[0] == 200
        assert read(url, {"Host": "elsewhere.example"})[0] == 400


def test_without_a_token_in_the_settings_none_opens_the_metrics(recorded: tuple[Settings, RecordingMonitor]) -> None:
    settings = Settings.model_validate({"data": recorded[0].data, "wall": {"port": 0, "password": PASSWORD}})
    with wall(
        FakeViewDataSource(), settings.wall, metrics=metrics_page(settings), accounts=wall_accounts(settings)
    ) as address:
        assert read(f"{address}metrics", {"Authorization": "Bearer "})[0] == 401


def test_a_wall_of_one_run_has_no_metrics() -> None:
    with wall(FakeViewDataSource(), Settings.model_validate({"wall": {"port": 0}}).wall) as address:
        assert read(f"{address}metrics")[0] == 404


def test_the_real_wall_shows_the_metrics_that_the_service_left(
    recorded: tuple[Settings, RecordingMonitor], tmp_path: Path
) -> None:
    port, status = free_port(), status_now(recorded[1])
    write_status(tmp_path, status)
    with RealCommand(tmp_path, "serve", settings={"WALL_PORT": port}) as serving:
        wait(lambda: "The wall is at" in serving.out)
        found = samples(read(f"http://127.0.0.1:{port}/metrics")[1])
    assert found["surefoot_rows_stored_total"] == status.recording.rows


def checks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Check]:
    """The doctor's, without waiting for Bluetooth."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={settings.data / 'no-bus'}")
    return {each.name: each for each in run_checks(settings)}


def test_the_doctor_says_how_the_service_is(
    recorded: tuple[Settings, RecordingMonitor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, monitor = Settings(data=tmp_path), recorded[1]
    assert checks(settings, monkeypatch)["Service"].detail == "surefoot live has not run with this data folder"
    status = status_now(monitor)
    recording = replace(status.recording, pods=PodsNow(1, 2, 1), restarts=1, problem="Bluetooth is off.")
    write_status(tmp_path, replace(status, recording=recording))
    running = checks(settings, monkeypatch)["Service"]
    assert running.status is CheckStatus.OK
    assert "; 1 of 4 pods connected, 1 run, " in running.detail
    assert ", 0 lost, 1 restart, the last at " in running.detail
    assert running.detail.endswith(": Bluetooth is off")
    write_status(
        tmp_path, replace(status, written=replace(status.written, seconds=status.written.seconds - 2.0 * STALE_S))
    )
    killed = checks(settings, monkeypatch)["Service"]
    assert (killed.status, killed.detail.startswith("was cut off after ")) == (CheckStatus.PROBLEM, True)
    assert killed.advice == "Start it with surefoot live; it continues its last run."
    write_status(tmp_path, replace(status, running=False))
    assert checks(settings, monkeypatch)["Service"].detail.startswith("ended at ")


def test_the_doctor_says_what_each_sink_lacks(
    recorded: tuple[Settings, RecordingMonitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.model_validate(
        {
            "data": recorded[0].data,
            "influxdb": {"url": f"http://127.0.0.1:{free_port()}"},
            "mqtt": {"host": "127.0.0.1", "port": free_port()},
        }
    )
    sinks = SinkStatus("influxdb", "Connection refused", 40, 0), SinkStatus("mqtt", "", 12, 1)
    write_status(settings.data, replace(status_now(recorded[1]), sinks=sinks))
    with Outbox(settings.store_path, "mqtt") as sink:
        rows = sink.pending("strides", 100_000)
        sink.settle("strides", rows, Outcome(refused={rows[-1]["seq"]: "packet too large"}))
    found = checks(settings, monkeypatch)
    influxdb, mqtt = found["Rows for InfluxDB"], found["Rows for MQTT"]
    assert re.match(
        r"\d{3,} waiting, 0 refused, the oldest \d+ (s|min) old; the service has sent 40, ", influxdb.detail
    )
    assert influxdb.detail.endswith("with 0 restarts; it does not work (Connection refused)")
    assert influxdb.advice.startswith("Nothing is lost")
    assert ", 1 refused, " in mqtt.detail
    assert mqtt.detail.endswith("with 1 restart; the last because: packet too large")
    assert "surefoot ship --refused lists them" in mqtt.advice
    write_status(settings.data, replace(status_now(recorded[1]), running=False))
    alone = checks(settings, monkeypatch)["Rows for InfluxDB"]
    assert (alone.status, alone.detail.endswith("; surefoot ship sends them now")) == (CheckStatus.OK, True)
