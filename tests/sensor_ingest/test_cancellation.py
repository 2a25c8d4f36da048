"""Tasks end when they are told to."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.cancellation import end_tasks


def test_tasks_end_although_a_cancellation_is_lost() -> None:
    async def loses_one() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60.0)
        await asyncio.sleep(60.0)

    async def end() -> None:
        tasks = [asyncio.create_task(loses_one()), asyncio.create_task(asyncio.sleep(60.0))]
        await asyncio.sleep(0.0)
        await end_tasks(*tasks)
        assert all(task.cancelled() for task in tasks)

    run(end())
