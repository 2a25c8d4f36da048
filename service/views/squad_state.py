"""Who runs now: in this process, or in another one that writes the store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import PodStatus, RunnerState, SquadState
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.run_loop import Observer
from surefoot.service.store.tail import RunInProgress, StoreTail
from surefoot.service.store.writing import NANOSECONDS
from surefoot.service.views.runner_state import runner_now

UPDATE_PERIOD_S = 0.25
MAX_STATE_AGE_S = 0.2
"""A scene that was read so short a time ago is new enough for another browser."""
MAX_RUN_S = 12 * 3600.0
SILENT_S = 25.0
"""The store hears of the pods every ten seconds."""
TITLE = "Everybody now"


class SquadStateSource(Protocol):
    """Somebody who knows who runs now."""

    def squad_state(self) -> SquadState:
        """Everybody now."""


class ObservedRun:
    """Watches the run that this process follows; see `live_run.Watcher`.

    Parameters
    ----------
    speed : of the event loop's clock against real time.
    """

    def __init__(self, title: str = TITLE, speed: float = 1.0) -> None:
        self.every_s = UPDATE_PERIOD_S * speed
        self._squad = SquadState(title, 0, ())

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """Take the run as it is now."""
        runners = [runner_now(name, runner, health, now_s) for name, runner in analysis.runners.items()]
        self._squad = SquadState(self._squad.title, self._squad.revision + 1, runners)

    def squad_state(self) -> SquadState:
        """As of the last look."""
        return self._squad


class Observers:
    """Several who watch one run, as often as the most curious of them."""

    def __init__(self, *observers: Observer) -> None:
        self.every_s = min(observer.every_s for observer in observers)
        self._observers = observers

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """Let everybody look."""
        for observer in self._observers:
            observer.update(now_s, analysis, health)


class StoredRuns:
    """Runs that go on, out of the store.

    Parameters
    ----------
    utc_s : seconds since 1970.
    """

    def __init__(self, tail: StoreTail, utc_s: Callable[[], float] = time.time) -> None:
        self._tail = tail
        self._utc_s = utc_s
        self._lock = threading.Lock()
        self._squad = SquadState(TITLE, 0, ())
        self._read_s = float("-inf")

    def squad_state(self) -> SquadState:
        """Everybody now."""
        with self._lock:
            now_s = self._utc_s()
            if now_s - self._read_s >= MAX_STATE_AGE_S:
                self._read_s = now_s
                self._squad = self._read(round(now_s * NANOSECONDS))
            return self._squad

    def _read(self, now_ns: int) -> SquadState:
        found = self._tail.read(now_ns - round(MAX_RUN_S * NANOSECONDS))
        runners = [_runner(name, known, now_ns) for (_, name), known in found.items()]
        return SquadState(TITLE, self._squad.revision + 1, runners)


def _runner(name: str, known: RunInProgress, now_ns: int) -> RunnerState:
    now_s = (now_ns - known.begun_ns) / NANOSECONDS
    pods = [_pod(foot, said, now_ns) for foot, said in known.health.items()]
    windows, live = tuple(known.windows), tuple(known.live)
    count = sum(known.counts.values())
    return RunnerState(name, now_s, 0.0, dict(known.strides), windows, live, known.findings, count, pods)


def _pod(foot: Foot, said: Any, now_ns: int) -> PodStatus:
    age_s = (now_ns - said["time_ns"]) / NANOSECONDS
    heard = bool(said["connected"]) and age_s < SILENT_S
    state = "connected" if heard else "out of reach"
    return PodStatus(foot, state, heard, said["battery_pct"], said["rssi_dbm"], said["loss_pct"] or 0.0)
