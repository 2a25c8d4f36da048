"""A run from its pods to its results, while somebody watches."""

from __future__ import annotations

import asyncio
from contextlib import suppress
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
        async with live:
            origin_s = loop.time() - live.now_s
            end = loop.call_later(lasts_s, live.stop) if lasts_s is not None else None
            watching = asyncio.create_task(_watch(live, analysis, watcher), name="watch") if watcher else None
            try:
                async for batch in live:
                    analysis.push(batch)
            finally:
                if end is not None:
                    end.cancel()
                if watching is not None:
                    watching.cancel()
                    with suppress(asyncio.CancelledError):
                        await watching
    analysis.flush()
    health = live.health()
    for pod in health:
        analysis.runners[pod.runner].count(pod.foot, pod.counts)
    return Followed(analysis, health, origin_s, stop.made)


async def _watch(live: LiveRun, analysis: RunAnalysis, watcher: Watcher) -> None:
    while True:
        watcher.look(live.now_s, analysis, live.health())
        await asyncio.sleep(watcher.every_s)
