"""Analysed again, a run's results are replaced as a whole, here and at the sinks; what people were told stays."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from surefoot.service.exporters.drain import drain_to_influxdb
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.replacement import replace_results
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.writing import StoreWriter
from tests.service.command import surefoot
from tests.service.demo_runs import assert_same
from tests.service.exported_rows import assert_influx_has_all
from tests.service.listener import Listener
from tests.service.real_command import RealCommand
from tests.service.servers import TOKEN, Broker, InfluxServer, wait
from tests.service.stored_runs import exchanged, stored

RUNNER = "runner-1"
COUNTED = ("runs", "strides", "windows", "live", "bouts", "findings", "pod_health", "summaries", "alerts")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path / "data"))
    return Settings(data=tmp_path / "data")


@pytest.fixture
def run(settings: Settings, rolled: DemoRun) -> RunFolder:
    """The run in the data folder and in the store."""
    return stored(settings, rolled.run)


def exchange_feet(run: RunFolder) -> RunFolder:
    """The run with what was left now right."""
    return run.reassign(exchanged(run.manifest.pods))


def rows(settings: Settings, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings.store_path)) as store:
        return store.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()


def assert_stored_as_recorded(settings: Settings, run: RunFolder) -> None:
    analysis = analyze_run(open_run(run.path), lambda *_: None)
    with StoreReader(settings.store_path) as reader:
        found = reader.results(run.manifest.run_id, RUNNER)
    assert_same(analysis.runners[RUNNER].results, found)


def test_the_same_analysis_changes_no_number_and_no_alert(settings: Settings, run: RunFolder) -> None:
    with StoreReader(settings.store_path) as reader:
        before = reader.results(run.manifest.run_id, RUNNER)
    alerts = rows(settings, "alerts")
    with RealCommand(settings.data, "reanalyze", run.manifest.run_id) as command:
        assert command.finish() == 0
    count = len(before.strides[Foot.LEFT]) + len(before.strides[Foot.RIGHT])
    assert command.out.startswith(f"{run.manifest.run_id} {RUNNER}: {count} strides (were {count}), ")
    assert_stored_as_recorded(settings, run)
    with StoreReader(settings.store_path) as reader:
        assert_same(before, reader.results(run.manifest.run_id, RUNNER))
    assert rows(settings, "alerts") == alerts != []
    with closing(sqlite3.connect(settings.store_path)) as store:
        for table in ("runs", "strides", "findings", "summaries"):
            assert store.execute(f"SELECT DISTINCT generation FROM {table}").fetchall() == [(2,)]


def test_a_finding_found_again_keeps_the_id_by_which_it_was_told(settings: Settings, run: RunFolder) -> None:
    with closing(sqlite3.connect(settings.store_path)) as store, store:
        store.execute("UPDATE findings SET id = 'told', body = json_set(body, '$.id', 'told')")
        store.execute("UPDATE alerts SET body = json_set(body, '$.finding', 'told')")
    replace_results(run, settings)
    with StoreReader(settings.store_path) as reader:
        ids = {finding.id for finding in reader.findings(run.manifest.run_id, RUNNER)}
    assert "told" in ids


def test_corrected_feet_are_the_feet_of_everything_from_then_on(settings: Settings, run: RunFolder) -> None:
    with StoreReader(settings.store_path) as reader:
        before = reader.results(run.manifest.run_id, RUNNER)
    alerts = rows(settings, "alerts")
    exchanged = exchange_feet(run)
    assert {given.samples.foot for given in replay(exchanged) if hasattr(given, "samples")} == set(Foot)
    replace_results(exchanged, settings)
    assert_stored_as_recorded(settings, exchanged)
    with StoreReader(settings.store_path) as reader:
        after = reader.results(run.manifest.run_id, RUNNER)
    assert len(after.strides[Foot.LEFT]) == len(before.strides[Foot.RIGHT])
    assert rows(settings, "alerts") == alerts


def test_what_goes_wrong_on_the_way_leaves_the_store_as_it_was(
    settings: Settings, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    before = {table: rows(settings, table) for table in COUNTED}
    monkeypatch.setattr(StoreWriter, "add_summary", full)
    with pytest.raises(Exception, match="database or disk is full"):
        replace_results(exchange_feet(run), settings)
    assert {table: rows(settings, table) for table in COUNTED} == before


def test_runs_that_cannot_be_analysed_are_told_and_keep_no_other(
    settings: Settings, run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    pods = [PodAssignment("0001", Foot.LEFT, RUNNER)]
    going_on = create_run(settings.runs_folder, pods, software="test")
    result = surefoot(capsys, "reanalyze", going_on.manifest.run_id)
    assert (result.code, result.out) == (2, "")
    assert "has not ended; surefoot live or surefoot run --continue" in result.err
    damaged = create_run(settings.runs_folder, pods, software="test").mark_ended()
    damaged.journal_path.mkdir()
    result = surefoot(capsys, "reanalyze", "--all")
    assert result.code == 1
    assert f"Left out: {damaged.journal_path}: is not a recorded run" in result.out
    assert f"{run.manifest.run_id} {RUNNER}: " in result.out
    assert surefoot(capsys, "reanalyze").err.startswith("error: no run was named; ")


def test_the_database_has_what_was_found_again_and_nothing_else(tmp_path: Path, rolled: DemoRun) -> None:
    with InfluxServer(tmp_path / "influxdb") as server:
        settings = Settings.model_validate({"data": tmp_path / "data", "influxdb": {"url": server.url, "token": TOKEN}})
        run = stored(settings, rolled.run)
        stored(settings, rolled.run, run_id="20260101T000000Z-00000002")
        first = drain_to_influxdb(settings).sent
        replace_results(exchange_feet(run), settings)
        assert 0 < drain_to_influxdb(settings).sent < first
        assert_influx_has_all(settings)


def test_an_earlier_run_that_is_analysed_again_is_not_taken_for_the_newest(tmp_path: Path, rolled: DemoRun) -> None:
    with Broker(tmp_path / "broker") as broker:
        mqtt = {"host": "127.0.0.1", "port": broker.port}
        settings = Settings.model_validate({"data": tmp_path / "data", "mqtt": mqtt})
        earlier = stored(settings, rolled.run)
        later = {"run_id": "29990101T000000Z-00000002", "created_utc": earlier.manifest.created_utc + timedelta(days=1)}
        newest = stored(settings, rolled.run, **later)
        told = [f"surefoot/v1/{RUNNER}/{name}" for name in ("summary", "state", "status")]
        with ExporterThread(settings):
            wait(lambda: retained(broker, told[2]).get("state") == "ended")
        listener = Listener(broker.port)
        for run, count in ((earlier, 0), (newest, 1)):
            replace_results(run, settings)
            with ExporterThread(settings):
                wait(
                    lambda: [
                        sent
                        for name, sent, kept in listener.got
                        if name.startswith("surefoot/v1/service/") and not kept
                    ]
                )
            fresh = [json.loads(sent)["run"] for name, sent, kept in listener.got if name == told[0] and not kept]
            assert set(fresh) <= {newest.manifest.run_id}
            assert all(retained(broker, topic)["run"] == newest.manifest.run_id for topic in told), count
        assert not [name for name, _, kept in listener.got if "/alert/" in name and not name.endswith("state") and kept]
        listener.close()


def retained(broker: Broker, topic: str) -> Any:
    """What a newcomer is told."""
    listener = Listener(broker.port, topic)
    try:
        wait(lambda: listener.newest(topic) is not None)
        return json.loads(listener.newest(topic) or "{}")
    finally:
        listener.close()


def test_a_run_on_exchanged_pods_is_corrected_by_one_command(
    capsys: pytest.CaptureFixture[str], settings: Settings, rolled: DemoRun
) -> None:
    right = {pod.serial: pod.foot for pod in rolled.run.manifest.pods}
    wrong = stored(settings, rolled.run, pods=exchanged(rolled.run.manifest.pods))
    run_id = wrong.manifest.run_id
    asked = surefoot(capsys, "analyze", run_id, "--json", "-").json["quality"]["left"]["notes"]
    assert any(f"If so: surefoot exchange {run_id};" in note for note in asked)
    told = surefoot(capsys, "exchange", run_id)
    assert told.code == 0
    assert sorted(told.out.splitlines()) == sorted(
        f"{serial} is on the {foot} foot of {RUNNER}." for serial, foot in right.items()
    )
    corrected = open_run(wrong.path)
    assert corrected.manifest.pods == rolled.run.manifest.pods
    assert_stored_as_recorded(settings, corrected)
    assert "exchange" not in " ".join(
        surefoot(capsys, "analyze", run_id, "--json", "-").json["quality"]["left"]["notes"]
    )


def test_who_says_that_all_is_right_is_not_asked_again(
    capsys: pytest.CaptureFixture[str], settings: Settings, rolled: DemoRun
) -> None:
    run = stored(settings, rolled.run, pods=exchanged(rolled.run.manifest.pods))
    assert surefoot(capsys, "exchange", run.manifest.run_id, "--as-worn").code == 0
    kept = open_run(run.path).manifest
    assert (kept.pods, kept.sides_confirmed) == (run.manifest.pods, (RUNNER,))
    found = surefoot(capsys, "analyze", run.manifest.run_id, "--json", "-").json
    assert not any("surefoot exchange" in note for note in found["quality"]["left"]["notes"])
    assert found["summary"]["inversion_at_contact_deg_left"] < 0.0


def test_pods_of_a_run_that_goes_on_are_not_exchanged(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    going_on = create_run(settings.runs_folder, [PodAssignment("0001", Foot.LEFT, RUNNER)], software="test")
    refused = surefoot(capsys, "exchange", going_on.manifest.run_id)
    assert refused.code == 2
    assert "has not ended" in refused.err
    assert open_run(going_on.path) == going_on
