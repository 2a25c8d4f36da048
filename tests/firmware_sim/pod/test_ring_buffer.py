"""The ring buffer: what it holds, what it resends, in which order."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.firmware_sim.pod.ring_buffer import MAX_REQUESTS, RingBuffer
from surefoot.sensor_ingest.protocol import Packet, PacketFlag
from tests.firmware_sim.core.parts import CoreRingBuffer, MakeRing


def ring_of(make_ring: MakeRing, count: int, capacity: int = 100) -> RingBuffer | CoreRingBuffer:
    ring = make_ring(capacity)
    for sequence in range(count):
        ring.append(Packet(sequence, 7, 0, 0, PacketFlag(0), 0, np.zeros((1, 6), np.int16)))
    return ring


def drained(ring: RingBuffer | CoreRingBuffer) -> list[tuple[int, bool]]:
    """Sequences of all packets to send, and whether they are marked as resent."""
    out = []
    while (packet := ring.pop_next()) is not None:
        out.append((packet.sequence, bool(packet.flags & PacketFlag.RESENT)))
    return out


def test_a_ring_forgets_its_oldest_packets(make_ring: MakeRing) -> None:
    ring = ring_of(make_ring, 250)
    assert (ring.oldest, ring.newest) == (150, 249)


def test_a_ring_before_its_first_packet_says_that_it_has_none(make_ring: MakeRing) -> None:
    ring = make_ring(10)
    assert (ring.oldest, ring.newest) == (1, 0)


@pytest.mark.parametrize(
    ("first", "count", "granted"),
    [(200, 10, (200, 10)), (100, 60, (150, 10)), (245, 100, (245, 5)), (0, 100, (0, 0)), (250, 5, (250, 0))],
)
def test_a_resend_is_cut_to_what_the_ring_holds(
    make_ring: MakeRing, first: int, count: int, granted: tuple[int, int]
) -> None:
    ring = ring_of(make_ring, 250)
    ring.on_subscribed()
    assert ring.request_resend(first, count) == granted
    assert drained(ring) == [(granted[0] + place, True) for place in range(granted[1])]


def test_live_packets_overtake_resends(make_ring: MakeRing) -> None:
    ring = ring_of(make_ring, 10)
    ring.on_subscribed()
    ring.request_resend(3, 4)
    first = ring.pop_next()
    ring.append(Packet(10, 7, 0, 0, PacketFlag(0), 0, np.zeros((1, 6), np.int16)))
    assert first is not None
    assert first.sequence == 3
    assert drained(ring) == [(10, False), (4, True), (5, True), (6, True)]


def test_requests_wait_in_line_and_end_with_the_connection(make_ring: MakeRing) -> None:
    ring = ring_of(make_ring, 10)
    assert ring.request_resend(0, 5) is None
    ring.on_subscribed()
    assert all(ring.request_resend(0, 1) for _ in range(MAX_REQUESTS))
    assert ring.request_resend(0, 1) is None
    ring.on_unsubscribed()
    ring.on_subscribed()
    assert drained(ring) == []


def test_nothing_goes_out_while_nobody_listens(make_ring: MakeRing) -> None:
    assert drained(ring_of(make_ring, 10)) == []


def test_a_ring_takes_packets_in_sequence_only() -> None:
    with pytest.raises(ValueError, match="packet 7 does not follow 1"):
        ring_of(RingBuffer, 2).append(Packet(7, 7, 0, 0, PacketFlag(0), 0, np.zeros((1, 6), np.int16)))
    with pytest.raises(ValueError, match="capacity must be at least 1 packet, got 0"):
        RingBuffer(0)
