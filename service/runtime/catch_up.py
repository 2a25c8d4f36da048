"""Brings runs that are recorded but not stored into the store, one after the other, beside the recording."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.errors import RunBusyError
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.errors.store import StoreError
from surefoot.service.people.forgotten import HERE, Forgotten
from surefoot.service.problem_log import ProblemLog
from surefoot.service.runtime.forgetting import sweep
from surefoot.service.runtime.joining import JoinedRun, join_parts
from surefoot.service.runtime.recovery import adopt_recordings, missing_runs, rebuild
from surefoot.service.runtime.retention import apply_retention
from surefoot.service.settings import Settings
from surefoot.service.store.repair import ensure_store

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


class _StoppedError(Exception):
    """The service ends; what is not stored yet is stored by the next one."""


class CatchUp:
    """Works whenever `want` was called, while the context is open, and until all is stored; `stop` ends it at once.

    Parameters
    ----------
    is_recording : whether a run is being recorded, by its id; it is left alone.
    on_stored : called with the number of new rows, from another thread.
    on_joined : called with each run that parts were joined to, once it is stored, from another thread.
    """

    def __init__(
        self,
        settings: Settings,
        is_recording: Callable[[str], bool],
        on_stored: Callable[[int], None],
        on_joined: Callable[[JoinedRun], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._is_recording = is_recording
        self._on_stored = on_stored
        self._on_joined = on_joined
        self._forgotten = Forgotten(settings.data)
        self._problems = ProblemLog(log, logging.ERROR)
        self._wake = asyncio.Event()
        self._wanted = self._closing = self._stopping = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._work(), name="catch up")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        if kind is not None:
            self.stop()
        self._wake.set()
        await self._task

    def want(self) -> None:
        """Have everything stored that is not."""
        self._wanted = True
        self._wake.set()

    def stop(self) -> None:
        """Leave the rest to the next service."""
        self._stopping = True
        self._wake.set()

    async def _work(self) -> None:
        backoff = Backoff(FIRST_WAIT_S, LONGEST_WAIT_S, jitter=0.0)
        while not self._stopping and not (self._closing and not self._wanted):
            await self._wake.wait()
            self._wake.clear()
            wanted, self._wanted = self._wanted, False
            try:
                if wanted:
                    await asyncio.to_thread(self._store_missing)
                self._problems.resolve("Everything recorded is in the store again.")
                backoff.reset()
            except _StoppedError:
                return
            except StoreError as error:
                wait_s = backoff.next_delay_s()
                self._problems.report(str(error), f" Trying again in {wait_s:.0f} s.")
                self.want()
                await self._pause(wait_s)

    async def _pause(self, seconds: float) -> None:
        end_s = asyncio.get_running_loop().time() + seconds
        while not self._stopping and (left_s := end_s - asyncio.get_running_loop().time()) > 0.0:
            await asyncio.sleep(min(left_s, FIRST_WAIT_S))

    def _store_missing(self) -> None:
        """Store every missing run; what is wrong with one does not keep the others."""
        ensure_store(self._settings.store_path)
        adopt_recordings(self._settings)
        self._forget()
        joined = self._join()
        for run in missing_runs(self._settings):
            if self._forgotten.not_reached(HERE):  # somebody waits for it
                self._forget()
            if self._is_recording(run.manifest.run_id):
                continue
            try:
                self._store(run)
            except (StoreError, _StoppedError):
                raise
            except IngestError as error:
                log.warning("%s", error)
            except Exception:  # whatever is wrong with one run, the others are stored
                log.exception("%s: cannot be analysed and is left out", run.path)
        for each in [*joined, *self._join()]:  # once more, as runs that a crash had cut off have ended now
            self._on_joined(each)
        apply_retention(self._settings, time.time())

    def _forget(self) -> None:
        """A new store, a recording that was adopted and what came back otherwise revive nobody."""
        try:
            sweep(self._settings)
        except (IngestError, OSError) as error:
            log.warning("%s", error)

    def _join(self) -> list[JoinedRun]:
        try:
            return join_parts(self._settings, self._check, self._on_stored)
        except IngestError as error:
            log.warning("%s", error)
            return []

    def _store(self, run: RunFolder) -> None:
        with suppress(RunBusyError):
            rebuild(run, self._settings, self._check, self._on_stored)

    def _check(self, *_: object) -> None:
        if self._stopping:
            raise _StoppedError
