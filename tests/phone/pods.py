"""Simulated pods behind a fake BlueZ, in a thread of their own, faster than real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from surefoot.firmware_sim.pod.firmware import Firmware
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.pod_settings import RING_PACKETS
from surefoot.firmware_sim.pod.ring_buffer import RingBuffer
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from tests.phone.bluez import FakeBluez
from tests.playing import START_S, playing
from tests.service.servers import wait

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PodsInReach:
    """The pods of one runner near a phone."""

    runner: SimulatedRunner
    bluez: FakeBluez
    loop: asyncio.AbstractEventLoop

    @property
    def now_s(self) -> float:
        """Time of the pods."""
        return self.loop.time()

    def wait_until(self, at_s: float) -> None:
        """Until a time of the pods, while the browser goes on by itself."""
        wait(lambda: self.now_s >= at_s)

    def oldest_kept(self) -> list[int]:
        """The first record that each pod's flash holds."""
        return [keeper.info.oldest for keeper in self._keepers]

    def keep(self, wanted: bool) -> None:
        """Let the pods keep what they sample in their flash, or stop it."""

        async def tell() -> None:
            for keeper in self._keepers:
                if wanted:
                    keeper.start(0)
                else:
                    keeper.stop()

        self.do(tell)

    @property
    def _keepers(self) -> list[Keeper]:
        return [keeper for pod in self.runner.pods.values() if isinstance(keeper := pod.firmware.keeper, Keeper)]

    def do(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something with the pods in their own thread, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(START_S)


@contextmanager
def pods_in_reach(
    bus_address: str, scenario: Scenario, *, speed: float, flash_bytes: int | None = None
) -> Iterator[PodsInReach]:
    """Two pods of one runner, while entered; `speed` times as fast as real time, on a slow computer less.

    Their buffers last as long for the browser as those of real pods. Those with flash keep what they are told to.
    """

    @asynccontextmanager
    async def simulated() -> AsyncIterator[tuple[SimulatedRunner, FakeBluez]]:
        async with Simulation(1, flash_bytes=flash_bytes) as simulation:
            runner = await simulation.add_runner("Ada", scenario)
            for pod in runner.pods.values():
                pod.settings.auto_minutes = 0
                pod.settings.ring_packets = round(speed * RING_PACKETS)
                assert isinstance(pod.firmware, Firmware)
                pod.firmware.ring = RingBuffer(pod.settings.ring_packets)
            async with FakeBluez(bus_address, simulation.central) as bluez:
                yield runner, bluez

    with playing(simulated, "pods", speed) as ((runner, bluez), loop):
        yield PodsInReach(runner, bluez, loop)
