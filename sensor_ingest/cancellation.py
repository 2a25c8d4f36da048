"""Waiting that ends when an event is set or a time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


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
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def wait_for_event(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait for an event for at most `timeout_s`; whether it was set."""
    try:
        async with asyncio.timeout(timeout_s):
            return await event.wait()
    except TimeoutError:
        return False
