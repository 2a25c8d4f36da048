"""Journal entries of a boot whose packets and clock are known as a whole, in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from surefoot.sensor_ingest.protocol import PodInfo
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.clock_steering import mapping_at
from surefoot.sensor_ingest.recording.entries import ClockEntry, Entry, LostEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.heard_boots import HeardPacket
from surefoot.sensor_ingest.recording.packet_reordering import CLOCK_JUMP_PACKETS

CONNECTION_INTERVAL_S = 60.0
"""A pod's connection is recorded again at this interval, as it is live."""
TimedEntry = tuple[float, int, Entry]
"""Session time, number of the pod, entry."""


@dataclass(frozen=True)
class TimedBoot:
    """A boot as it is to be recorded.

    Parameters
    ----------
    connection : its first connection, with the pod's number.
    first : sequence of the first packet wanted.
    packets : by sequence; arrivals are in session time.
    clock : mappings to session time, by `tick0_us`; the first one is also for earlier ticks. None for a boot that was
        heard too briefly to be timed.
    """

    connection: PodEntry
    info: PodInfo
    first: int
    packets: Mapping[int, HeardPacket]
    clock: Sequence[ClockMapping]

    @cached_property
    def begin_s(self) -> float:
        """Session time of the first packet; when it came where nothing times it."""
        first = min(self.packets.values(), key=lambda packet: packet.tick_us)
        return self._session_s(first.tick_us, first)

    def ended_s(self, packet: HeardPacket) -> float:
        """Session time of a packet's end; when it came where nothing times it."""
        return self._session_s(packet.end_us, packet)

    def _session_s(self, tick_us: int, packet: HeardPacket) -> float:
        return mapping_at(self.clock, tick_us).session_s(tick_us) if self.clock else packet.arrival_s


def boot_entries(boot: TimedBoot, *, jumped: bool = False) -> Iterator[TimedEntry]:
    """A boot's connection, packets in order, and each mapping before the first packet that it times.

    A clock that `jumped`, without a new boot number, begins to be followed only once enough packets show it; those of
    another maker's sensor are with the boot before.
    """
    number, due, expected = boot.connection.pod, list(boot.clock), boot.first
    connected = replace(boot.connection, connected_s=boot.begin_s, first=boot.first)
    yield boot.begin_s, number, connected
    at_s, shown = boot.begin_s, (1 if boot.info.device else CLOCK_JUMP_PACKETS) if jumped else 0
    for place, sequence in enumerate(sorted(boot.packets)):
        packet = boot.packets[sequence]
        at_s = max(at_s, boot.ended_s(packet))
        while due and place >= shown and (due[0].tick0_us <= packet.end_us or due[0] is boot.clock[0]):
            yield at_s, number, ClockEntry(number, due.pop(0))
        if sequence > expected:
            yield at_s, number, LostEntry(number, boot.info.boot, expected, sequence - expected)
        if at_s >= connected.connected_s + CONNECTION_INTERVAL_S:
            info = replace(boot.info, newest=max(sequence - 1, 0))
            connected = replace(connected, connected_s=at_s, info=bytes(info))
            yield at_s, number, connected
        yield at_s, number, PacketEntry(number, packet.arrival_s if packet.live else at_s, packet.data)
        expected = sequence + 1
