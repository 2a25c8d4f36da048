"""A simulated foot pod of another maker behind a fake BlueZ, in real time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surefoot.firmware_sim.devices.standard_values import FootPodValue
from surefoot.firmware_sim.devices.virtual_companion import RSC_FOOT_POD
from surefoot.firmware_sim.simulation import Simulation
from surefoot.firmware_sim.virtual_time import run_playback
from tests.phone.bluez import FakeBluez
from tests.sensor_ingest.devices.companions import companion

NAME, ADDRESS = "Stride 4", "C0:B0:00:00:00:03"
SPEED_MPS, CADENCE_SPM = 3.0, 170
START_S = 60.0
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
    found: list[FootPodInReach] = []
    ready, stop = threading.Event(), asyncio.Event()
    runs = [bytes(FootPodValue(SPEED_MPS, CADENCE_SPM))]

    async def main() -> None:
        async with (
            Simulation(1) as simulation,
            companion(simulation, RSC_FOOT_POD, ADDRESS, lambda _: runs, NAME),
            FakeBluez(bus_address, simulation.central) as bluez,
        ):
            found.append(FootPodInReach(bluez, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: run_playback(main(), speed=1.0), name="foot pod", daemon=True)
    thread.start()
    assert ready.wait(START_S), "the foot pod did not start"
    try:
        yield found[0]
    finally:
        found[0].loop.call_soon_threadsafe(stop.set)
        thread.join(START_S)


def write_settings(data: Path) -> None:
    """The settings of a computer whose data folder this is."""
    path = data / "config" / "surefoot" / "surefoot.toml"
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text(SETTINGS, encoding="utf-8")
