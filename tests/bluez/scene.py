"""Inside a guest: a runner's pods on the air, BlueZ, and our own commands that meet them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bumble.hci import Address

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.devices.virtual_companion import RSC_FOOT_POD, Frames, VirtualCompanion
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.link import RadioLink
from surefoot.firmware_sim.radio.virtual_controller import VirtualController
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from tests.bluez.air import kernel_adapter
from tests.bluez.bluetoothd import BluetoothService
from tests.sensor_ingest.devices.companions import companion
from tests.service.real_command import RealCommand

DATA = Path("/tmp/surefoot")
POLL_S, PATIENCE_S = 0.05, 120.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What is in the guest's room."""

    runner: SimulatedRunner
    adapter: VirtualController
    service: BluetoothService

    @property
    def pods(self) -> list[VirtualPod]:
        """Left, right."""
        return [self.runner.pods[foot] for foot in Foot]

    def is_linked(self, pod: VirtualPod) -> bool:
        """Whether the adapter has a link to a pod."""
        return bool(self._links(pod))

    def drop_link(self, pod: VirtualPod) -> None:
        """End a pod's link at once: both controllers tell their hosts that the supervision timeout has run out."""
        for link in self._links(pod):
            link.close()
            for station in link.stations:
                station.on_link_lost(link)

    def _links(self, pod: VirtualPod) -> list[RadioLink]:
        """The links between the adapter and a pod."""
        medium, address = self.adapter.medium, Address(pod.parameters.address)
        own = [each for each in self.adapter.le_connections.values() if each.peer_address == address]
        found = [medium.link_of(each.self_address, each.peer_address) for each in own]
        return [link for link, _ in filter(None, found)]


@asynccontextmanager
async def scene(
    scenario: Scenario, *, flash_bytes: int | None = None, bonded_only: bool = False
) -> AsyncIterator[Scene]:
    """Pods that are worn, and BlueZ, while entered."""
    async with (
        Simulation(1, flash_bytes=flash_bytes, bonded_only=bonded_only) as simulation,
        kernel_adapter(simulation.medium) as adapter,
        BluetoothService() as service,
    ):
        yield Scene(await simulation.add_runner("Ada", scenario), adapter, service)


@asynccontextmanager
async def foot_pod(name: str, frames: Frames) -> AsyncIterator[VirtualCompanion]:
    """A foot pod of another maker that is worn, and BlueZ, while entered."""
    async with (
        Simulation(1) as simulation,
        kernel_adapter(simulation.medium),
        BluetoothService(),
        companion(simulation, RSC_FOOT_POD, "C0:B0:00:00:00:03", frames, name) as worn,
    ):
        yield worn


@asynccontextmanager
async def command(*arguments: str, settings: Mapping[str, object] | None = None) -> AsyncIterator[RealCommand]:
    """`surefoot` with arguments, ended by Ctrl-C at the latest; the pods go on meanwhile."""
    with RealCommand(DATA, *arguments, settings=settings) as running:
        try:
            yield running
        except BaseException:
            print(running.out, running.err, flush=True)
            raise
        finally:
            running.interrupt()
            await asyncio.to_thread(running.finish)


async def until(happened: Callable[[], bool], patience_s: float = PATIENCE_S) -> float:
    """Wait for something; how long that took, or TimeoutError."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with asyncio.timeout(patience_s):
        while not happened():
            await asyncio.sleep(POLL_S)
    return loop.time() - began_s


def recorded() -> RunFolder:
    """The run that was recorded last."""
    return list_runs(DATA / "runs")[-1]
