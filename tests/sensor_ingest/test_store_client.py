"""What a pod kept is fetched whole, whatever the link does, and old and new pods and clients go together."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest
from bleak import BleakClient
from bleak.exc import BleakError

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.discovery import discover_pods
from surefoot.sensor_ingest.ble.errors import LinkLostError, PodRefusedError
from surefoot.sensor_ingest.ble.store_client import StoreClient
from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, UtcRecord, read_record
from surefoot.sensor_ingest.pod_store.store_protocol import STORE_INFO_UUID, Fragment, StoreState, StoreStatus
from surefoot.sensor_ingest.protocol import CONTROL_UUID, Command, Opcode, Packet, PacketFlag, Result
from tests.firmware_sim.pod_listener import RUN, find, listening
from tests.sensor_ingest.stored import FLASH_BYTES, connected, keeping_runner, left, packets_in, store_of
from tests.sensor_ingest.virtual import in_virtual_time, radio_of

Records = dict[int, bytes]


def assert_is_truth(packets: list[Packet], pod: VirtualPod, missing: int = 0) -> None:
    """The packets are what the pod sampled, each once; `missing` may have been in memory when the power failed."""
    true = {(each.boot, each.sequence): each.counts for each in pod.truth}
    assert len({(each.boot, each.sequence) for each in packets}) == len(packets) >= len(true) - missing
    for packet in packets:
        np.testing.assert_array_equal(packet.counts, true[packet.boot, packet.sequence])


async def fetched(store: StoreClient, first: int = 0) -> Records:
    return {number: data async for number, data in store.fetch(first)}


def test_a_run_out_of_reach_is_fetched_bit_for_bit_and_released() -> None:
    async def run() -> None:
        async with keeping_runner() as (simulation, runner):
            pod = left(runner)
            await asyncio.sleep(60.0)
            assert pod.firmware.keeper is not None
            assert pod.firmware.keeper.keeping
            async with store_of(simulation, pod) as store:
                await store.keep(False)
                await store.note_utc(lambda: 1_790_000_000.25)
                info = await store.info()
                assert info.state is StoreState.IDLE
                records = await fetched(store)
                assert list(records) == list(range(info.next))
                assert_is_truth(packets_in(records), pod)
                first, last = (read_record(records[number])[1] for number in (0, info.next - 1))
                assert first == BootRecord(1, first.info if isinstance(first, BootRecord) else b"")
                assert isinstance(last, UtcRecord)
                assert last.utc_us == 1_790_000_000_250_000
                assert last.tick_us == pytest.approx(1e6 * (pod.now_s + pod.parameters.uptime_s), rel=0.02)
                await store.release(info.next)
                assert (await store.info()).oldest == info.next
                assert await fetched(store) == {}

    in_virtual_time(run())


def test_a_link_that_is_cut_in_mid_transfer_costs_nothing() -> None:
    async def run() -> None:
        async with keeping_runner(packet_error_rate=0.05) as (simulation, runner):
            pod = left(runner)
            await asyncio.sleep(60.0)
            records: Records = {}
            for cut_after_s in (0.3, 0.4, 100.0):
                async with store_of(simulation, pod) as store:
                    asyncio.get_running_loop().call_later(cut_after_s, lambda: asyncio.ensure_future(pod.outage(6.0)))
                    try:
                        async for number, data in store.fetch(len(records)):
                            assert number == len(records)
                            records[number] = data
                    except LinkLostError:
                        continue
            kept = packets_in(records)
            assert len(records) > 150
            assert_is_truth(kept, pod, missing=len(pod.truth) - len(kept))

    in_virtual_time(run())


def test_a_live_client_hears_every_packet_in_time_while_another_transfer_goes_on() -> None:
    async def run() -> None:
        async with keeping_runner() as (simulation, runner):
            pod = left(runner)
            await asyncio.sleep(60.0)
            async with connected(simulation, pod) as client:
                heard: list[tuple[float, Packet]] = []
                await client.subscribe_packets(lambda at_s, data: heard.append((at_s, Packet.from_bytes(data))))
                await client.send_command(Opcode.START)
                records = await fetched(StoreClient(client, pod.settings.serial))
            assert len(packets_in(records)) > 500
            sequences = [packet.sequence for _, packet in heard]
            assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
            ends_s = {true.sequence: float(true.time_s[-1]) for true in pod.truth}
            assert max(at_s - runner.start_s - ends_s[packet.sequence] for at_s, packet in heard) < 0.1

    in_virtual_time(run())


def test_power_cuts_while_the_flash_is_written_cost_only_what_was_in_memory() -> None:
    async def run() -> None:
        async with keeping_runner() as (simulation, runner):
            pod = left(runner)
            async with store_of(simulation, pod) as store:
                await store.keep(True)
            for _ in range(5):
                await asyncio.sleep(8.0)
                pod.cut_power_while_writing(off_s=0.5, operations=int(simulation.medium.rng.random() * 6))
            await asyncio.sleep(8.0)
            async with store_of(simulation, pod) as store:
                await store.keep(False)
                records = await fetched(store)
            kept = packets_in(records)
            assert len({packet.boot for packet in kept}) == 6
            assert_is_truth(kept, pod, missing=5 * 8)
            boots = [read_record(data)[1] for data in records.values()]
            assert [each.boot_count for each in boots if isinstance(each, BootRecord)] == [1, 2, 3, 4, 5, 6]

    in_virtual_time(run())


def test_an_old_client_streams_from_a_new_pod() -> None:
    async def run() -> None:
        async with keeping_runner() as (simulation, runner):
            pod = left(runner)
            await asyncio.sleep(10.0)
            async with listening(simulation, pod) as old:
                info = await old.info()
                assert info.oldest <= info.newest
                assert (await old.command(Opcode.START)).result is Result.OK
                await asyncio.sleep(10.0)
                assert (await old.command(Opcode.STOP)).result is Result.OK
                await asyncio.sleep(0.5)
                streamed = len(old.packets)
                await asyncio.sleep(2.0)
                assert len(old.packets) == streamed == pytest.approx(10.0 * 208 / 18, rel=0.03)
                sequences = [packet.sequence for packet in old.packets]
                assert sequences == list(range(sequences[0], sequences[0] + streamed))
                assert (await old.command(Opcode.RESEND, info.oldest, 5)).count == 5
                await asyncio.sleep(0.5)
                assert sum(bool(packet.flags & PacketFlag.RESENT) for packet in old.packets) == 5
                assert (await old.command(Opcode.SET_RATE, 104)).result is Result.OK

    in_virtual_time(run())


def test_a_new_client_finds_no_store_in_an_old_pod_and_streams() -> None:
    async def run() -> None:
        async with keeping_runner(flash_bytes=None) as (simulation, runner):
            pod = left(runner)
            async with connected(simulation, pod) as client:
                assert not client.has_store
                with pytest.raises(PodRefusedError, match="KEEP_START with UNKNOWN_COMMAND"):
                    await StoreClient(client, pod.settings.serial).keep(True)
                heard: list[bytes] = []
                await client.subscribe_packets(lambda _, data: heard.append(data))
                await client.send_command(Opcode.START)
                await asyncio.sleep(5.0)
                assert len(heard) > 50

    in_virtual_time(run())


def test_what_a_pod_holds_is_read_and_erased_by_the_owner_only() -> None:
    async def run() -> None:
        async with Simulation(1, bonded_only=True, flash_bytes=FLASH_BYTES) as simulation:
            pod = left(await simulation.add_runner("runner", RUN))
            await asyncio.sleep(20.0)
            async with store_of(simulation, pod) as store:
                await store.keep(False)
                held = await fetched(store)
            stranger = await CentralRadio.on_medium(simulation.medium, "stranger", "F0:F1:F2:F3:F4:00")
            async with BleakClient(await find(stranger, pod.settings.name), backend=BumbleClient) as client:
                with pytest.raises(BleakError):
                    await client.read_gatt_char(STORE_INFO_UUID)
                await client.start_notify(CONTROL_UUID, lambda *_: None)
                for command in (Command(Opcode.FETCH, (0, 100)), Command(Opcode.RELEASE, (100,))):
                    with pytest.raises(BleakError):
                        await client.write_gatt_char(CONTROL_UUID, bytes(command), response=True)
                with pytest.raises(BleakError):
                    await client.pair()
            async with store_of(simulation, pod) as store:
                assert await fetched(store) == held
                assert len(held) > 30

    in_virtual_time(run())


def test_what_a_pod_holds_is_heard_without_connecting() -> None:
    async def run() -> None:
        async with keeping_runner(flash_bytes=1 << 21) as (simulation, runner):
            await left(runner).power_off()
            await asyncio.sleep(121.0)
            await left(runner).power_on()
            found = {pod.foot: pod.store for pod in await discover_pods(radio_of(simulation))}
            assert found[Foot.RIGHT] == StoreStatus(StoreState.KEEPING, 87, 2, 15)
            assert found[Foot.LEFT] == StoreStatus(StoreState.IDLE, 87, 0, 17)

    in_virtual_time(run())


def losing(store: StoreClient, numbers: set[tuple[int, int]]) -> None:
    """Have a client miss each of these fragments once, as a system that drops notifications does."""
    take = store._on_fragment

    def drop(data: bytes) -> None:
        fragment = Fragment.from_bytes(data)
        place = fragment.number, fragment.offset
        if place in numbers:
            numbers.discard(place)
        else:
            take(data)
            take(data)

    store._on_fragment = drop  # type: ignore[method-assign]


def test_fragments_that_the_system_drops_or_repeats_are_fetched_again() -> None:
    async def run() -> None:
        async with keeping_runner() as (simulation, runner):
            pod = left(runner)
            await asyncio.sleep(40.0)
            async with store_of(simulation, pod) as store:
                await store.keep(False)
                end = (await store.info()).next
                lost = {(0, 0), (7, 236), (20, 0), (20, 236), (20, 472), (end - 1, 0), (end, 0)}
                losing(store, lost)
                records = await fetched(store)
            assert not lost
            assert list(records) == list(range(end))
            assert_is_truth(packets_in(records), pod)

    in_virtual_time(run())


def test_records_that_the_pod_has_lost_are_passed_over() -> None:
    async def run() -> None:
        async with keeping_runner() as (simulation, runner):
            pod = left(runner)
            await asyncio.sleep(40.0)
            assert pod.flash is not None
            for sector in (3, 4, 5):
                address = sector * 4096 + 2000
                pod.flash.program(address, bytes(1))
            async with store_of(simulation, pod) as store:
                await store.keep(False)
                info = await store.info()
                records = await fetched(store)
            assert info.next - 3 <= len(records) < info.next
            assert all(isinstance(read_record(data)[1], SamplesRecord | BootRecord) for data in records.values())

    in_virtual_time(run())


def test_a_pod_that_sends_anything_gives_nothing_but_whole_records_in_order() -> None:
    async def run() -> None:
        async with keeping_runner() as (simulation, runner):
            pod, rng = left(runner), random.Random(3)
            await asyncio.sleep(20.0)
            honest = pod.next_fragment

            def wild() -> Fragment | None:
                fragment = honest()
                if fragment is None or rng.random() < 0.9:
                    return fragment
                number = rng.choice([0, fragment.number - 1, fragment.number + 3, 2**32 - 1]) % 2**32
                data = rng.choice([fragment.data, rng.randbytes(rng.randrange(236))])
                return Fragment(number, rng.choice([0, fragment.offset, 60_000]), rng.choice([0, 640, 65_535]), data)

            pod.next_fragment = wild  # type: ignore[method-assign]
            async with store_of(simulation, pod) as store:
                await store.keep(False)
                end, numbers = (await store.info()).next, []
                async for number, data in store.fetch(3):
                    assert read_record(data)[0] == number
                    numbers.append(number)
                assert numbers == sorted(set(numbers))
                assert 3 <= numbers[0] <= numbers[-1] < end
                assert len(numbers) > 10

    in_virtual_time(run())


def test_a_transfer_that_stalls_is_a_lost_link() -> None:
    async def run(simulation: Simulation, pod: VirtualPod) -> None:
        async with store_of(simulation, pod) as store:
            store._on_fragment = lambda data: None  # type: ignore[method-assign]  # noqa: ARG005
            with pytest.raises(LinkLostError, match="kept samples do not come"):
                await fetched(store)

    async def main() -> None:
        async with keeping_runner() as (simulation, runner):
            await asyncio.sleep(15.0)
            await run(simulation, left(runner))

    in_virtual_time(main())
