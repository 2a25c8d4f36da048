"""What a hole took from a journal, as far as the rest of it tells: pod entries, and which packets never come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.sensor_ingest.protocol import Packet, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.entries import ClockEntry, Entry, LostEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.journal import JournalReader

BootKey = tuple[int, int]
"""Pod and boot."""


def mended(reader: JournalReader) -> Iterator[Entry]:
    """A journal's entries; a boot whose pod entry is in a hole gets one before its first packet.

    It is taken from a later connection of the same boot, or from the pod's connection before, as a pod keeps its rate
    and ranges over a run. What another maker's sensor notifies does not tell its boot; the clock that it got does.
    """
    boots = _Boots(reader)
    for place, entry in enumerate(reader):
        if reader.holes and isinstance(entry, PacketEntry):
            yield from boots.before(entry, place)
        if isinstance(entry, PodEntry):
            boots.add(entry)
        yield entry


def give_up_lost(entries: Iterable[Entry], reader: JournalReader) -> Iterator[Entry]:
    """The entries of a whole run; from the first hole on, nothing waits for packets that are nowhere in the journal."""
    lost: Mapping[BootKey, Sequence[LostEntry]] | None = None
    for entry in entries:
        if lost is None and reader.holes:
            lost = lost_packets(JournalReader(reader.path))
            yield from (each for found in lost.values() for each in found)
        yield entry
        if lost is not None and isinstance(entry, PodEntry) and (boot := boot_of(entry)) is not None:
            yield from lost.get((entry.pod, boot), ())


def lost_packets(entries: Iterable[Entry]) -> dict[BootKey, list[LostEntry]]:
    """The packets of each boot, up to its last one, that are in no entry; none of sensors that number nothing."""
    sequences: dict[BootKey, list[int]] = {}
    unnumbered: set[int] = set()
    for entry in entries:
        if isinstance(entry, PodEntry) and _is_device(entry):
            unnumbered.add(entry.pod)
        elif isinstance(entry, PacketEntry) and (packet := _packet(entry)) is not None:
            sequences.setdefault((entry.pod, packet.boot), []).append(packet.sequence)
    return {key: _gaps(*key, found) for key, found in sequences.items() if key[0] not in unnumbered}


def _gaps(pod: int, boot: int, sequences: Sequence[int]) -> list[LostEntry]:
    there = np.unique(np.array(sequences, dtype=np.int64))
    before = np.concatenate(([-1], there[:-1]))
    missing = there - before > 1
    return [
        LostEntry(pod, boot, int(last) + 1, int(first - last - 1))
        for last, first in zip(before[missing], there[missing], strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Index:
    """What a whole journal tells of its boots.

    Parameters
    ----------
    connections : the first pod entry of each boot.
    clocks : of each pod, the places of its clock entries with their boots, and of its pod entries with None.
    devices : pods that are other makers' sensors.
    """

    connections: Mapping[BootKey, PodEntry]
    clocks: Mapping[int, Sequence[tuple[int, int | None]]]
    devices: frozenset[int]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> _Index:
        connections, clocks = dict[BootKey, PodEntry](), dict[int, list[tuple[int, int | None]]]()
        for place, entry in enumerate(entries):
            if isinstance(entry, ClockEntry):
                clocks.setdefault(entry.pod, []).append((place, entry.mapping.boot))
            elif isinstance(entry, PodEntry) and (boot := boot_of(entry)) is not None:
                connections.setdefault((entry.pod, boot), entry)
                clocks.setdefault(entry.pod, []).append((place, None))
        devices = frozenset(pod for (pod, _), entry in connections.items() if _is_device(entry))
        return cls(connections, clocks, devices)

    def has_clock(self, pod: int, boot: int) -> bool:
        """Whether a boot was recorded with a clock."""
        return any(each == boot for _, each in self.clocks.get(pod, ()))

    def boot_at(self, pod: int, place: int) -> int | None:
        """The boot whose clock follows a place in the journal, unless another connection comes before."""
        return next((boot for at, boot in self.clocks.get(pod, ()) if at > place), None)

    def like(self, pod: int, boot: int, before: PodEntry | None) -> PodEntry | None:
        """A connection of this boot; else, if the boot got a clock, the one before or the pod's first, with it."""
        if (own := self.connections.get((pod, boot))) is not None or not self.has_clock(pod, boot):
            return own
        other = before or next((entry for (of, _), entry in self.connections.items() if of == pod), None)
        if other is None:
            return None
        info = replace(PodInfo.from_bytes(other.info), boot=boot)
        return replace(other, first=2**32 - 1, info=bytes(info))


class _Boots:
    """The boots that a journal's entries have shown so far."""

    def __init__(self, reader: JournalReader) -> None:
        self._reader = reader
        self._index: _Index | None = None
        self._seen: set[BootKey] = set()
        self._newest: dict[int, PodEntry] = {}
        self._holes: dict[int, int] = {}

    def add(self, entry: PodEntry) -> None:
        """Note a connection."""
        boot = boot_of(entry)
        if boot is not None:
            self._seen.add((entry.pod, boot))
            self._newest[entry.pod] = entry

    def before(self, entry: PacketEntry, place: int) -> Iterator[PodEntry]:
        """The pod entry that a packet's boot lacks, if it can be told; `place` is the packet's in the journal."""
        if self._index is None:
            self._index = _Index.of(JournalReader(self._reader.path))
        boot, first = self._told(self._index, entry, place)
        if boot is None or (entry.pod, boot) in self._seen:
            return
        self._seen.add((entry.pod, boot))
        like = self._index.like(entry.pod, boot, self._newest.get(entry.pod))
        if like is not None:
            found = replace(like, connected_s=entry.arrival_s, first=min(like.first, first))
            self._newest[entry.pod] = found
            yield found

    def _told(self, index: _Index, entry: PacketEntry, place: int) -> tuple[int | None, int]:
        """Boot and sequence of a packet; of a sensor that tells neither, the boot by its clock, after each hole."""
        if entry.pod not in index.devices:
            packet = _packet(entry)
            return (packet.boot, packet.sequence) if packet is not None else (None, 0)
        if self._holes.get(entry.pod) == len(self._reader.holes):
            return None, 0
        self._holes[entry.pod] = len(self._reader.holes)
        return index.boot_at(entry.pod, place), 0


def boot_of(entry: PodEntry) -> int | None:
    """The boot that a pod entry is of; None if its info is not readable."""
    try:
        return PodInfo.from_bytes(entry.info).boot
    except ProtocolError:
        return None


def _is_device(entry: PodEntry) -> bool:
    """Whether a connection was to another maker's sensor."""
    try:
        return bool(PodInfo.from_bytes(entry.info).device)
    except ProtocolError:
        return False


def _packet(entry: PacketEntry) -> Packet | None:
    try:
        return Packet.from_bytes(entry.data)
    except ProtocolError:
        return None
