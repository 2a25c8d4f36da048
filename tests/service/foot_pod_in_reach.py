"""A simulated foot pod of another maker behind a fake BlueZ, in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surefoot.firmware_sim.devices.standard_values import FootPodValue
from surefoot.firmware_sim.devices.virtual_companion import RSC_FOOT_POD
from surefoot.firmware_sim.simulation import Simulation
from tests.phone.bluez import FakeBluez
from tests.playing import START_S, playing
from tests.sensor_ingest.devices.companions import companion

NAME, ADDRESS = "Stride 4", "C0:B0:00:00:00:03"
SPEED_MPS, CADENCE_SPM = 3.0, 170
SETTINGS = f"""
[runners.anna]
name = "Anna"
foot_pod = "{NAME}"
"""


@dataclass(frozen=True, slots=True)
class FootPodInReach:
    """Somebody runs with a foot pod, near a computer."""

    bluez: FakeBluez
    loop: asyncio.AbstractEventLoop

    def do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something in its own thread, and wait for it."""
        asyncio.run_coroutine_threadsafe(work(), self.loop).result(START_S)


@contextmanager
def foot_pod_in_reach(bus_address: str) -> Iterator[FootPodInReach]:
    """One that notifies once a second, while entered."""
    runs = [bytes(FootPodValue(SPEED_MPS, CADENCE_SPM))]

    @asynccontextmanager
    async def simulated() -> AsyncIterator[FakeBluez]:
        async with (
            Simulation(1) as simulation,
            companion(simulation, RSC_FOOT_POD, ADDRESS, lambda _: runs, NAME),
            FakeBluez(bus_address, simulation.central) as bluez,
        ):
            yield bluez

    with playing(simulated, "foot pod", speed=1.0) as (bluez, loop):
        yield FootPodInReach(bluez, loop)


def write_settings(data: Path) -> None:
    """The settings of a computer whose data folder this is."""
    path = data / "config" / "surefoot" / "surefoot.toml"
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text(SETTINGS, encoding="utf-8")
