"""The daemon behind `surefoot live`: records run after run, and recovers from failures in between."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.discovery import DiscoveredPod
from surefoot.sensor_ingest.ble.errors import RadioError
from surefoot.sensor_ingest.cancellation import end_tasks
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.errors import (
    NotARunError,
    RunBusyError,
    RunDeletedError,
    RunMissingError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment, Manifest, PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from surefoot.service import VERSION
from surefoot.service.errors.store import StoreError
from surefoot.service.people.forgotten import HERE, Forgotten, Tombstone
from surefoot.service.problem_log import ProblemLog
from surefoot.service.runtime.awaited import waiting_for
from surefoot.service.runtime.background import background_task
from surefoot.service.runtime.catch_up import CatchUp
from surefoot.service.runtime.end_of_run import RunEnd
from surefoot.service.runtime.homecoming import Arrived, take_over_kept
from surefoot.service.runtime.incoming import Incoming
from surefoot.service.runtime.pod_sources import BluetoothPods, simulated_squad, worn_as_kept
from surefoot.service.runtime.recording_monitor import RecordingMonitor
from surefoot.service.runtime.recovery import open_runs
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.runtime.run_dates import correct_dates
from surefoot.service.runtime.run_loop import record_unattended
from surefoot.service.runtime.service_manager import watched
from surefoot.service.runtime.session_clock import run_utc_s, told_utc_s
from surefoot.service.runtime.shutdown import StopRequest
from surefoot.service.runtime.usual import freeze_usual
from surefoot.service.settings import Settings
from surefoot.service.store.repair import ensure_store

T = TypeVar("T")
log = logging.getLogger(__name__)

RESUME_WITHIN_S = 12 * 3600.0
"""A run that was cut off longer ago is not continued but ended, from its recording."""
DATES_PERIOD_S = 10.0
FORGOTTEN_PERIOD_S = 1.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
STORE_CHECK_S = 5.0
"""Least time between two looks at a store that cannot be used."""


class PodSource(Protocol):
    """Source of `pods` and the radio that reaches them; `heard` is what was advertised when they were waited for.

    `companions` are the sensors beside the pods that are recorded with them.
    """

    pods: Sequence[PodAssignment]
    radio: RadioBackend
    heard: Sequence[DiscoveredPod]
    companions: Sequence[CompanionAssignment]

    async def wait_for_pods(self) -> list[PodAssignment]:
        """Wait until a run can begin; returns the pods that take part."""


@dataclass(frozen=True, slots=True)
class DaemonContext:
    """Surroundings of the daemon.

    Parameters
    ----------
    on_rows : called when there are new rows to export.
    notify : takes sentences for people.
    utc_s : clock, in seconds since 1970.
    monotonic_s : clock that no change of the date moves.
    monitor : counts what happens to the recording.
    """

    settings: Settings
    on_rows: Callable[[], None] = lambda: None
    notify: Callable[[str], None] = log.info
    utc_s: Callable[[], float] = time.time
    monotonic_s: Callable[[], float] = time.monotonic
    monitor: RecordingMonitor = field(default_factory=RecordingMonitor)


class Daemon:
    """Waits for pods, records a run until it is over, and waits again."""

    def __init__(self, context: DaemonContext) -> None:
        self._context = context
        self._stopping = asyncio.Event()
        self._live: LiveRun | None = None
        self._problems = ProblemLog(log, logging.ERROR)
        self._said_waiting = False
        self._recording = ""
        self._store_pause_s: float | None = None

    def stop(self) -> None:
        """End the run in progress, and start no other."""
        self._stopping.set()
        if self._live is not None:
            self._live.stop()

    async def run(self, source: PodSource, max_runs: float = math.inf) -> None:
        """Record runs until `stop`, or `max_runs`; a run that fails is retried, as its pods buffer what was missed."""
        context = self._context
        incoming = Incoming(context.settings, context.notify, context.utc_s)
        catching_up = CatchUp(context.settings, lambda run: run == self._recording, self._add_rows, incoming.tell)
        async with (
            catching_up as catch_up,
            background_task("dates", self._keep_dates()),
            background_task("parts", incoming.watch(catch_up)),
            background_task("forgotten", self._keep_forgetting(catch_up)),
        ):
            self._catch_up = catch_up
            run = await asyncio.to_thread(self._run_to_resume)
            self._recording = run.manifest.run_id if run is not None else ""
            catch_up.want()
            await self._record_runs(source, run, max_runs)
            if self._stopping.is_set():
                catch_up.stop()

    async def _record_runs(self, source: PodSource, run: RunFolder | None, max_runs: float) -> None:
        backoff, runs = Backoff(FIRST_WAIT_S, LONGEST_WAIT_S, jitter=0.0), 0
        while not self._stopping.is_set() and runs < max_runs:
            try:
                run = await self._start_run(source) if run is None else open_run(run.path)
                if run is None:
                    return
                if not run.manifest.ended:
                    await self._record_run(run, source.radio)
                    if not open_run(run.path).manifest.ended:
                        continue  # recorded without the store, which works again
                backoff.reset()
                self._problems.resolve("Recording works again.")
                run, runs = None, runs + 1
                self._end_recording()
            except (RunBusyError, RunMissingError, RunDeletedError, NotARunError) as error:
                log.warning("%s", error)
                run = None
                self._end_recording()
            except StoreError as error:
                self._store_pause_s = backoff.next_delay_s()
                self._report(error, " Recording goes on without it.")
            except (RadioError, RunUnwritableError) as error:
                wait_s = backoff.next_delay_s()
                self._report(error, f" Trying again in {wait_s:.0f} s.")
                await self._pause(wait_s)
                if run is not None and _is_locked(run):
                    run = None
                    self._end_recording()

    def _report(self, error: Exception, next_step: str) -> None:
        self._context.monitor.add_restart(str(error))
        self._problems.report(str(error), next_step)

    def _end_recording(self) -> None:
        """Leave a run, and have it stored if it is not."""
        self._recording = ""
        self._catch_up.want()

    async def _keep_dates(self) -> None:
        """Correct the dates of earlier runs once the computer has the right one."""
        context = self._context
        while True:
            with suppress(StoreError):  # told by the recording, which needs the store too
                await asyncio.to_thread(correct_dates, context.settings, context.utc_s, context.monotonic_s)
            await asyncio.sleep(DATES_PERIOD_S)

    async def _keep_forgetting(self, catch_up: CatchUp) -> None:
        """Delete everything of whom `surefoot forget` has named since."""
        forgotten, known = Forgotten(self._context.settings.data), set[Tombstone]()
        while True:
            waiting = set(forgotten.not_reached(HERE))
            if not waiting <= known:
                catch_up.want()
            known = waiting
            await asyncio.sleep(FORGOTTEN_PERIOD_S)

    async def _until_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Do something; None if the service is to end meanwhile."""
        task, stopping = asyncio.create_task(work), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            await end_tasks(task, stopping)

    async def _start_run(self, source: PodSource) -> RunFolder | None:
        """Start a run as soon as there are pods, after what they kept was taken over; None on `stop`."""
        if not self._said_waiting:
            self._context.notify(waiting_for(source.pods, source.companions))
            self._said_waiting = True
        pods = await self._until_stopped(source.wait_for_pods())
        if pods is not None:
            arrived = Arrived(pods, source.heard, source.radio)
            if await self._until_stopped(take_over_kept(self._context.settings, arrived, self._told_utc_s())):
                self._catch_up.want()
        if pods is None or self._stopping.is_set():
            return None
        begun = create_run(
            self._context.settings.runs_folder,
            worn_as_kept(pods, self._context.settings.runs_folder),
            software=f"surefoot {VERSION}",
            parameters=self._context.settings.parameters,
            companions=source.companions,
        )
        return await asyncio.to_thread(freeze_usual, begun, self._context.settings)

    async def _record_run(self, run: RunFolder, radio: RadioBackend) -> None:
        """Record a run until it is over, or until the store works again."""
        context, name = self._context, run.manifest.run_id
        if self._store_pause_s is None or name != self._recording:
            context.notify(f"Recording run {name}: {', '.join(run.manifest.names.values())}.")
        self._recording, self._said_waiting = name, False
        live = self._live = LiveRun(run, radio, utc_s=self._utc_s(run.manifest), told_utc_s=self._told_utc_s())
        if self._stopping.is_set():  # while it was prepared
            live.stop()
        context.monitor.begin_run(name)
        try:
            if self._store_pause_s is None:
                await self._record_and_store(live)
            else:
                await self._record_only(live, self._store_pause_s)
        finally:
            self._live = None
            context.monitor.end_run(live.health())
        if live.run.manifest.ended:
            context.notify(f"Run {name} is over.")

    async def _record_and_store(self, live: LiveRun) -> None:
        context = self._context
        recorded = live, context.settings, context.on_rows, context.monitor.add_rows, context.monotonic_s
        with ResultRecorder.for_live_run(*recorded) as recorder:
            await record_unattended(live, recorder, self._run_end(), context.monitor)

    async def _record_only(self, live: LiveRun, pause_s: float) -> None:
        async with background_task("store", self._go_on_with_store(live, pause_s)):
            await record_unattended(live, None, self._run_end(), self._context.monitor)

    async def _go_on_with_store(self, live: LiveRun, pause_s: float) -> None:
        """Interrupt a run as soon as the store can be used, which is repaired if it is broken; it is then continued."""
        await asyncio.sleep(pause_s)
        while True:
            try:
                await asyncio.to_thread(ensure_store, self._context.settings.store_path)
            except StoreError as error:
                self._problems.report(str(error), " Recording goes on without it.")
                await asyncio.sleep(max(pause_s, STORE_CHECK_S))
            else:
                break
        self._store_pause_s = None
        live.interrupt()

    def _run_end(self) -> RunEnd:
        ends = self._context.settings.run_end
        return RunEnd(ends.still_s, ends.pods_gone_s)

    def _utc_s(self, run: Manifest) -> Callable[[], float]:
        """A clock that agrees with the beginning of a run, whatever became of the date since."""
        context = self._context
        return run_utc_s(context.settings.store_path, run, context.utc_s, context.monotonic_s)

    def _told_utc_s(self) -> Callable[[], float | None]:
        return told_utc_s(self._context.settings.store_path, self._context.utc_s)

    def _run_to_resume(self) -> RunFolder | None:
        """The newest run, if a crash cut it off not long ago."""
        cut_off = open_runs(self._context.settings)
        newest = cut_off[-1] if cut_off else None
        return newest if newest is not None and self._is_recent(newest.manifest) else None

    def _is_recent(self, run: Manifest) -> bool:
        return self._utc_s(run)() - run.created_utc.timestamp() < RESUME_WITHIN_S

    def _add_rows(self, rows: int) -> None:
        self._context.monitor.add_rows(rows)
        self._context.on_rows()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


def _is_locked(run: RunFolder) -> bool:
    """Whether it is this run that cannot be written, and not the disk."""
    return not os.access(run.journal_path, os.W_OK) and os.access(run.path.parent, os.W_OK)


async def run_daemon(context: DaemonContext, simulated: int, minutes: float) -> None:
    """Record runs until Ctrl-C or SIGTERM; simulated runners start again for each run."""
    loop, daemon, seed = asyncio.get_running_loop(), Daemon(context), int(context.utc_s())
    with StopRequest(lambda: loop.call_soon_threadsafe(daemon.stop)) as request:
        async with watched():
            while not request.requested:
                async with _pod_source(context.settings, simulated, minutes, seed) as source:
                    await daemon.run(source, 1 if simulated else math.inf)
                seed += 1


@asynccontextmanager
async def _pod_source(settings: Settings, simulated: int, minutes: float, seed: int) -> AsyncIterator[PodSource]:
    if not simulated:
        yield BluetoothPods(settings.runners)
        return
    async with simulated_squad(simulated, minutes, seed) as squad:
        yield squad
