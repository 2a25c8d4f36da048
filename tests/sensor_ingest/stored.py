"""Pods with a store on a virtual radio, and clients that fetch what they kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.ble.adapter import Adapter
from surefoot.sensor_ingest.ble.pod_client import PodClient
from surefoot.sensor_ingest.ble.store_client import StoreClient
from surefoot.sensor_ingest.pod_store.records import SamplesRecord, read_record
from surefoot.sensor_ingest.protocol import Packet
from tests.firmware_sim.pod_listener import RUN
from tests.sensor_ingest.virtual import radio_of

FLASH_BYTES = 1 << 20


@asynccontextmanager
async def keeping_runner(
    seed: int = 1, scenario: Scenario = RUN, *, packet_error_rate: float = 0.02, flash_bytes: int | None = FLASH_BYTES
) -> AsyncIterator[tuple[Simulation, SimulatedRunner]]:
    """A simulation with a runner whose pods have a store; it ends by itself after five minutes without steps."""
    scenario = replace(scenario, link_quality=replace(scenario.link_quality, packet_error_rate=packet_error_rate))
    async with Simulation(seed, flash_bytes=flash_bytes) as simulation:
        yield simulation, await simulation.add_runner("runner", scenario)


@asynccontextmanager
async def connected(simulation: Simulation, pod: VirtualPod) -> AsyncIterator[PodClient]:
    """A client of a pod, ready for commands."""
    adapter = Adapter(radio_of(simulation))
    scanning = asyncio.create_task(adapter.scan())
    try:
        advertisement = await adapter.wait_for_advertisement(f"SF{pod.settings.tag}")
        client = PodClient(advertisement, adapter.radio)
        async with adapter.exclusive:
            await client.connect()
    finally:
        adapter.close()
        scanning.cancel()
        await asyncio.wait({scanning})
    try:
        await client.subscribe_replies()
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def store_of(simulation: Simulation, pod: VirtualPod) -> AsyncIterator[StoreClient]:
    """A client of a pod's store."""
    async with connected(simulation, pod) as client:
        yield StoreClient(client, pod.settings.serial)


def packets_in(records: dict[int, bytes]) -> list[Packet]:
    """All packets, in the order of their records."""
    read = [read_record(records[number])[1] for number in sorted(records)]
    return [packet for record in read if isinstance(record, SamplesRecord) for packet in record.packets]


def left(runner: SimulatedRunner) -> VirtualPod:
    """The left pod."""
    return runner.pods[Foot.LEFT]
