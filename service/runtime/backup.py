"""A copy of the data folder's runs, results, notes and what people typed in another folder, and back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from surefoot.sensor_ingest.recording.private_files import make_private_file, make_private_folder
from surefoot.service.errors.store import BackupError
from surefoot.service.people.forgotten import FILE_NAME as FORGOTTEN
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.people.people_file import FILE_NAME as PEOPLE
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.runtime.file_memory import FILE_NAME as FILE_MEMORY
from surefoot.service.runtime.forgetting import sweep
from surefoot.service.settings import Settings
from surefoot.service.store.connection import connect, store_errors
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.repair import check_store, ensure_store

STORE, NOTEBOOK, RUNS, PARTS, SHELF = "surefoot.sqlite", "notebook.log", "runs", "parts", "shelf"
PARTIAL = ".part"
"""A file is copied under a name with this ending: without it, it is whole."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied; a file that was there already as it is does not count.

    Parameters
    ----------
    stored : runs whose results are in the copy, complete.
    """

    stored: tuple[str, ...]
    files: int
    size_bytes: int


def back_up(settings: Settings, target: Path, progress: ProgressCallback = lambda *_: None) -> Copied:
    """Copy recordings, results and notes into a folder, also of an earlier backup; the service may run meanwhile.

    Raises
    ------
    BackupError
        if there is nothing to copy, or the folder cannot be written.
    StoreError
        if the results cannot be read.
    """
    if not settings.store_path.exists():
        raise BackupError(settings.data, "there are no results to back up; run surefoot ship --backfill first")
    with _told(target):
        make_private_folder(target)
        stored = _stored_runs(settings.store_path)
        files = list(_copied_files(settings.shelf_folder, target / SHELF, progress))  # first, as it becomes parts,
        files += _copied_files(settings.parts_folder, target / PARTS, progress)  # and these runs
        files += _copied_files(settings.runs_folder, target / RUNS, progress)
        _copy_store(settings.store_path, target / STORE)
        notebook = Notebook(settings.store_path)
        sweep_backup(target, Forgotten(settings.data))
        for path in (notebook.path, *(settings.data / name for name in (PEOPLE, FILE_MEMORY, FORGOTTEN))):
            if path.exists():
                files += _copied(path, target / path.name)
    notebook.append(NoteKind.BACKUP, {"folder": str(target.absolute()), "runs": stored})
    return Copied(stored, len(files) + 1, sum(files) + (target / STORE).stat().st_size)


def restore(source: Path, settings: Settings, progress: ProgressCallback = lambda *_: None) -> Copied:
    """Bring a backup into a data folder without runs and results.

    Raises
    ------
    BackupError
        if there is no backup, or the data folder has runs or results.
    StoreError
        if the results of the backup are damaged.
    """
    if not (source / STORE).is_file():
        raise BackupError(source, "is no backup: there is no surefoot.sqlite in it")
    folders = (settings.runs_folder, settings.parts_folder, settings.shelf_folder)
    if settings.store_path.exists() or any(folder.is_dir() and any(folder.iterdir()) for folder in folders):
        raise BackupError(settings.data, "has runs or results already; set data to a new folder")
    with _told(settings.data):
        checked = settings.store_path.with_name(STORE + PARTIAL)
        make_private_file(checked)
        shutil.copyfile(source / STORE, checked)
        check_store(checked)
        files = list(_copied_files(source / RUNS, settings.runs_folder, progress))
        files += _copied_files(source / PARTS, settings.parts_folder, progress)
        files += _copied_files(source / SHELF, settings.shelf_folder, progress)
        for name in (NOTEBOOK, PEOPLE, FILE_MEMORY):
            if (source / name).exists():
                files += _copied(source / name, settings.store_path.with_name(name))
        checked.replace(settings.store_path)
        Forgotten(settings.data).take_over(source / FORGOTTEN)
    ensure_store(settings.store_path)
    sweep(settings)
    return Copied(_stored_runs(settings.store_path), len(files) + 1, sum(files) + settings.store_path.stat().st_size)


def backups(settings: Settings) -> list[Path]:
    """Folders of all backups that were made, also those that are not at hand."""
    notes = Notebook(settings.store_path).entries(NoteKind.BACKUP)
    return list(dict.fromkeys(Path(note["folder"]) for note in notes))


def sweep_backup(folder: Path, forgotten: Forgotten) -> bool:
    """Leave nothing of forgotten runners in a backup; whether it is at hand.

    Raises
    ------
    BackupError, RunError, StoreError
        if it cannot be written.
    """
    store = folder / STORE
    if not store.is_file():
        return False
    if forgotten.tombstones:
        sweep(Settings(data=folder), forgotten)
        with store_errors(store), closing(sqlite3.connect(store)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
        with _told(folder):
            Forgotten(folder).take_over(forgotten.path)
    return True


def _stored_runs(store: Path) -> tuple[str, ...]:
    """Runs whose results are complete."""
    with StoreReader(store) as reader:
        return tuple(dict.fromkeys(run.run for run in reader.runs() if run.summary is not None))


def _copied_files(source: Path, target: Path, progress: ProgressCallback) -> Iterator[int]:
    """Copy a folder of runs, parts or records; the size of each file that was not there."""
    files = sorted(path for path in source.rglob("*") if path.is_file() and not path.is_symlink())
    for place, path in enumerate(files):
        progress("Copying", place / len(files))
        with suppress(FileNotFoundError):  # joined or deleted meanwhile
            yield from _copied(path, target / path.relative_to(source))


def _copied(source: Path, target: Path) -> Iterator[int]:
    """Copy a file, unless one of its size and time is there; its size."""
    found = source.stat()
    if target.exists() and (target.stat().st_size, target.stat().st_mtime_ns) == (found.st_size, found.st_mtime_ns):
        return
    make_private_folder(target.parent)
    partial = target.with_name(target.name + PARTIAL)
    make_private_file(partial)
    shutil.copyfile(source, partial)
    os.utime(partial, ns=(found.st_atime_ns, found.st_mtime_ns))
    partial.replace(target)
    yield found.st_size


def _copy_store(source: Path, target: Path) -> None:
    """Copy a store as it is at one moment, while others write it."""
    partial = target.with_name(target.name + PARTIAL)
    partial.unlink(missing_ok=True)
    make_private_folder(target.parent)
    make_private_file(partial)
    with closing(connect(source)) as store, store_errors(partial), closing(sqlite3.connect(partial)) as copy:
        store.backup(copy)
    check_store(partial)
    with closing(sqlite3.connect(partial)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, which can be read where nothing can be written
    partial.replace(target)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(folder, f"cannot be written ({error.strerror or type(error).__name__})") from error
