"""A pod keeps packets as it makes them, by command or by itself, until told to stop, at rest for minutes, or full."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from surefoot.firmware_sim.body.runner_profile import Activity
from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.boot_counter import boot_number, count_boot
from surefoot.firmware_sim.pod.core_firmware import CoreKeeper
from surefoot.firmware_sim.pod.flash import SECTOR_BYTES, NorFlash
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.pod_store.records import (
    BootRecord,
    SamplesRecord,
    StoreRecord,
    UtcRecord,
    read_record,
)
from surefoot.sensor_ingest.pod_store.store_protocol import Fragment, StoreState
from surefoot.sensor_ingest.protocol import Command, Opcode, Packet, PodInfo, Result
from tests.firmware_sim.core.parts import MakeFirmware
from tests.sensor_ingest.pod_store.made import gait_counts

STEP_US = 4808
SMALL = 40 * SECTOR_BYTES


class Pod:
    """A pod without a radio; its samples come from simulated gaits."""

    def __init__(self, make_firmware: MakeFirmware, flash_bytes: int | None = SMALL, auto_minutes: int = 0) -> None:
        self._make_firmware = make_firmware
        self.settings = PodSettings("TEST0001", flash_bytes=flash_bytes, auto_minutes=auto_minutes)
        self.flash = NorFlash(flash_bytes) if flash_bytes else None
        self.packets: list[Packet] = []
        self.start()

    def start(self) -> None:
        """Switch on."""
        count = count_boot(self.flash) if self.flash else 7
        number = boot_number(count, 5)
        self.tick_us = 0
        self.firmware = self._make_firmware(
            self.settings, Battery(), number, self.packets.append, flash=self.flash, boot_count=count
        )

    @property
    def keeper(self) -> Keeper | CoreKeeper:
        assert self.firmware.keeper is not None
        return self.firmware.keeper

    def order(self, opcode: Opcode, *arguments: int) -> Result:
        return self.firmware.handle_command(bytes(Command(opcode, arguments)), self.tick_us).result

    def move(self, activity: Activity, duration_s: float) -> None:
        """Move, from the middle of a simulated gait."""
        counts = gait_counts(activity, {"run": 2.8, "walk": 1.4}.get(activity, 0.0))[416:]
        for _ in range(round(duration_s)):
            self.sample(np.roll(counts, -(self.tick_us // STEP_US), axis=0)[:208])

    def sample(self, counts: NDArray[np.int16]) -> None:
        ticks_us = self.tick_us + STEP_US * np.arange(1, len(counts) + 1)
        self.firmware.sample(ticks_us, counts)
        self.tick_us = int(ticks_us[-1])

    def fetch(self, first: int = 0) -> list[StoreRecord]:
        """What a client gets."""
        self.keeper.set_client_listens(True)
        assert self.order(Opcode.FETCH, first, 0xFFFF_FFFF) is Result.OK
        self.keeper.transfer.on_replied()
        records: dict[int, bytes] = {}
        while (fragment := self.keeper.transfer.next_fragment()) is not None:
            parsed = Fragment.from_bytes(bytes(fragment))
            if parsed.is_end:
                assert parsed.number == self.keeper.info.next
            else:
                records[parsed.number] = records.get(parsed.number, b"") + parsed.data
        assert list(records) == sorted(records)
        return [read_record(data)[1] for data in records.values()]

    def kept_packets(self) -> list[Packet]:
        return [packet for record in self.fetch() if isinstance(record, SamplesRecord) for packet in record.packets]


def test_packets_are_kept_as_they_are_made(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware)
    assert pod.order(Opcode.KEEP_START) is Result.OK
    assert pod.keeper.info.state is StoreState.KEEPING
    pod.move("run", 5.0)
    assert pod.order(Opcode.KEEP_STOP) is Result.OK
    pod.move("run", 2.0)
    kept = pod.kept_packets()
    assert [bytes(packet) for packet in kept] == [bytes(packet) for packet in pod.packets]
    assert sum(len(packet.counts) for packet in kept) == 5 * 208
    first = pod.fetch()[0]
    assert isinstance(first, BootRecord)
    assert first.boot_count == 1
    assert PodInfo.from_bytes(first.info).boot == kept[0].boot


def test_a_live_client_makes_no_difference_to_what_is_kept(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware)
    pod.order(Opcode.KEEP_START)
    pod.firmware.ring.on_subscribed()
    pod.move("run", 1.0)
    assert pod.firmware.ring.pop_next() is None
    pod.order(Opcode.START)
    pod.move("run", 1.0)
    pod.order(Opcode.STOP)
    live = list(iter(pod.firmware.ring.pop_next, None))
    pod.move("run", 1.0)
    pod.order(Opcode.KEEP_STOP)
    assert pod.firmware.ring.pop_next() is None
    assert [packet.sequence for packet in pod.packets] == list(range(len(pod.packets)))
    assert [bytes(packet) for packet in pod.kept_packets()] == [bytes(packet) for packet in pod.packets]
    assert 10 <= len(live) <= 13


def test_only_what_is_asked_for_is_made_and_kept(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware)
    pod.move("run", 2.0)
    pod.order(Opcode.START)
    pod.move("run", 2.0)
    assert pod.packets
    assert pod.fetch() == []


def test_keeping_starts_with_the_first_steps_and_a_walk_is_not_rest(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware, flash_bytes=400 * SECTOR_BYTES, auto_minutes=1)
    pod.move("still", 20.0)
    assert not pod.packets
    pod.move("walk", 8.0)
    assert pod.keeper.keeping
    pod.move("run", 10.0)
    pod.move("walk", 90.0)
    assert pod.keeper.keeping
    pod.move("still", 58.0)
    assert pod.keeper.keeping
    pod.move("still", 5.0)
    assert not pod.keeper.keeping
    kept_s = sum(len(packet.counts) for packet in pod.kept_packets()) / 208
    assert 160.0 <= kept_s <= 168.0
    pod.move("run", 8.0)
    assert pod.keeper.keeping


def test_a_run_that_was_ended_by_command_is_not_begun_again_by_its_next_step(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware, auto_minutes=1)
    pod.move("run", 8.0)
    assert pod.keeper.keeping
    pod.order(Opcode.KEEP_STOP)
    pod.move("run", 10.0)
    assert not pod.keeper.keeping
    pod.move("still", 32.0)
    pod.move("run", 8.0)
    assert pod.keeper.keeping


def test_with_zero_minutes_only_commands_count(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware, auto_minutes=0)
    pod.move("run", 10.0)
    assert not pod.packets
    pod.order(Opcode.KEEP_START)
    pod.move("still", 70.0)
    assert pod.keeper.keeping


def test_a_full_pod_stops_and_tells_and_goes_on_when_there_is_room(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware, auto_minutes=1)
    pod.order(Opcode.KEEP_START)
    assert pod.keeper.status(87).left_min == 1
    pod.move("run", 100.0)
    info = pod.keeper.info
    assert (info.state, info.seconds_left) == (StoreState.FULL, 0)
    assert not pod.keeper.keeping
    assert pod.order(Opcode.KEEP_START) is Result.NOT_NOW
    assert pod.order(Opcode.NOTE_UTC, 1_790_000_000_000_000) is Result.OK
    kept = pod.kept_packets()
    assert sum(len(packet.counts) for packet in kept) / 208 > 70.0
    assert [packet.sequence for packet in kept] == list(range(len(kept)))
    assert pod.order(Opcode.RELEASE, info.next) is Result.OK
    assert pod.keeper.info.oldest == info.next
    assert pod.keeper.info.state is StoreState.IDLE
    pod.move("run", 8.0)
    assert pod.keeper.keeping


def test_what_was_not_written_is_all_that_a_power_cycle_costs(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware)
    pod.order(Opcode.KEEP_START)
    pod.move("run", 5.0)
    made = len(pod.packets)
    pod.start()
    assert pod.keeper.keeping
    pod.move("run", 5.0)
    pod.order(Opcode.KEEP_STOP)
    records = pod.fetch()
    assert [record.boot_count for record in records if isinstance(record, BootRecord)] == [1, 2]
    kept = pod.kept_packets()
    assert made - 4 < sum(packet.boot == kept[0].boot for packet in kept) <= made
    assert kept[0].boot >> 6 == 1
    assert kept[-1].boot >> 6 == 2


def test_an_order_to_stop_survives_a_power_cycle_too(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware)
    pod.order(Opcode.KEEP_START)
    pod.order(Opcode.KEEP_STOP)
    pod.start()
    assert not pod.keeper.keeping


def test_another_rate_is_noted_before_the_samples_that_have_it(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware)
    pod.order(Opcode.KEEP_START)
    pod.move("run", 1.0)
    assert pod.order(Opcode.SET_RATE, 104) is Result.OK
    pod.move("run", 1.0)
    pod.order(Opcode.KEEP_STOP)
    rates: list[float] = []
    for record in pod.fetch():
        if isinstance(record, BootRecord):
            rates.append(PodInfo.from_bytes(record.info).rate_hz)
    assert rates == [208.0, 104.0]
    assert sum(len(packet.counts) for packet in pod.kept_packets()) == 2 * 208


def test_the_time_of_day_is_noted_beside_the_tick(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware)
    pod.move("still", 3.0)
    assert pod.order(Opcode.NOTE_UTC, 1_790_000_000_123_456) is Result.OK
    assert pod.fetch()[1] == UtcRecord(1, pod.tick_us, 1_790_000_000_123_456)


@pytest.mark.parametrize(
    ("tag", "result"), [("0002", Result.OK), ("", Result.OK), ("a\x00\x00\x00", Result.BAD_ARGUMENT)]
)
def test_the_partner_is_set_by_its_tag(make_firmware: MakeFirmware, tag: str, result: Result) -> None:
    pod = Pod(make_firmware)
    assert pod.order(Opcode.SET_PARTNER, int.from_bytes(tag.encode(), "little")) is result
    assert pod.settings.partner_tag == (tag if result is Result.OK else "")


def test_a_fetch_needs_somebody_who_listens_and_a_new_one_replaces_it(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware)
    pod.order(Opcode.KEEP_START)
    pod.move("run", 5.0)
    assert pod.order(Opcode.FETCH, 0, 10) is Result.NOT_NOW
    pod.keeper.set_client_listens(True)
    reply = pod.firmware.handle_command(bytes(Command(Opcode.FETCH, (3, 5))), 0)
    assert (reply.result, reply.first, reply.count) == (Result.OK, 3, 5)
    assert pod.keeper.transfer.next_fragment() is None
    pod.keeper.transfer.on_replied()
    fragment = pod.keeper.transfer.next_fragment()
    assert fragment is not None
    assert fragment.number == 3
    assert len(pod.fetch(8)) == pod.keeper.info.next - 8
    pod.order(Opcode.FETCH, 0, 10)
    pod.keeper.set_client_listens(False)
    assert pod.keeper.transfer.next_fragment() is None


@pytest.mark.parametrize(("first", "number"), [(0, 1), (3, 5), (7, 0xFFFF_FFFF)])
def test_what_was_asked_for_is_transferred_and_no_more(make_firmware: MakeFirmware, first: int, number: int) -> None:
    pod = Pod(make_firmware)
    pod.order(Opcode.KEEP_START)
    pod.move("run", 5.0)
    pod.keeper.set_client_listens(True)
    pod.order(Opcode.FETCH, first, number)
    pod.keeper.transfer.on_replied()
    sent = [Fragment.from_bytes(bytes(each)) for each in iter(pod.keeper.transfer.next_fragment, None)]
    end = min(first + number, pod.keeper.info.next)
    assert sorted({each.number for each in sent if not each.is_end}) == list(range(first, end))
    assert [each.number for each in sent if each.is_end] == [end]


def test_a_pod_without_a_store_does_not_know_its_commands(make_firmware: MakeFirmware) -> None:
    pod = Pod(make_firmware, flash_bytes=None)
    for opcode in range(Opcode.KEEP_START, Opcode.SET_PARTNER + 1):
        for arguments in (b"", bytes(8)):
            reply = pod.firmware.handle_command(bytes([opcode]) + arguments, 5)
            assert (reply.opcode, reply.result) == (opcode, Result.UNKNOWN_COMMAND)
