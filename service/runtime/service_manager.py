"""Tells the service manager, systemd, that the service is ready, alive and ending; without one, nothing is told."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from surefoot.service.runtime.background import background_task

SOCKET, WATCHDOG = "NOTIFY_SOCKET", "WATCHDOG_USEC"
READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def tell(state: str) -> None:
    """Send a state as sd_notify(3) does; a manager that does not listen is no reason to stop."""
    address = os.environ.get(SOCKET)
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.setblocking(False)  # a manager that is slow must not hold the recording
        channel.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Ready while entered; alive as long as this event loop gets its turn."""
    tell(READY)
    try:
        async with background_task("watchdog", _stay_alive()):
            yield
    finally:
        tell(STOPPING)


async def _stay_alive() -> None:
    period_s = float(os.environ.get(WATCHDOG) or 0.0) / 2e6
    while period_s > 0.0:
        tell(ALIVE)
        await asyncio.sleep(period_s)
