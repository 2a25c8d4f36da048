"""The daemon behind `surefoot live`: records run after run, and recovers from failures in between."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.errors import RadioError
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.errors import (
    NotARunError,
    RunBusyError,
    RunDeletedError,
    RunError,
    RunMissingError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.run_folder import Manifest, PodAssignment, RunFolder, create_run, open_run
from surefoot.service import VERSION
from surefoot.service.errors import StoreError
from surefoot.service.problem_log import ProblemLog
from surefoot.service.runtime.end_of_run import RunEnd
from surefoot.service.runtime.pod_sources import BluetoothPods, simulated_squad
from surefoot.service.runtime.recording_monitor import RecordingMonitor
from surefoot.service.runtime.recovery import store_recorded_run, unfinished_runs
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.runtime.run_loop import record_unattended
from surefoot.service.runtime.shutdown import StopRequest
from surefoot.service.settings import Settings

log = logging.getLogger(__name__)

RESUME_WITHIN_S = 12 * 3600.0
"""A run that was cut off longer ago is not continued but ended, from its recording."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


class PodSource(Protocol):
    """Source of pods and the radio that reaches them."""

    radio: RadioBackend

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
    monitor : counts what happens to the recording.
    """

    settings: Settings
    on_rows: Callable[[], None] = lambda: None
    notify: Callable[[str], None] = log.info
    utc_s: Callable[[], float] = time.time
    monitor: RecordingMonitor = field(default_factory=RecordingMonitor)


class Daemon:
    """Waits for pods, records a run until it is over, and waits again."""

    def __init__(self, context: DaemonContext) -> None:
        self._context = context
        self._stopping = asyncio.Event()
        self._live: LiveRun | None = None
        self._problems = ProblemLog(log, logging.ERROR)
        self._said_waiting = False

    def stop(self) -> None:
        """End the run in progress, and start no other."""
        self._stopping.set()
        if self._live is not None:
            self._live.stop()

    async def run(self, source: PodSource, max_runs: float = math.inf) -> None:
        """Record runs until `stop`, or `max_runs`; a run that fails is retried, as its pods buffer what was missed."""
        backoff = Backoff(FIRST_WAIT_S, LONGEST_WAIT_S, jitter=0.0)
        run, runs = await asyncio.to_thread(self._recover), 0
        while not self._stopping.is_set() and runs < max_runs:
            try:
                run = await self._start_run(source) if run is None else open_run(run.path)
                if run is None:
                    return
                await self._bring_to_its_end(run, source.radio)
                backoff.reset()
                self._problems.resolve("Recording works again.")
                run, runs = None, runs + 1
            except (RunBusyError, RunMissingError, RunDeletedError, NotARunError) as error:
                log.warning("%s", error)
                run = None
            except (RadioError, RunUnwritableError, StoreError) as error:
                wait_s = backoff.next_delay_s()
                self._context.monitor.add_restart(str(error))
                self._problems.report(str(error), f" Trying again in {wait_s:.0f} s.")
                await self._pause(wait_s)

    async def _start_run(self, source: PodSource) -> RunFolder | None:
        """Start a run as soon as there are pods; None on `stop`."""
        if not self._said_waiting:
            self._context.notify("Waiting for pods.")
            self._said_waiting = True
        waits = (
            asyncio.create_task(source.wait_for_pods(), name="wait_for_pods"),
            asyncio.create_task(self._stopping.wait()),
        )
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                return None
            pods = waits[0].result()
        finally:
            for task in waits:
                task.cancel()
        return create_run(
            self._context.settings.runs_folder,
            pods,
            software=f"surefoot {VERSION}",
            parameters=self._context.settings.parameters,
        )

    async def _bring_to_its_end(self, run: RunFolder, radio: RadioBackend) -> None:
        """Record a run, or only store it where the recording has ended."""
        self._said_waiting = False
        if run.manifest.ended:
            await asyncio.to_thread(self._store, run)
        else:
            await self._record_run(run, radio)

    async def _record_run(self, run: RunFolder, radio: RadioBackend) -> None:
        context, name = self._context, run.manifest.run_id
        context.notify(f"Recording run {name}: {', '.join(run.manifest.runners)}.")
        live = self._live = LiveRun(run, radio, utc_s=context.utc_s)
        ends, monitor = context.settings.run_end, context.monitor
        monitor.begin_run(name)
        try:
            with ResultRecorder.for_live_run(live, context.settings, context.on_rows, monitor.add_rows) as recorder:
                await record_unattended(live, recorder, RunEnd(ends.no_running_s, ends.pods_gone_s), monitor)
        finally:
            self._live = None
            monitor.end_run(live.health())
        context.notify(f"Run {name} is over.")

    def _recover(self) -> RunFolder | None:
        """The run to continue after a crash, if any; older unfinished runs are ended and stored."""
        unfinished = unfinished_runs(self._context.settings)
        newest = None
        if unfinished and self._can_resume(unfinished[-1].manifest):
            newest = unfinished.pop()
        for run in unfinished:
            try:
                self._store(run)
            except RunBusyError:
                continue
            except RunError as error:
                log.warning("%s", error)
        return newest

    def _can_resume(self, run: Manifest) -> bool:
        return not run.ended and self._context.utc_s() - run.created_utc.timestamp() < RESUME_WITHIN_S

    def _store(self, run: RunFolder) -> None:
        store_recorded_run(run, self._context.settings, on_stored=self._context.monitor.add_rows)
        self._context.on_rows()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


async def run_daemon(context: DaemonContext, simulated: int, minutes: float) -> None:
    """Record runs until Ctrl-C or SIGTERM; simulated runners start again for each run."""
    loop, daemon, seed = asyncio.get_running_loop(), Daemon(context), int(context.utc_s())
    with StopRequest(lambda: loop.call_soon_threadsafe(daemon.stop)) as request:
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
