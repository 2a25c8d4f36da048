"""Faults of a live run of four runners, in real processes and real time."""

from __future__ import annotations

import asyncio
import math
import random
import resource
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from surefoot.firmware_sim import virtual_time
from tests.faults.outcome import Outcome
from tests.faults.stage import TARGET_S, Stage, staged
from tests.service.test_broken_store import damage, deleted, header, page

SPEED = 2.0
KILLS = 20
DOWN_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0
NO_ROOT = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner")
"""Root writes into read-only folders unless it gives up the right to."""

Fault = Callable[[Stage], Awaitable[float]]


async def kills(stage: Stage) -> float:
    """kill -9 at random moments of a run."""
    rng = random.Random(1)
    for _ in range(KILLS):
        await asyncio.sleep(rng.uniform(2.0, 30.0))
        await stage.kill_service()
        await stage.start_service()
    return await stage.caught_up()


async def database_down(stage: Stage) -> float:
    """Gone for a minute."""
    await asyncio.to_thread(stage.influx.kill)
    await asyncio.sleep(DOWN_S)
    await asyncio.to_thread(stage.influx.start)
    return await stage.caught_up()


async def database_emptied(stage: Stage) -> float:
    """Gone, and back without anything."""
    await asyncio.to_thread(stage.influx.kill)
    await asyncio.to_thread(stage.influx.empty)
    await asyncio.sleep(10.0)
    await asyncio.to_thread(stage.influx.start)
    return await stage.caught_up()


async def broker_down(stage: Stage) -> float:
    """Gone for a minute."""
    await asyncio.to_thread(stage.broker.kill)
    await asyncio.sleep(DOWN_S)
    await asyncio.to_thread(stage.broker.start)
    return await stage.caught_up()


async def broker_emptied(stage: Stage) -> float:
    """Gone, and back without anything."""
    await asyncio.to_thread(stage.broker.kill)
    await asyncio.to_thread(stage.broker.empty)
    await asyncio.sleep(10.0)
    await asyncio.to_thread(stage.broker.start)
    return await stage.caught_up()


async def disk_full(stage: Stage) -> float:
    """No file may grow any more, for as long as the pods remember."""
    pid, (_, hard) = stage.service.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in stage.data.rglob("*") if path.is_file())
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest // 2, hard))
    await asyncio.sleep(30.0)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    return await stage.caught_up()


async def clock_forward(stage: Stage) -> float:
    """The computer's clock is set an hour on, and the service is killed and started on it."""
    return await _clock(stage, HOUR_S)


async def clock_back(stage: Stage) -> float:
    """The computer's clock is set an hour back, and the service is killed and started on it."""
    return await _clock(stage, -HOUR_S)


async def _clock(stage: Stage, seconds: float) -> float:
    stage.step_clock(seconds)
    await asyncio.sleep(20.0)
    await stage.kill_service()
    await stage.start_service()
    return await stage.caught_up()


async def read_only(stage: Stage) -> float:
    """Nothing in the data folder may be written; the service is killed and started on that."""
    await stage.kill_service()
    paths = [stage.data, *stage.data.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in reversed(paths):
        path.chmod(modes[path] & ~0o222)
    await stage.start_service(*NO_ROOT)
    await asyncio.sleep(15.0)
    await stage.kill_service()
    for path in paths:
        path.chmod(modes[path])
    await stage.start_service()
    return await stage.caught_up()


async def clock_leaps(stage: Stage) -> float:
    """The computer's clock is set a day on, and later an hour before what it was, while everybody runs."""
    for seconds in (DAY_S, -HOUR_S):
        stage.step_clock(seconds)
        await asyncio.sleep(15.0)
    return await stage.caught_up()


def store_broken(how: Callable[[Path], None]) -> Fault:
    """The service is killed, its store damaged, and the service started on that."""

    async def befall(stage: Stage) -> float:
        await stage.kill_service()
        await asyncio.to_thread(damage, stage.settings, how)
        broken, began_s = stage.store_identity(), time.monotonic()
        await stage.start_service()
        await stage.store_replaced(broken)
        await stage.caught_up()
        return time.monotonic() - began_s

    return befall


FAULTS: dict[str, Fault] = {
    f"kill -9 the service, {KILLS} times": kills,
    "InfluxDB down for 60 s": database_down,
    "InfluxDB restarted empty": database_emptied,
    "broker down for 60 s": broker_down,
    "broker restarted empty": broker_emptied,
    "disk full for 30 s": disk_full,
    "clock set 1 h on, then kill -9": clock_forward,
    "clock set 1 h back, then kill -9": clock_back,
    "clock set a day on, then back by 25 h": clock_leaps,
    "kill -9, data folder read-only for 15 s": read_only,
    "kill -9, store's header overwritten": store_broken(header),
    "kill -9, pages of the store overwritten": store_broken(page),
    "kill -9, store deleted": store_broken(deleted),
}


def outcome(fault: Fault, folder: Path, speed: float = SPEED) -> Outcome:
    """What comes of a fault on a stage of its own."""
    return virtual_time.run(_befall(folder, fault, speed), speed=speed)


async def _befall(folder: Path, fault: Fault, speed: float) -> Outcome:
    try:
        async with staged(folder, speed) as stage:
            try:
                catch_up_s = await fault(stage)
            except TimeoutError:
                catch_up_s = math.inf
            await asyncio.sleep(5.0)
            return await stage.end(catch_up_s)
    except TimeoutError:
        return Outcome({}, {}, {}, math.inf, TARGET_S)
