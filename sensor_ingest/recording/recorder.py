"""The one place where entries become a run: on the journal first, then to the assembler, then to whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from surefoot.sensor_ingest.recording.assembler import Assembler, Batch, PodAssembler, Silence
from surefoot.sensor_ingest.recording.clock_fit import ClockEstimate
from surefoot.sensor_ingest.recording.clock_steering import FIRST_AFTER_S, steer
from surefoot.sensor_ingest.recording.entries import (
    ClockEntry,
    EndEntry,
    Entry,
    EventEntry,
    EventKind,
    PacketEntry,
    PodEntry,
)
from surefoot.sensor_ingest.recording.entry_queue import Intake
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.pod_health import HealthBoard
from surefoot.sensor_ingest.recording.silence_watchdog import SilenceWatch

FLUSH_S = 0.25
"""The most that `kill -9` can take."""
SYNC_S = 5.0
"""The most that a power cut can take."""
_EARLY_PUBLISH_S = 2.0
_PUBLISH_S = 5.0
_EARLY_S = 60.0
_AT_ONCE = 256


class Recorder:
    """Takes entries from the intake until it is closed.

    Parameters
    ----------
    deliver : takes each batch and silence.
    now_s : session clock.
    """

    def __init__(
        self,
        intake: Intake,
        journal: JournalWriter,
        assembler: Assembler,
        board: HealthBoard,
        silence: SilenceWatch,
        deliver: Callable[[Batch | Silence], None],
        now_s: Callable[[], float],
    ) -> None:
        self._intake = intake
        self._journal = journal
        self._assembler = assembler
        self._board = board
        self._silence = silence
        self._deliver = deliver
        self._now_s = now_s
        self._flushed_s = self._synced_s = now_s()
        self._published_s: dict[int, float] = {}
        self._told_overflow: dict[int, int] = {}
        self._syncing: asyncio.Future[None] | None = None
        self._unsynced = False

    async def run(self) -> None:
        """Record until the intake is closed and empty; RunUnwritableError where the disk fails."""
        try:
            while not self._intake.done:
                await self._intake.wait(FLUSH_S if self._journal.waiting_bytes else SYNC_S)
                for entry in self._intake.take(_AT_ONCE):
                    self.record(entry)
                self._tell_overflow()
                self._tell_silence()
                self._to_disk()
                await asyncio.sleep(0)
        finally:
            if self._syncing is not None:
                await self._syncing

    def record(self, entry: Entry) -> None:
        """Record one entry, and what follows from it."""
        if isinstance(entry, PodEntry):
            self._publish_late(entry.pod)
        self._write(entry)
        if isinstance(entry, PacketEntry):
            self._publish_due(entry.pod)

    def end(self) -> None:
        """End the run: what is still missing stays missing."""
        for number in self._assembler.pods:
            self._publish_late(number)
        self._write(EndEntry(self._now_s()))
        self._journal.flush()

    def _write(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._board.push(entry)
        for given in self._assembler.push(entry):
            if isinstance(given, Batch):
                self._silence.gave(given.pod, self._now_s(), given.until_s)
            self._deliver(given)

    def _publish_due(self, number: int) -> None:
        """Follow the pod's clock every few seconds of it."""
        pod = self._assembler.pods.get(number)
        span_s = pod.boot.fit.span_s if pod is not None and pod.boot is not None else 0.0
        every_s = _EARLY_PUBLISH_S if span_s < _EARLY_S else _PUBLISH_S
        due_s = self._published_s.get(number, 0.0) + every_s if pod is not None and pod.mappings else FIRST_AFTER_S
        if pod is not None and span_s >= due_s:
            self._publish(pod)

    def _publish_late(self, number: int) -> None:
        """A boot that ends before its clock was known for sure is timed by what there is."""
        pod = self._assembler.pods.get(number)
        if pod is not None and not pod.mappings:
            self._publish(pod)

    def _publish(self, pod: PodAssembler) -> None:
        estimate: ClockEstimate | None = pod.boot.fit.estimate() if pod.boot is not None else None
        if pod.boot is None or estimate is None:
            return
        self._published_s[pod.pod] = estimate.span_s
        for mapping in steer(pod.mappings, estimate, max(pod.boot.last_tick_us, 0)):
            self._write(ClockEntry(pod.pod, mapping))

    def _tell_overflow(self) -> None:
        for number, dropped in self._intake.overflowed.items():
            new = dropped - self._told_overflow.get(number, 0)
            if new:
                self._told_overflow[number] = dropped
                self._write(EventEntry(number, self._now_s(), EventKind.OVERFLOWED, float(new)))

    def _tell_silence(self) -> None:
        now_s = self._now_s()
        for number, until_s in self._silence.silent(now_s):
            self._write(EventEntry(number, now_s, EventKind.SILENT, until_s))

    def _to_disk(self) -> None:
        now_s = self._now_s()
        if now_s - self._flushed_s >= FLUSH_S and self._journal.waiting_bytes:
            self._journal.flush()
            self._flushed_s = now_s
            self._unsynced = True
        idle = self._syncing is None or self._syncing.done()
        if now_s - self._synced_s >= SYNC_S and self._unsynced and idle:
            if self._syncing is not None:
                self._syncing.result()
            self._syncing = asyncio.get_running_loop().run_in_executor(None, self._journal.sync)
            self._synced_s = now_s
            self._unsynced = False
