"""A quarter of an hour on two sensors and, on the same shoes, two pods of the profile; the sensors' links are cut."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.body.truth import TrueInversionEvent
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from tests.devices.rows import Device, SimulatedSensor
from tests.rolls.detection import random_rolls
from tests.sensor_ingest.virtual import CREATED, RUNNER, Taken, recording, worn

LOSS = LinkQuality(packet_error_rate=0.05)
DROPS, FIRST_DROP_S, EVERY_S, OUT_S = 60, 20.0, 12.0, 4.5
"""Outages longer than the supervision timeout of 4.2 s, left and right in turn."""
STALLS_S = 750.0, 765.0
"""When a stream of the left sensor falls silent, and when another one of the right one does."""
ROLLS_S, RUN_S, STILL_S = 780.0, 865.0, 6.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What was recorded, and what is true.

    Parameters
    ----------
    folder, own : recordings of the sensors, and of the pods of the profile.
    made : each foot's times, on the session clock, and accelerations as they were taken.
    troubles_s : when each foot's link or a stream was cut off.
    rolls : on the session clock.
    """

    folder: RunFolder
    own: RunFolder
    made: Mapping[Foot, tuple[Floats, Floats]]
    troubles_s: Mapping[Foot, Sequence[float]]
    rolls: Sequence[TrueInversionEvent]


def scenario() -> Scenario:
    """Easy running, with ankle rolls at the end, when nobody cuts anything off any more."""
    rolls = [replace(roll, at_s=roll.at_s + ROLLS_S) for roll in random_rolls(np.random.default_rng([7, 1]))]
    plan = PlannedBout("still", STILL_S), PlannedBout("run", RUN_S, speed_mps=3.0)
    return Scenario("devices", RunnerProfile(), plan, LOSS, inversion_events=tuple(rolls))


async def record(device: Device, parent: Path) -> Trial:
    """Both recordings, each of a live run of its own."""
    pods = [PodAssignment(device.serials[foot], foot, RUNNER) for foot in Foot]
    folder = create_run(parent / "sensors", pods, software="test", created_utc=CREATED)
    taken, known = Taken(), Taken()
    async with Simulation(3) as simulation:
        runner = await simulation.add_runner(RUNNER, scenario())
        own = create_run(parent / "pods", worn(runner), software="test", created_utc=CREATED)
        async with AsyncExitStack() as stack:
            sensors = {
                foot: await stack.enter_async_context(device.wear(simulation, runner, foot, LOSS)) for foot in Foot
            }
            await stack.enter_async_context(recording(own, simulation, known))
            await stack.enter_async_context(recording(folder, simulation, taken))
            troubles_s = await _trouble(device, sensors, runner)
    later_s = runner.start_s - taken.origin_s
    return Trial(
        open_run(folder.path),
        open_run(own.path),
        {foot: _made(sensor, later_s) for foot, sensor in sensors.items()},
        {foot: [at_s + later_s for at_s in troubles_s[foot]] for foot in Foot},
        [replace(roll, peak_s=roll.peak_s + later_s) for foot in Foot for roll in runner.truth[foot].inversion_events],
    )


async def _trouble(
    device: Device, sensors: Mapping[Foot, SimulatedSensor], runner: SimulatedRunner
) -> dict[Foot, list[float]]:
    """Live through the whole scenario; when each foot was cut off."""
    loop, began_s = asyncio.get_running_loop(), dict[Foot, list[float]]({foot: [] for foot in Foot})
    drops = [(FIRST_DROP_S + EVERY_S * number, foot) for number, foot in zip(range(DROPS), cycle(Foot), strict=False)]
    for at_s, foot in drops:
        await asyncio.sleep(runner.start_s + at_s - loop.time())
        began_s[foot].append(at_s)
        await sensors[foot].outage(OUT_S)
    for stream, (at_s, foot) in enumerate(zip(STALLS_S, Foot, strict=True)):
        await asyncio.sleep(runner.start_s + at_s - loop.time())
        began_s[foot].append(at_s)
        device.stall(sensors[foot], stream)
    await asyncio.sleep(runner.start_s + STILL_S + RUN_S - loop.time())
    return began_s


def _made(sensor: SimulatedSensor, later_s: float) -> tuple[Floats, Floats]:
    times_s = np.array([time_s for time_s, _ in sensor.truth]) + later_s
    return times_s, np.array([acc_mps2 for _, acc_mps2 in sensor.truth])
