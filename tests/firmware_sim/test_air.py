"""Pods on the virtual air, met by unmodified bleak in virtual time."""

from __future__ import annotations

import asyncio
import hashlib
import math
from contextlib import AsyncExitStack
from dataclasses import replace

import numpy as np
import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from analysis.model import Foot
from firmware_sim.air import VirtualAir
from firmware_sim.backend import BumbleClient, BumbleScanner
from firmware_sim.pace import run
from firmware_sim.rsc import RscMeasurement
from firmware_sim.scenario import Outage, PowerCycle, scenario, squad
from sensor_ingest.protocol import (
    CONTROL_UUID,
    INFO_UUID,
    MAX_SAMPLES,
    SERVICE_UUID,
    STREAM_UUID,
    Command,
    FootCode,
    Opcode,
    PacketFlag,
    Result,
)
from tests.firmware_sim.listening import RUN, Listener, find, left, listening, one_runner

BATTERY_UUID, SERIAL_UUID, MAKER_UUID = "2a19", "2a25", "2a29"
RSC_MEASUREMENT_UUID, RSC_FEATURE_UUID = "2a53", "2a54"
MINUTE_PACKETS = 60.0 * 208.0 / MAX_SAMPLES


def test_a_passive_scanner_finds_both_pods_by_service() -> None:
    async def scan() -> dict[str, tuple[str | None, list[str], int]]:
        async with one_runner() as (air, _):
            scanner = BleakScanner(None, [SERVICE_UUID], "passive", backend=BumbleScanner, radio=air.central)
            async with scanner:
                await asyncio.sleep(1.0)
            found = scanner.discovered_devices_and_advertisement_data
            return {address: (data.local_name, data.service_uuids, data.rssi) for address, (_, data) in found.items()}

    found = run(scan(), speed=math.inf)
    assert {name for name, _, _ in found.values()} == {"SF0001-L", "SF0002-R"}
    assert all(SERVICE_UUID in uuids and -90 < rssi < -40 for _, uuids, rssi in found.values())


def test_a_client_reads_who_the_pod_is() -> None:
    async def read() -> tuple[Listener, list[bytes]]:
        async with one_runner() as (air, runner), listening(air, left(runner)) as listener:
            info = await listener.info()
            assert info == left(runner).info
            assert (info.foot, info.rate_hz, info.acc_range_g, info.gyr_range_dps) == (FootCode.LEFT, 208.0, 16, 2000)
            assert info.oldest > info.newest
            uuids = (BATTERY_UUID, SERIAL_UUID, MAKER_UUID, RSC_FEATURE_UUID)
            assert listener.client.mtu_size == 247
            return listener, [bytes(await listener.client.read_gatt_char(uuid)) for uuid in uuids]

    _, values = run(read(), speed=math.inf)
    assert values == [bytes([87]), b"SIM010001", b"surefoot", bytes([4, 0])]


def test_a_minute_arrives_whole_and_in_order() -> None:
    async def stream() -> None:
        async with one_runner() as (air, runner), listening(air, left(runner)) as listener:
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
        async with one_runner() as (air, runner), listening(air, left(runner)) as listener:
            await listener.command(Opcode.START)
            await asyncio.sleep(30.0)
            pod = left(runner)
            assert pod.make.drift_ppm != 0.0
            for packet, true in zip(listener.packets, pod.truth, strict=False):
                expected_us = (true.time_s + pod.make.on_for_s) * (1e6 + pod.make.drift_ppm)
                np.testing.assert_allclose(packet.ticks_us, expected_us, atol=1.5)

    run(stream(), speed=math.inf)


@pytest.mark.parametrize("packet_error_rate", [0.0, 0.3])
def test_packet_errors_only_delay(packet_error_rate: float) -> None:
    async def delays() -> list[float]:
        async with (
            one_runner(packet_error_rate=packet_error_rate) as (air, runner),
            listening(air, left(runner)) as listener,
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
        async with one_runner() as (air, runner):
            pod = left(runner)
            async with listening(air, pod) as before:
                await before.command(Opcode.START)
                await asyncio.sleep(5.0)
                silence = asyncio.create_task(pod.outage(12.0))
                await before.lost.wait()
                assert not before.client.is_connected
                assert pod.peripheral.connection is None
                await silence
            async with listening(air, pod) as after:
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
        async with one_runner() as (air, runner):
            pod = left(runner)
            async with listening(air, pod) as listener:
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
        async with one_runner() as (air, runner):
            pod = left(runner)
            async with listening(air, pod) as before:
                await before.command(Opcode.START)
                await asyncio.sleep(3.0)
                await pod.power_cycle(1.0)
                await before.lost.wait()
            async with listening(air, pod) as after:
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


def test_connecting_to_an_absent_pod_times_out_and_leaves_the_radio_usable() -> None:
    async def dial() -> None:
        async with one_runner() as (air, runner):
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            with pytest.raises(TimeoutError):
                await BleakClient("C0:00:00:00:00:99", backend=BumbleClient, radio=air.central, timeout=3.0).connect()
            assert loop.time() - began_s == pytest.approx(3.0)
            async with listening(air, left(runner)) as listener:
                assert listener.client.is_connected

    run(dial(), speed=math.inf)


def test_a_cancelled_connection_attempt_leaves_the_radio_usable() -> None:
    async def dial() -> None:
        async with one_runner() as (air, runner):
            absent = BleakClient("C0:00:00:00:00:99", backend=BumbleClient, radio=air.central)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await absent.connect()
            async with listening(air, left(runner)) as listener:
                assert listener.client.is_connected

    run(dial(), speed=math.inf)


def test_a_request_under_way_when_the_link_dies_is_a_bleak_error() -> None:
    async def read() -> None:
        async with one_runner() as (air, runner):
            pod = left(runner)
            async with listening(air, pod) as listener:
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
        async with one_runner() as (air, runner):
            for _ in range(3):
                async with listening(air, left(runner)) as listener:
                    assert listener.client.is_connected
                assert listener.lost.is_set()
                await asyncio.sleep(0.2)
                assert left(runner).peripheral.connection is None

    run(hang_up(), speed=math.inf)


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
        async with one_runner() as (air, runner), listening(air, left(runner)) as listener:
            reply = await listener.write(data)
            assert reply.opcode == data[0]
            return reply.result

    assert run(write(), speed=math.inf) is result


def test_a_command_without_subscription_to_replies_is_refused() -> None:
    async def write() -> None:
        async with one_runner() as (air, runner):
            device = await find(air.central, left(runner).settings.name)
            async with BleakClient(device, backend=BumbleClient) as client:
                with pytest.raises(BleakError):
                    await client.write_gatt_char(CONTROL_UUID, bytes(Command(Opcode.PING)), response=True)

    run(write(), speed=math.inf)


def test_rate_and_range_change_while_stopped() -> None:
    async def change() -> None:
        async with one_runner() as (air, runner), listening(air, left(runner)) as listener:
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
        async with one_runner() as (air, runner), listening(air, left(runner)) as listener:
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


def test_a_dying_battery_warns_and_then_the_pod_is_gone() -> None:
    async def die() -> None:
        async with VirtualAir(3) as air:
            runner = await air.add_runner("runner", scenario("battery-dying", 2.0))
            pod = runner.pods[Foot.RIGHT]
            async with listening(air, pod) as listener:
                await listener.command(Opcode.START)
                await listener.lost.wait()
                low = [bool(packet.flags & PacketFlag.LOW_BATTERY) for packet in listener.packets]
                assert not low[0]
                assert low[-1]
                assert low == sorted(low)
            assert not pod.powered
            assert pod.battery.empty

    run(die(), speed=math.inf)


def test_the_same_seed_gives_the_same_bytes_at_the_same_times() -> None:
    async def digest(seed: int) -> str:
        async with VirtualAir(seed) as air:
            runner = await air.add_runner("runner", scenario("drop-outs", 1.0, seed))
            async with listening(air, left(runner)) as listener:
                await listener.command(Opcode.START)
                await asyncio.sleep(20.0)
                return hashlib.sha256(repr(listener.notifications).encode()).hexdigest()

    first, again, other = (run(digest(seed), speed=math.inf) for seed in (5, 5, 6))
    assert first == again != other


def test_twenty_four_pods_stream_at_once() -> None:
    async def stream() -> None:
        async with VirtualAir(2) as air, AsyncExitStack() as clients:
            runners = [
                await air.add_runner(f"runner-{place}", plan) for place, plan in enumerate(squad(12, minutes=1.0))
            ]
            pods = [pod for runner in runners for pod in runner.pods.values()]
            listeners = [await clients.enter_async_context(listening(air, pod)) for pod in pods]
            for listener in listeners:
                await listener.command(Opcode.START)
            await asyncio.sleep(10.0)
            for listener, pod in zip(listeners, pods, strict=True):
                packets = listener.packets
                assert len(packets) > 100
                assert [packet.sequence for packet in packets] == list(range(len(packets)))
                assert {packet.boot for packet in packets} == {pod.info.boot}

    run(stream(), speed=math.inf)


def test_a_pod_that_is_told_its_foot_says_so_when_it_is_found_again() -> None:
    async def tell() -> str | None:
        async with one_runner() as (air, runner):
            pod = left(runner)
            async with listening(air, pod) as listener:
                await listener.command(Opcode.SET_FOOT, FootCode.RIGHT)
            return (await find(air.central, "SF0001-R")).name

    assert run(tell(), speed=math.inf) == "SF0001-R"


def test_pods_keep_pace_with_a_loop_twenty_times_as_fast() -> None:
    async def stream() -> None:
        async with one_runner() as (air, runner), listening(air, left(runner)) as listener:
            await listener.command(Opcode.START)
            await asyncio.sleep(10.0)
            packets = listener.packets
            assert len(packets) == pytest.approx(MINUTE_PACKETS / 6, rel=0.1)
            assert [packet.sequence for packet in packets] == list(range(len(packets)))

    run(stream(), speed=20.0)


def test_unsubscribing_ends_the_notifications() -> None:
    async def unsubscribe() -> None:
        async with one_runner() as (air, runner), listening(air, left(runner)) as listener:
            await listener.command(Opcode.START)
            await asyncio.sleep(1.0)
            await listener.client.stop_notify(STREAM_UUID)
            heard = len(listener.notifications)
            await asyncio.sleep(1.0)
            assert len(listener.notifications) == heard > 5

    run(unsubscribe(), speed=math.inf)


def test_the_troubles_of_a_scenario_befall_its_pods() -> None:
    async def suffer() -> None:
        silence, cycle = Outage(Foot.RIGHT, 10.0, 8.0), PowerCycle(Foot.LEFT, 12.0, 2.0)
        async with VirtualAir(4) as air:
            runner = await air.add_runner("runner", replace(RUN, troubles=(silence, cycle)))
            boots = {foot: pod.info.boot for foot, pod in runner.pods.items()}
            async with listening(air, left(runner)) as first, listening(air, runner.pods[Foot.RIGHT]) as second:
                await second.lost.wait()
                assert runner.pods[Foot.RIGHT].now_s == pytest.approx(13.0, abs=0.1)
                await first.lost.wait()
                assert left(runner).now_s == pytest.approx(15.0, abs=0.1)
            assert left(runner).info.boot != boots[Foot.LEFT]
            assert runner.pods[Foot.RIGHT].info.boot == boots[Foot.RIGHT]

    run(suffer(), speed=math.inf)


def test_nothing_is_notified_before_it_is_asked_for() -> None:
    async def wait() -> int:
        async with one_runner() as (air, runner):
            device = await find(air.central, left(runner).settings.name)
            async with BleakClient(device, backend=BumbleClient) as client:
                heard: list[bytearray] = []
                await client.start_notify(STREAM_UUID, lambda _, value: heard.append(value))
                await asyncio.sleep(5.0)
                return len(heard)

    assert run(wait(), speed=math.inf) == 0
