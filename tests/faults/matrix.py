"""One fault after the other, each on a live run of its own."""

from __future__ import annotations

import asyncio
import math
import random
import resource
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.firmware_sim import virtual_time
from tests.faults.stage import Outcome, Stage, staged

SPEED = 2.0
KILLS = 20
DOWN_S, HOUR_S = 60.0, 3600.0
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


FAULTS: dict[str, Fault] = {
    f"kill -9 the service, {KILLS} times": kills,
    "InfluxDB down for 60 s": database_down,
    "InfluxDB restarted empty": database_emptied,
    "broker down for 60 s": broker_down,
    "broker restarted empty": broker_emptied,
    "disk full for 30 s": disk_full,
    "clock set 1 h on, then kill -9": clock_forward,
    "clock set 1 h back, then kill -9": clock_back,
    "kill -9, data folder read-only for 15 s": read_only,
}


def outcomes(speed: float = SPEED, only: str = "") -> Iterator[tuple[str, Outcome]]:
    """Each fault with what came of it."""
    for name, fault in FAULTS.items():
        if only in name:
            with TemporaryDirectory(prefix="surefoot-faults-", ignore_cleanup_errors=True) as folder:
                yield name, virtual_time.run(befall(Path(folder), fault, speed), speed=speed)


async def befall(folder: Path, fault: Fault, speed: float) -> Outcome:
    """One fault on a stage of its own."""
    async with staged(folder, speed) as stage:
        try:
            catch_up_s = await fault(stage)
        except TimeoutError:
            catch_up_s = math.inf
        await asyncio.sleep(5.0)
        return await stage.end(catch_up_s)
