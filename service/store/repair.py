"""A store that is broken is moved aside, and a new one begun with what the notebook holds."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from surefoot.sensor_ingest.recording.private_files import FOLDER_MODE
from surefoot.sensor_ingest.recording.runner_ids import runner_id
from surefoot.service.errors.store import StoreBrokenError
from surefoot.service.store.connection import connect, store_errors, transaction
from surefoot.service.store.migrations import MIGRATIONS, migrate
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.watch_runs import WatchRun, kept_watch_runs

log = logging.getLogger(__name__)

_REPAIRING = Lock()
BROKEN = "broken-"
"""Begins the names of folders with stores that were set aside."""
SUFFIXES = ("", "-wal", "-shm")
"""Files of a store."""
ALERT_COLUMNS = ("run", "runner", "time_ns", "id", "body", "age_s", "stored_utc_s")
DELIVERY_COLUMNS = ("sink", "alert", "delivered_utc", "latency_s", "late")
CLOCK_COLUMNS = ("run", "boot", "zero_s", "dated")
WATCH_RUN_COLUMNS = WatchRun.__match_args__


def ensure_store(path: Path) -> Path | None:
    """Check the store, and replace it if it is broken; where the broken one is now, None if there was none.

    What is in the recordings is missing in a new store. Reading all of it takes a second per 500 MB.

    Raises
    ------
    StoreError
        if the store cannot be used for another reason: it is locked, read-only or of a newer version.
    """
    with _REPAIRING:
        return _ensured(path)


def _ensured(path: Path) -> Path | None:
    try:
        check_store(path)
    except StoreBrokenError as error:
        aside = set_aside(path)
        restore_notes(path)
        log.error("%s It is now in %s; a new one is made from the recordings.", error, aside)
        return aside
    if _is_new(path):
        restore_notes(path)
    elif not Notebook(path).path.exists():
        begin_notebook(path)
    return None


def _is_new(path: Path) -> bool:
    """Whether no run was ever stored; an exporter may have begun the file before anybody looked."""
    with closing(connect(path)) as connection, store_errors(path):
        return connection.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is None


def check_store(path: Path) -> None:
    """StoreBrokenError if anything in the store cannot be read, StoreError if nothing can be written."""
    with closing(connect(path)) as connection, store_errors(path):
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        missing = _columns_of_a_new_store() - set(_columns(connection))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("PRAGMA user_version = 0")  # beginning alone succeeds in a file that cannot be written
        connection.execute("ROLLBACK")
    if found != "ok":
        raise StoreBrokenError(path, " ".join(str(found).replace("*", "").split()))
    if missing:
        raise StoreBrokenError(path, f"no column {'.'.join(sorted(missing)[0])}")


def set_aside(path: Path) -> Path:
    """Move the files of a store into a new folder beside it; StoreError where that is not possible."""
    now = datetime.now(UTC)
    folder = path.with_name(f"{BROKEN}{now:%Y%m%dT%H%M%S}-{now.microsecond:06}Z")
    with store_errors(path):
        folder.mkdir(mode=FOLDER_MODE)
        for suffix in SUFFIXES:
            file = path.with_name(path.name + suffix)
            if file.exists():
                file.replace(folder / file.name)
    return folder


def restore_notes(path: Path) -> None:
    """Bring what was told into a new store; sinks go on behind what they have had of it."""
    notebook = Notebook(path)
    with closing(connect(path)) as connection, transaction(connection, path):
        for fields in notebook.entries(NoteKind.ALERT):
            by_id = {**fields, "runner": runner_id(str(fields["runner"]))}
            _insert(connection, "alerts", ALERT_COLUMNS, by_id)
        for fields in notebook.entries(NoteKind.DELIVERY):
            _insert(connection, "deliveries", DELIVERY_COLUMNS, fields)
        for fields in {str(each["run"]): each for each in notebook.entries(NoteKind.CLOCK)}.values():
            _insert(connection, "run_clocks", CLOCK_COLUMNS, fields)
        for fields in kept_watch_runs(notebook):
            _insert(connection, "watch_runs", WATCH_RUN_COLUMNS, fields)


def begin_notebook(path: Path) -> None:
    """Write what a store of an earlier version holds into its first notebook."""
    notebook = Notebook(path)
    with closing(connect(path)) as connection, store_errors(path):
        for kind, query in (
            (NoteKind.ALERT, f"SELECT {', '.join(ALERT_COLUMNS)} FROM alerts ORDER BY seq"),
            (NoteKind.DELIVERY, f"SELECT {', '.join(DELIVERY_COLUMNS)} FROM deliveries"),
            (NoteKind.FINISHED, "SELECT run, runner FROM summaries"),
            (NoteKind.CLOCK, f"SELECT {', '.join(CLOCK_COLUMNS)} FROM run_clocks"),
            (NoteKind.WATCH_RUN, f"SELECT {', '.join(WATCH_RUN_COLUMNS)}, 0 AS forgotten FROM watch_runs"),
        ):
            for row in connection.execute(query):
                notebook.append(kind, dict(row))


def _insert(connection: sqlite3.Connection, table: str, columns: tuple[str, ...], fields: Mapping[str, Any]) -> None:
    names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    connection.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", fields)


def _columns_of_a_new_store() -> set[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection, Path(":memory:"), MIGRATIONS)
        return set(_columns(connection))


def _columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Table and column."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables.fetchall():
        yield from ((table, row["name"]) for row in connection.execute(f'PRAGMA table_info("{table}")'))
