"""Something simulated in a thread of its own, whose loop keeps a speed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

from surefoot.firmware_sim.virtual_time import run_playback

T = TypeVar("T")
START_S = 60.0


@contextmanager
def playing(
    simulated: Callable[[], AbstractAsyncContextManager[T]], name: str, speed: float
) -> Iterator[tuple[T, asyncio.AbstractEventLoop]]:
    """What is simulated, and its loop, while entered; `speed` times as fast as real time, on a slow computer less."""
    found: list[tuple[T, asyncio.AbstractEventLoop]] = []
    ready, stop = threading.Event(), asyncio.Event()

    async def main() -> None:
        async with simulated() as entered:
            found.append((entered, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: run_playback(main(), speed=speed), name=name, daemon=True)
    thread.start()
    assert ready.wait(START_S), f"{name} did not start"
    try:
        yield found[0]
    finally:
        found[0][1].call_soon_threadsafe(stop.set)
        thread.join(START_S)
