"""How many pods one process receives in real time, with what delay and at what price.

Pods, radio, client and analysis share the process, so the price is an upper bound of the client's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.scenarios import Scenario, make_squad
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.run_folder import create_run
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from tests.accuracy.report import Finding
from tests.sensor_ingest.virtual import radio_of, standing, worn

RUNNERS, MANY_RUNNERS = 6, 30
MEASURED_S = 15.0
LONGEST_S = 300.0


@dataclass(slots=True)
class Load:
    """What was measured while all pods streamed.

    Parameters
    ----------
    delays_s : from a batch's newest sample to the moment it is worked in.
    cpu : part of one core.
    started_s : from the start until the last pod streamed.
    lost : packets lost, or too many for this computer.
    """

    delays_s: list[float] = field(default_factory=list)
    cpu: float = 0.0
    started_s: float = 0.0
    lost: int = 0


async def loaded(parent: Path, scenarios: list[Scenario], *, analysed: bool) -> Load:
    """Receive all pods of some runners."""
    async with Simulation(1, keep_truth=False) as simulation:
        runners = [await simulation.add_runner(f"runner-{place}", play) for place, play in enumerate(scenarios, 1)]
        run = create_run(parent, [pod for runner in runners for pod in worn(runner)], software="pods")
        load, analysis = Load(), RunAnalysis(run.manifest.pods) if analysed else None
        async with LiveRun(run, radio_of(simulation), seed=1) as live:
            measuring = asyncio.create_task(_measure(live, load))
            async for given in live:
                if analysis is not None:
                    analysis.push(given)
                if isinstance(given, Batch):
                    load.delays_s.append(live.now_s - given.watermark_s)
            await measuring
        load.lost = sum(pod.counts.lost + pod.overflowed for pod in live.health())
        return load


async def _measure(live: LiveRun, load: Load) -> None:
    """Wait until all pods stream, then take the measure, then end the run."""
    began_s = time.perf_counter()
    while not all(pod.counts.samples for pod in live.health()):
        await asyncio.sleep(0.1)
    load.started_s = time.perf_counter() - began_s
    load.delays_s.clear()
    cpu_s, at_s = time.process_time(), time.perf_counter()
    await asyncio.sleep(MEASURED_S)
    load.cpu = (time.process_time() - cpu_s) / (time.perf_counter() - at_s)
    live.stop()


def findings() -> Iterator[Finding]:
    """Six runners with their analysis; as many pods as a club has, recorded only."""
    with TemporaryDirectory() as folder:
        plays = make_squad(RUNNERS, LONGEST_S / 60.0, 1)
        yield from _told("with analysis", Path(folder), plays, analysed=True)
        many = [standing(LONGEST_S)] * MANY_RUNNERS
        yield from _told("recorded", Path(folder), many, analysed=False)


def _told(name: str, folder: Path, plays: list[Scenario], *, analysed: bool) -> Iterator[Finding]:
    load = virtual_time.run(loaded(folder, plays, analysed=analysed))
    pods = f"{2 * len(plays)} pods, {name}"
    p50_s, p99_s = np.percentile(load.delays_s, [50, 99])
    found = f"p50 {1e3 * p50_s:.0f} ms, p99 {1e3 * p99_s:.0f} ms"
    target = "p99 ≤ 500 ms" if analysed else "told only"
    yield Finding(pods, "sample until worked in", found, target, bool(p99_s <= 0.5) or not analysed)
    text = f"{load.cpu:.0%}".replace("%", " %") + f" of a core, {load.lost} packets lost"
    yield Finding(pods, "price, simulated pods included", text, "≤ 80 %, none", load.cpu <= 0.8 and not load.lost)
    yield Finding(pods, "all stream", f"after {load.started_s:.0f} s", "told only", True)
