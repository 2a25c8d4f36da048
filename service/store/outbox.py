"""Rows of the store that an exporter has yet to deliver."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from surefoot.service.store.connection import connect, store_errors, transaction

MAX_COUNTED = 100_000
"""Beyond this, waiting rows are taken from the span of `seq`, since counting a long backlog reads all of it."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a sink does not have.

    Parameters
    ----------
    refused, reason : number of rows refused for good, and why the newest was.
    oldest_ns : time of the oldest waiting row in nanoseconds since 1970; None without one.
    """

    waiting: int
    refused: int
    reason: str
    oldest_ns: int | None

    def lag_s(self, utc_s: float) -> float:
        """Age of the oldest waiting row."""
        return 0.0 if self.oldest_ns is None else max(utc_s - self.oldest_ns / 1e9, 0.0)


class Outbox:
    """Pending rows of each table for one sink; open while the context is.

    It may be closed while another thread uses it; that thread's next call raises StoreError.

    Parameters
    ----------
    sink : name under which the cursors are kept.
    """

    def __init__(self, path: Path, sink: str) -> None:
        self.path = path
        self.sink = sink
        self._connection = connect(path)
        self._busy = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._busy:  # SQLite crashes the process if it is closed during a query
            self._connection.close()

    def cursor(self, table: str) -> int:
        """Highest `seq` of the table that this sink has acknowledged."""
        rows = self._rows("SELECT seq FROM cursors WHERE sink = ? AND source = ?", self.sink, table)
        return int(rows[0]["seq"]) if rows else 0

    def pending(self, table: str, limit: int) -> Sequence[sqlite3.Row]:
        """Up to `limit` rows after the cursor, in order of `seq`."""
        return self._rows(f"SELECT * FROM {table} WHERE seq > ? ORDER BY seq LIMIT ?", self.cursor(table), limit)

    def pending_count(self, table: str) -> int:
        """Number of rows after the cursor."""
        return int(self._rows(f"SELECT count(*) AS n FROM {table} WHERE seq > ?", self.cursor(table))[0]["n"])

    def backlog(self, tables: Sequence[str]) -> Backlog:
        """What this sink does not have of the tables."""
        oldest_ns = [row["time_ns"] for table in tables for row in self.pending(table, 1)]
        newest = "SELECT count(*) AS n, max(at_utc), reason FROM dead_letters WHERE sink = ?"
        refused = self._rows(newest, self.sink)[0]
        return Backlog(
            waiting=sum(map(self._waiting, tables)),
            refused=refused["n"],
            reason=refused["reason"] or "",
            oldest_ns=min(oldest_ns, default=None),
        )

    def _waiting(self, table: str) -> int:
        """Number of rows after the cursor, in a time that does not grow with it."""
        cursor = self.cursor(table)
        first = f"SELECT seq FROM {table} WHERE seq > ? LIMIT {MAX_COUNTED}"
        counted = int(self._rows(f"SELECT count(*) AS n FROM ({first})", cursor)[0]["n"])
        if counted < MAX_COUNTED:
            return counted
        return int(self._rows(f"SELECT max(seq) - ? AS n FROM {table}", cursor)[0]["n"])

    def set_cursor(self, table: str, seq: int) -> None:
        """Set the cursor of a table."""
        with self._transaction():
            self._set_cursor(table, seq)

    def dead_letter(self, table: str, seqs: Mapping[int, str], upto: int) -> None:
        """Note rows that the sink refuses for good, `seq` → reason, and move the cursor to `upto`."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO dead_letters (sink, source, seq, reason, at_utc) VALUES (?, ?, ?, ?, ?)",
                [(self.sink, table, seq, reason, now) for seq, reason in seqs.items()],
            )
            self._set_cursor(table, upto)

    def mark_delivered(self, alert: str, latency_s: float | None, *, late: bool, upto: int) -> None:
        """Note that an alert was delivered (the first time counts), and move the cursor to `upto`."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._transaction():
            self._connection.execute(
                "INSERT OR IGNORE INTO deliveries (sink, alert, delivered_utc, latency_s, late) VALUES (?, ?, ?, ?, ?)",
                (self.sink, alert, now, latency_s, int(late)),
            )
            self._set_cursor("alerts", upto)

    def last_seqs(self, table: str) -> dict[str, int]:
        """Run → its last `seq` in a table up to the cursor."""
        rows = self._rows(f"SELECT run, max(seq) AS seq FROM {table} WHERE seq <= ? GROUP BY run", self.cursor(table))
        return {row["run"]: row["seq"] for row in rows}

    def first_seq(self, table: str, run: str) -> int | None:
        """First `seq` of a run in a table; None without rows."""
        return self._rows(f"SELECT min(seq) AS seq FROM {table} WHERE run = ?", run)[0]["seq"]

    def rewind(self, table: str, run: str) -> None:
        """Move the cursor of a table back, so that all rows of a run are pending."""
        first = self.first_seq(table, run)
        if first is not None and first <= self.cursor(table):
            self.set_cursor(table, first - 1)

    def run_starts_ns(self) -> dict[str, int]:
        """Run → its start in nanoseconds since 1970."""
        return {
            row["run"]: row["time_ns"]
            for row in self._rows("SELECT run, min(time_ns) AS time_ns FROM runs GROUP BY run")
        }

    def last_rows(self, table: str) -> Sequence[sqlite3.Row]:
        """Each runner's newest row of a table."""
        return self._rows(f"SELECT *, max(time_ns) FROM {table} GROUP BY runner ORDER BY runner")

    def newest_runs(self) -> dict[str, str]:
        """Runner → the run that began last."""
        rows = self._rows("SELECT runner, run, max(time_ns) FROM runs GROUP BY runner")
        return {row["runner"]: row["run"] for row in rows}

    def alerts_of(self, run: str, runner: str, upto: int) -> Sequence[sqlite3.Row]:
        """A run's alerts so far, in order."""
        return self._rows(
            "SELECT * FROM alerts WHERE run = ? AND runner = ? AND seq <= ? ORDER BY seq", run, runner, upto
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._busy, transaction(self._connection, self.path):
            yield

    def _set_cursor(self, table: str, seq: int) -> None:
        self._connection.execute(
            "INSERT INTO cursors (sink, source, seq) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq",
            (self.sink, table, seq),
        )

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._busy, store_errors(self.path):
            return self._connection.execute(query, values).fetchall()
