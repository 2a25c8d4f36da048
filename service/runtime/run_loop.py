"""Record, analyse and store a run until it ends, while observers are updated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.analysis import CHUNK_S
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.background import background_task
from surefoot.service.runtime.end_of_run import RunActivity, RunEnd
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.runtime.shutdown import StopRequest

CATCH_UP_LAG_S = 5.0
"""While samples are older than this, they are analysed in chunks of `CHUNK_S`, to catch up."""
HEALTH_CHECK_PERIOD_S = 1.0
END_CHECK_PERIOD_S = 1.0
RETAIN_S = 900.0
"""Unattended runs keep results in memory for so long; older ones are in the store only."""


class Observer(Protocol):
    """Shows a run while it is recorded."""

    every_s: float
    """Update period on the event loop's clock."""

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """Take the run as it is now; `now_s` is session time."""


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that has ended.

    Parameters
    ----------
    origin_s : session time zero on the event loop's clock.
    stopped : whether Ctrl-C or SIGTERM ended it.
    """

    analysis: RunAnalysis
    health: tuple[PodHealth, ...]
    origin_s: float
    stopped: bool


async def record_run(
    live: LiveRun,
    observer: Observer | None = None,
    *,
    recorder: ResultRecorder | None = None,
    max_duration_s: float | None = None,
) -> FinishedRun:
    """Record and analyse a run until it ends, Ctrl-C is pressed or its time is up; a recorder stores the results.

    Raises
    ------
    IngestError, StoreError
        if it cannot be recorded or stored.
    """
    loop = asyncio.get_running_loop()
    take = recorder.record if recorder is not None else lambda *_: None
    analysis = RunAnalysis.for_run(live.run.manifest, 0.0 if observer or recorder else CHUNK_S, sink=take)
    with StopRequest(lambda: loop.call_soon_threadsafe(live.stop)) as stop:
        async with live, _time_limit(live, max_duration_s):
            origin_s = loop.time() - live.now_s
            await _analyze_live(live, analysis, observer, recorder)
            end_s = live.now_s
    analysis.flush()
    _finish(live, recorder, end_s)
    health = live.health()
    for pod in health:
        analysis.runners[pod.runner].count(pod.foot, pod.counts, pod.limits)
    return FinishedRun(analysis, health, origin_s, stop.requested)


async def record_unattended(
    live: LiveRun, recorder: ResultRecorder | None, rule: RunEnd, observer: Observer | None = None
) -> None:
    """Record, analyse and store a run until `rule` says it is over; an error leaves it to be continued.

    Without a recorder it is only recorded: it is to be stored from its recording.

    Raises
    ------
    IngestError, StoreError
        if it cannot be recorded or stored.
    """
    take = recorder.record if recorder is not None else lambda *_: None
    analysis = RunAnalysis.for_run(live.run.manifest, sink=take, retain_s=RETAIN_S)
    async with live, background_task("run end", _stop_when_over(live, analysis, rule)):
        await _analyze_live(live, analysis, observer, recorder)
        end_s = live.now_s
    analysis.flush()
    _finish(live, recorder, end_s)


def _finish(live: LiveRun, recorder: ResultRecorder | None, end_s: float) -> None:
    if recorder is not None:
        recorder.record_health(live.take_health_notes())
        recorder.finish(end_s)


async def _analyze_live(
    live: LiveRun, analysis: RunAnalysis, observer: Observer | None, recorder: ResultRecorder | None
) -> None:
    """Analyse a run from its first sample to its last; an error leaves it to be continued."""
    live_chunk_s = analysis.chunk_s
    with ExitStack() as on_failure:
        on_failure.callback(live.interrupt)
        async with (
            background_task("health", _record_health(live, recorder)),
            background_task("watch", _update_observer(live, analysis, observer)),
        ):
            async for item in live:
                behind = live.now_s - item.watermark_s > CATCH_UP_LAG_S
                analysis.chunk_s = CHUNK_S if behind else live_chunk_s
                analysis.push(item)
        on_failure.pop_all()


async def _stop_when_over(live: LiveRun, analysis: RunAnalysis, rule: RunEnd) -> None:
    """Stop the run when `rule` says it is over."""
    while not rule.is_over(_activity(live, analysis), END_CHECK_PERIOD_S):
        await asyncio.sleep(END_CHECK_PERIOD_S)
    live.stop()


def _activity(live: LiveRun, analysis: RunAnalysis) -> RunActivity:
    runners = analysis.runners.values()
    moved_s = [runner.last_stride_s for runner in runners if runner.last_stride_s is not None]
    heard_s = [pod.last_packet_s for pod in live.health() if pod.last_packet_s is not None]
    heard_s += [runner.last_s for runner in runners if not runner.feet]
    return RunActivity(max(runner.last_s for runner in runners), max(moved_s, default=None), max(heard_s, default=None))


async def _record_health(live: LiveRun, recorder: ResultRecorder | None) -> None:
    while recorder is not None:
        await asyncio.sleep(HEALTH_CHECK_PERIOD_S)
        if notes := live.take_health_notes():
            recorder.record_health(notes)
            await asyncio.to_thread(recorder.checkpoint)


async def _update_observer(live: LiveRun, analysis: RunAnalysis, observer: Observer | None) -> None:
    while observer is not None:
        observer.update(live.now_s, analysis, live.health())
        await asyncio.sleep(observer.every_s)


@asynccontextmanager
async def _time_limit(live: LiveRun, max_duration_s: float | None) -> AsyncIterator[None]:
    """Stop the run after a time, while entered; None for no limit."""
    end = None if max_duration_s is None else asyncio.get_running_loop().call_later(max_duration_s, live.stop)
    try:
        yield
    finally:
        if end is not None:
            end.cancel()
