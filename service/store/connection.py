"""Opens the store's file; its failures are StoreErrors."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from surefoot.sensor_ingest.recording.private_files import make_private_file, make_private_folder
from surefoot.service.errors.store import StoreBrokenError, StoreError
from surefoot.service.store.migrations import MIGRATIONS, migrate

BUSY_TIMEOUT_S = 10.0
"""Longest wait for another process's or thread's commit, which takes milliseconds."""
BUSY_POLL_S = 0.01
BROKEN_CODES = frozenset(
    (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR_SHORT_READ)
)
"""Errors of a damaged file; SQLITE_ERROR is a table or a column that is missing."""
MIN_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""


def connect(path: Path, migrations: Mapping[int, str] = MIGRATIONS) -> sqlite3.Connection:
    """Open the store; a missing one is created, an older one migrated.

    Raises
    ------
    StoreError
        if the file cannot be used.
    """
    if sqlite3.sqlite_version_info < MIN_SQLITE:
        raise StoreError(path, f"SQLite {sqlite3.sqlite_version} is too old", "use a newer Python")
    with store_errors(path):
        make_private_folder(path.parent)
        make_private_file(path)  # SQLite gives its other files the same rights
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        with ExitStack() as unprepared:
            unprepared.callback(connection.close)
            _prepare(connection, path, migrations)
            unprepared.pop_all()
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, migrations: Mapping[int, str]) -> None:
    connection.row_factory = sqlite3.Row
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")  # it would wait for the disk; `checkpoint` does it in a thread
    migrate(connection, path, migrations)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Set WAL mode, with retries: SQLite's busy timeout does not cover several that open a new store at once."""
    end_s = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end_s:
                raise
            time.sleep(BUSY_POLL_S)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The file behind a connection: a store that was broken is replaced while others have it open."""

    path: Path
    identity: tuple[int, int]

    @classmethod
    def at(cls, path: Path) -> Self:
        """The file that is there now."""
        with store_errors(path):
            found = path.stat()
        return cls(path, (found.st_dev, found.st_ino))

    @property
    def is_replaced(self) -> bool:
        """Whether another file, or none, is there by now."""
        try:
            return OpenedFile.at(self.path) != self
        except StoreError:
            return True

    def check(self) -> None:
        """StoreError if it is replaced."""
        if self.is_replaced:
            raise StoreError(self.path, "it was replaced", "the new one is used from now on")


def checkpoint(path: Path) -> None:
    """Copy the write-ahead log into the main file; waits for the disk, so call it from a thread."""
    connection = connect(path)
    try:
        with store_errors(path):
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Raise SQLite's and the system's errors as StoreError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) in BROKEN_CODES:
            raise StoreBrokenError(path, str(error)) from error
        is_read_only = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY
        first = "make it writable" if is_read_only else "free space"
        raise StoreError(path, str(error), f"{first}, or choose another data folder") from error
    except OSError as error:
        raise StoreError(path, error.strerror or type(error).__name__, "choose another data folder") from error


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Commit what is done while entered, or roll it back."""
    with store_errors(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


@contextmanager
def snapshot(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Read from one snapshot while entered."""
    with store_errors(path):
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")
