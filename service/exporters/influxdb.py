"""The store into InfluxDB, row by row, once or more often but never less."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from math import inf
from time import monotonic, time_ns

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.service.exporters.influxdb_client import Influx, InfluxError, RefusedError
from surefoot.service.exporters.status import News, SinkState
from surefoot.service.serialization.line_protocol import WATERMARKS, lines, watermark
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import SHIPPED

log = logging.getLogger(__name__)

AT_ONCE = 1000
POLL_S = 1.0
DAY_NS = 86_400e9
CHECK_S = 300.0
"""How often the database is asked whether it still has what it was given, besides after every failure."""
LEAST_S = 0.2
"""Rows that come one by one are gathered for so long."""


class InfluxShipper:
    """Drains the outbox until it is cancelled.

    Parameters
    ----------
    retention_days : see `InfluxSettings`.
    """

    def __init__(
        self,
        outbox: Outbox,
        influx: Influx,
        state: SinkState,
        *,
        retention_days: float | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._outbox = outbox
        self._influx = influx
        self._state = state
        self._retention_days = retention_days
        self._backoff = backoff or Backoff()
        self._checked_s: float | None = None

    async def run(self, news: News) -> None:
        """For ever."""
        while True:
            try:
                await asyncio.to_thread(self.drain)
            except InfluxError as error:
                wait_s = self._backoff.next_delay_s()
                self._checked_s = None
                self._state.failed(str(error))
                log.warning("InfluxDB: %s; trying again in %.1f s", error, wait_s)
                await asyncio.sleep(wait_s)
                continue
            self._backoff.reset()
            self._state.worked()
            await news.wait(POLL_S)
            await asyncio.sleep(LEAST_S)

    def drain(self, told: Callable[[int], None] = lambda _: None) -> None:
        """Ship everything there is; InfluxError where the database does not take it now."""
        if self._checked_s is None or monotonic() - self._checked_s > CHECK_S:
            self._check()
            self._checked_s = monotonic()
        for source in SHIPPED:
            while rows := self._outbox.pending(source, AT_ONCE):
                refused = self._write(source, rows)
                if refused:
                    reason = next(iter(refused.values()))
                    log.error("InfluxDB refuses %d rows of %s for good: %s", len(refused), source, reason)
                self._mark(rows, source)
                self._outbox.refuse(source, refused, rows[-1]["seq"])
                told(len(rows))

    def _write(self, source: str, rows: Sequence[sqlite3.Row]) -> dict[int, str]:
        """Write rows; those that are refused for good, with the reason."""
        written = [line for row in rows for line in lines(source, row)]
        try:
            if written:
                self._influx.write(written)
        except RefusedError as error:
            if len(rows) == 1:
                return {rows[0]["seq"]: str(error)}
            half = len(rows) // 2
            return self._write(source, rows[:half]) | self._write(source, rows[half:])
        return {}

    def _mark(self, rows: Sequence[sqlite3.Row], source: str) -> None:
        """Leave word in the database how far each run has come."""
        started_ns = self._outbox.started_ns()
        last = {row["run"]: row["seq"] for row in rows}
        self._influx.write([watermark(run, started_ns[run], {source: seq}) for run, seq in last.items()])

    def _check(self) -> None:
        """Go back where the database has lost what it was given: restored, emptied, or another one."""
        theirs = self._watermarks()
        oldest_ns = self._oldest_kept_ns()
        started_ns = self._outbox.started_ns()
        for source in SHIPPED:
            missing = [
                run
                for run, seq in self._outbox.last_of_runs(source).items()
                if theirs.get((run, source), 0) < seq and started_ns[run] >= oldest_ns
            ]
            first = [seq for run in missing if (seq := self._outbox.first_of_run(source, run)) is not None]
            if first:
                log.warning("InfluxDB misses %s of %d runs; shipping them again", source, len(missing))
                self._outbox.move(source, min(first) - 1)

    def _watermarks(self) -> dict[tuple[str, str], float]:
        """Run and table → the last `seq` that the database was told of."""
        found = self._influx.query(f"SELECT * FROM {WATERMARKS}")
        return {
            (row["run"], source): row[source]
            for series in found
            for row in series.dicts()
            for source in SHIPPED
            if row.get(source) is not None
        }

    def _oldest_kept_ns(self) -> float:
        """The database forgets what is older, and should not be given it again."""
        days = self._retention_days
        return -inf if days is None else time_ns() - days * DAY_NS
