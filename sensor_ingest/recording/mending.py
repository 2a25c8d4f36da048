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
    and ranges over a run.
    """
    boots = _Boots(reader)
    for entry in reader:
        if reader.holes and isinstance(entry, PacketEntry):
            yield from boots.before(entry)
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
    """The packets of each boot, up to its last one, that are in no entry."""
    sequences: dict[BootKey, list[int]] = {}
    for entry in entries:
        if isinstance(entry, PacketEntry) and (packet := _packet(entry)) is not None:
            sequences.setdefault((entry.pod, packet.boot), []).append(packet.sequence)
    return {key: _gaps(*key, found) for key, found in sequences.items()}


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
    """Pod entries of a whole journal by boot, the first of each, and the boots that were recorded with a clock."""

    connections: Mapping[BootKey, PodEntry]
    clocked: frozenset[BootKey]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> _Index:
        connections, clocked = dict[BootKey, PodEntry](), set[BootKey]()
        for entry in entries:
            if isinstance(entry, ClockEntry):
                clocked.add((entry.pod, entry.mapping.boot))
            elif isinstance(entry, PodEntry) and (boot := boot_of(entry)) is not None:
                connections.setdefault((entry.pod, boot), entry)
        return cls(connections, frozenset(clocked))


class _Boots:
    """The boots that a journal's entries have shown so far."""

    def __init__(self, reader: JournalReader) -> None:
        self._reader = reader
        self._index: _Index | None = None
        self._seen: set[BootKey] = set()
        self._newest: dict[int, PodEntry] = {}

    def add(self, entry: PodEntry) -> None:
        """Note a connection."""
        boot = boot_of(entry)
        if boot is not None:
            self._seen.add((entry.pod, boot))
            self._newest[entry.pod] = entry

    def before(self, entry: PacketEntry) -> Iterator[PodEntry]:
        """The pod entry that a packet's boot lacks, if it can be told."""
        packet = _packet(entry)
        if packet is None or (entry.pod, packet.boot) in self._seen:
            return
        self._seen.add((entry.pod, packet.boot))
        like = self._like(entry.pod, packet.boot)
        if like is not None:
            found = replace(like, connected_s=entry.arrival_s, first=min(like.first, packet.sequence))
            self._newest[entry.pod] = found
            yield found

    def _like(self, pod: int, boot: int) -> PodEntry | None:
        """A later connection of this boot; else the one before, with this boot, if the boot got a clock."""
        if self._index is None:
            self._index = _Index.of(JournalReader(self._reader.path))
        later, before = self._index.connections.get((pod, boot)), self._newest.get(pod)
        if later is not None or before is None or (pod, boot) not in self._index.clocked:
            return later
        info = replace(PodInfo.from_bytes(before.info), boot=boot)
        return replace(before, first=2**32 - 1, info=bytes(info))


def boot_of(entry: PodEntry) -> int | None:
    """The boot that a pod entry is of; None if its info is not readable."""
    try:
        return PodInfo.from_bytes(entry.info).boot
    except ProtocolError:
        return None


def _packet(entry: PacketEntry) -> Packet | None:
    try:
        return Packet.from_bytes(entry.data)
    except ProtocolError:
        return None
