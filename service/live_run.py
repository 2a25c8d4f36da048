"""A run from its pods to its results, while somebody watches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from sensor_ingest.health import PodHealth
from sensor_ingest.live import LiveRun
from service.analyze import PIECE_S
from service.run_analysis import RunAnalysis
from service.stop import StopRequest


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
    stopped : Ctrl-C ended it.
    """

    analysis: RunAnalysis
    health: tuple[PodHealth, ...]
    origin_s: float
    stopped: bool


async def follow(live: LiveRun, watcher: Watcher | None = None, *, lasts_s: float | None = None) -> Followed:
    """Record and analyse a run until it ends, Ctrl-C is pressed or its time is up.

    Raises
    ------
    IngestError
        if it cannot be recorded.
    """
    loop = asyncio.get_running_loop()
    analysis = RunAnalysis(live.run.manifest.pods, 0.0 if watcher else PIECE_S)
    with StopRequest(lambda: loop.call_soon_threadsafe(live.stop)) as stop:
        async with live, _watched(live, analysis, watcher), _limited(live, lasts_s):
            origin_s = loop.time() - live.now_s
            async for batch in live:
                analysis.push(batch)
    analysis.flush()
    health = live.health()
    for pod in health:
        analysis.runners[pod.runner].count(pod.foot, pod.counts)
    return Followed(analysis, health, origin_s, stop.made)


@asynccontextmanager
async def _watched(live: LiveRun, analysis: RunAnalysis, watcher: Watcher | None) -> AsyncIterator[None]:
    """While entered, somebody looks, if there is anybody."""
    watching = asyncio.create_task(_watch(live, analysis, watcher), name="watch") if watcher else None
    try:
        yield
    finally:
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


@asynccontextmanager
async def _limited(live: LiveRun, lasts_s: float | None) -> AsyncIterator[None]:
    """While entered, the run ends when its time is up."""
    end = None if lasts_s is None else asyncio.get_running_loop().call_later(lasts_s, live.stop)
    try:
        yield
    finally:
        if end is not None:
            end.cancel()


async def _watch(live: LiveRun, analysis: RunAnalysis, watcher: Watcher) -> None:
    while True:
        watcher.look(live.now_s, analysis, live.health())
        await asyncio.sleep(watcher.every_s)
