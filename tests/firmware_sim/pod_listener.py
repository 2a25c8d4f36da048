"""Minimal pod client on unmodified bleak, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient, BumbleScanner
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.protocol import (
    CONTROL_UUID,
    INFO_UUID,
    STREAM_UUID,
    Command,
    Opcode,
    Packet,
    PacketFlag,
    PodInfo,
    Reply,
)

RUN = Scenario("test", RunnerProfile(), (PlannedBout("still", 3.0), PlannedBout("run", 117.0, 3.0)))


@dataclass(slots=True)
class Listener:
    """A connected client and everything it has received."""

    client: BleakClient
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    notifications: list[tuple[float, bytes]] = field(default_factory=list)
    replies: asyncio.Queue[Reply] = field(default_factory=asyncio.Queue)

    @property
    def packets(self) -> list[Packet]:
        """All packets in order of arrival."""
        return [Packet.from_bytes(data) for _, data in self.notifications]

    @property
    def live(self) -> list[Packet]:
        """Packets that are not resends."""
        return [packet for packet in self.packets if not packet.flags & PacketFlag.RESENT]

    async def info(self) -> PodInfo:
        """Read the info characteristic."""
        return PodInfo.from_bytes(bytes(await self.client.read_gatt_char(INFO_UUID)))

    async def command(self, opcode: Opcode, *arguments: int) -> Reply:
        """Write a command and wait for its reply."""
        return await self.write(bytes(Command(opcode, arguments)))

    async def write(self, data: bytes) -> Reply:
        """Write bytes to the control characteristic and wait for the reply."""
        await self.client.write_gatt_char(CONTROL_UUID, data, response=True)
        return await self.replies.get()

    async def subscribe(self) -> None:
        """Subscribe to the stream and to replies."""
        loop = asyncio.get_running_loop()
        await self.client.start_notify(
            STREAM_UUID, lambda _, value: self.notifications.append((loop.time(), bytes(value)))
        )
        await self.client.start_notify(
            CONTROL_UUID, lambda _, value: self.replies.put_nowait(Reply.from_bytes(bytes(value)))
        )


async def find(central: CentralRadio, name: str) -> BLEDevice:
    """Scan until a pod of this name is found."""
    async with BleakScanner(backend=BumbleScanner, radio=central) as scanner, asyncio.timeout(20.0):
        async for device, heard in scanner.advertisement_data():
            if heard.local_name == name:
                return device
    raise AssertionError("advertisements never end")


@asynccontextmanager
async def listening_on(central: CentralRadio, name: str) -> AsyncIterator[Listener]:
    """Find, connect and subscribe; disconnect on exit."""
    device = await find(central, name)
    lost = asyncio.Event()
    async with BleakClient(device, lambda _: lost.set(), backend=BumbleClient, timeout=10.0) as client:
        listener = Listener(client, lost)
        await listener.subscribe()
        yield listener


def listening(simulation: Simulation, pod: VirtualPod) -> AbstractAsyncContextManager[Listener]:
    """`listening_on` for a pod of the simulation."""
    return listening_on(simulation.central, pod.settings.name)


@asynccontextmanager
async def one_runner(
    seed: int = 1, packet_error_rate: float = GOOD_LINK.packet_error_rate
) -> AsyncIterator[tuple[Simulation, SimulatedRunner]]:
    """A simulation with one runner."""
    scenario = replace(RUN, link_quality=replace(GOOD_LINK, packet_error_rate=packet_error_rate))
    async with Simulation(seed) as simulation:
        yield simulation, await simulation.add_runner("runner", scenario)


def left(runner: SimulatedRunner) -> VirtualPod:
    """The left pod, which most tests use."""
    return runner.pods[Foot.LEFT]
