"""Counts what happens to the recording, for metrics and `surefoot doctor`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from threading import Lock

from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.store.service_status import PodsNow, PodTotals, RecordingStatus


class RecordingMonitor:
    """An observer of all runs of the daemon; `status` may be read from any thread.

    Parameters
    ----------
    utc_s : seconds since 1970.
    """

    every_s = 5.0

    def __init__(self, utc_s: Callable[[], float] = time.time) -> None:
        self.status = RecordingStatus()
        self._utc_s = utc_s
        self._run = ""
        self._earlier_runs = PodTotals()
        self._busy = Lock()  # rows of older runs are stored from a thread

    def begin_run(self, run: str) -> None:
        """A run begins, or is continued; its pods' counts then go on."""
        if run != self._run:
            self._run, self._earlier_runs = run, self.status.totals
            self._change(runs=self.status.runs + 1)

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """Take the run as it is now; `now_s` is session time."""
        analysed_s = max(runner.last_s for runner in analysis.runners.values())
        self._change(pods=_pods_now(health), totals=self._totals(health), lag_s=max(now_s - analysed_s, 0.0))

    def end_run(self, health: tuple[PodHealth, ...]) -> None:
        """The run is over, or was interrupted by an error."""
        self._change(pods=PodsNow(), totals=self._totals(health), lag_s=None)

    def add_restart(self, problem: str) -> None:
        """An error ended a run or prevented it, and recording begins again."""
        self._change(restarts=self.status.restarts + 1, problem=problem, problem_utc_s=self._utc_s())

    def add_rows(self, rows: int) -> None:
        """Rows are new in the store; may be called from any thread."""
        with self._busy:
            self.status = replace(self.status, rows=self.status.rows + rows)

    def _totals(self, health: tuple[PodHealth, ...]) -> PodTotals:
        return reduce(add, map(_pod_totals, health), self._earlier_runs)

    def _change(self, **changes: object) -> None:
        with self._busy:
            self.status = replace(self.status, **changes)  # type: ignore[arg-type]


def _pods_now(health: Sequence[PodHealth]) -> PodsNow:
    states = Counter("refused" if pod.refused else "connected" if pod.connected else "away" for pod in health)
    return PodsNow(**states)


def _pod_totals(pod: PodHealth) -> PodTotals:
    counts = pod.counts
    return PodTotals(counts.received, counts.duplicate, counts.malformed, counts.lost, pod.reconnects, pod.reboots)
