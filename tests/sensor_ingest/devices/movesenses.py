"""Simulated Movesense on a runner's shoes, beside pods of the profile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.devices.gatt_sensor import Worn
from surefoot.firmware_sim.devices.virtual_movesense import MovesenseParameters, VirtualMovesense
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.radio.virtual_controller import VirtualController
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.recording.manifest import PodAssignment

OWNER = "owner"
USUAL = {
    Foot.LEFT: MovesenseParameters(
        "C0:B0:00:00:00:00", "174630000192", drift_ppm=20, rate_ppm=4000.0, on_for_s=2**32 / 1000 - 15, seed=1
    ),
    Foot.RIGHT: MovesenseParameters(
        "C0:B0:00:00:00:01", "174630000207", in_mg=True, mtu=247, drift_ppm=-15, rate_ppm=-3000.0, seed=2
    ),
}


def assignments() -> list[PodAssignment]:
    """Who wears them."""
    return [PodAssignment(f"movesense-{own.serial}", foot, OWNER) for foot, own in USUAL.items()]


@asynccontextmanager
async def worn_movesense(
    simulation: Simulation,
    runner: SimulatedRunner,
    foot: Foot,
    quality: LinkQuality | None = None,
    **changes: Any,
) -> AsyncIterator[VirtualMovesense]:
    """One on the shoe of a runner, mounted as it happens; left in m/s² and two parts, right in mg and one."""
    parameters = replace(USUAL[foot], **changes)
    controller = VirtualController(parameters.name, simulation.medium, quality)
    imu = Imu(mounting=random_mounting(list(Foot).index(foot) + 5))
    async with VirtualMovesense(parameters, Worn(runner.motion, foot, imu, runner.start_s), controller) as sensor:
        yield sensor


@asynccontextmanager
async def worn_pair(
    simulation: Simulation, runner: SimulatedRunner, **changes: Any
) -> AsyncIterator[dict[Foot, VirtualMovesense]]:
    """One on each foot."""
    async with AsyncExitStack() as stack:
        yield {
            foot: await stack.enter_async_context(worn_movesense(simulation, runner, foot, **changes)) for foot in Foot
        }
