"""The service that is left running, from its settings to its end."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from surefoot.service.configuration import load_configuration
from surefoot.service.errors import NoRunnerError
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.runtime.daemon import Daemon, DaemonContext, PodSource
from surefoot.service.runtime.pod_sources import BluetoothPods, simulated_squad
from surefoot.service.runtime.shutdown import StopRequest
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader


def live(simulated: int, minutes: float) -> None:
    """Follow run after run until Ctrl-C or SIGTERM."""
    settings = load_configuration().settings
    if not simulated and not settings.runners:
        raise NoRunnerError
    log_to_stderr(settings)
    with StoreReader(settings.store_path):
        pass  # a data folder that cannot be used is told before anything begins
    print("Watch with surefoot serve; Ctrl-C ends it.", flush=True)
    with ExporterThread(settings) as exporters:
        asyncio.run(
            _live(DaemonContext(settings, exporters.notify, lambda text: print(text, flush=True)), simulated, minutes)
        )


def log_to_stderr(settings: Settings) -> None:
    """What goes wrong on the way, for whoever reads the journal of a service."""
    logging.basicConfig(level=settings.log.upper(), format="%(levelname)s %(name)s: %(message)s")


async def _live(context: DaemonContext, simulated: int, minutes: float) -> None:
    """One run after the other; simulated runners begin anew with each."""
    loop, daemon, seed = asyncio.get_running_loop(), Daemon(context), int(context.utc_s())
    with StopRequest(lambda: loop.call_soon_threadsafe(daemon.stop)) as request:
        while not request.requested:
            async with _pod_source(context.settings, simulated, minutes, seed) as source:
                await daemon.run(source, 1 if simulated else math.inf)
            seed += 1


@asynccontextmanager
async def _pod_source(settings: Settings, simulated: int, minutes: float, seed: int) -> AsyncIterator[PodSource]:
    if not simulated:
        yield BluetoothPods(settings.runners)
        return
    async with simulated_squad(simulated, minutes, seed) as squad:
        yield squad
