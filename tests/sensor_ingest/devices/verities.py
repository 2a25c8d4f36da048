"""Two simulated Verity Sense on a runner's shoes, recorded through the virtual radio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bleak import BleakClient, BleakScanner

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.devices.gatt_sensor import Worn
from surefoot.firmware_sim.devices.verity_frames import FrameType
from surefoot.firmware_sim.devices.virtual_verity import VerityParameters, VirtualVerity
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.radio.virtual_controller import VirtualController
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.ble.handshake import StreamSettings
from surefoot.sensor_ingest.ble.polar_link import PolarLink
from surefoot.sensor_ingest.protocol import FootCode
from surefoot.sensor_ingest.recording.assembler import Assembler
from surefoot.sensor_ingest.recording.entries import PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.entry_queue import EntryQueue
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.pod_health import PodHealthTracker
from surefoot.sensor_ingest.recording.recorder import Recorder
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from surefoot.sensor_ingest.recording.silence_watchdog import SilenceWatchdog
from tests.sensor_ingest.virtual import CREATED, Taken

WEARER = "verities"
SERIALS = {Foot.LEFT: "0A1B2C3D", Foot.RIGHT: "0A1B2C4E"}
USUAL = StreamSettings()


@asynccontextmanager
async def worn_verity(
    simulation: Simulation,
    runner: SimulatedRunner,
    foot: Foot,
    frame_type: FrameType = FrameType.PACKED,
    quality: LinkQuality | None = None,
    *,
    tells_factor: bool = True,
) -> AsyncIterator[VirtualVerity]:
    """One on the shoe of a runner, mounted as it happens."""
    side = list(Foot).index(foot)
    parameters = VerityParameters(
        f"C0:A0:00:00:00:0{side}",
        SERIALS[foot],
        frame_type,
        drift_ppm=20 - 30 * side,
        rate_ppm=2500.0,
        seed=side,
        tells_factor=tells_factor,
    )
    controller = VirtualController(parameters.name, simulation.medium, quality)
    imu = Imu(mounting=random_mounting(side + 5))
    async with VirtualVerity(parameters, Worn(runner.motion, foot, imu, runner.start_s), controller) as verity:
        yield verity


@asynccontextmanager
async def connected(simulation: Simulation, verity: VirtualVerity) -> AsyncIterator[tuple[BleakClient, PolarLink]]:
    """Found by its name, and connected to."""
    name = verity.parameters.name
    async with BleakScanner(None, backend=BumbleScanner, radio=simulation.central) as scanner:
        heard = scanner.advertisement_data()
        device = await anext(device async for device, data in heard if data.local_name == name)
    async with BleakClient(device, backend=BumbleClient) as client:
        yield client, PolarLink(client, verity.parameters.device_id)


async def record_pair(
    parent: Path, simulation: Simulation, runner: SimulatedRunner, duration_s: float, frame_type: FrameType
) -> tuple[RunFolder, Taken, Assembler]:
    """Both feet in a journal, as it came; what was given meanwhile."""
    folder = create_run(
        parent, [PodAssignment(SERIALS[foot], foot, WEARER) for foot in Foot], software="test", created_utc=CREATED
    )
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    assembler, taken, pods = Assembler(), Taken(), folder.manifest.pods
    with JournalWriter(folder.journal_path) as journal:
        recorder = Recorder(
            EntryQueue(),
            journal,
            assembler,
            PodHealthTracker(pods),
            SilenceWatchdog(pods),
            taken.batches.append,  # type: ignore[arg-type]
            lambda: loop.time() - began_s,
        )
        async with AsyncExitStack() as stack:
            for number, foot in enumerate(Foot):
                verity = await stack.enter_async_context(worn_verity(simulation, runner, foot, frame_type))
                _, link = await stack.enter_async_context(connected(simulation, verity))

                def on_data(arrival_s: float, data: bytes, number: int = number) -> None:
                    recorder.record(PacketEntry(number, arrival_s - began_s, data))

                info = await link.set_up(USUAL, on_data, boot=number + 1, foot=FootCode.from_foot(foot))
                recorder.record(PodEntry(number, loop.time() - began_s, 0, foot, WEARER, bytes(info)))
            await asyncio.sleep(duration_s)
        recorder.end()
    folder.mark_ended()
    return open_run(folder.path), taken, assembler
