"""The service follows run after run, ends them by rule or on request, and goes on after a crash."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim import virtual_time
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.recording.entries import EndEntry, Entry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, list_runs
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.daemon import Daemon, DaemonContext
from surefoot.service.runtime.end_of_run import RunActivity, RunEnd
from surefoot.service.runtime.pod_sources import SimulatedSquad, simulated_squad
from surefoot.service.runtime.recovery import missing_runs, open_runs, store_recorded_run
from surefoot.service.runtime.usual import freeze_usual
from surefoot.service.serialization.store_rows import POD_HEALTH_FIELDS, pod_health_to_json
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.writing import StoreWriter
from tests.service.command import ROOT, surefoot
from tests.service.demo_runs import assert_same
from tests.service.servers import START_S, wait


def served(
    settings: Settings,
    until_s: float,
    act: Callable[[Daemon], None] = Daemon.stop,
    runners: int = 1,
    *,
    bonded_only: bool = False,
) -> list[str]:
    """Simulated runners; something happens at a time; what was said."""
    said: list[str] = []

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        began = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
        async with simulated_squad(runners, 1.2, 1, bonded_only=bonded_only) as squad:
            daemon = Daemon(DaemonContext(settings, notify=said.append, utc_s=lambda: began + loop.time()))
            loop.call_later(until_s, act, daemon)
            await daemon.run(squad, 1)

    virtual_time.run(serve(), speed=math.inf)
    return said


def assert_stored_as_recorded(settings: Settings) -> None:
    """The store has exactly what the recording gives."""
    (run,) = list_runs(settings.runs_folder)
    analysis = analyze_run(run, lambda *_: None)
    assert analysis.health_notes
    with StoreReader(settings.store_path) as reader:
        for name, runner in analysis.runners.items():
            assert_same(runner.results, reader.results(run.manifest.run_id, name))
        for number, pod in enumerate(run.manifest.pods):
            stored = reader.pod_health(run.manifest.run_id, pod.runner, pod.foot)
            noted = [json.loads(pod_health_to_json(note.pods[number])) for note in analysis.health_notes]
            assert [{name: row[name] for name in POD_HEALTH_FIELDS} for row in stored] == noted


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def test_a_run_that_is_stopped_is_ended_with_a_summary(settings: Settings) -> None:
    said = served(settings, 60.0, runners=2)
    assert [text.split()[0] for text in said] == ["Waiting", "Recording", "Run"]
    with StoreReader(settings.store_path) as reader:
        summaries = [run.summary for run in reader.runs()]
        health = reader.pod_health(reader.runs()[0].run, "runner-2", Foot.LEFT)
    assert all(summary is not None and summary["numbers"]["steps"] > 50 for summary in summaries)
    assert len(health) >= 5
    assert 50.0 < health[0]["battery_pct"] < 100.0
    assert_stored_as_recorded(settings)


def test_pods_that_demand_a_bond_are_bonded_with_and_followed(settings: Settings) -> None:
    served(settings, 30.0, bonded_only=True)
    bonds = Bonds(settings.runs_folder)
    assert [bonds.address_of(serial) for serial in ("SIM000001", "SIM000002")] == [
        "C0:5F:00:00:00:01",
        "C0:5F:00:00:00:02",
    ]
    with StoreReader(settings.store_path) as reader:
        (run,) = reader.runs()
        health = reader.pod_health(run.run, run.runner, Foot.LEFT)
    assert health[-1]["loss_pct"] == 0.0
    assert_stored_as_recorded(settings)


def test_a_run_ends_by_itself_when_nobody_runs_any_more(settings: Settings) -> None:
    rule = {"still_min": 8.0 / 60.0}
    impatient = Settings.model_validate({"data": settings.data, "run_end": rule})
    said = served(impatient, 1000.0)
    assert said[-1].endswith("is over.")
    (run,) = list_runs(settings.runs_folder)
    assert run.manifest.ended
    assert_stored_as_recorded(settings)


def test_a_store_that_fails_for_a_while_costs_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([sqlite3.OperationalError("database or disk is full")] * 3)

    def full(_: Daemon) -> None:
        add_strides = StoreWriter.add_strides

        def fail_at_first(writer: StoreWriter, *rows: Any) -> None:
            add_strides(writer, *rows)
            if failure := next(failures, None):
                raise failure

        monkeypatch.setattr(StoreWriter, "add_strides", fail_at_first)

    impatient = Settings.model_validate({"data": settings.data, "run_end": {"still_min": 15.0 / 60.0}})
    with caplog.at_level(logging.DEBUG, "surefoot.service.runtime.daemon"):
        served(impatient, 40.0, full)
    failed = [record.levelname for record in caplog.records if "database or disk is full" in record.message]
    assert failed == ["ERROR", "DEBUG", "DEBUG"]
    assert caplog.messages[-1] == "Recording works again."
    assert_stored_as_recorded(settings)


def test_what_a_crash_left_is_brought_to_its_end(settings: Settings, tmp_path: Path) -> None:
    served(settings, 60.0)
    (run,) = list_runs(settings.runs_folder)
    again = Settings(data=tmp_path / "again")
    store_recorded_run(run, again)
    shutil.copytree(settings.runs_folder, again.runs_folder)
    assert_stored_as_recorded(again)
    with StoreReader(again.store_path) as reader:
        assert len(reader.runs()) == 1


def ended_s(rule: RunEnd, seen: Callable[[float], RunActivity], until_s: float = 2000.0) -> float | None:
    """When a run that is looked at once a second is over."""
    return next((float(now_s) for now_s in range(int(until_s)) if rule.is_over(seen(float(now_s)), 1.0)), None)


def test_a_run_is_over_three_minutes_after_the_last_running() -> None:
    assert ended_s(RunEnd(180.0, 600.0), lambda now_s: RunActivity(now_s, min(now_s, 100.0), now_s)) == pytest.approx(
        281.0
    )


def test_who_has_not_begun_to_run_is_waited_for() -> None:
    assert ended_s(RunEnd(180.0, 600.0), lambda now_s: RunActivity(now_s, None, now_s)) is None


def test_a_run_is_over_ten_minutes_after_the_last_pod_was_heard() -> None:
    gone = ended_s(RunEnd(180.0, 600.0), lambda now_s: RunActivity(*(min(now_s, 100.0),) * 3))
    assert gone == pytest.approx(701.0)
    assert ended_s(RunEnd(180.0, 600.0), lambda _: RunActivity(0.0, None, None)) == pytest.approx(600.0)


@pytest.mark.parametrize("behind_s", [600.0, 3600.0])
def test_catching_up_or_a_leap_of_the_clock_ends_no_run(behind_s: float) -> None:
    def catching_up(now_s: float) -> RunActivity:
        analysed_s = min(60.0 * now_s, behind_s + now_s)
        return RunActivity(analysed_s, analysed_s, None if now_s < 20.0 else now_s)

    def leaping(now_s: float) -> RunActivity:
        there_s = now_s if now_s < 100.0 else now_s + behind_s
        return RunActivity(there_s, 99.0 if 99.0 < now_s < 150.0 else there_s, there_s)

    assert ended_s(RunEnd(180.0, 600.0), catching_up) is None
    assert ended_s(RunEnd(180.0, 600.0), leaping) is None


def journals(data: Path) -> list[Entry]:
    """All that is recorded so far."""
    runs = list_runs(data / "runs") if (data / "runs").is_dir() else ()
    return [entry for run in runs for entry in JournalReader(run.journal_path)]


@pytest.mark.parametrize("numbers", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGHUP] * 2], ids=str)
def test_a_signal_ends_the_service_and_its_run(tmp_path: Path, numbers: list[signal.Signals]) -> None:
    environment = {**os.environ, "SUREFOOT_DATA": str(tmp_path), "PYTHONPATH": str(ROOT / ".links")}
    command = [
        sys.executable,
        "-c",
        "from surefoot.service.cli.main import main; main()",
        "live",
        "--simulated",
        "1",
        "--minutes",
        "2",
    ]
    service = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # whoever tests under `nohup` ignores it
    )
    wait(lambda: journals(tmp_path))
    for number in numbers:
        service.send_signal(number)
    out, _ = service.communicate(timeout=START_S)
    assert service.returncode == 0
    assert re.match(r"Watch with: .* serve · Ctrl-C ends it", out)
    assert out.splitlines()[-1].endswith("is over.")
    assert all(run.manifest.ended for run in list_runs(tmp_path / "runs"))


def test_a_stop_that_comes_with_the_pods_begins_no_run(settings: Settings) -> None:
    class Late(SimulatedSquad):
        async def wait_for_pods(self) -> list[PodAssignment]:
            daemon.stop()
            return await super().wait_for_pods()

    daemon = Daemon(DaemonContext(settings))
    asyncio.run(asyncio.wait_for(daemon.run(Late(RadioBackend(), [PodAssignment("0001", Foot.LEFT, "anna")])), 60.0))
    assert not settings.runs_folder.exists()


def test_a_stop_that_comes_while_a_run_is_prepared_ends_it_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped_meanwhile(run: RunFolder, settings: Settings) -> RunFolder:
        loop, daemon = stopping[0]
        loop.call_soon_threadsafe(daemon.stop)
        return freeze_usual(run, settings)

    monkeypatch.setattr("surefoot.service.runtime.daemon.freeze_usual", stopped_meanwhile)
    stopping: list[tuple[asyncio.AbstractEventLoop, Daemon]] = []
    said = served(settings, 0.0, lambda daemon: stopping.append((asyncio.get_running_loop(), daemon)))
    assert [text.split()[0] for text in said] == ["Waiting", "Recording", "Run"]
    (run,) = list_runs(settings.runs_folder)
    assert not any(isinstance(entry, PacketEntry) for entry in JournalReader(run.journal_path))


def test_a_run_that_another_process_is_about_to_begin_is_left_to_it(settings: Settings) -> None:
    run = create_run(settings.runs_folder, [PodAssignment("0001", Foot.LEFT, "anna")], software="test")
    assert list(missing_runs(settings)) == open_runs(settings) == []
    JournalWriter(run.journal_path).close()
    assert list(missing_runs(settings)) == open_runs(settings) == [run]


def test_runs_that_cannot_be_read_stop_no_other(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    served_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    pods, bad = [PodAssignment("0001", Foot.LEFT, "anna")], set[str]()
    for age in (timedelta(days=3), timedelta(minutes=1)):
        run = create_run(settings.runs_folder, pods, software="test", created_utc=served_at - age)
        run.journal_path.mkdir()
        bad.add(run.manifest.run_id)
    served(settings, 60.0)
    (new,) = (run for run in list_runs(settings.runs_folder) if run.manifest.run_id not in bad)
    assert new.manifest.ended
    with StoreReader(settings.store_path) as reader:
        assert [stored.run for stored in reader.runs()] == [new.manifest.run_id]
    assert all(f"{name}/journal.bin: is not a recorded run (it is not a file)." in caplog.text for name in bad)


@pytest.mark.skipif(os.name == "nt", reason="Windows does not delete a file that is open")
def test_after_a_recording_was_deleted_the_service_begins_a_new_run(settings: Settings) -> None:
    deleted: list[str] = []

    def delete_then_stop(daemon: Daemon) -> None:
        (run,) = list_runs(settings.runs_folder)
        deleted.append(run.manifest.run_id)
        shutil.rmtree(run.path)
        asyncio.get_running_loop().call_later(30.0, daemon.stop)

    served(settings, 20.0, delete_then_stop)
    (new,) = list_runs(settings.runs_folder)
    assert new.manifest.run_id not in deleted
    assert new.manifest.ended


def test_after_kill_9_the_service_goes_on_with_the_run(tmp_path: Path) -> None:
    environment = {**os.environ, "SUREFOOT_DATA": str(tmp_path), "PYTHONPATH": str(ROOT / ".links")}
    command = [
        sys.executable,
        "-c",
        "from surefoot.service.cli.main import main; main()",
        "live",
        "--simulated",
        "1",
        "--minutes",
        "2",
    ]
    for started in (1, 2):
        service = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        wait(lambda: sum(isinstance(entry, PodEntry) for entry in journals(tmp_path)) >= 2 * started)  # noqa: B023
        service.kill()
        service.wait()
    (run,) = list_runs(tmp_path / "runs")
    assert not run.manifest.ended


def test_live_without_anybody_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    result = surefoot(capsys, "live")
    assert (result.code, result.out) == (2, "")
    assert "the settings name no runner; add [runners.NAME]" in result.err
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path / "file"))
    result = surefoot(capsys, "live", "--simulated", "1")
    assert (result.code, len(result.err.splitlines())) == (2, 1)


def test_what_the_store_did_not_take_at_the_end_of_a_run_it_takes_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([sqlite3.OperationalError("database or disk is full")] * 2)
    add_summary = StoreWriter.add_summary

    def fail_at_first(writer: StoreWriter, *row: Any) -> None:
        if failure := next(failures, None):
            raise failure
        add_summary(writer, *row)

    monkeypatch.setattr(StoreWriter, "add_summary", fail_at_first)
    impatient = Settings.model_validate({"data": settings.data, "run_end": {"still_min": 8.0 / 60.0}})
    served(impatient, 1000.0)
    (run,) = list_runs(settings.runs_folder)
    assert_stored_as_recorded(settings)
    with StoreReader(settings.store_path) as reader:
        assert [stored.summary is not None for stored in reader.runs()] == [True]
    ends = [entry for entry in JournalReader(run.journal_path) if isinstance(entry, EndEntry)]
    assert len(ends) == 1
