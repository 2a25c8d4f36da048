"""A run in progress: records its pods in the journal and gives their samples."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from surefoot.sensor_ingest.ble.adapter import Adapter, RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.companion_supervisor import CompanionSupervisor
from surefoot.sensor_ingest.ble.handshake import StreamSettings
from surefoot.sensor_ingest.ble.pod_supervisor import PodSupervisor
from surefoot.sensor_ingest.cancellation import end_tasks
from surefoot.sensor_ingest.errors import IngestError, first_error
from surefoot.sensor_ingest.recording.assembler import Assembler, Batch, Given
from surefoot.sensor_ingest.recording.entries import Entry, EventEntry, EventKind
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue
from surefoot.sensor_ingest.recording.errors import ConsumerTooSlowError, RunEndedError
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.mending import mended
from surefoot.sensor_ingest.recording.pod_health import NOTE_PERIOD_S, HealthNote, PodHealth, PodHealthTracker
from surefoot.sensor_ingest.recording.recorder import Recorder
from surefoot.sensor_ingest.recording.replay import worn_as
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.sensor_ingest.recording.silence_watchdog import SilenceWatchdog

log = logging.getLogger(__name__)

MAX_UNREAD_SAMPLES = 2_000_000
"""Samples the consumer may leave unread: 130 MB, or 80 min of two pods."""
SHUTDOWN_TIMEOUT_S = 12.0
"""Time for stopping and disconnecting all pods; supervisors that take longer are cancelled."""


class LiveRun:
    """Records a run while the context is open; iterating over it gives batches of samples, pods not to wait for, and
    what the sensors beside them say.

    An interrupted run is continued: iteration begins with what was recorded before, so that it always gives the whole
    run. It ends after `stop`.

    Parameters
    ----------
    run : a new run, or one that was not ended.
    settings : applied to each pod once per boot.
    bonds_folder : where the pods that this computer has a bond with are kept; the folder of the run's folder if None.
    utc_s : seconds since 1970; continues the session clock over the time between a crash and the continuation.
    told_utc_s : what pods with a store are told of the time; None while the date cannot be trusted. Else `utc_s`.
    seed : of the jitter in back-off delays.
    """

    def __init__(
        self,
        run: RunFolder,
        radio: RadioBackend | None = None,
        *,
        settings: StreamSettings | None = None,
        bonds_folder: Path | None = None,
        utc_s: Callable[[], float] = time.time,
        told_utc_s: Callable[[], float | None] | None = None,
        seed: int | None = None,
    ) -> None:
        self.run = run
        self._adapter = Adapter(radio or RadioBackend())
        self._settings = settings or StreamSettings()
        self._bonds = Bonds(bonds_folder or run.path.parent)
        self._utc_s = utc_s
        self._told_utc_s = told_utc_s or utc_s
        self._rng = random.Random(seed)
        self._assembler = Assembler()
        self._health = PodHealthTracker(run.manifest.pods)
        self._output: deque[Given] = deque()
        self._unread_samples = 0
        self._changed = asyncio.Event()
        self._stop = asyncio.Event()
        self._failure: IngestError | None = None
        self._failure_raised = False
        self._end_on_stop = True
        self._finished = False

    async def __aenter__(self) -> Self:
        if self.run.manifest.ended:
            raise RunEndedError(self.run.path)
        self._journal = await asyncio.to_thread(JournalWriter, self.run.journal_path)
        await asyncio.to_thread(self._restore)
        for hole in self._journal.existing.holes:
            log.warning("%s: %s", self.run.path, hole)
        loop_s = asyncio.get_running_loop().time()
        opened_s = self._utc_s() - self.run.manifest.created_utc.timestamp()
        self._origin_s = loop_s - max(opened_s, self._journal.existing.latest_s)
        self._task = asyncio.create_task(self._run(), name=f"run {self.run.manifest.run_id}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        await asyncio.wait({self._task})
        failed = self._task.exception()
        if failed is not None or (kind is None and not self._failure_raised and self._failure is not None):
            raise failed or self._failure  # type: ignore[misc]

    def stop(self) -> None:
        """End the run; iteration still gives what was received."""
        self._stop.set()

    def interrupt(self) -> None:
        """Stop without ending the run, as a crash would, so that it can be continued."""
        self._end_on_stop = False
        self.stop()

    def redate(self, created_utc: datetime) -> None:
        """Correct when the run began; its session clock stays. RunUnwritableError if the disk does not take it."""
        self.run = self.run.redate(created_utc)

    def flush(self) -> None:
        """Hand all recorded entries to the operating system, so that they survive this process.

        Raises
        ------
        RunUnwritableError
            if the disk does not take it.
        """
        if not self._finished:
            self._journal.flush()

    @property
    def now_s(self) -> float:
        """Session time now."""
        return self._session_s(asyncio.get_running_loop().time())

    def health(self) -> tuple[PodHealth, ...]:
        """State of every pod, in the manifest's order."""
        problem = self._adapter.problem
        return self._health.snapshot(self._assembler.pods, problem.summary if problem is not None else "")

    def take_health_notes(self) -> list[HealthNote]:
        """How the pods were every `NOTE_PERIOD_S`, since the last call or the beginning of the recording."""
        return self._health.take_notes()

    async def __aiter__(self) -> AsyncIterator[Given]:
        for given in self._replay_recorded():
            yield given
            await asyncio.sleep(0)
        while True:
            while self._output:
                given = self._output.popleft()
                self._unread_samples -= _samples(given)
                yield given
            if self._finished:
                break
            self._changed.clear()
            await self._changed.wait()
        if self._failure is not None:
            self._failure_raised = True
            raise self._failure

    def _session_s(self, loop_s: float) -> float:
        return loop_s - self._origin_s

    def _restore(self) -> None:
        """Apply the journal as it was when this run was opened to assembler and health."""
        for entry in self._recorded():
            self._health.observe(entry, self._assembler.pods)
            self._assembler.process(entry)

    def _replay_recorded(self) -> Iterator[Given]:
        """Batches of the journal as it was when this run was opened."""
        assembler = Assembler()
        for entry in self._recorded():
            yield from assembler.process(entry)

    def _recorded(self) -> Iterator[Entry]:
        recorded = mended(JournalReader(self.run.journal_path, self._journal.existing.valid_bytes))
        return worn_as(recorded, self.run.manifest.pods)

    def _deliver(self, given: Given) -> None:
        self._output.append(given)
        self._unread_samples += _samples(given)
        self._changed.set()
        if self._unread_samples > MAX_UNREAD_SAMPLES and self._failure is None:
            self._failure = ConsumerTooSlowError(self.run.path, self._unread_samples)
            self.stop()

    async def _run(self) -> None:
        """Record until the run is over, then end it; keeps the first IngestError for the consumer."""
        queue = EntryQueue()
        silence = SilenceWatchdog(self.run.manifest.pods)
        recorder = Recorder(
            queue, self._journal, self._assembler, self._health, silence, self._deliver, lambda: self.now_s
        )
        if self._assembler.pods:
            for number in range(len(self.run.manifest.pods)):
                queue.put(EventEntry(number, self.now_s, EventKind.CONTINUED))
        try:
            with self._journal:
                await self._record(queue, recorder)
                if self._end_on_stop:
                    recorder.end()
            if self._end_on_stop:
                self.run = self.run.mark_ended()
        except* IngestError as failures:
            self._failure = self._failure or first_error(failures)
        finally:
            self._finished = True
            self._changed.set()

    async def _record(self, queue: EntryQueue, recorder: Recorder) -> None:
        adapter = self._adapter
        async with asyncio.TaskGroup() as group:
            group.create_task(recorder.run(), name="recorder")
            scan = group.create_task(adapter.scan(), name="scan")
            notes = group.create_task(self._note_health(queue), name="health")
            pods = {
                group.create_task(supervisor.run(), name=f"pod {supervisor.assignment.serial}")
                for supervisor in self._supervisors(adapter, queue)
            }
            companions = [
                group.create_task(companion.run(), name=companion.label) for companion in self._companions(queue)
            ]
            await self._wait_until_done({*pods, *companions})
            adapter.close()
            scan.cancel()
            notes.cancel()
            queue.close()

    async def _note_health(self, queue: EntryQueue) -> None:
        while True:
            await asyncio.sleep(NOTE_PERIOD_S)
            queue.put(EventEntry(0, self.now_s, EventKind.HEALTH))

    def _supervisors(self, adapter: Adapter, queue: EntryQueue) -> Iterator[PodSupervisor]:
        for number, assignment in enumerate(self.run.manifest.pods):
            yield PodSupervisor(
                number,
                assignment,
                adapter=adapter,
                queue=queue,
                assembler=self._assembler,
                bonds=self._bonds,
                session_s=self._session_s,
                partner_tag=self.run.manifest.partner_tag(number),
                utc_s=self._told_utc_s,
                stop=self._stop,
                settings=self._settings,
                rng=random.Random(self._rng.random()),
            )

    def _companions(self, queue: EntryQueue) -> Iterator[CompanionSupervisor]:
        for number, assignment in enumerate(self.run.manifest.companions):
            yield CompanionSupervisor(
                number, assignment, adapter=self._adapter, queue=queue, session_s=self._session_s, stop=self._stop
            )

    async def _wait_until_done(self, pods: set[asyncio.Task[None]]) -> None:
        """Wait until all supervisors have returned, or the stop and at most `SHUTDOWN_TIMEOUT_S` after it."""
        stop = asyncio.create_task(self._stop.wait(), name="stop")
        try:
            running = pods
            while running and not stop.done():
                _, rest = await asyncio.wait({*running, stop}, return_when=asyncio.FIRST_COMPLETED)
                running = {pod for pod in running if pod in rest}
        finally:
            stop.cancel()
        if running:
            _, late = await asyncio.wait(running, timeout=SHUTDOWN_TIMEOUT_S)
            await end_tasks(*late)


def _samples(given: Given) -> int:
    return len(given.samples) if isinstance(given, Batch) else 0
