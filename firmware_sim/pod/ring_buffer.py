"""The packets that a pod still remembers, and what of them has to go out."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from surefoot.sensor_ingest.protocol import Packet, PacketFlag

MAX_REQUESTS = 16
"""Resend requests that wait at once; more are refused."""


class RingBuffer:
    """A ring buffer of packets with a live end and a queue of resends; live packets go first."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1 packet, got {capacity}")
        self.capacity = capacity
        self.next_sequence = 0
        self._packets: deque[Packet] = deque(maxlen=capacity)
        self._next_live: int | None = None
        self._requests: deque[tuple[int, int]] = deque()

    @property
    def oldest(self) -> int:
        """Sequence of the oldest packet held; one more than `newest` if there is none."""
        return self._first if self._packets else self.newest + 1

    @property
    def newest(self) -> int:
        """Sequence of the last packet made; 0 before the first."""
        return max(self.next_sequence - 1, 0)

    @property
    def _first(self) -> int:
        return self.next_sequence - len(self._packets)

    def append(self, packet: Packet) -> None:
        """Keep a packet, at the cost of the oldest."""
        if packet.sequence != self.next_sequence:
            raise ValueError(f"packet {packet.sequence} does not follow {self.next_sequence - 1}")
        self._packets.append(packet)
        self.next_sequence += 1

    def clear(self) -> None:
        """Drop all packets; the sequence goes on."""
        self._packets.clear()
        self._requests.clear()

    def on_subscribed(self) -> None:
        """Somebody listens: from the next packet on, all are to be sent."""
        self._next_live = self.next_sequence

    def on_unsubscribed(self) -> None:
        """Nobody listens any more."""
        self._next_live = None
        self._requests.clear()

    def request_resend(self, first: int, count: int) -> tuple[int, int] | None:
        """Queue a resend; what of it can be sent as first sequence and number, None if too many are waiting."""
        begin = max(first, self._first)
        end = min(first + count, self.next_sequence)
        if end <= begin:
            return first, 0
        if self._next_live is None or len(self._requests) >= MAX_REQUESTS:
            return None
        self._requests.append((begin, end))
        return begin, end - begin

    def pop_next(self) -> Packet | None:
        """The packet to send next, None if there is nothing to do."""
        if self._next_live is None:
            return None
        self._next_live = max(self._next_live, self._first)
        if self._next_live < self.next_sequence:
            self._next_live += 1
            return self._packet_at(self._next_live - 1)
        return self._pop_resend()

    def _pop_resend(self) -> Packet | None:
        while self._requests:
            begin, end = self._requests.popleft()
            begin = max(begin, self._first)
            if begin + 1 < end:
                self._requests.appendleft((begin + 1, end))
            if begin < end:
                packet = self._packet_at(begin)
                return replace(packet, flags=packet.flags | PacketFlag.RESENT)
        return None

    def _packet_at(self, sequence: int) -> Packet:
        return self._packets[sequence - self._first]
