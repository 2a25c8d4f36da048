"""Exports the store to InfluxDB, each row at least once, and what the database has lost once more."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Container, Mapping, Sequence
from math import inf
from time import monotonic, time_ns

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.service.exporters.forgetting import forgetting_in_influxdb
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.influxdb_comparison import Difference, differences, lacking
from surefoot.service.exporters.influxdb_refusal import InfluxError
from surefoot.service.exporters.influxdb_writing import write_rows
from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.problem_log import ProblemLog
from surefoot.service.serialization.encoding import utc_iso
from surefoot.service.store.ledger import Ledger
from surefoot.service.store.outbox import Outbox, Outcome
from surefoot.service.store.schema import EXPORTED_TABLES, FIRST_GENERATION

log = logging.getLogger(__name__)

BATCH_ROWS = 1000
POLL_S = 1.0
DAY_NS = 86_400_000_000_000
COMPARE_PERIOD_S, LONGEST_COMPARE_PERIOD_S = 300.0, 86_400.0
"""Period of counting the points in the database, and to which it grows while it keeps losing them."""
MAX_DATE_WAIT_S = 600.0
NO_DATE = "the date of this computer is not certain yet; rows wait for it, ten minutes at most"
GATHER_S = 0.2
"""Rows that arrive within this time are written together."""


class InfluxExporter:
    """Writes the outbox to InfluxDB.

    Parameters
    ----------
    retention_days : see `InfluxSettings`.
    max_date_wait_s : how long rows wait for the date of a run that began before the computer had the right one.
    """

    def __init__(
        self,
        outbox: Outbox,
        influx: InfluxClient,
        status: ExporterStatus,
        *,
        retention_days: float | None = None,
        backoff: Backoff | None = None,
        max_date_wait_s: float = MAX_DATE_WAIT_S,
    ) -> None:
        self._outbox = outbox
        self._ledger = Ledger(outbox)
        self._influx = influx
        self._status = status
        self._retention_days = retention_days
        self._max_date_wait_s = max_date_wait_s
        self._backoff = backoff or Backoff()
        self._compare_backoff = Backoff(COMPARE_PERIOD_S, LONGEST_COMPARE_PERIOD_S, jitter=0.0)
        self._compare_at_s = -inf
        self._loss = ""
        self._problems = ProblemLog(log, logging.WARNING)

    async def run(self, rows_available: RowsAvailable) -> None:
        """Write pending rows until cancelled; reconnect with exponential back-off."""
        while True:
            if await asyncio.to_thread(self._outbox.waits_for_date, self._max_date_wait_s):
                self._status.mark_down(NO_DATE)
                self._problems.report(f"InfluxDB: {NO_DATE}", "")
                await rows_available.wait(POLL_S)
                continue
            try:
                await asyncio.to_thread(self.drain)
            except InfluxError as error:
                wait_s = self._backoff.next_delay_s()
                self._compare_at_s = -inf
                self._status.mark_down(str(error))
                self._problems.report(f"InfluxDB: {error}", f"; trying again in {wait_s:.1f} s")
                await asyncio.sleep(wait_s)
                continue
            self._backoff.reset()
            self._report_loss()
            await rows_available.wait(POLL_S)
            await asyncio.sleep(GATHER_S)

    def drain(self, on_written: Callable[[Outcome], None] = lambda _: None) -> None:
        """Write all pending rows, and again what the database has lost; `on_written` gets what became of each batch.

        Raises
        ------
        InfluxError
            where the database fails; the rest is to be written later.
        """
        with forgetting_in_influxdb(self._influx, Forgotten(self._outbox.path.parent)):
            self._drain(on_written)

    def _drain(self, on_written: Callable[[Outcome], None]) -> None:
        if monotonic() >= self._compare_at_s and not self._ledger.to_send_again():
            self._compare()
        for table in EXPORTED_TABLES:
            while rows := self._outbox.pending(table, BATCH_ROWS):
                if table == "runs":
                    self._replace_analysed_again(rows)
                on_written(self._write(table, rows, left_out=self._ledger.to_send_again()))
        for run, is_replaced in self._ledger.to_send_again().items():
            if is_replaced:
                self._influx.delete_run(run)
            self._write_again(run, on_written)

    def differences(self) -> list[Difference]:
        """Runs of which the database has more or fewer points than it should."""
        days = self._retention_days
        oldest_ns = 0 if days is None else time_ns() - round(days * DAY_NS)
        return differences(self._ledger, self._influx, oldest_ns)

    def _compare(self) -> None:
        """Have runs that the database has lost sent again, as after a restore or in an empty one."""
        lost = lacking(self.differences())
        runs = sorted({each.run for each in lost})
        if runs:
            self._loss = f"it has lost points that it had taken ({lost[0]}); sending {len(runs)} runs again"
            wait_s = self._compare_backoff.next_delay_s()
        else:
            self._loss, wait_s = "", COMPARE_PERIOD_S
            self._compare_backoff.reset()
        for run in runs:
            self._ledger.send_again(run, replaced=False)
        self._compare_at_s = monotonic() + wait_s

    def _report_loss(self) -> None:
        """A loss that is there once more after its runs were sent again is a problem that lasts."""
        if self._loss and self._compare_backoff.failures > 1:
            self._status.mark_down(self._loss)
        else:
            self._status.mark_up()
        if self._loss:
            self._problems.report(f"InfluxDB: {self._loss}", "")
        else:
            self._problems.resolve("InfluxDB works again.")

    def _replace_analysed_again(self, runs: Sequence[sqlite3.Row]) -> None:
        """Have runs that were analysed again replace what the database has of them."""
        for row in runs:
            if row["generation"] > FIRST_GENERATION:
                self._ledger.send_again(row["run"], replaced=True)

    def _write_again(self, run: str, on_written: Callable[[Outcome], None]) -> None:
        for table in EXPORTED_TABLES:
            after = 0
            while rows := self._ledger.rows_of(table, run, after, BATCH_ROWS):
                on_written(self._write(table, rows))
                after = rows[-1]["seq"]
        self._ledger.was_sent_again(run)

    def _write(self, table: str, rows: Sequence[sqlite3.Row], *, left_out: Container[str] = ()) -> Outcome:
        """Write rows, but for those that are known to be too old, and those of runs that are about to be sent again."""
        too_old = self._ledger.too_old()
        offered = [row for row in rows if row["run"] not in left_out and row["time_ns"] > too_old.get(row["run"], -1)]
        outcome = write_rows(self._influx, table, offered)
        self._tell(table, outcome, too_old)
        self._outbox.settle(table, rows, outcome)
        self._status.delivered += outcome.taken
        return outcome

    def _tell(self, table: str, outcome: Outcome, told: Mapping[str, int]) -> None:
        if outcome.refused:
            reason = next(iter(outcome.refused.values()))
            log.error("InfluxDB refuses %d rows of %s for good: %s", len(outcome.refused), table, reason)
        for run, until_ns in outcome.too_old.items():
            if run not in told:
                until = utc_iso(until_ns)
                log.warning("InfluxDB does not keep what is as old as run %s; up to %s it is not sent", run, until)
