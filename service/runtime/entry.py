"""The service that is left running, from its settings to its end."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from surefoot.service.configuration import configure
from surefoot.service.errors import NobodyError
from surefoot.service.exporters.dispatch import Dispatch
from surefoot.service.runtime.daemon import Season, Source, World
from surefoot.service.runtime.pod_sources import PodsInTheAir, simulated_squad
from surefoot.service.runtime.shutdown import StopRequest
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader


def live(simulated: int, minutes: float) -> None:
    """Follow run after run until Ctrl-C or SIGTERM."""
    settings = configure().settings
    if not simulated and not settings.runners:
        raise NobodyError
    log_to_stderr(settings)
    with StoreReader(settings.store_path):
        pass  # a data folder that cannot be used is told before anything begins
    print("Watch with surefoot serve; Ctrl-C ends it.", flush=True)
    with Dispatch(settings) as dispatch:
        asyncio.run(_live(World(settings, dispatch.tell, lambda text: print(text, flush=True)), simulated, minutes))


def log_to_stderr(settings: Settings) -> None:
    """What goes wrong on the way, for whoever reads the journal of a service."""
    logging.basicConfig(level=settings.log.upper(), format="%(levelname)s %(name)s: %(message)s")


async def _live(world: World, simulated: int, minutes: float) -> None:
    """One run after the other; simulated runners begin anew with each."""
    loop, season, seed = asyncio.get_running_loop(), Season(world), int(world.utc_s())
    with StopRequest(lambda: loop.call_soon_threadsafe(season.stop)) as request:
        while not request.made:
            async with _source(world.settings, simulated, minutes, seed) as source:
                await season.serve(source, 1 if simulated else math.inf)
            seed += 1


@asynccontextmanager
async def _source(settings: Settings, simulated: int, minutes: float, seed: int) -> AsyncIterator[Source]:
    if not simulated:
        yield PodsInTheAir(settings.runners)
        return
    async with simulated_squad(simulated, minutes, seed) as squad:
        yield squad
