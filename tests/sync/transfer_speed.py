"""How fast what pods kept is transferred, as a multiple of the time in which it was made."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Sequence

from surefoot.analysis.model import Foot
from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.link import EXCHANGE_S, LinkQuality
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.pod_store.block_codec import BLOCK_SAMPLES
from tests.accuracy.report import Finding
from tests.sensor_ingest.stored import FLASH_BYTES, store_of

RUN_S, LOSS, RATE_HZ = 120.0, 0.05, 208
INTERVALS_MS = (15, 30, 50)
TARGET_ONE, TARGET_BOTH = 25.0, 18.0
USUAL_GRANT = LinkQuality().pdus_per_event


def speeds(
    interval_ms: int, feet: Sequence[Foot], pdus_per_event: int = USUAL_GRANT, *, run_s: float = RUN_S
) -> list[float]:
    """Have pods keep a run out of reach, fetch it from them at once over one adapter; each one's speed."""
    quality = LinkQuality(LOSS, pdus_per_event, min_interval_s=1e-3 * interval_ms)
    plan = (PlannedBout("run", run_s, 3.0), PlannedBout("still", 900.0))

    async def main() -> list[float]:
        async with Simulation(1, flash_bytes=FLASH_BYTES, shared_airtime=True, keep_truth=False) as simulation:
            runner = await simulation.add_runner("runner", Scenario("kept", RunnerProfile(), plan, quality))
            await asyncio.sleep(run_s)
            ready = asyncio.Barrier(len(feet))
            return await asyncio.gather(*(_fetch(simulation, runner.pods[foot], ready) for foot in feet))

    return virtual_time.run(main(), speed=math.inf)


async def _fetch(simulation: Simulation, pod: VirtualPod, ready: asyncio.Barrier) -> float:
    """Fetch all that a pod has kept, while the others are fetched too."""
    loop = asyncio.get_running_loop()
    async with store_of(simulation, pod) as store:
        await store.keep(False)
        await ready.wait()
        began_s, records = loop.time(), 0
        async for _ in store.fetch(0):
            records += 1
        took_s = loop.time() - began_s
        await ready.wait()
    return records * BLOCK_SAMPLES / RATE_HZ / took_s


def rows(intervals_ms: Sequence[int] = INTERVALS_MS) -> Iterator[Finding]:
    """Figures beside their targets, which hold at the interval that pods ask for."""
    for interval_ms in intervals_ms:
        whole = int(1e-3 * interval_ms / EXCHANGE_S)
        for grant in sorted({USUAL_GRANT, whole}):
            data = f"{interval_ms} ms, ≤ {grant} PDUs an event, {100 * LOSS:.0f} % lost"
            for feet, target in (([Foot.LEFT], TARGET_ONE), (list(Foot), TARGET_BOTH)):
                slowest = min(speeds(interval_ms, feet, grant))
                bound = interval_ms == INTERVALS_MS[0]
                what = "transfer of one pod" if len(feet) == 1 else "of each of two at once, one adapter"
                told = f"≥ {target:.0f} × real time" if bound else "told only"
                yield Finding(data, what, f"{slowest:.1f} × real time", told, slowest >= target or not bound)
