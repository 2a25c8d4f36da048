"""Where entries wait to be recorded. Packets that find it full are dropped and counted; the pod's ring has them yet."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from surefoot.sensor_ingest.recording.entries import Entry, PacketEntry

ROOM_PACKETS = 4096
"""1 MB; three minutes of two pods, if the disk stands still for so long."""


class Intake:
    """A queue from the radio's callbacks to the recorder."""

    def __init__(self, room_packets: int = ROOM_PACKETS) -> None:
        self.overflowed: Counter[int] = Counter()
        """Packets dropped here, by pod."""
        self._room = room_packets
        self._entries: deque[Entry] = deque()
        self._packets = 0
        self._filled = asyncio.Event()
        self._closed = False

    def offer(self, packet: PacketEntry) -> None:
        """Queue a packet if there is room."""
        if self._packets >= self._room:
            self.overflowed[packet.pod] += 1
            return
        self._packets += 1
        self.put(packet)

    def put(self, entry: Entry) -> None:
        """Queue an entry that is no packet; there are few of them."""
        self._entries.append(entry)
        self._filled.set()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._filled.set()

    @property
    def done(self) -> bool:
        """Closed, and everything was taken."""
        return self._closed and not self._entries

    async def wait(self, most_s: float | None) -> None:
        """Wait for entries or the end, not longer than `most_s`."""
        try:
            async with asyncio.timeout(most_s):
                await self._filled.wait()
        except TimeoutError:
            return

    def take(self, most: int) -> list[Entry]:
        """The entries that wait, the oldest first."""
        taken = [self._entries.popleft() for _ in range(min(most, len(self._entries)))]
        self._packets -= sum(isinstance(entry, PacketEntry) for entry in taken)
        if not self._entries and not self._closed:
            self._filled.clear()
        return taken
