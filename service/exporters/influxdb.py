"""Exports the store to InfluxDB, each row at least once."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from math import inf
from time import monotonic, time_ns

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.service.exporters.influxdb_client import InfluxClient, InfluxError, RefusedError
from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.problem_log import ProblemLog
from surefoot.service.serialization.line_protocol import DELIVERED, delivered_line, lines
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import EXPORTED_TABLES, FIRST_GENERATION, REPLACED_TABLES

log = logging.getLogger(__name__)

BATCH_ROWS = 1000
POLL_S = 1.0
DAY_NS = 86_400e9
CHECK_PERIOD_S = 300.0
"""Period of checking that the database still has the exported rows; also after every failure."""
GATHER_S = 0.2
"""Rows that arrive within this time are written together."""


class InfluxExporter:
    """Writes the outbox to InfluxDB.

    Parameters
    ----------
    retention_days : see `InfluxSettings`.
    """

    def __init__(
        self,
        outbox: Outbox,
        influx: InfluxClient,
        status: ExporterStatus,
        *,
        retention_days: float | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._outbox = outbox
        self._influx = influx
        self._status = status
        self._retention_days = retention_days
        self._backoff = backoff or Backoff()
        self._problems = ProblemLog(log, logging.WARNING)
        self._checked_s: float | None = None

    async def run(self, rows_available: RowsAvailable) -> None:
        """Write pending rows until cancelled; reconnect with exponential back-off."""
        while True:
            try:
                await asyncio.to_thread(self.drain)
            except InfluxError as error:
                wait_s = self._backoff.next_delay_s()
                self._checked_s = None
                self._status.mark_down(str(error))
                self._problems.report(f"InfluxDB: {error}", f"; trying again in {wait_s:.1f} s")
                await asyncio.sleep(wait_s)
                continue
            self._backoff.reset()
            self._status.mark_up()
            self._problems.resolve("InfluxDB works again.")
            await rows_available.wait(POLL_S)
            await asyncio.sleep(GATHER_S)

    def drain(self, on_written: Callable[[int], None] = lambda _: None) -> None:
        """Write all pending rows; `on_written` gets their count per batch. InfluxError where the database fails."""
        if self._checked_s is None or monotonic() - self._checked_s > CHECK_PERIOD_S:
            self._check()
            self._checked_s = monotonic()
        for table in EXPORTED_TABLES:
            while rows := self._outbox.pending(table, BATCH_ROWS):
                if table == "runs":
                    self._drop_replaced(rows)
                refused = self._write(table, rows)
                if refused:
                    reason = next(iter(refused.values()))
                    log.error("InfluxDB refuses %d rows of %s for good: %s", len(refused), table, reason)
                self._note_delivered(rows, table)
                self._outbox.dead_letter(table, refused, rows[-1]["seq"])
                self._status.delivered += len(rows) - len(refused)
                on_written(len(rows))

    def _drop_replaced(self, runs: Sequence[sqlite3.Row]) -> None:
        """Delete what the database has of runs that were analysed again; all their rows are pending then."""
        for run in runs:
            if run["generation"] > FIRST_GENERATION:
                for table in REPLACED_TABLES:
                    self._influx.delete(table, run=run["run"], runner=run["runner"])
        for table in REPLACED_TABLES[1:]:
            for name in {run["run"] for run in runs if run["generation"] > FIRST_GENERATION}:
                self._outbox.rewind(table, name)

    def _write(self, table: str, rows: Sequence[sqlite3.Row]) -> dict[int, str]:
        """Write rows, halving a batch that is refused; returns `seq` → reason of rows refused for good."""
        written = [line for row in rows for line in lines(table, row)]
        try:
            if written:
                self._influx.write(written)
        except RefusedError as error:
            if len(rows) == 1:
                return {rows[0]["seq"]: str(error)}
            half = len(rows) // 2
            return self._write(table, rows[:half]) | self._write(table, rows[half:])
        return {}

    def _note_delivered(self, rows: Sequence[sqlite3.Row], table: str) -> None:
        """Write up to which `seq` of the table each run has been delivered."""
        started_ns = self._outbox.run_starts_ns()
        last = {row["run"]: row["seq"] for row in rows}
        self._influx.write([delivered_line(run, started_ns[run], {table: seq}) for run, seq in last.items()])

    def _check(self) -> None:
        """Move cursors back for runs that the database has lost, as after a restore or in an empty one."""
        theirs = self._delivered_seqs()
        oldest_ns = self._retention_start_ns()
        started_ns = self._outbox.run_starts_ns()
        for table in EXPORTED_TABLES:
            missing = [
                run
                for run, seq in self._outbox.last_seqs(table).items()
                if theirs.get((run, table), 0) < seq and started_ns[run] >= oldest_ns
            ]
            first = [seq for run in missing if (seq := self._outbox.first_seq(table, run)) is not None]
            if first:
                log.warning("InfluxDB misses %s of %d runs; shipping them again", table, len(missing))
                self._outbox.set_cursor(table, min(first) - 1)

    def _delivered_seqs(self) -> dict[tuple[str, str], float]:
        """(run, table) → last `seq` delivered, as noted in the database."""
        found = self._influx.query(f"SELECT * FROM {DELIVERED}")
        return {
            (row["run"], table): row[table]
            for series in found
            for row in series.dicts()
            for table in EXPORTED_TABLES
            if row.get(table) is not None
        }

    def _retention_start_ns(self) -> float:
        """Rows older than this are past the database's retention and are not sent again."""
        days = self._retention_days
        return -inf if days is None else time_ns() - days * DAY_NS
