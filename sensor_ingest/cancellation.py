"""Waiting that ends when an event is set or a time is over, and the end of tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
CANCEL_AGAIN_S = 5.0
"""Tasks that have not ended so long after a cancellation are cancelled again; what they still do takes less."""


class StopRequested(Exception):  # noqa: N818  # it is no error
    """The stop event was set before the work was done."""


async def cancel_on(stop: asyncio.Event, work: Coroutine[Any, Any, T], name: str) -> T:
    """Result of `work`; if `stop` is set first, cancel the work, wait for its end and raise `StopRequested`."""
    task = asyncio.create_task(work, name=name)
    stopping = asyncio.create_task(stop.wait(), name=f"{name}, or stop")
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise StopRequested
        return task.result()
    finally:
        stopping.cancel()
        await end_tasks(task)


async def end_tasks(*tasks: asyncio.Task[Any], again_s: float = CANCEL_AGAIN_S) -> None:
    """Cancel tasks until all have ended: `asyncio.wait_for` before Python 3.12 may lose a cancellation."""
    while running := {task for task in tasks if not task.done()}:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=again_s)


async def wait_for_event(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait for an event for at most `timeout_s`; whether it was set."""
    try:
        async with asyncio.timeout(timeout_s):
            return await event.wait()
    except TimeoutError:
        return False
