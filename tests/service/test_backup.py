"""A backup made while the service may write is whole, and brings everything back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.weeks.labels import Shoe
from surefoot.sensor_ingest.recording.private_files import is_private
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.people.people import People
from surefoot.service.runtime.backup import back_up, restore
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.runtime.retention import apply_retention
from surefoot.service.settings import RetentionSettings, Settings
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.reading import StoreReader
from tests.service.real_command import RealCommand
from tests.service.stored_runs import finding, manifest, store_samples


@pytest.fixture
def settings(tmp_path: Path, samples: dict[Foot, Samples], demo: DemoRun) -> Settings:
    """A data folder with results, alerts and a recording."""
    found = Settings(data=tmp_path / "data")
    store_samples(found, samples, [finding()])
    shutil.copytree(demo.run.path, found.runs_folder / demo.run.path.name)
    shutil.copytree(demo.run.path, found.parts_folder / "belt" / f"{demo.run.path.name}-2")
    found.shelf_folder.mkdir()
    (found.shelf_folder / "SIM000001.bin").write_bytes(b"records of a pod")
    People(found.data).keep("anna", Shoe("s1", "Blue ones"))
    (found.data / "files.json").write_text("{}")
    return found


def said(data: Path, *arguments: str, code: int = 0) -> str:
    """What the command says, wherever."""
    with RealCommand(data, *arguments) as command:
        assert command.finish() == code, command.err
    return command.out + command.err


def rows(data: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(data / "surefoot.sqlite")) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(repr(row) for row in store.execute(f'SELECT * FROM "{name}"')) for name in tables}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_backup_brings_everything_back(settings: Settings, tmp_path: Path) -> None:
    copy, again = tmp_path / "copy", tmp_path / "again"
    with closing(sqlite3.connect(settings.store_path)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("DELETE FROM strides")  # not committed: a backup is of one moment
        assert f"{copy} has the results of 1 runs; " in said(settings.data, "backup", str(copy))
        writing.rollback()
    assert "; 2 files were copied (" in said(settings.data, "backup", str(copy))
    assert said(again, "restore", str(copy)) == f"{again} has the results of 1 runs again.\n"
    assert rows(again) == rows(settings.data)
    assert files(again / "runs") == files(settings.runs_folder)
    assert files(again / "parts") == files(settings.parts_folder) != {}
    assert files(again / "shelf") == files(settings.shelf_folder) != {}
    assert (again / "files.json").read_text() == "{}"
    assert People(again).all_of("anna", Shoe) == [Shoe("s1", "Blue ones")]
    kept, there = Notebook(again / "surefoot.sqlite"), Notebook(settings.store_path)
    assert list(kept.entries(NoteKind.ALERT)) == list(there.entries(NoteKind.ALERT)) != []
    assert [run.manifest.ended for run in list_runs(again / "runs")] == [True]
    noted = [note["runs"] for note in there.entries(NoteKind.BACKUP)]
    assert noted == [[manifest().run_id]] * 2


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_a_copy_can_be_read_by_its_owner_alone_wherever_it_lies(settings: Settings, tmp_path: Path) -> None:
    copy, again = tmp_path / "copy", Settings(data=tmp_path / "again")
    for folder in (copy, again.data):
        folder.mkdir(mode=0o755)
    for path in settings.data.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    back_up(settings, copy)
    restore(copy, again)
    for folder in (copy, again.data):
        assert [path for path in folder.rglob("*") if not is_private(path)] == []


def test_nothing_is_overwritten_and_nothing_damaged_is_restored(settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert "is no backup: there is no surefoot.sqlite in it." in said(tmp_path / "x", "restore", str(copy), code=2)
    assert "no results to back up" in said(tmp_path / "x", "backup", str(copy), code=2)
    said(settings.data, "backup", str(copy))
    assert "has runs or results already; set data to a new folder." in said(settings.data, "restore", str(copy), code=2)
    with (copy / "surefoot.sqlite").open("r+b") as file:
        file.seek(8192)
        file.write(b"\xa5" * 4096)
    assert "cannot be used (" in said(tmp_path / "again", "restore", str(copy), code=2)
    assert not (tmp_path / "again/surefoot.sqlite").exists()
    (tmp_path / "file").write_text("")
    assert "file: cannot be written (" in said(settings.data, "backup", str(tmp_path / "file"), code=2)


def test_old_recordings_are_told_and_deleted_only_if_wanted_and_backed_up(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (run,) = list_runs(settings.runs_folder)
    store_recorded_run(run, settings)
    now_s = run.manifest.created_utc.timestamp()
    apply_retention(settings, now_s + 1e9)
    assert not caplog.text
    for limit in ({"days": 10}, {"gigabytes": 1e-9}):
        keep = settings.model_copy(update={"retention": RetentionSettings(**limit)})
        apply_retention(keep, now_s + 11 * 86_400.0)
        assert run.path.exists()
    assert caplog.text.count("set retention.delete to have them deleted") == 2
    delete = settings.model_copy(update={"retention": RetentionSettings(days=10, delete=True)})
    apply_retention(delete, now_s + 11 * 86_400.0)
    assert run.path.exists()
    assert "not deleted, as their results are in no backup" in caplog.text
    back_up(settings, tmp_path / "copy")
    apply_retention(delete, now_s + 9 * 86_400.0)
    assert run.path.exists()
    apply_retention(delete, now_s + 11 * 86_400.0)
    assert not run.path.exists()
    assert f"The recording of run {run.manifest.run_id} was deleted" in caplog.text
    with StoreReader(settings.store_path) as reader:
        assert run.manifest.run_id in [stored.run for stored in reader.runs()]
    assert len(list_runs(tmp_path / "copy/runs")) == 1
