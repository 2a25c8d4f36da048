"""Packets of virtual pods arrive completely, in order and on time, whatever the radio does."""

from __future__ import annotations

import asyncio
import math

import numpy as np
import pytest
from bleak import BleakClient

from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.protocol import (
    MAX_SAMPLES,
    STREAM_UUID,
    Opcode,
    PacketFlag,
    Result,
)
from tests.firmware_sim.pod_listener import find, left, listening, one_runner

MINUTE_PACKETS = 60.0 * 208.0 / MAX_SAMPLES


def test_a_minute_arrives_whole_and_in_order() -> None:
    async def stream() -> None:
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            assert (await listener.command(Opcode.START)).result is Result.OK
            await asyncio.sleep(60.0)
            assert (await listener.command(Opcode.STOP)).result is Result.OK
            await asyncio.sleep(0.5)
            packets, truth = listener.packets, left(runner).truth
            assert len(packets) == len(truth) == pytest.approx(MINUTE_PACKETS, rel=0.02)
            assert [packet.sequence for packet in packets] == list(range(len(truth)))
            for packet, true in zip(packets, truth, strict=True):
                assert packet.boot == true.boot
                np.testing.assert_array_equal(packet.counts, true.counts)

    run(stream(), speed=math.inf)


def test_ticks_are_those_of_the_pods_own_clock() -> None:
    async def stream() -> None:
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            await listener.command(Opcode.START)
            await asyncio.sleep(30.0)
            pod = left(runner)
            assert pod.parameters.drift_ppm != 0.0
            for packet, true in zip(listener.packets, pod.truth, strict=False):
                expected_us = (true.time_s + pod.parameters.uptime_s) * (1e6 + pod.parameters.drift_ppm)
                np.testing.assert_allclose(packet.ticks_us, expected_us, atol=1.5)

    run(stream(), speed=math.inf)


@pytest.mark.parametrize("packet_error_rate", [0.0, 0.3])
def test_packet_errors_only_delay(packet_error_rate: float) -> None:
    async def delays() -> list[float]:
        async with (
            one_runner(packet_error_rate=packet_error_rate) as (simulation, runner),
            listening(simulation, left(runner)) as listener,
        ):
            await listener.command(Opcode.START)
            await asyncio.sleep(30.0)
            arrived_s = [at_s - runner.start_s for at_s, _ in listener.notifications]
            assert [packet.sequence for packet in listener.packets] == list(range(len(arrived_s)))
            return [at - float(true.time_s[-1]) for at, true in zip(arrived_s, left(runner).truth, strict=False)]

    delays_s = run(delays(), speed=math.inf)
    assert min(delays_s) >= 0.0
    assert max(delays_s) < 0.016 if not packet_error_rate else 0.03 < max(delays_s) < 0.3


def test_after_an_outage_the_missing_packets_come_again_bit_for_bit() -> None:
    async def outage() -> None:
        async with one_runner() as (simulation, runner):
            pod = left(runner)
            async with listening(simulation, pod) as before:
                await before.command(Opcode.START)
                await asyncio.sleep(5.0)
                silence = asyncio.create_task(pod.outage(12.0))
                await before.lost.wait()
                assert not before.client.is_connected
                assert pod.peripheral.connection is None
                await silence
            async with listening(simulation, pod) as after:
                await asyncio.sleep(1.0)
                first = before.packets[-1].sequence + 1
                count = after.live[0].sequence - first
                reply = await after.command(Opcode.RESEND, first, count)
                assert (reply.first, reply.count) == (first, count)
                assert count > 50
                await asyncio.sleep(3.0)
            resent = [packet for packet in after.packets if packet.flags & PacketFlag.RESENT]
            assert [packet.sequence for packet in resent] == list(range(first, first + count))
            heard = {packet.sequence: packet for packet in before.packets + after.packets}
            assert sorted(heard) == list(range(len(heard)))
            for true in pod.truth[: len(heard)]:
                np.testing.assert_array_equal(heard[true.sequence].counts, true.counts)

    run(outage(), speed=math.inf)


def test_live_packets_do_not_wait_for_resends() -> None:
    async def backfill() -> list[float]:
        async with one_runner() as (simulation, runner):
            pod = left(runner)
            async with listening(simulation, pod) as listener:
                await listener.command(Opcode.START)
                await asyncio.sleep(60.0)
                asked = len(listener.notifications)
                assert (await listener.command(Opcode.RESEND, 0, asked)).count == asked
                await asyncio.sleep(10.0)
                ends_s = {true.sequence: float(true.time_s[-1]) for true in pod.truth}
                assert len(listener.packets) - len(listener.live) == asked
                return [
                    at_s - runner.start_s - ends_s[packet.sequence]
                    for (at_s, _), packet in zip(listener.notifications, listener.packets, strict=True)
                    if not packet.flags & PacketFlag.RESENT
                ]

    assert max(run(backfill(), speed=math.inf)) < 0.1


def test_a_power_cycle_is_a_new_boot_with_nothing_left() -> None:
    async def cycle() -> None:
        async with one_runner() as (simulation, runner):
            pod = left(runner)
            async with listening(simulation, pod) as before:
                await before.command(Opcode.START)
                await asyncio.sleep(3.0)
                await pod.power_cycle(1.0)
                await before.lost.wait()
            async with listening(simulation, pod) as after:
                info = await after.info()
                assert info.boot != before.packets[0].boot
                assert info.oldest > info.newest
                await asyncio.sleep(1.0)
                assert not after.packets
                await after.command(Opcode.START)
                await asyncio.sleep(1.0)
                assert after.packets[0].sequence == 0
                assert after.packets[0].tick_us < 1e7

    run(cycle(), speed=math.inf)


def test_unsubscribing_ends_the_notifications() -> None:
    async def unsubscribe() -> None:
        async with one_runner() as (simulation, runner), listening(simulation, left(runner)) as listener:
            await listener.command(Opcode.START)
            await asyncio.sleep(1.0)
            await listener.client.stop_notify(STREAM_UUID)
            heard = len(listener.notifications)
            await asyncio.sleep(1.0)
            assert len(listener.notifications) == heard > 5

    run(unsubscribe(), speed=math.inf)


def test_nothing_is_notified_before_it_is_asked_for() -> None:
    async def wait() -> int:
        async with one_runner() as (simulation, runner):
            device = await find(simulation.central, left(runner).settings.name)
            async with BleakClient(device, backend=BumbleClient) as client:
                heard: list[bytearray] = []
                await client.start_notify(STREAM_UUID, lambda _, value: heard.append(value))
                await asyncio.sleep(5.0)
                return len(heard)

    assert run(wait(), speed=math.inf) == 0
