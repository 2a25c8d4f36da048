"""A run in progress: pods in, journal on disk, samples out."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import Self

from surefoot.sensor_ingest.ble.adapter import Adapter, Radio
from surefoot.sensor_ingest.ble.handshake import StreamSettings
from surefoot.sensor_ingest.ble.pod_supervisor import PodSupervisor
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.assembler import Assembler, Batch, Silence
from surefoot.sensor_ingest.recording.entries import Entry, EventEntry, EventKind, time_of
from surefoot.sensor_ingest.recording.entry_queue import Intake
from surefoot.sensor_ingest.recording.errors import LiveBehindError, RunEndedError
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.pod_health import HealthBoard, PodHealth
from surefoot.sensor_ingest.recording.recorder import Recorder
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.sensor_ingest.recording.silence_watchdog import SilenceWatch

log = logging.getLogger(__name__)

MOST_WAITING_SAMPLES = 2_000_000
"""130 MB; an hour and twenty minutes of two pods."""
END_S = 12.0
"""Stopping the pods, disconnecting and the disk together; whoever is not done by then is left alone."""


class LiveRun:
    """Records a run from its pods while the context is open, and gives its samples, batch by batch, and says for which
    pods not to wait.

    A run that was cut off is continued: iteration begins with what was recorded before, so that whoever follows from
    the first batch to the last has seen the whole run. Iteration ends after `stop`, or when every pod was refused.

    Parameters
    ----------
    run : a new run, or one that was not ended.
    radio : how bleak reaches the air.
    settings : what pods are set to when they are met.
    utc_s : seconds since 1970; bridges the session clock over the time between a crash and its continuation.
    seed : of the jitter in waiting times.
    """

    def __init__(
        self,
        run: RunFolder,
        radio: Radio | None = None,
        *,
        settings: StreamSettings | None = None,
        utc_s: Callable[[], float] = time.time,
        seed: int | None = None,
    ) -> None:
        self.run = run
        self._adapter = Adapter(radio or Radio())
        self._settings = settings or StreamSettings()
        self._utc_s = utc_s
        self._rng = random.Random(seed)
        self._assembler = Assembler()
        self._board = HealthBoard(run.manifest.pods)
        self._given: deque[Batch | Silence] = deque()
        self._waiting_samples = 0
        self._news = asyncio.Event()
        self._stop = asyncio.Event()
        self._failure: IngestError | None = None
        self._failure_told = False
        self._ends = True
        self._over = False
        self._last_s = 0.0

    async def __aenter__(self) -> Self:
        if self.run.manifest.ended:
            raise RunEndedError(self.run.path)
        self._journal = await asyncio.to_thread(JournalWriter, self.run.journal_path, self._catch_up)
        if self._journal.recorded.damage is not None and self._journal.recorded.damage.lost_bytes:
            log.warning("%s: %s", self.run.path, self._journal.recorded.damage)
        loop_s = asyncio.get_running_loop().time()
        opened_s = self._utc_s() - self.run.manifest.created_utc.timestamp()
        self._origin_s = loop_s - max(opened_s, self._last_s)
        self._work = asyncio.create_task(self._conduct(), name=f"run {self.run.manifest.run_id}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        await asyncio.wait({self._work})
        failed = self._work.exception()
        if failed is not None or (kind is None and not self._failure_told and self._failure is not None):
            raise failed or self._failure  # type: ignore[misc]

    def stop(self) -> None:
        """End the run; the batches that are still to come are given."""
        self._stop.set()

    def interrupt(self) -> None:
        """Stop, but leave the run as a crash would, to be continued."""
        self._ends = False
        self.stop()

    def secure(self) -> None:
        """Hand everything that was given out so far to the system, so that it survives this process.

        Raises
        ------
        RunUnwritableError
            if the disk does not take it.
        """
        if not self._over:
            self._journal.flush()

    @property
    def now_s(self) -> float:
        """Session clock."""
        return self._session_s(asyncio.get_running_loop().time())

    def health(self) -> tuple[PodHealth, ...]:
        """Every pod, in the manifest's order."""
        return self._board.read(self._assembler.pods, self._adapter.trouble)

    async def __aiter__(self) -> AsyncIterator[Batch | Silence]:
        for given in self._recorded_before():
            yield given
            await asyncio.sleep(0)
        while True:
            while self._given:
                given = self._given.popleft()
                self._waiting_samples -= _samples(given)
                yield given
            if self._over:
                break
            self._news.clear()
            await self._news.wait()
        if self._failure is not None:
            self._failure_told = True
            raise self._failure

    def _session_s(self, loop_s: float) -> float:
        return loop_s - self._origin_s

    def _catch_up(self, entry: Entry) -> None:
        """Bring the assembler to where the journal ends."""
        self._assembler.push(entry)
        self._board.push(entry)
        self._last_s = max(self._last_s, time_of(entry) or 0.0)

    def _recorded_before(self) -> Iterator[Batch | Silence]:
        """What was recorded before this continuation."""
        assembler = Assembler()
        for entry in JournalReader(self.run.journal_path, self._journal.recorded.good_bytes):
            yield from assembler.push(entry)

    def _deliver(self, given: Batch | Silence) -> None:
        self._given.append(given)
        self._waiting_samples += _samples(given)
        self._news.set()
        if self._waiting_samples > MOST_WAITING_SAMPLES and self._failure is None:
            self._failure = LiveBehindError(self.run.path, self._waiting_samples)
            self.stop()

    async def _conduct(self) -> None:
        """Everything that goes on while the run does."""
        intake = Intake()
        silence = SilenceWatch(self.run.manifest.pods)
        recorder = Recorder(
            intake, self._journal, self._assembler, self._board, silence, self._deliver, lambda: self.now_s
        )
        if self._assembler.pods:
            for number in range(len(self.run.manifest.pods)):
                intake.put(EventEntry(number, self.now_s, EventKind.CONTINUED))
        try:
            with self._journal:
                await self._record(intake, recorder)
                if self._ends:
                    recorder.end()
            if self._ends:
                self.run = self.run.marked_ended()
        except* IngestError as failures:
            self._failure = self._failure or _first(failures)
        finally:
            self._over = True
            self._news.set()

    async def _record(self, intake: Intake, recorder: Recorder) -> None:
        adapter = self._adapter
        async with asyncio.TaskGroup() as group:
            group.create_task(recorder.run(), name="recorder")
            scan = group.create_task(adapter.scan(), name="scan")
            pods = {
                group.create_task(supervisor.run(), name=f"pod {supervisor.worn.serial}")
                for supervisor in self._supervisors(adapter, intake)
            }
            await self._until_done(pods)
            adapter.close()
            scan.cancel()
            intake.close()

    def _supervisors(self, adapter: Adapter, intake: Intake) -> Iterator[PodSupervisor]:
        for number, worn in enumerate(self.run.manifest.pods):
            yield PodSupervisor(
                number,
                worn,
                adapter=adapter,
                intake=intake,
                assembler=self._assembler,
                session_s=self._session_s,
                stop=self._stop,
                settings=self._settings,
                rng=random.Random(self._rng.random()),
            )

    async def _until_done(self, pods: set[asyncio.Task[None]]) -> None:
        """Wait for the stop, then for the pods, but not for ever."""
        stop = asyncio.create_task(self._stop.wait(), name="stop")
        try:
            running = pods
            while running and not stop.done():
                _, rest = await asyncio.wait({*running, stop}, return_when=asyncio.FIRST_COMPLETED)
                running = {pod for pod in running if pod in rest}
        finally:
            stop.cancel()
        if running:
            _, late = await asyncio.wait(running, timeout=END_S)
            for pod in late:
                pod.cancel()


def _first(failures: BaseExceptionGroup[IngestError]) -> IngestError:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _samples(given: Batch | Silence) -> int:
    return len(given.samples) if isinstance(given, Batch) else 0
