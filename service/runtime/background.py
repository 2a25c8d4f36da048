"""Tasks beside the one that waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from surefoot.sensor_ingest.cancellation import end_tasks


@asynccontextmanager
async def background_task(name: str, work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run a task while entered; its exception is raised on leaving."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        await end_tasks(task)
    if not task.cancelled():
        task.result()
