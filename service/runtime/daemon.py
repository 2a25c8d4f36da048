"""The service that is left running: run after run, whatever happens in between."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.errors import RadioError
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.errors import NotARunError, RunBusyError, RunMissingError, RunUnwritableError
from surefoot.sensor_ingest.recording.run_folder import Manifest, PodAssignment, RunFolder, create_run, open_run
from surefoot.service import VERSION
from surefoot.service.errors import StoreError
from surefoot.service.runtime.end_of_run import RunEnd
from surefoot.service.runtime.recovery import keep_recorded, unfinished_runs
from surefoot.service.runtime.result_recorder import Keeper
from surefoot.service.runtime.run_loop import Watcher, keep
from surefoot.service.settings import Settings

log = logging.getLogger(__name__)

CONTINUED_WITHIN_S = 12 * 3600.0
"""A run that was cut off longer ago is over; it is brought to its end from the recording."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


class Source(Protocol):
    """Where pods come from."""

    radio: RadioBackend

    async def muster(self) -> list[PodAssignment]:
        """Wait until a run can begin; the pods that take part."""


@dataclass(frozen=True, slots=True)
class World:
    """What surrounds the service.

    Parameters
    ----------
    told : called when there are new rows to ship.
    say : tells people what goes on.
    utc_s : seconds since 1970.
    """

    settings: Settings
    told: Callable[[], None] = lambda: None
    say: Callable[[str], None] = log.info
    utc_s: Callable[[], float] = time.time


class Season:
    """Waits for pods, follows the run until it is over, and waits again."""

    def __init__(self, world: World, watcher: Watcher | None = None) -> None:
        self._world = world
        self._watcher = watcher
        self._stopping = asyncio.Event()
        self._live: LiveRun | None = None

    def stop(self) -> None:
        """End the run that goes on, and begin no other."""
        self._stopping.set()
        if self._live is not None:
            self._live.stop()

    async def serve(self, source: Source, most_runs: float = math.inf) -> None:
        """Until `stop`. A run that cannot be recorded is tried again and again: its pods remember what was missed."""
        run, wait_s, runs = await asyncio.to_thread(self._unfinished), FIRST_WAIT_S, 0
        while not self._stopping.is_set() and runs < most_runs:
            try:
                run = await self._begin(source) if run is None else open_run(run.path)
                if run is not None and run.manifest.ended:
                    await asyncio.to_thread(self._store, run)
                elif run is not None:
                    await self._follow(run, source.radio)
                run, wait_s, runs = None, FIRST_WAIT_S, runs + 1
            except (RunBusyError, RunMissingError, NotARunError) as error:
                log.warning("%s", error)
                run = None
            except (RadioError, RunUnwritableError, StoreError) as error:
                log.error("%s Trying again in %.0f s.", error, wait_s)
                await self._pause(wait_s)
                wait_s = min(2.0 * wait_s, LONGEST_WAIT_S)

    async def _begin(self, source: Source) -> RunFolder | None:
        """A new run as soon as there are pods; None when it is time to stop."""
        self._world.say("Waiting for pods.")
        waits = asyncio.create_task(source.muster(), name="muster"), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                return None
            pods = waits[0].result()
        finally:
            for task in waits:
                task.cancel()
        return create_run(self._world.settings.runs_folder, pods, software=f"surefoot {VERSION}")

    async def _follow(self, run: RunFolder, radio: RadioBackend) -> None:
        world, name = self._world, run.manifest.run_id
        world.say(f"Run {name} goes on: {', '.join(run.manifest.runners)}.")
        live = self._live = LiveRun(run, radio, utc_s=world.utc_s)
        ends = world.settings.run_end
        try:
            with Keeper.of_live(live, world.settings, world.told) as keeper:
                await keep(live, keeper, RunEnd(ends.no_running_s, ends.pods_gone_s), self._watcher)
        finally:
            self._live = None
        world.say(f"Run {name} is over.")

    def _unfinished(self) -> RunFolder | None:
        """The run that a crash cut off; older ones are brought to their end, and all that was kept of them."""
        unfinished = unfinished_runs(self._world.settings)
        newest = None
        if unfinished and self._goes_on(unfinished[-1].manifest):
            newest = unfinished.pop()
        for run in unfinished:
            with suppress(RunBusyError):
                self._store(run)
        return newest

    def _goes_on(self, run: Manifest) -> bool:
        return not run.ended and self._world.utc_s() - run.created_utc.timestamp() < CONTINUED_WITHIN_S

    def _store(self, run: RunFolder) -> None:
        keep_recorded(run, self._world.settings)
        self._world.told()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
