"""Unmodified bleak finds, connects to and disconnects from virtual pods in virtual time."""

from __future__ import annotations

import asyncio
import math

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from surefoot.firmware_sim.radio.bleak_backend import BumbleClient, BumbleScanner
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.protocol import (
    INFO_UUID,
    SERVICE_UUID,
)
from tests.firmware_sim.pod_listener import left, listening, one_runner


def test_a_passive_scanner_finds_both_pods_by_service() -> None:
    async def scan() -> dict[str, tuple[str | None, list[str], int]]:
        async with one_runner() as (simulation, _):
            scanner = BleakScanner(None, [SERVICE_UUID], "passive", backend=BumbleScanner, radio=simulation.central)
            async with scanner:
                await asyncio.sleep(1.0)
            found = scanner.discovered_devices_and_advertisement_data
            return {address: (data.local_name, data.service_uuids, data.rssi) for address, (_, data) in found.items()}

    found = run(scan(), speed=math.inf)
    assert {name for name, _, _ in found.values()} == {"SF0001-L", "SF0002-R"}
    assert all(SERVICE_UUID in uuids and -90 < rssi < -40 for _, uuids, rssi in found.values())


def test_connecting_to_an_absent_pod_times_out_and_leaves_the_radio_usable() -> None:
    async def dial() -> None:
        async with one_runner() as (simulation, runner):
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            with pytest.raises(TimeoutError):
                await BleakClient(
                    "C0:00:00:00:00:99", backend=BumbleClient, radio=simulation.central, timeout=3.0
                ).connect()
            assert loop.time() - began_s == pytest.approx(3.0)
            async with listening(simulation, left(runner)) as listener:
                assert listener.client.is_connected

    run(dial(), speed=math.inf)


def test_a_cancelled_connection_attempt_leaves_the_radio_usable() -> None:
    async def dial() -> None:
        async with one_runner() as (simulation, runner):
            absent = BleakClient("C0:00:00:00:00:99", backend=BumbleClient, radio=simulation.central)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await absent.connect()
            async with listening(simulation, left(runner)) as listener:
                assert listener.client.is_connected

    run(dial(), speed=math.inf)


def test_a_request_under_way_when_the_link_dies_is_a_bleak_error() -> None:
    async def read() -> None:
        async with one_runner() as (simulation, runner):
            pod = left(runner)
            async with listening(simulation, pod) as listener:
                silence = asyncio.create_task(pod.outage(12.0))
                await asyncio.sleep(0.1)
                with pytest.raises(BleakError, match="disconnected"):
                    await listener.client.read_gatt_char(INFO_UUID)
                with pytest.raises(BleakError):
                    await listener.client.read_gatt_char(INFO_UUID)
                await silence

    run(read(), speed=math.inf)


def test_hanging_up_makes_the_pod_findable_again() -> None:
    async def hang_up() -> None:
        async with one_runner() as (simulation, runner):
            for _ in range(3):
                async with listening(simulation, left(runner)) as listener:
                    assert listener.client.is_connected
                assert listener.lost.is_set()
                await asyncio.sleep(0.2)
                assert left(runner).peripheral.connection is None

    run(hang_up(), speed=math.inf)
