"""Account of the rows that a sink was given: refused, too old, to be sent again; and how many points it should have."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import EXPORTED_TABLES

_FEET = "(SELECT count(*) + 1 FROM json_each(body, '$.feet'))"
_ALERT_OR_FINDING = "runner, time_ns, json_extract(body, '$.kind'), json_extract(body, '$.foot')"

POINTS: Mapping[str, tuple[str, str]] = {
    "windows": ("runner, gait, time_ns", _FEET),
    "live": ("runner, gait, time_ns", _FEET),
    "findings": (_ALERT_OR_FINDING, "1"),
    "alerts": (f"{_ALERT_OR_FINDING}, json_extract(body, '$.event')", "1"),
}
"""Table → what tells its points apart within a run, and how many they are; elsewhere a row is a point.

Points are those of `line_protocol`: revisions of a finding are one, a window has one for each foot and one for both.
"""


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """Rows of a run that a sink refused for good, for one reason; `at_utc` is when the last one was."""

    table: str
    run: str
    reason: str
    count: int
    at_utc: str


class Ledger:
    """Keeps account for the sink of an outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._sink = outbox.sink

    def refused(self) -> list[RefusedRows]:
        """Rows that the sink refused for good, by table, run and reason."""
        return [
            RefusedRows(table, row["run"], row["reason"], row["n"], row["at_utc"])
            for table in EXPORTED_TABLES
            for row in self._outbox.rows(
                "SELECT run, reason, count(*) AS n, max(at_utc) AS at_utc FROM dead_letters JOIN"
                f" {table} USING (seq) WHERE sink = ? AND source = ? GROUP BY run, reason ORDER BY run",
                self._sink,
                table,
            )
        ]

    def refused_rows(self, table: str) -> Sequence[sqlite3.Row]:
        """Rows of a table that the sink refused for good, in order."""
        refused = "SELECT seq FROM dead_letters WHERE sink = ? AND source = ?"
        return self._outbox.rows(f"SELECT * FROM {table} WHERE seq IN ({refused}) ORDER BY seq", self._sink, table)

    def too_old(self) -> dict[str, int]:
        """Run → nanoseconds since 1970; rows up to this time are too old for the sink."""
        rows = self._outbox.rows("SELECT run, until_ns FROM too_old WHERE sink = ?", self._sink)
        return {row["run"]: row["until_ns"] for row in rows}

    def send_again(self, run: str, *, replaced: bool) -> None:
        """Have a run sent once more; `replaced` is whether what the sink has of it is deleted before."""
        with self._outbox.transaction() as connection:
            connection.execute("DELETE FROM too_old WHERE sink = ? AND run = ?", (self._sink, run))
            connection.execute(
                "INSERT INTO sent_again (sink, run, replaced) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET replaced = max(replaced, excluded.replaced)",
                (self._sink, run, int(replaced)),
            )

    def to_send_again(self) -> dict[str, bool]:
        """Run → whether it replaces what the sink has of it."""
        rows = self._outbox.rows("SELECT run, replaced FROM sent_again WHERE sink = ? ORDER BY run", self._sink)
        return {row["run"]: bool(row["replaced"]) for row in rows}

    def was_sent_again(self, run: str) -> None:
        """Note that a run has been sent once more, and forget refused rows that are no longer in the store."""
        with self._outbox.transaction() as connection:
            connection.execute("DELETE FROM sent_again WHERE sink = ? AND run = ?", (self._sink, run))
            for table in EXPORTED_TABLES:
                connection.execute(
                    f"DELETE FROM dead_letters WHERE sink = ? AND source = ? AND seq NOT IN (SELECT seq FROM {table})",
                    (self._sink, table),
                )

    def rows_of(self, table: str, run: str, after: int, limit: int) -> Sequence[sqlite3.Row]:
        """Up to `limit` rows of a run up to the cursor, with a `seq` above `after`, in order."""
        return self._outbox.rows(
            f"SELECT * FROM {table} WHERE run = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            run,
            after,
            self._outbox.cursor(table),
            limit,
        )

    def point_counts(self, table: str, oldest_ns: int) -> dict[str, int]:
        """Run → number of points that the sink should have of a table, from `oldest_ns` on."""
        return self._totals(table, POINTS.get(table, ("seq", "1"))[1], oldest_ns)

    def revision_sums(self, oldest_ns: int) -> dict[str, int]:
        """Run → sum of the revisions that the sink should have of its findings, from `oldest_ns` on."""
        return self._totals("findings", "max(json_extract(body, '$.revision'))", oldest_ns)

    def _totals(self, table: str, amount: str, oldest_ns: int) -> dict[str, int]:
        """Run → the sum of an amount over the points that the sink should have of a table."""
        apart, _ = POINTS.get(table, ("seq", "1"))
        rows = self._outbox.rows(
            f"SELECT run, sum(amount) AS total FROM (SELECT run, {amount} AS amount FROM {table}"
            " LEFT JOIN (SELECT run, until_ns FROM too_old WHERE sink = ?1) USING (run)"
            " WHERE seq <= ?2 AND time_ns > max(coalesce(until_ns, ?3), ?3)"
            " AND seq NOT IN (SELECT seq FROM dead_letters WHERE sink = ?1 AND source = ?4)"
            f" GROUP BY run, {apart}) GROUP BY run",
            self._sink,
            self._outbox.cursor(table),
            oldest_ns - 1,
            table,
        )
        return {row["run"]: row["total"] for row in rows}
