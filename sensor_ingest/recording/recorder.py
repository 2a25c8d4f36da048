"""Recorder: each entry goes to the journal first, then to the assembler, then to the consumer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from surefoot.sensor_ingest.recording.assembler import Assembler, Batch, Given
from surefoot.sensor_ingest.recording.clock_keeping import ClockKeeper
from surefoot.sensor_ingest.recording.entries import (
    EndEntry,
    Entry,
    EventEntry,
    EventKind,
    PacketEntry,
    PodEntry,
)
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.pod_health import PodHealthTracker
from surefoot.sensor_ingest.recording.silence_watchdog import SilenceWatchdog

log = logging.getLogger(__name__)

FLUSH_INTERVAL_S = 0.25
"""Most that is lost if the process is killed."""
SYNC_INTERVAL_S = 5.0
"""Most that is lost in a power cut."""
_CONNECTION_INTERVAL_S = 60.0
"""A pod's connection is recorded again at this interval: what cannot be read without it is told by the next one."""
_MAX_ENTRIES_PER_TURN = 256
"""Entries recorded before other tasks run."""


class Recorder:
    """Takes entries from the queue until it is closed.

    Parameters
    ----------
    deliver : called with what follows from each entry.
    now_s : gives session time.
    """

    def __init__(
        self,
        queue: EntryQueue,
        journal: JournalWriter,
        assembler: Assembler,
        health: PodHealthTracker,
        silence: SilenceWatchdog,
        deliver: Callable[[Given], None],
        now_s: Callable[[], float],
    ) -> None:
        self._queue = queue
        self._journal = journal
        self._assembler = assembler
        self._health = health
        self._silence = silence
        self._deliver = deliver
        self._now_s = now_s
        self._flushed_s = self._synced_s = now_s()
        self._clocks = ClockKeeper(assembler)
        self._connections: dict[int, PodEntry] = {}
        self._recorded_overflow: dict[int, int] = {}
        self._syncing: asyncio.Future[None] | None = None
        self._unsynced = False

    async def run(self) -> None:
        """Record until the queue is closed and empty; RunUnwritableError where the disk fails."""
        try:
            while not self._queue.done:
                await self._queue.wait(FLUSH_INTERVAL_S if self._journal.buffered_bytes else SYNC_INTERVAL_S)
                for entry in self._queue.take(_MAX_ENTRIES_PER_TURN):
                    self.record(entry)
                self._record_overflow()
                self._record_silent_pods()
                self._flush_and_sync()
                await asyncio.sleep(0)
        finally:
            if self._syncing is not None:
                await self._syncing

    def record(self, entry: Entry) -> None:
        """Record one entry and the clock mappings that follow from it."""
        if isinstance(entry, PodEntry):
            self._write_all(self._clocks.before_end(entry.pod))
            self._connections[entry.pod] = entry
        boots = self._boots(entry)
        self._write(entry)
        if isinstance(entry, PacketEntry):
            if self._boots(entry) > boots:
                self._write(EventEntry(entry.pod, entry.arrival_s, EventKind.CLOCK_JUMPED))
                log.warning("A pod's clock jumped; it is taken up as if it had been switched on anew.")
            self._write_all(self._clocks.after_packet(entry.pod))
            self._repeat_connection_if_due(entry)

    def end(self) -> None:
        """End the run; missing packets are given up."""
        for number in self._assembler.pods:
            self._write_all(self._clocks.before_end(number))
        self._write(EndEntry(self._now_s()))
        self._journal.flush()

    def _write(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._health.observe(entry, self._assembler.pods)
        for given in self._assembler.process(entry):
            if isinstance(given, Batch):
                self._silence.on_samples(given.pod, self._now_s(), given.watermark_s)
            self._deliver(given)

    def _boots(self, entry: Entry) -> int:
        pod = self._assembler.pods.get(entry.pod) if isinstance(entry, PacketEntry) else None
        return pod.boots if pod is not None else 0

    def _repeat_connection_if_due(self, packet: PacketEntry) -> None:
        """Record the pod's connection again; to the assembler it is of the same boot and changes nothing."""
        known, pod = self._connections.get(packet.pod), self._assembler.pods.get(packet.pod)
        due = known is not None and packet.arrival_s >= known.connected_s + _CONNECTION_INTERVAL_S
        if known is None or pod is None or pod.reorder_buffer is None or not due:
            return
        info = replace(pod.reorder_buffer.info, newest=max(pod.reorder_buffer.next_sequence - 1, 0))
        self._connections[packet.pod] = replace(known, connected_s=packet.arrival_s, info=bytes(info))
        self._write(self._connections[packet.pod])

    def _write_all(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._write(entry)

    def _record_overflow(self) -> None:
        for number, dropped in self._queue.overflowed.items():
            new = dropped - self._recorded_overflow.get(number, 0)
            if new:
                self._recorded_overflow[number] = dropped
                self._write(EventEntry(number, self._now_s(), EventKind.OVERFLOWED, float(new)))

    def _record_silent_pods(self) -> None:
        now_s = self._now_s()
        for number, watermark_s in self._silence.silent_pods(now_s):
            self._write(EventEntry(number, now_s, EventKind.SILENT, watermark_s))

    def _flush_and_sync(self) -> None:
        now_s = self._now_s()
        if now_s - self._flushed_s >= FLUSH_INTERVAL_S and self._journal.buffered_bytes:
            self._journal.flush()
            self._flushed_s = now_s
            self._unsynced = True
        idle = self._syncing is None or self._syncing.done()
        if now_s - self._synced_s >= SYNC_INTERVAL_S and self._unsynced and idle:
            if self._syncing is not None:
                self._syncing.result()
            self._syncing = asyncio.get_running_loop().run_in_executor(None, self._journal.sync)
            self._synced_s = now_s
            self._unsynced = False
