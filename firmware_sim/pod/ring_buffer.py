"""Ring buffer of recent packets, with a live position and resend requests."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from surefoot.sensor_ingest.protocol import Packet, PacketFlag

MAX_REQUESTS = 16
"""Resend requests that may be queued; further ones are refused."""


class RingBuffer:
    """Recent packets; live packets are sent before resends."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1 packet, got {capacity}")
        self.capacity = capacity
        self.next_sequence = 0
        self._packets: deque[Packet] = deque(maxlen=capacity)
        self._next_live: int | None = None
        self._requests: deque[tuple[int, int]] = deque()

    @property
    def streaming(self) -> bool:
        """A client has subscribed."""
        return self._next_live is not None

    @property
    def oldest(self) -> int:
        """Sequence of the oldest packet held; `newest` + 1 if there is none."""
        return self._first if self._packets else self.newest + 1

    @property
    def newest(self) -> int:
        """Sequence of the last packet appended; 0 before the first."""
        return max(self.next_sequence - 1, 0)

    @property
    def _first(self) -> int:
        return self.next_sequence - len(self._packets)

    def append(self, packet: Packet, *, live: bool = True) -> None:
        """Append a packet, dropping the oldest when full; one that is not live is sent on request only."""
        if packet.sequence != self.next_sequence:
            raise ValueError(f"packet {packet.sequence} does not follow {self.next_sequence - 1}")
        self._packets.append(packet)
        if not live and self._next_live == self.next_sequence:
            self._next_live += 1
        self.next_sequence += 1

    def clear(self) -> None:
        """Drop all packets and requests; the sequence continues."""
        self._packets.clear()
        self._requests.clear()

    def on_subscribed(self) -> None:
        """Send all packets from the next one on."""
        self._next_live = self.next_sequence

    def on_unsubscribed(self) -> None:
        """Stop sending, and drop the resend requests."""
        self._next_live = None
        self._requests.clear()

    def request_resend(self, first: int, count: int) -> tuple[int, int] | None:
        """Queue a resend. Return first sequence and number of packets that are available; None if refused."""
        begin = max(first, self._first)
        end = min(first + count, self.next_sequence)
        if end <= begin:
            return first, 0
        if self._next_live is None or len(self._requests) >= MAX_REQUESTS:
            return None
        self._requests.append((begin, end))
        return begin, end - begin

    def pop_next(self) -> Packet | None:
        """Next packet to send; None if there is none."""
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
