"""Characteristics and commands of a virtual pod, through unmodified bleak in virtual time."""

from __future__ import annotations

import asyncio
import math

import numpy as np
import pytest
from bleak import BleakClient
from bleak.exc import BleakError

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.pod.rsc import RscMeasurement
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.protocol import (
    CONTROL_UUID,
    Command,
    FootCode,
    Opcode,
    Result,
)
from tests.firmware_sim.pod_listener import Listener, find, left, listening, one_runner

BATTERY_UUID, SERIAL_UUID, MAKER_UUID = "2a19", "2a25", "2a29"
RSC_MEASUREMENT_UUID, RSC_FEATURE_UUID = "2a53", "2a54"


def test_a_client_reads_who_the_pod_is() -> None:
    async def read() -> tuple[Listener, list[bytes]]:
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            info = await listener.info()
            assert info == left(runner).info
            assert (info.foot, info.rate_hz, info.acc_range_g, info.gyr_range_dps) == (FootCode.LEFT, 208.0, 16, 2000)
            assert info.oldest > info.newest
            uuids = (BATTERY_UUID, SERIAL_UUID, MAKER_UUID, RSC_FEATURE_UUID)
            assert listener.client.mtu_size == 247
            return listener, [bytes(await listener.client.read_gatt_char(uuid)) for uuid in uuids]

    _, values = run(read(), speed=math.inf)
    assert values == [bytes([87]), b"SIM010001", b"surefoot", bytes([4, 0])]


@pytest.mark.parametrize(
    ("data", "result"),
    [
        (b"\x63", Result.UNKNOWN_COMMAND),
        (b"\x00", Result.UNKNOWN_COMMAND),
        (b"\x01\x02", Result.BAD_ARGUMENT),
        (bytes(Command(Opcode.SET_RATE, (100,))), Result.BAD_ARGUMENT),
        (bytes(Command(Opcode.SET_RANGE, (16, 500))), Result.BAD_ARGUMENT),
        (bytes(Command(Opcode.SET_FOOT, (7,))), Result.BAD_ARGUMENT),
        (bytes(Command(Opcode.RESEND, (0, 0))), Result.BAD_ARGUMENT),
        (bytes(Command(Opcode.PING)), Result.OK),
        (bytes(Command(Opcode.IDENTIFY)), Result.OK),
    ],
)
def test_every_command_is_answered(data: bytes, result: Result) -> None:
    async def write() -> Result:
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            reply = await listener.write(data)
            assert reply.opcode == data[0]
            return reply.result

    assert run(write(), speed=math.inf) is result


def test_a_command_without_subscription_to_replies_is_refused() -> None:
    async def write() -> None:
        async with one_runner() as (simulation, runner):
            device = await find(simulation.central, left(runner).settings.name)
            async with BleakClient(device, backend=BumbleClient) as client:
                with pytest.raises(BleakError):
                    await client.write_gatt_char(CONTROL_UUID, bytes(Command(Opcode.PING)), response=True)

    run(write(), speed=math.inf)


def test_rate_and_range_change_while_stopped() -> None:
    async def change() -> None:
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            await listener.command(Opcode.START)
            assert (await listener.command(Opcode.SET_RATE, 416)).result is Result.NOT_NOW
            await listener.command(Opcode.STOP)
            assert (await listener.command(Opcode.SET_RATE, 416)).result is Result.OK
            assert (await listener.command(Opcode.SET_RANGE, 32, 1000)).result is Result.OK
            info = await listener.info()
            assert (info.rate_hz, info.acc_range_g, info.gyr_range_dps) == (416.0, 32, 1000)
            assert info.oldest > info.newest
            await listener.command(Opcode.START)
            await asyncio.sleep(2.0)
            assert listener.packets[-1].span_us == pytest.approx(17e6 / 416, rel=0.02)

    run(change(), speed=math.inf)


def test_a_watch_sees_the_cadence_of_the_runner() -> None:
    async def watch() -> tuple[list[RscMeasurement], float]:
        heard: list[RscMeasurement] = []
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            await listener.client.start_notify(
                RSC_MEASUREMENT_UUID, lambda _, value: heard.append(RscMeasurement.from_bytes(bytes(value)))
            )
            await listener.command(Opcode.START)
            await asyncio.sleep(30.0)
            return heard, float(120.0 / np.median(runner.truth[Foot.LEFT].stride_time_s))

    heard, cadence_spm = run(watch(), speed=math.inf)
    assert len(heard) == pytest.approx(30, abs=1)
    assert heard[-1].cadence_spm == pytest.approx(cadence_spm, abs=4)
    assert heard[-1].running


def test_a_pod_that_is_told_its_foot_says_so_when_it_is_found_again() -> None:
    async def tell() -> str | None:
        async with one_runner() as (simulation, runner):
            pod = left(runner)
            async with listening(simulation, pod) as listener:
                await listener.command(Opcode.SET_FOOT, FootCode.RIGHT)
            return (await find(simulation.central, "SF0001-R")).name

    assert run(tell(), speed=math.inf) == "SF0001-R"
