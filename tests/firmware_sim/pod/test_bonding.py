"""A pod that takes commands from bonded clients only, and bonds with the first."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from bleak import BleakClient
from bleak.exc import BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode

from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.simulation import Simulation
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.protocol import BOND_UUID, CONTROL_UUID, INFO_UUID, Command, Opcode, Result
from tests.firmware_sim.pod_listener import RUN, find, left, listening, one_runner

REFUSED = BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION
IDENTIFY = bytes(Command(Opcode.IDENTIFY))


async def client_of(simulation: Simulation, pod: VirtualPod) -> BleakClient:
    """A client for one connection."""
    return BleakClient(await find(simulation.central, pod.settings.name), backend=BumbleClient)


def with_demanding_pod(act: Callable[[Simulation, VirtualPod], Coroutine[Any, Any, None]]) -> None:
    """Act on a pod that demands a bond, in virtual time."""

    async def main() -> None:
        async with Simulation(1, bonded_only=True) as simulation:
            await act(simulation, left(await simulation.add_runner("runner", RUN)))

    run(main(), speed=math.inf)


def test_a_stranger_reads_the_info_but_gives_no_command() -> None:
    async def act(simulation: Simulation, pod: VirtualPod) -> None:
        async with await client_of(simulation, pod) as client:
            assert await client.read_gatt_char(INFO_UUID)
            with pytest.raises(BleakGATTProtocolError) as write:
                await client.write_gatt_char(CONTROL_UUID, IDENTIFY, response=True)
            with pytest.raises(BleakGATTProtocolError) as read:
                await client.read_gatt_char(BOND_UUID)
            assert [write.value.code, read.value.code] == [REFUSED, REFUSED]

    with_demanding_pod(act)


def test_a_bond_outlasts_the_link_and_a_restart_of_the_pod() -> None:
    async def act(simulation: Simulation, pod: VirtualPod) -> None:
        async with await client_of(simulation, pod) as client:
            await client.pair()
            assert await client.read_gatt_char(BOND_UUID) == b"\x01"
        await pod.power_cycle()
        async with listening(simulation, pod) as listener:
            await listener.client.pair()
            assert (await listener.command(Opcode.START)).result is Result.OK

    with_demanding_pod(act)


def test_the_first_client_bonds_and_a_second_cannot() -> None:
    async def act(simulation: Simulation, pod: VirtualPod) -> None:
        first = await client_of(simulation, pod)
        async with first:
            await first.pair()
        await first.unpair()
        async with await client_of(simulation, pod) as second:
            with pytest.raises(BleakError, match="PAIRING_NOT_SUPPORTED"):
                await second.pair()

    with_demanding_pod(act)


def test_a_pod_that_forgot_its_bonds_takes_no_old_key_but_a_new_one() -> None:
    async def act(simulation: Simulation, pod: VirtualPod) -> None:
        async with await client_of(simulation, pod) as client:
            await client.pair()
        await pod.peripheral.forget_bonds()
        with pytest.raises(BleakError, match="PIN_OR_KEY_MISSING"):
            await (await client_of(simulation, pod)).connect()
        await asyncio.sleep(1.0)
        again = await client_of(simulation, pod)
        await again.unpair()
        async with again:
            await again.pair()

    with_demanding_pod(act)


def test_a_pod_that_demands_nothing_has_no_bond_to_read() -> None:
    async def main() -> None:
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            assert listener.client.services.get_characteristic(BOND_UUID) is None

    run(main(), speed=math.inf)
