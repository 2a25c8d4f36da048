"""Keeps a bucket of its own as the runners who consent want it; of anybody else nothing is left there.

What it should hold is compared with whom it holds anything of, and nothing is remembered here: a consent that was taken
back, or a runner who was forgotten, while the database was down is seen when it is up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.influxdb_refusal import InfluxError
from surefoot.service.exporters.private_entries import PrivateEntries, shipped_fields
from surefoot.service.exporters.status import ExporterStatus, RowsAvailable
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.people.people_file import Entry
from surefoot.service.problem_log import ProblemLog
from surefoot.service.serialization.private_lines import private_lines
from surefoot.service.settings import InfluxSettings, Settings

log = logging.getLogger(__name__)

PRIVATE_BUCKET = "private bucket"
POLL_S = 2.0
END_NS = 2**62
"""After every point: of a runner who does not consent everything goes."""


def private_client(settings: InfluxSettings) -> InfluxClient:
    """A client of the private bucket."""
    return InfluxClient(settings.model_copy(update={"bucket": settings.private_bucket}))


def drain_to_private_bucket(settings: Settings) -> None:
    """Have the private bucket be as it should, where there is one; InfluxError where it fails."""
    if settings.influxdb.url is not None and settings.influxdb.private_bucket is not None:
        with private_client(settings.influxdb) as influx:
            PrivateInflux(settings.data, influx).reconcile()


class PrivateInflux:
    """The private bucket of a data folder; calls block."""

    def __init__(self, folder: Path, influx: InfluxClient) -> None:
        self._entries = PrivateEntries(folder)
        self._forgotten = Forgotten(folder)
        self._influx = influx
        self._written: dict[str, list[str]] = {}

    def reconcile(self) -> int:
        """Write what is new, and delete what is not to be there; the lines written. InfluxError where it fails."""
        forgotten = self._forgotten.not_reached(PRIVATE_BUCKET)
        wanted = {runner: _lines(entries) for runner, entries in self._entries.by_runner().items()}
        for runner in {*self._influx.runners(), *self._written} - set(wanted):
            self._influx.delete_runner(runner, END_NS)
            self._written.pop(runner, None)
        changed = {runner: lines for runner, lines in wanted.items() if self._written.get(runner) != lines}
        for runner, lines in changed.items():
            self._influx.delete_runner(runner, END_NS)  # what was corrected or withdrawn has other points
            if lines:
                self._influx.write(lines)
            self._written[runner] = lines
        self._forgotten.was_reached(PRIVATE_BUCKET, forgotten)
        return sum(map(len, changed.values()))


class PrivateInfluxExporter:
    """Keeps the private bucket as it should be, until cancelled."""

    def __init__(self, folder: Path, influx: InfluxClient, status: ExporterStatus) -> None:
        self._private = PrivateInflux(folder, influx)
        self._status = status
        self._backoff = Backoff()
        self._problems = ProblemLog(log, logging.WARNING)

    async def run(self, _: RowsAvailable) -> None:
        """What people type comes by no row: the file is looked at."""
        while True:
            try:
                self._status.delivered += await asyncio.to_thread(self._private.reconcile)
            except InfluxError as error:
                wait_s = self._backoff.next_delay_s()
                self._status.mark_down(str(error))
                self._problems.report(f"{self._status.name}: {error}", f"; trying again in {wait_s:.1f} s")
                await asyncio.sleep(wait_s)
            else:
                self._backoff.reset()
                self._status.mark_up()
                self._problems.resolve(f"{self._status.name} works again.")
                await asyncio.sleep(POLL_S)


def _lines(entries: Sequence[Entry]) -> list[str]:
    return [
        line
        for each in entries
        for line in private_lines(each.kind, each.id, each.runner, each.at_utc, shipped_fields(each))
    ]
