"""Rows of the store that an exporter has yet to deliver."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.connection import OpenedFile, connect, store_errors, transaction
from surefoot.service.store.notebook import Notebook, NoteKind
from surefoot.service.store.schema import ALERTS

MAX_COUNTED = 100_000
"""Beyond this, waiting rows are taken from the span of `seq`, since counting a long backlog reads all of it."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a sink does not have.

    Parameters
    ----------
    refused, reason : number of rows refused for good, and why the newest was.
    lag_s : age of the oldest waiting row; 0 without one.
    """

    waiting: int
    refused: int
    reason: str
    lag_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of rows that were offered to a sink.

    Parameters
    ----------
    taken : number of rows.
    refused : for good: `seq` → reason.
    too_old : run → time of its newest row that the sink no longer keeps, in nanoseconds since 1970.
    """

    taken: int = 0
    refused: Mapping[int, str] = field(default_factory=dict)
    too_old: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Self) -> Self:
        runs = {*self.too_old, *other.too_old}
        too_old = {run: max(self.too_old.get(run, 0), other.too_old.get(run, 0)) for run in runs}
        return type(self)(self.taken + other.taken, {**self.refused, **other.refused}, too_old)


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
        self._file = OpenedFile.at(path)
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
        rows = self.rows("SELECT seq FROM cursors WHERE sink = ? AND source = ?", self.sink, table)
        return int(rows[0]["seq"]) if rows else 0

    def pending(self, table: str, limit: int) -> Sequence[sqlite3.Row]:
        """Up to `limit` rows after the cursor, in order of `seq`."""
        after, values = self._after_cursor(table)
        return self.rows(f"SELECT * FROM {table} WHERE {after} ORDER BY seq LIMIT ?", *values, limit)

    def pending_count(self, table: str) -> int:
        """Number of rows after the cursor."""
        after, values = self._after_cursor(table)
        return int(self.rows(f"SELECT count(*) AS n FROM {table} WHERE {after}", *values)[0]["n"])

    def _after_cursor(self, table: str) -> tuple[str, tuple[object, ...]]:
        """Condition of a pending row, and its values; an alert that this sink has had is none."""
        if table != ALERTS:
            return "seq > ?", (self.cursor(table),)
        told = "id NOT IN (SELECT alert FROM deliveries WHERE sink = ?)"
        return f"seq > ? AND {told}", (self.cursor(table), self.sink)

    def backlog(self, tables: Sequence[str]) -> Backlog:
        """What this sink does not have of the tables, or is to get once more."""
        ages_s = [self.age_s(row) for table in tables for row in self.pending(table, 1)]
        newest = "SELECT count(*) AS n, max(at_utc), reason FROM dead_letters WHERE sink = ?"
        refused = self.rows(newest, self.sink)[0]
        return Backlog(
            waiting=sum(self._waiting(table) + self._waiting_again(table) for table in tables),
            refused=refused["n"],
            reason=refused["reason"] or "",
            lag_s=max(ages_s, default=0.0),
        )

    def waits_for_date(self, max_wait_s: float) -> bool:
        """Whether a run began less than `max_wait_s` ago whose date cannot be trusted yet."""
        now, rows = BootTime.now(), self.rows("SELECT boot, zero_s FROM run_clocks WHERE NOT dated")
        ages_s = [now.since(BootTime(row["boot"], row["zero_s"])) for row in rows]
        return any(age_s is not None and age_s < max_wait_s for age_s in ages_s)

    def age_s(self, row: sqlite3.Row) -> float:
        """Age of a row's moment, by the clock of this boot where the run was recorded during it, else by the date."""
        known = self.rows(
            "SELECT boot, zero_s, time_ns FROM run_clocks JOIN runs USING (run) WHERE run = ? LIMIT 1", row["run"]
        )
        for clock in known:
            now_s = BootTime.now().since(BootTime(clock["boot"], clock["zero_s"]))
            if now_s is not None:
                return max(now_s - (row["time_ns"] - clock["time_ns"]) / 1e9, 0.0)
        return max(time.time() - row["time_ns"] / 1e9, 0.0)

    def _waiting(self, table: str) -> int:
        """Number of rows after the cursor, in a time that does not grow with it."""
        after, values = self._after_cursor(table)
        first = f"SELECT seq FROM {table} WHERE {after} LIMIT {MAX_COUNTED}"
        counted = int(self.rows(f"SELECT count(*) AS n FROM ({first})", *values)[0]["n"])
        if counted < MAX_COUNTED:
            return counted
        return int(self.rows(f"SELECT max(seq) - ? AS n FROM {table}", self.cursor(table))[0]["n"])

    def _waiting_again(self, table: str) -> int:
        """Number of rows up to the cursor of runs that are to be sent again."""
        again = f"SELECT count(*) AS n FROM {table} JOIN sent_again USING (run) WHERE sink = ? AND seq <= ?"
        return int(self.rows(again, self.sink, self.cursor(table))[0]["n"])

    def set_cursor(self, table: str, seq: int) -> None:
        """Move the cursor of a table forward."""
        with self.transaction():
            self._set_cursor(table, seq)

    def settle(self, table: str, rows: Sequence[sqlite3.Row], outcome: Outcome) -> None:
        """Note what became of rows that were offered to the sink, and move the cursor behind them."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.transaction():
            self._connection.executemany(
                "DELETE FROM dead_letters WHERE sink = ? AND source = ? AND seq = ?",
                [(self.sink, table, row["seq"]) for row in rows],
            )
            self._connection.executemany(
                "INSERT INTO dead_letters (sink, source, seq, reason, at_utc) VALUES (?, ?, ?, ?, ?)",
                [(self.sink, table, seq, reason, now) for seq, reason in outcome.refused.items()],
            )
            self._connection.executemany(
                "INSERT INTO too_old (sink, run, until_ns) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET until_ns = max(until_ns, excluded.until_ns)",
                [(self.sink, run, until_ns) for run, until_ns in outcome.too_old.items()],
            )
            self._set_cursor(table, rows[-1]["seq"])

    def mark_delivered(self, alert: str, latency_s: float | None, *, late: bool, upto: int) -> None:
        """Note that an alert was delivered (the first time counts), and move the cursor to `upto`."""
        with self.transaction():
            self._note_delivery(alert, latency_s, late=late)
            self._set_cursor(ALERTS, upto)

    def mark_message_delivered(self, message: str, latency_s: float) -> None:
        """Note that a message that is no row was delivered."""
        with self.transaction():
            self._note_delivery(message, latency_s, late=False)

    def was_delivered(self, message: str) -> bool:
        """Whether this sink has had an alert or message."""
        return bool(self.rows("SELECT 1 FROM deliveries WHERE sink = ? AND alert = ?", self.sink, message))

    def _note_delivery(self, told: str, latency_s: float | None, *, late: bool) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        row = {"sink": self.sink, "alert": told, "delivered_utc": now, "latency_s": latency_s, "late": int(late)}
        Notebook(self.path).append(NoteKind.DELIVERY, row)
        self._connection.execute(
            "INSERT OR IGNORE INTO deliveries (sink, alert, delivered_utc, latency_s, late)"
            " VALUES (:sink, :alert, :delivered_utc, :latency_s, :late)",
            row,
        )

    def last_rows(self, table: str) -> Sequence[sqlite3.Row]:
        """Each runner's newest row of a table; of their pods, each foot's."""
        each = "runner, foot" if table == "pod_health" else "runner"
        return self.rows(f"SELECT *, max(time_ns) FROM {table} GROUP BY {each} ORDER BY {each}")

    def newest_runs(self) -> dict[str, str]:
        """Runner → the run that began last."""
        rows = self.rows("SELECT runner, run, max(time_ns) FROM runs GROUP BY runner")
        return {row["runner"]: row["run"] for row in rows}

    def alerts_of(self, run: str, runner: str, upto: int) -> Sequence[sqlite3.Row]:
        """A run's alerts so far, in order."""
        return self.rows(
            "SELECT * FROM alerts WHERE run = ? AND runner = ? AND seq <= ? ORDER BY seq", run, runner, upto
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what is done with the connection while entered, or roll it back."""
        self._file.check()
        with self._busy, transaction(self._connection, self.path):
            yield self._connection

    def rows(self, query: str, *values: object) -> list[Any]:
        """Rows of a query; StoreError where the store cannot be read."""
        self._file.check()
        with self._busy, store_errors(self.path):
            return self._connection.execute(query, values).fetchall()

    def _set_cursor(self, table: str, seq: int) -> None:
        self._connection.execute(
            "INSERT INTO cursors (sink, source, seq) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)",
            (self.sink, table, seq),
        )
