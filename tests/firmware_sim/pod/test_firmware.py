"""The firmware without a radio: packets, ring, commands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.firmware import Firmware, PodSettings
from surefoot.firmware_sim.pod.oscillator import Oscillator
from surefoot.firmware_sim.pod.ring_buffer import MAX_REQUESTS, RingBuffer
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Command, FootCode, Opcode, Packet, PacketFlag, Reply, Result

STEP_US = 4808


def started(ring_packets: int = 100, battery: Battery | None = None) -> tuple[Firmware, list[Packet]]:
    """A streaming firmware, and the packets that it has made."""
    packets: list[Packet] = []
    firmware = Firmware(PodSettings("TEST0001", ring_packets=ring_packets), battery or Battery(), 7, packets.append)
    assert ordered(firmware, Opcode.START).result is Result.OK
    return firmware, packets


def ordered(firmware: Firmware, opcode: Opcode, *arguments: int) -> Reply:
    return firmware.handle_command(bytes(Command(opcode, arguments)), tick_us=123)


def samples(first: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    number = np.arange(first, first + count)
    return number * STEP_US, np.repeat(number[:, None], 6, axis=1).astype(np.int16)


def ring_of(count: int, capacity: int = 100) -> RingBuffer:
    ring = RingBuffer(capacity)
    for sequence in range(count):
        ring.append(Packet(sequence, 7, 0, 0, PacketFlag(0), 0, np.zeros((1, 6), np.int16)))
    return ring


def drained(ring: RingBuffer) -> list[tuple[int, bool]]:
    """Sequences that go out, and whether they say that they are sent again."""
    out = []
    while (packet := ring.pop_next()) is not None:
        out.append((packet.sequence, bool(packet.flags & PacketFlag.RESENT)))
    return out


@given(st.lists(st.integers(0, 50), max_size=20))
def test_however_samples_come_in_each_goes_out_once_and_in_order(pieces: list[int]) -> None:
    firmware, packets = started()
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


def test_lost_samples_are_counted_and_never_lie_inside_a_packet() -> None:
    firmware, packets = started()
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


def test_nothing_is_sampled_before_start_and_after_stop() -> None:
    firmware, packets = started()
    ordered(firmware, Opcode.STOP)
    firmware.sample(*samples(0, 100))
    assert not packets
    assert firmware.info.oldest > firmware.info.newest


def test_a_low_battery_is_on_every_packet() -> None:
    firmware, packets = started(battery=Battery(9.0))
    firmware.sample(*samples(0, 18))
    assert packets[0].flags == PacketFlag.LOW_BATTERY


def test_a_battery_empties_faster_while_streaming() -> None:
    idle, streaming = Battery(50.0), Battery(50.0)
    idle.discharge(3600.0, streaming=False)
    streaming.discharge(3600.0, streaming=True)
    assert (idle.level_pct, streaming.level_pct) == (49.7, 45.0)
    streaming.discharge(100_000.0, streaming=True)
    assert streaming.empty


def test_the_foot_is_told_once_and_kept() -> None:
    firmware, _ = started()
    assert firmware.settings.name == "SF0001-U"
    assert ordered(firmware, Opcode.SET_FOOT, FootCode.RIGHT).result is Result.OK
    assert Firmware(firmware.settings, Battery(), boot=8).info.foot is FootCode.RIGHT
    assert firmware.settings.name == "SF0001-R"


def test_another_range_empties_the_ring_and_goes_on_counting() -> None:
    firmware, packets = started()
    firmware.sample(*samples(0, 36))
    ordered(firmware, Opcode.STOP)
    assert ordered(firmware, Opcode.SET_RANGE, 32, 1000).result is Result.OK
    assert (firmware.info.oldest, firmware.info.newest) == (2, 1)
    ordered(firmware, Opcode.START)
    firmware.sample(*samples(36, 18))
    assert packets[-1].sequence == 2


def test_identify_blinks_for_a_while() -> None:
    firmware, _ = started()
    ordered(firmware, Opcode.IDENTIFY)
    assert firmware.identify_until_us == 3_000_123


def test_a_ring_forgets_its_oldest_packets() -> None:
    ring = ring_of(250)
    assert (ring.oldest, ring.newest) == (150, 249)


def test_a_ring_before_its_first_packet_says_that_it_has_none() -> None:
    ring = RingBuffer(10)
    assert (ring.oldest, ring.newest) == (1, 0)


@pytest.mark.parametrize(
    ("first", "count", "granted"),
    [(200, 10, (200, 10)), (100, 60, (150, 10)), (245, 100, (245, 5)), (0, 100, (0, 0)), (250, 5, (250, 0))],
)
def test_a_resend_is_cut_to_what_the_ring_holds(first: int, count: int, granted: tuple[int, int]) -> None:
    ring = ring_of(250)
    ring.on_subscribed()
    assert ring.request_resend(first, count) == granted
    assert drained(ring) == [(granted[0] + place, True) for place in range(granted[1])]


def test_live_packets_overtake_resends() -> None:
    ring = ring_of(10)
    ring.on_subscribed()
    ring.request_resend(3, 4)
    first = ring.pop_next()
    ring.append(Packet(10, 7, 0, 0, PacketFlag(0), 0, np.zeros((1, 6), np.int16)))
    assert first is not None
    assert first.sequence == 3
    assert drained(ring) == [(10, False), (4, True), (5, True), (6, True)]


def test_requests_wait_in_line_and_end_with_the_connection() -> None:
    ring = ring_of(10)
    assert ring.request_resend(0, 5) is None
    ring.on_subscribed()
    assert all(ring.request_resend(0, 1) for _ in range(MAX_REQUESTS))
    assert ring.request_resend(0, 1) is None
    ring.on_unsubscribed()
    ring.on_subscribed()
    assert drained(ring) == []


def test_nothing_goes_out_while_nobody_listens() -> None:
    assert drained(ring_of(10)) == []


def test_a_ring_takes_packets_in_sequence_only() -> None:
    with pytest.raises(ValueError, match="packet 7 does not follow 1"):
        ring_of(2).append(Packet(7, 7, 0, 0, PacketFlag(0), 0, np.zeros((1, 6), np.int16)))
    with pytest.raises(ValueError, match="capacity must be at least 1 packet, got 0"):
        RingBuffer(0)


def test_a_pods_clock_drifts() -> None:
    clock = Oscillator(power_on_s=-10.0, drift_ppm=50.0)
    assert clock.tick_us(0.0) == 10_000_500
    assert clock.tick_us(np.array([0.0, 3600.0])).tolist() == [10_000_500, 3_610_180_500]
