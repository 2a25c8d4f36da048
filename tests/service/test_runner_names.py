"""No name of a runner reaches another runner, a topic, a query, a path or the page around it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.recording.runner_ids import runner_id, shown_name
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.formats.samples import export_samples
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.settings import Settings, WallSettings
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.reporting import write_reports
from surefoot.service.views.squad_state import StoredRuns
from surefoot.service.views.wall import Archive, WallDataSource, wall
from tests.service.exported_rows import assert_influx_has_all
from tests.service.listener import Listener
from tests.service.servers import TOKEN, Broker, InfluxServer, wait
from tests.service.stored_runs import CREATED, RUNNER, finding, manifest, store_samples

NAMES = ("O'Brien", "José", "../x", "two\nlines 🏃", "a/+/b,c=d # ' OR 1=1 --", "status", RUNNER)
ROLL = finding(at_s=30.0)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with Broker(tmp_path / "broker") as broker, InfluxServer(tmp_path / "influx") as influx:
        yield Settings.model_validate(
            {
                "data": tmp_path / "data",
                "mqtt": {"host": "127.0.0.1", "port": broker.port, "home_assistant": True},
                "influxdb": {"url": influx.url, "token": TOKEN},
                "alerts": {"cool_down_s": 0.0, "hold_s": 0.0},
            }
        )


def test_runners_of_any_name_are_stored_and_sent_apart(settings: Settings, samples: dict[Foot, Samples]) -> None:
    listener = Listener(settings.mqtt.port)
    short = {foot: each[: int((each.time_s < 45.0).sum())] for foot, each in samples.items()}
    for place, name in enumerate(NAMES):
        run = manifest(f"20260102T0304{place:02d}Z-00000001", CREATED + timedelta(seconds=place), name)
        store_samples(settings, short, [ROLL], run=run)
    with ExporterThread(settings) as exporters:
        wait(lambda: all(exporters.statuses[sink].delivered for sink in ("mqtt", "influxdb")))
        wait(lambda: all(_heard(listener, name) for name in NAMES))
        wait(lambda: _runners(settings) == sorted(map(runner_id, NAMES)))
        wait(lambda: not any(exporters.statuses[sink].problem for sink in ("mqtt", "influxdb")))
    assert_influx_has_all(settings)
    listener.close()


def _heard(listener: Listener, name: str) -> bool:
    """Whether there is one alert of this runner and one device with this name, under topics of their own."""
    runner = runner_id(name)
    alerts = [each["name"] for each in listener.of(f"surefoot/v1/{runner}/alert/inversion_event")]
    identity = "surefoot_" + runner.replace("-", "_2d_")
    device = listener.newest(f"homeassistant/device/{identity}/config")
    called = None if device is None else json.loads(device)["dev"]["name"]
    return set(alerts) == {shown_name(name)} and called == f"surefoot {shown_name(name)}"


def _runners(settings: Settings) -> list[str]:
    with InfluxClient(settings.influxdb) as influx:
        found = influx.query('SHOW TAG VALUES FROM "runs" WITH KEY = "runner"')
    return sorted(row[1] for series in found for row in series.rows)


def test_the_wall_shows_the_name_and_is_asked_for_the_id(demo: DemoRun, tmp_path: Path) -> None:
    name = "<b>../José</b>"
    runs = tmp_path / "runs"
    run = replace(demo.run, path=runs / demo.run.path.name)
    run.path.mkdir(parents=True)
    for file in demo.run.path.iterdir():
        if file.is_file():
            (run.path / file.name).write_bytes(file.read_bytes())
    run = run.reassign([replace(pod, runner=runner_id(name), name=shown_name(name)) for pod in run.manifest.pods])
    with StoreTail(tmp_path / "surefoot.sqlite") as tail:
        source = WallDataSource(StoredRuns(tail), Archive(runs, Settings(data=tmp_path)))
        with wall(source, WallSettings(port=0)) as address:
            for path in ("runs", f"runs/{run.manifest.run_id}/runner/{runner_id(name)}"):
                with urlopen(f"{address}{path}") as answer:
                    page = answer.read().decode()
                assert "&lt;b&gt;../José&lt;/b&gt;" in page
                assert name not in page
    analyses = source.analysed_runs(run.manifest.run_id)
    (report,) = write_reports(analyses, tmp_path / "report.html")
    assert "&lt;b&gt;../José&lt;/b&gt;" in report.read_text(encoding="utf-8")
    twice = {**analyses, "other": next(iter(analyses.values()))}
    assert all(path.parent == tmp_path for path in write_reports(twice, tmp_path / "report.html"))
    assert all(path.parent == tmp_path / "csv" for path in export_samples(run, tmp_path / "csv", lambda *_: None))
