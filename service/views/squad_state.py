"""Who runs now: in this process, or in another one that writes the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from surefoot.dashboards.data_source import RunnerState, SquadState
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.run_loop import Observer
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.runner_state import runner_now, stored_runner_now

UPDATE_PERIOD_S = 0.25
MAX_STATE_AGE_S = 0.2
"""The store is not read again within this time, however many browsers ask."""
MAX_RUN_S = 12 * 3600.0
"""Runs that began earlier and never ended are not shown."""
TITLE = "Everybody now"


class SquadStateSource(Protocol):
    """Who runs now; may be asked from any thread."""

    def squad_state(self) -> SquadState:
        """Everybody now."""


class ObservedRun:
    """The run that this process records; a `run_loop.Observer`.

    Parameters
    ----------
    speed : of the event loop's clock, as a multiple of real time.
    """

    def __init__(self, title: str = TITLE, speed: float = 1.0) -> None:
        self.every_s = UPDATE_PERIOD_S * speed
        self._squad = SquadState(title, 0, ())

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """Keep the run as it is now."""
        runners = [runner_now(runner, analysis, health, now_s) for runner in analysis.runners]
        self._squad = SquadState(self._squad.title, self._squad.revision + 1, runners)

    def squad_state(self) -> SquadState:
        """Everybody as of the last update."""
        return self._squad


class Observers:
    """Several observers of one run, updated at the shortest of their periods."""

    def __init__(self, *observers: Observer) -> None:
        self.every_s = min(observer.every_s for observer in observers)
        self._observers = observers

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """Update every observer."""
        for observer in self._observers:
            observer.update(now_s, analysis, health)


class StoredRuns:
    """Runs that another process records, read from the store.

    Parameters
    ----------
    now : the clock of this boot.
    notices : sentences to show now.
    """

    def __init__(
        self,
        tail: StoreTail,
        now: Callable[[], BootTime] = BootTime.now,
        notices: Callable[[], Sequence[str]] = lambda: (),
    ) -> None:
        self._tail = tail
        self._now = now
        self._notices = notices
        self._lock = threading.Lock()
        self._squad = SquadState(TITLE, 0, ())
        self._read_s = float("-inf")

    def squad_state(self) -> SquadState:
        """Everybody now."""
        with self._lock:
            now = self._now()
            if now.seconds - self._read_s >= MAX_STATE_AGE_S:
                self._read_s = now.seconds
                self._squad = self._read(now)
            return self._squad

    def _read(self, now: BootTime) -> SquadState:
        found = self._tail.read(replace(now, seconds=now.seconds - MAX_RUN_S))
        runners = [
            stored_runner_now(runner, known, now.seconds - known.zero.seconds) for (_, runner), known in found.items()
        ]
        return SquadState(TITLE, self._squad.revision + 1, runners, self._notices())


class JoinedSquads:
    """Several sources of who runs now, as one; a runner whom two of them have is shown as the one that hears a pod."""

    def __init__(self, *sources: SquadStateSource) -> None:
        self._sources = sources

    def squad_state(self) -> SquadState:
        """Everybody now."""
        squads = [source.squad_state() for source in self._sources]
        found: dict[str, RunnerState] = {}
        for runner in (each for squad in squads for each in squad.runners):
            known = found.get(runner.runner)
            if known is None or not any(pod.heard for pod in known.pods):
                found[runner.runner] = runner
        notices = [sentence for squad in squads for sentence in squad.notices]
        return SquadState(TITLE, sum(squad.revision for squad in squads), tuple(found.values()), notices)
