"""The firmware without a radio: packets and commands."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.starting import AnyFirmware
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Command, FootCode, Opcode, Packet, PacketFlag, Reply, Result
from tests.firmware_sim.core.parts import MakeFirmware

STEP_US = 4808


def started(
    make_firmware: MakeFirmware, ring_packets: int = 100, battery: Battery | None = None
) -> tuple[AnyFirmware, list[Packet]]:
    """A streaming firmware, and the packets that it makes."""
    packets: list[Packet] = []
    firmware = make_firmware(
        PodSettings("TEST0001", ring_packets=ring_packets), battery or Battery(), 7, packets.append
    )
    assert ordered(firmware, Opcode.START).result is Result.OK
    return firmware, packets


def ordered(firmware: AnyFirmware, opcode: Opcode, *arguments: int) -> Reply:
    return firmware.handle_command(bytes(Command(opcode, arguments)), tick_us=123)


def samples(first: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    number = np.arange(first, first + count)
    return number * STEP_US, np.repeat(number[:, None], 6, axis=1).astype(np.int16)


@given(st.lists(st.integers(0, 50), max_size=20))
def test_however_samples_come_in_each_goes_out_once_and_in_order(
    make_firmware: MakeFirmware, pieces: list[int]
) -> None:
    firmware, packets = started(make_firmware)
    first = 0
    for count in pieces:
        firmware.sample(*samples(first, count))
        first += count
    assert all(len(packet.counts) == MAX_SAMPLES for packet in packets)
    ordered(firmware, Opcode.STOP)
    assert [packet.sequence for packet in packets] == list(range(len(packets)))
    sent = np.concatenate([packet.counts for packet in packets]) if packets else np.empty((0, 6))
    np.testing.assert_array_equal(sent, samples(0, first)[1])
    for packet in packets:
        np.testing.assert_array_equal(packet.ticks_us, packet.counts[:, 0] * float(STEP_US))


def test_lost_samples_are_counted_and_never_lie_inside_a_packet(make_firmware: MakeFirmware) -> None:
    firmware, packets = started(make_firmware)
    firmware.sample(*samples(0, 25))
    firmware.fifo_overrun(65_530)
    firmware.sample(*samples(65, 18))
    firmware.fifo_overrun(10)
    firmware.sample(*samples(100, 18))
    assert [(packet.sequence, len(packet.counts), packet.dropped) for packet in packets] == [
        (0, 18, 0),
        (1, 7, 0),
        (2, 18, 65_530),
        (3, 18, 4),
    ]


def test_nothing_is_sampled_before_start_and_after_stop(make_firmware: MakeFirmware) -> None:
    firmware, packets = started(make_firmware)
    ordered(firmware, Opcode.STOP)
    firmware.sample(*samples(0, 100))
    assert not packets
    assert firmware.info.oldest > firmware.info.newest


def test_a_low_battery_is_on_every_packet(make_firmware: MakeFirmware) -> None:
    firmware, packets = started(make_firmware, battery=Battery(9.0))
    firmware.sample(*samples(0, 18))
    assert packets[0].flags == PacketFlag.LOW_BATTERY


def test_the_foot_is_told_once_and_kept(make_firmware: MakeFirmware) -> None:
    firmware, _ = started(make_firmware)
    assert firmware.settings.name == "SF0001-U"
    assert ordered(firmware, Opcode.SET_FOOT, FootCode.RIGHT).result is Result.OK
    assert make_firmware(firmware.settings, Battery(), boot=8).info.foot is FootCode.RIGHT
    assert firmware.settings.name == "SF0001-R"


def test_another_range_empties_the_ring_and_goes_on_counting(make_firmware: MakeFirmware) -> None:
    firmware, packets = started(make_firmware)
    firmware.sample(*samples(0, 36))
    ordered(firmware, Opcode.STOP)
    assert ordered(firmware, Opcode.SET_RANGE, 32, 1000).result is Result.OK
    assert (firmware.info.oldest, firmware.info.newest) == (2, 1)
    ordered(firmware, Opcode.START)
    firmware.sample(*samples(36, 18))
    assert packets[-1].sequence == 2


def test_identify_blinks_for_a_while(make_firmware: MakeFirmware) -> None:
    firmware, _ = started(make_firmware)
    ordered(firmware, Opcode.IDENTIFY)
    assert firmware.identify_until_us == 3_000_123
