"""All rows of one runner, of every table that has any: a table that is added later is there without being named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from surefoot.service.store.connection import connect, store_errors


@dataclass(frozen=True, slots=True)
class OwnRows:
    """A runner's rows of a table, in the order in which they were stored."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]


def own_rows(store: Path, runner: str) -> Iterator[OwnRows]:
    """Each table with rows of a runner, by their id; StoreError if the store cannot be read."""
    with closing(connect(store)) as connection, store_errors(store):
        for table, columns in runner_tables(connection).items():
            found = connection.execute(f"SELECT * FROM {table} WHERE runner = ? ORDER BY rowid", (runner,)).fetchall()
            if found:
                yield OwnRows(table, tuple(columns), [tuple(row) for row in found])


def runner_tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Each table with rows of runners, and its columns."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    known = {
        table: [row["name"] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        for (table,) in connection.execute(named).fetchall()
    }
    return {table: columns for table, columns in known.items() if "runner" in columns}
