"""A store that is broken is made again from the recordings: nothing told is lost, and nothing is told twice."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.errors.store import StoreBrokenError, StoreError
from surefoot.service.exporters import exporter_thread
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.recovery import missing_runs, rebuild, store_recorded_run
from surefoot.service.settings import CommandSettings, Settings
from surefoot.service.store.connection import connect
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.repair import check_store, ensure_store
from tests.service.demo_runs import assert_same, record_demo_run
from tests.service.real_command import RealCommand
from tests.service.servers import wait

RUNNER = "runner-1"
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
READ_ONLY = "surefoot.sqlite cannot be used (attempt to write a readonly database); make it writable"


@pytest.fixture(scope="session")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """A run with ankle rolls."""
    return record_demo_run(tmp_path_factory.mktemp("rolled"), 1.5, name="ankle-roll")


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory, rolled: DemoRun) -> Settings:
    """A data folder with the run and its store, the first alerts delivered."""
    settings = Settings(data=tmp_path_factory.mktemp("stored"))
    shutil.copytree(rolled.run.path, settings.runs_folder / rolled.run.path.name)
    store_recorded_run(rolled.run, settings)
    with Outbox(settings.store_path, "mqtt") as outbox:
        for row in outbox.pending("alerts", 2):
            outbox.mark_delivered(row["id"], 1.0, late=False, upto=row["seq"])
    return settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def run(settings: Settings, stored: Settings) -> RunFolder:
    """The run in the data folder and in the store."""
    shutil.copytree(stored.data, settings.data)
    return list_runs(settings.runs_folder)[0]


def header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xa5" * 100)


def page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 8192)


def truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def deleted(path: Path) -> None:
    path.unlink()


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def table_gone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as store:
        store.execute("DROP TABLE findings")


def impossible_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA user_version = 8388611")


def earlier_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA user_version = 1")


SILENT = (emptied, deleted)
DAMAGES = (header, page, truncated, no_database, table_gone, impossible_version, earlier_version, *SILENT)


def damage(settings: Settings, how: Callable[[Path], None]) -> None:
    """Damage the main file, with everything in it."""
    with closing(connect(settings.store_path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("-wal", "-shm"):
        settings.store_path.with_name(settings.store_path.name + suffix).unlink(missing_ok=True)
    how(settings.store_path)


def told(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What was told, to whom, and what is still to be told."""
    with closing(sqlite3.connect(settings.store_path)) as store:
        alerts = store.execute("SELECT id, run, runner, time_ns, body, age_s, stored_utc_s FROM alerts").fetchall()
        deliveries = store.execute("SELECT * FROM deliveries").fetchall()
    with Outbox(settings.store_path, "mqtt") as outbox:
        waiting = [(row["id"],) for row in outbox.pending("alerts", 100)]
        assert len(waiting) == outbox.pending_count("alerts") == outbox.backlog(["alerts"]).waiting
    return {"alerts": sorted(alerts), "deliveries": sorted(deliveries), "waiting": sorted(waiting)}


@pytest.mark.parametrize("how", DAMAGES, ids=lambda each: each.__name__)
def test_everything_is_there_again_and_nothing_is_told_twice(
    settings: Settings, run: RunFolder, how: Callable[[Path], None]
) -> None:
    with StoreReader(settings.store_path) as reader:
        before = reader.results(run.manifest.run_id, RUNNER)
        health = {foot: reader.pod_health(run.manifest.run_id, RUNNER, foot) for foot in Foot}
    known = told(settings)
    assert all(health.values())
    assert all(known.values())
    damage(settings, how)
    aside = ensure_store(settings.store_path)
    assert (aside is None) == (how in SILENT)
    assert aside is None or (aside / settings.store_path.name).exists()
    assert told(settings) == known
    assert [each.manifest.run_id for each in missing_runs(settings)] == [run.manifest.run_id]
    rebuild(run, settings)
    with StoreReader(settings.store_path) as reader:
        assert_same(before, reader.results(run.manifest.run_id, RUNNER))
        assert {foot: reader.pod_health(run.manifest.run_id, RUNNER, foot) for foot in Foot} == health
    assert told(settings) == known
    assert ensure_store(settings.store_path) is None
    assert not list(missing_runs(settings))


@pytest.mark.usefixtures("run")
def test_a_new_store_that_somebody_opened_first_gets_what_was_told_all_the_same(settings: Settings) -> None:
    known = told(settings)
    damage(settings, deleted)
    with Outbox(settings.store_path, "mqtt"):
        assert ensure_store(settings.store_path) is None
    assert told(settings) == known


def test_a_store_from_before_there_was_a_notebook_gets_one(settings: Settings, run: RunFolder) -> None:
    notebook, known = Notebook(settings.store_path), told(settings)
    notebook.path.unlink()
    assert ensure_store(settings.store_path) is None
    assert [note["run"] for note in notebook.entries(NoteKind.FINISHED)] == [run.manifest.run_id]
    damage(settings, header)
    ensure_store(settings.store_path)
    assert told(settings) == known


def test_a_damaged_note_costs_itself_and_no_other(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    notebook = Notebook(settings.store_path)
    notebook.path.parent.mkdir(parents=True)
    for number in range(3):
        notebook.append(NoteKind.FINISHED, {"run": f"{number}", "runner": "Zoë"})
    whole = notebook.path.read_bytes()
    for place in range(0, len(whole), 7):
        notebook.path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        kept = [note["run"] for note in notebook.entries(NoteKind.FINISHED)]
        assert len(kept) >= 1
        assert set(kept) < {"0", "1", "2"}
    notebook.path.write_bytes(whole[:-5])
    notebook.append(NoteKind.FINISHED, {"run": "3", "runner": "Zoë"})
    assert [note["run"] for note in notebook.entries(NoteKind.FINISHED)] == ["0", "1", "3"]
    assert "are damaged and left out." in caplog.text


@pytest.mark.usefixtures("run")
def test_a_healthy_store_is_not_touched(settings: Settings) -> None:
    inode = settings.store_path.stat().st_ino
    assert ensure_store(settings.store_path) is None
    assert settings.store_path.stat().st_ino == inode
    assert not list(settings.data.glob("broken-*"))
    damage(settings, header)
    with pytest.raises(StoreBrokenError, match="surefoot live makes a new one from the recordings"):
        check_store(settings.store_path)


@pytest.mark.usefixtures("run")
def test_who_has_a_replaced_store_open_is_told_so(settings: Settings) -> None:
    with Outbox(settings.store_path, "mqtt") as outbox:
        damage(settings, header)
        ensure_store(settings.store_path)
        with pytest.raises(StoreError, match="it was replaced"):
            outbox.pending("strides", 1)


def packets(settings: Settings, without: str) -> int:
    """How many packets are recorded in other runs."""
    runs = [run for run in list_runs(settings.runs_folder) if run.manifest.run_id != without]
    return sum(isinstance(entry, PacketEntry) for run in runs for entry in JournalReader(run.journal_path))


def strides(settings: Settings, which: str) -> int:
    with closing(sqlite3.connect(settings.store_path)) as store:
        return int(store.execute(f"SELECT count(*) FROM strides WHERE {which}").fetchone()[0])


def test_the_service_records_while_it_makes_a_broken_store_anew(settings: Settings, run: RunFolder) -> None:
    old = f"run = '{run.manifest.run_id}'"
    known, count = told(settings), strides(settings, old)
    damage(settings, page)
    with RealCommand(settings.data, "live", "--simulated", "1", "--minutes", "2") as service:
        service.expect("a new one is made from the recordings")
        wait(lambda: strides(settings, old) == count)
        wait(lambda: strides(settings, f"NOT {old}") > 0)
        assert packets(settings, run.manifest.run_id) > 0
    assert told(settings)["deliveries"] == known["deliveries"]
    assert set(known["alerts"]) <= set(told(settings)["alerts"])


def without_the_rights_of_root() -> None:
    """Let file permissions count for this process, if it is that of root."""
    if os.geteuid() == 0:
        assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere root cannot give up its rights")
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("doctor",), "Make it writable, or choose another data folder."),
        (("reanalyze", "last"), f"{READ_ONLY}, or choose another data folder."),
        (("live", "--simulated", "1"), f"{READ_ONLY}, or choose another data folder. Recording goes on without it."),
    ],
)
@pytest.mark.usefixtures("run")
def test_a_store_that_cannot_be_written_is_one_sentence_and_costs_no_run(
    settings: Settings, command: tuple[str, ...], sentence: str
) -> None:
    settings.store_path.chmod(0o400)
    with RealCommand(settings.data, *command, before=without_the_rights_of_root) as service:
        if command[0] == "live":
            service.expect(sentence)
            wait(lambda: len(list_runs(settings.runs_folder)) == 2)
        else:
            service.finish()
    told = " ".join((service.out + service.err).split())
    assert sentence in told
    assert "Traceback" not in told
    assert told.count("Recording run") <= 1
    assert all(run.manifest.ended for run in list_runs(settings.runs_folder))


@contextmanager
def locked_out(path: Path) -> Iterator[None]:
    """Another program keeps everybody out of the store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE cursors SET seq = seq")
        yield
        other.execute("COMMIT")


def test_the_service_records_while_the_store_is_locked_and_stores_it_later(settings: Settings, run: RunFolder) -> None:
    new = f"run != '{run.manifest.run_id}'"
    with RealCommand(settings.data, "live", "--simulated", "1", "--minutes", "4") as service:
        with locked_out(settings.store_path):
            service.expect("database is locked")
            wait(lambda: packets(settings, run.manifest.run_id) > 20)
        wait(lambda: strides(settings, new) > 3)
    assert "Traceback" not in service.err
    (recorded,) = (each for each in list_runs(settings.runs_folder) if each.path != run.path)
    assert recorded.manifest.ended


def test_a_folder_is_for_one_service_at_a_time(settings: Settings) -> None:
    with RealCommand(settings.data, "live", "--simulated", "1") as service:
        wait(lambda: "Recording run" in service.out)
        for arguments in (["live", "--simulated", "1"], ["run", "--left", "1A2B"]):
            with RealCommand(settings.data, *arguments) as second:
                assert second.finish() == 2
            sentence = f"another surefoot records with the data folder {settings.data}; stop it first"
            assert [line for line in second.err.splitlines() if sentence in line], second.err
        with RealCommand(settings.data, "runs") as reading:
            assert reading.finish() == 0


@pytest.mark.usefixtures("run")
def test_exporters_go_on_with_the_new_store_and_say_so_in_a_sentence(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter_thread, "RESTART_DELAY_S", 0.0)
    exporting = settings.model_copy(update={"command": CommandSettings(program=("true",))})
    with exporter_thread.ExporterThread(exporting) as exporters:
        status = exporters.statuses["command"]
        wait(lambda: status.delivered)
        damage(settings, header)
        ensure_store(settings.store_path)
        exporters.notify()
        wait(lambda: status.restarts)
    assert "command: " in caplog.text
    assert "it was replaced" in caplog.text or "a new one is made" in caplog.text
    assert "Traceback" not in caplog.text
