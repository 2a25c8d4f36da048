"""Bounded queue of entries to record. Packets that find it full are dropped, counted and requested again."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from surefoot.sensor_ingest.recording.entries import Entry, PacketEntry

MAX_QUEUED_PACKETS = 4096
"""1 MB, or three minutes of two pods while the disk stalls."""


class EntryQueue:
    """Queue from the Bluetooth callbacks to the recorder."""

    def __init__(self, max_packets: int = MAX_QUEUED_PACKETS) -> None:
        self.overflowed: Counter[int] = Counter()
        """Packets dropped here, by pod."""
        self._max_packets = max_packets
        self._entries: deque[Entry] = deque()
        self._packets = 0
        self._available = asyncio.Event()
        self._closed = False

    def offer(self, packet: PacketEntry) -> None:
        """Queue a packet if there is room."""
        if self._packets >= self._max_packets:
            self.overflowed[packet.pod] += 1
            return
        self._packets += 1
        self.put(packet)

    def put(self, entry: Entry) -> None:
        """Queue an entry without a limit, for the few that are not packets."""
        self._entries.append(entry)
        self._available.set()

    def close(self) -> None:
        """Accept no more entries."""
        self._closed = True
        self._available.set()

    @property
    def done(self) -> bool:
        """Closed and empty."""
        return self._closed and not self._entries

    async def wait(self, timeout_s: float | None) -> None:
        """Wait for entries or the close, for at limit `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._available.wait()
        except TimeoutError:
            return

    def take(self, limit: int) -> list[Entry]:
        """Remove up to `limit` entries, oldest first."""
        taken = [self._entries.popleft() for _ in range(min(limit, len(self._entries)))]
        self._packets -= sum(isinstance(entry, PacketEntry) for entry in taken)
        if not self._entries and not self._closed:
            self._available.clear()
        return taken
