"""Errors of the bleak backend on bumble."""

from __future__ import annotations

import math

import pytest
from bleak import BleakClient
from bleak.exc import BleakError

from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.protocol import INFO_UUID, STREAM_UUID
from tests.firmware_sim.pod_listener import left, listening, one_runner


def test_an_address_alone_says_nothing_about_the_radio() -> None:
    with pytest.raises(BleakError, match="a client made from an address needs radio="):
        BleakClient("C0:00:00:00:00:01", backend=BumbleClient)


def test_a_client_connects_once_and_asks_nothing_after_hanging_up() -> None:
    async def ask() -> None:
        async with one_runner() as (simulation, runner):
            async with listening(simulation, left(runner)) as listener:
                with pytest.raises(BleakError, match="already connected"):
                    await listener.client.connect()
                await listener.client.stop_notify(STREAM_UUID)
                with pytest.raises(BleakError, match="not subscribed to 5f070002"):
                    await listener.client.stop_notify(STREAM_UUID)
            with pytest.raises(BleakError, match="Not connected"):
                await listener.client.read_gatt_char(INFO_UUID)

    run(ask(), speed=math.inf)
