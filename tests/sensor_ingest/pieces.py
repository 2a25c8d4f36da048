"""A recording taken apart: what several receivers would have heard of it, each with a session clock of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from surefoot.sensor_ingest.protocol import Packet, PacketFlag
from surefoot.sensor_ingest.recording.entries import (
    ClockEntry,
    CompanionEntry,
    EndEntry,
    Entry,
    EventEntry,
    PacketEntry,
    PodEntry,
)
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run

Identity = tuple[int, int, int]
"""Pod, boot, sequence."""


def entries_of(run: RunFolder) -> list[Entry]:
    """A recording's entries."""
    return list(JournalReader(run.journal_path))


def identities(entries: Iterable[Entry]) -> list[Identity]:
    """The packets of a recording."""
    packets = [(entry.pod, Packet.from_bytes(entry.data)) for entry in entries if isinstance(entry, PacketEntry)]
    return [(pod, packet.boot, packet.sequence) for pod, packet in packets]


def piece(
    parent: Path,
    whole: RunFolder,
    keep: Callable[[PacketEntry], bool],
    *,
    later_s: float = 0.0,
    date_error_s: float = 0.0,
    kept_by_pod: bool = False,
    timed: bool = True,
    shuffled: int | None = None,
    pods: tuple[int, ...] = (0, 1),
) -> RunFolder:
    """A recording that begins `later_s` and has some packets of a whole one, on a computer whose date is wrong.

    A pod's own recording has all packets resent; shuffled ones come in any order within a second, and some twice. One
    that is not timed has no clocks.
    """
    created = whole.manifest.created_utc + timedelta(seconds=later_s + date_error_s)
    worn = [whole.manifest.pods[number] for number in pods]
    run = create_run(parent, worn, software="test", created_utc=created)
    with JournalWriter(run.journal_path) as journal:
        entries = list(_heard(entries_of(whole), keep, later_s, kept_by_pod=kept_by_pod, pods=pods))
        entries = [entry for entry in entries if timed or not isinstance(entry, ClockEntry)]
        for entry in entries if shuffled is None else _shuffled(entries, shuffled):
            journal.append(entry)
        journal.append(EndEntry(max(entry.arrival_s for entry in entries if isinstance(entry, PacketEntry))))
    return run.mark_ended()


def _heard(
    entries: list[Entry],
    keep: Callable[[PacketEntry], bool],
    later_s: float,
    *,
    kept_by_pod: bool,
    pods: tuple[int, ...],
) -> Iterable[Entry]:
    kept = [entry for entry in entries if isinstance(entry, PacketEntry) and keep(entry) and entry.pod in pods]
    begins_s = {pod: min((entry.arrival_s for entry in kept if entry.pod == pod), default=0.0) for pod in pods}
    for entry in entries:
        if isinstance(entry, EndEntry | CompanionEntry) or getattr(entry, "pod", None) not in pods:
            continue
        number = pods.index(entry.pod)
        match entry:
            case PacketEntry() if keep(entry):
                yield PacketEntry(number, entry.arrival_s - later_s, _resent(entry.data) if kept_by_pod else entry.data)
            case PodEntry(pod=pod):
                first = min((each[2] for each in identities(kept) if each[0] == pod), default=0)
                yield replace(entry, pod=number, connected_s=begins_s[pod] - later_s, first=first)
            case ClockEntry(mapping=mapping):
                yield ClockEntry(number, replace(mapping, session0_s=mapping.session0_s - later_s))
            case EventEntry():
                yield replace(entry, pod=number, at_s=entry.at_s - later_s)


def _resent(data: bytes) -> bytes:
    packet = Packet.from_bytes(data)
    return bytes(replace(packet, flags=packet.flags | PacketFlag.RESENT))


def _shuffled(entries: list[Entry], seed: int) -> list[Entry]:
    """Packets in any order within fifty of them, one in ten twice; all else stays in its place."""
    rng, shuffled = random.Random(seed), list[Entry]()
    for begin in range(0, len(entries), 50):
        block = entries[begin : begin + 50]
        packets = [entry for entry in block if isinstance(entry, PacketEntry)]
        packets += [packet for packet in packets if rng.random() < 0.1]
        rng.shuffle(packets)
        shuffled += [entry for entry in block if not isinstance(entry, PacketEntry)] + list[Entry](packets)
    return shuffled
