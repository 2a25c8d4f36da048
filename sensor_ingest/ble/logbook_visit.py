"""A visit to a sensor of another maker: its logs, if it keeps any, to the shelf, as if a pod had kept them.

Its logbook is not erased: it can be erased only as a whole, and may have more than was asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from surefoot.sensor_ingest.ble.adapter import Adapter, Advertisement
from surefoot.sensor_ingest.ble.errors import LinkLostError
from surefoot.sensor_ingest.ble.movesense_logbook import MovesenseLogbook
from surefoot.sensor_ingest.ble.visiting import PodProgress, Visit
from surefoot.sensor_ingest.devices.device import Device
from surefoot.sensor_ingest.pod_store.records import BootRecord, StoreRecord, record_bytes
from surefoot.sensor_ingest.protocol import PodInfo
from surefoot.sensor_ingest.recording.kept_logs import (
    ClockNow,
    LogEntry,
    kept_logs,
    log_records,
    still_kept,
)
from surefoot.sensor_ingest.recording.shelf import Shelf, ShelfFile

BYTES_PER_S = 11_000.0
"""As others measured it; a log of an hour at 208 Hz takes 26 min so."""


@dataclass(frozen=True, slots=True)
class LogbookVisit:
    """One visit; what ends a link is raised, and the next visit goes on with the log that was interrupted.

    Parameters
    ----------
    clocks : what each sensor's clocks said before it was restarted, from one visit to the next.
    """

    adapter: Adapter
    shelf: Shelf
    visit: Visit
    progress: PodProgress
    clocks: dict[str, ClockNow]

    async def run(self, device: Device, advertisement: Advertisement, on_connected: Callable[[], None]) -> None:
        """Take over what a sensor keeps; errors are those of `PodClient`, and PodRefusedError."""
        self.progress.found = True
        if not device.has_logbook:
            self.progress.has_store, self.progress.done, self.progress.problem = False, True, ""
            return
        logbook = MovesenseLogbook(advertisement, self.adapter.radio, self.progress.serial)
        try:
            async with self.adapter.exclusive:
                await logbook.connect()
            info = await logbook.open()
            on_connected()
            await self._end_logging(logbook)
            with self.shelf.open(self.progress.serial) as file:
                await self._fetch_all(logbook, info, file)
            self.progress.done, self.progress.problem = True, ""
        finally:
            await logbook.close()

    async def _end_logging(self, logbook: MovesenseLogbook) -> None:
        """Note the clocks, which a restart sets back, and end the log, which only a restart completes."""
        serial, utc_s = self.progress.serial, self.visit.utc_s()
        sensor = await logbook.clocks()
        if sensor is not None and serial not in self.clocks:
            self.clocks[serial] = ClockNow(sensor, utc_s)
        if self.visit.stop and await logbook.logging():
            await logbook.keep(False)
            await logbook.restart()
            raise LinkLostError("it restarts, to complete its log")
        if utc_s is not None:
            await logbook.put_utc(utc_s)

    async def _fetch_all(self, logbook: MovesenseLogbook, info: PodInfo, file: ShelfFile) -> None:
        listed, listed_all = await logbook.logs()
        records = await asyncio.to_thread(self._shelved)
        kept, boots = still_kept(listed, kept_logs(records)), [each.boot_count for each in records]
        self._say([entry for entry in listed if entry.number not in kept], listed_all)
        boot_count = max(boots, default=0)
        for number in _numbers(listed):
            if number in kept:
                continue
            data = await logbook.fetch(number, self._on_bytes(self.progress.fetched))
            if data is None:
                return
            boot_count += 1
            now = self.clocks.get(self.progress.serial)
            found = await asyncio.to_thread(log_records, data, number, info, boot_count, now)
            await asyncio.to_thread(_append, file, found)
            self.progress.news = True

    def _shelved(self) -> list[BootRecord]:
        serial = self.progress.serial
        return [record for _, record in self.shelf.records(serial) if isinstance(record, BootRecord)]

    def _say(self, new: Sequence[LogEntry], listed_all: bool) -> None:
        """Say how long it takes, by what the listing shows."""
        size = sum(entry.size for entry in new)
        self.progress.fetched, self.progress.held = 0, size
        if size:
            minutes, least = max(round(size / BYTES_PER_S / 60.0), 1), "" if listed_all else "at least "
            serial = self.progress.serial
            self.visit.tell(f"{serial}: {least}{1e-6 * size:.1f} MB to fetch, which takes about {minutes} min.")

    def _on_bytes(self, before: int) -> Callable[[int], None]:
        def on_bytes(came: int) -> None:
            self.progress.fetched = before + came
            self.progress.held = max(self.progress.held, self.progress.fetched)

        return on_bytes


def _numbers(listed: Sequence[LogEntry]) -> Iterator[int]:
    """Of the logs that are listed, then of those that may follow."""
    yield from (entry.number for entry in listed)
    number = max((entry.number for entry in listed), default=0)
    while True:
        number += 1
        yield number


def _append(file: ShelfFile, records: Sequence[StoreRecord]) -> None:
    for record in records:
        file.append(record_bytes(file.next_record, record))
    file.sync()
