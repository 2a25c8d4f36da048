"""A run from its pods to its results, while somebody watches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.analysis import PIECE_S
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.end_of_run import RunEnd, Seen
from surefoot.service.runtime.result_recorder import Keeper
from surefoot.service.runtime.shutdown import StopRequest

BEHIND_S = 5.0
"""Samples that are older are worked on in large pieces, to catch up."""
HEALTH_EVERY_S = 10.0
LOOK_S = 1.0
REMEMBER_S = 900.0


class Watcher(Protocol):
    """Somebody who looks at the run now and then."""

    every_s: float
    """On the event loop's clock."""

    def look(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """The run as it is now."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A run that has ended.

    Parameters
    ----------
    origin_s : session time zero on the event loop's clock.
    stopped : Ctrl-C or SIGTERM ended it.
    """

    analysis: RunAnalysis
    health: tuple[PodHealth, ...]
    origin_s: float
    stopped: bool


async def follow(
    live: LiveRun, watcher: Watcher | None = None, *, keeper: Keeper | None = None, lasts_s: float | None = None
) -> Followed:
    """Record and analyse a run until it ends, Ctrl-C is pressed or its time is up; a keeper stores the results.

    Raises
    ------
    IngestError, StoreError
        if it cannot be recorded or stored.
    """
    loop = asyncio.get_running_loop()
    take = keeper.take if keeper is not None else lambda *_: None
    analysis = RunAnalysis(live.run.manifest.pods, 0.0 if watcher or keeper else PIECE_S, keep=take)
    with StopRequest(lambda: loop.call_soon_threadsafe(live.stop)) as stop:
        async with live, _limited(live, lasts_s):
            origin_s = loop.time() - live.now_s
            await _through(live, analysis, watcher, keeper)
            end_s = live.now_s
    analysis.flush()
    if keeper is not None:
        keeper.end(end_s)
    health = live.health()
    for pod in health:
        analysis.runners[pod.runner].count(pod.foot, pod.counts)
    return Followed(analysis, health, origin_s, stop.made)


async def keep(live: LiveRun, keeper: Keeper, rule: RunEnd, watcher: Watcher | None = None) -> None:
    """Record, analyse and store a run until it is over; whatever goes wrong leaves it to be continued.

    Raises
    ------
    IngestError, StoreError
        if it cannot be recorded or stored.
    """
    analysis = RunAnalysis(live.run.manifest.pods, keep=keeper.take, remember_s=REMEMBER_S)
    async with live, _beside("run end", _end(live, analysis, rule)):
        await _through(live, analysis, watcher, keeper)
        end_s = live.now_s
    analysis.flush()
    keeper.end(end_s)


async def _through(live: LiveRun, analysis: RunAnalysis, watcher: Watcher | None, keeper: Keeper | None) -> None:
    """Analyse a run from its first sample to its last; if anything goes wrong, it is left to be continued."""
    caught_up_piece_s = analysis.piece_s
    with ExitStack() as undone:
        undone.callback(live.interrupt)
        async with _beside("health", _health(live, keeper)), _beside("watch", _watch(live, analysis, watcher)):
            async for given in live:
                behind = live.now_s - given.watermark_s > BEHIND_S
                analysis.piece_s = PIECE_S if behind else caught_up_piece_s
                analysis.push(given)
        undone.pop_all()


async def _end(live: LiveRun, analysis: RunAnalysis, rule: RunEnd) -> None:
    """Stop the run when it is over."""
    while not rule.over(_seen(live, analysis), LOOK_S):
        await asyncio.sleep(LOOK_S)
    live.stop()


def _seen(live: LiveRun, analysis: RunAnalysis) -> Seen:
    runners = analysis.runners.values()
    ran_s = [runner.last_run_s for runner in runners if runner.last_run_s is not None]
    heard_s = [pod.last_packet_s for pod in live.health() if pod.last_packet_s is not None]
    return Seen(max(runner.last_s for runner in runners), max(ran_s, default=None), max(heard_s, default=None))


async def _health(live: LiveRun, keeper: Keeper | None) -> None:
    while keeper is not None:
        await asyncio.sleep(HEALTH_EVERY_S)
        keeper.health(live.health(), live.now_s)
        await asyncio.to_thread(keeper.checkpoint)


async def _watch(live: LiveRun, analysis: RunAnalysis, watcher: Watcher | None) -> None:
    while watcher is not None:
        watcher.look(live.now_s, analysis, live.health())
        await asyncio.sleep(watcher.every_s)


@asynccontextmanager
async def _beside(name: str, work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """While entered, something else goes on too; if it fails, that is told at the end."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _limited(live: LiveRun, lasts_s: float | None) -> AsyncIterator[None]:
    """While entered, the run ends when its time is up."""
    end = None if lasts_s is None else asyncio.get_running_loop().call_later(lasts_s, live.stop)
    try:
        yield
    finally:
        if end is not None:
            end.cancel()
