"""Several recordings of one run, live, from gateways, phones and the pods' own memory, as one.

A packet is known by pod, boot and sequence, a notification of another maker's sensor by its bytes; it is recorded once,
however often and in whatever order it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from pathlib import Path
from statistics import median

from surefoot.sensor_ingest.recording.boot_entries import TimedBoot, TimedEntry, boot_entries
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.entries import (
    EndEntry,
    Entry,
    EventKind,
)
from surefoot.sensor_ingest.recording.folder_swap import swapped_in
from surefoot.sensor_ingest.recording.heard_boots import HeardBoot, HeardPacket, HeardRun, read_heard
from surefoot.sensor_ingest.recording.joined_clocks import join_clocks, stretches
from surefoot.sensor_ingest.recording.joined_notifications import joined_notifications, share_messages
from surefoot.sensor_ingest.recording.joined_pair_clocks import join_pair_clocks
from surefoot.sensor_ingest.recording.joined_pods import join_pods, same_pod
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.run_folder import RunFolder


def merge_recordings(parts: Sequence[RunFolder], parent: Path) -> RunFolder:
    """Make one run in `parent` of the recordings of a run, which have ended; it has the id of the first one named.

    Its times are on the session clock of the one that began first. Live timing is kept where there is any. A crash on
    the way leaves either the recordings as they were or the one run (`finish_swaps`); those in other folders stay.

    Raises
    ------
    ValueError
        if there are no recordings.
    NotARunError, RunUnwritableError
        if one cannot be read, or the run not be written.
    """
    if not parts:
        raise ValueError("merge_recordings: name at least one recording")
    ordered = sorted(parts, key=lambda part: part.manifest.created_utc)
    heard = [read_heard(part) for part in ordered]
    pods, confirmed = join_pods(heard)
    created = ordered[0].manifest.created_utc
    joined = _Joined(heard, [pod.serial for pod in pods])
    manifest = replace(
        parts[0].manifest,
        created_utc=created,
        pods=pods,
        ended=True,
        sides_confirmed=confirmed,
        pair_clocks=join_pair_clocks(heard, joined.offsets_s),
        companions=joined.companions,
        of_parts=True,
    )
    with swapped_in(parent, manifest) as fresh, JournalWriter(fresh.journal_path) as journal:
        for entry in joined.entries():
            journal.append(entry)
            if journal.buffered_bytes > 1 << 20:
                journal.flush()
    return RunFolder(parent / manifest.run_id, manifest)


@dataclass(frozen=True, slots=True)
class _SharedBoot:
    """A boot as each recording that heard packets of it has it; `parts` are their places."""

    boots: tuple[HeardBoot, ...]
    parts: tuple[int, ...]

    def agrees(self, boot: HeardBoot) -> bool:
        """Whether another recording heard this one: boot numbers may repeat, sequences and ticks do not.

        Of another maker's sensor, each recording has connections of its own.
        """
        if boot.info.device:
            return any(share_messages(each, boot) for each in self.boots)
        if boot.info.boot != self.boots[0].info.boot:
            return False
        mine, other = (next(iter(each.packets.values())) for each in (self.boots[0], boot))
        same = self.boots[0].packets.get(other.sequence)
        return same.tick_us == other.tick_us if same is not None else _agree(mine, other, boot.info.rate_hz)


class _Joined:
    """Entries of the one run; `serials` are those of its manifest."""

    def __init__(self, heard: Sequence[HeardRun], serials: Sequence[str]) -> None:
        self._heard = heard
        self._serials = serials
        self._shared = [self._boots_of(number) for number in range(len(serials))]
        self.offsets_s = self._place()
        self.companions = tuple(dict.fromkeys(each for run in heard for each in run.run.manifest.companions))

    def entries(self) -> Iterator[Entry]:
        """All entries, in order of session time."""
        latest_s = 0.0
        streams = [self._pod_entries(number) for number in range(len(self._serials))]
        for at_s, _, entry in merge(*streams, self._events(), self._companion_entries(), key=lambda each: each[:2]):
            latest_s = max(latest_s, at_s)
            yield entry
        yield EndEntry(max(latest_s, *(run.latest_s + self.offsets_s[part] for part, run in enumerate(self._heard))))

    def _boots_of(self, number: int) -> list[_SharedBoot]:
        """A pod's boots, each with all recordings that heard it."""
        shared: list[_SharedBoot] = []
        for part, run in enumerate(self._heard):
            for boot in (each for each in run.boots.get(self._number_in(run, number), ()) if each.packets):
                own = [each for each in shared if (boot.info.device or part not in each.parts) and each.agrees(boot)]
                own = own if boot.info.device else own[:1]
                shared = [each for each in shared if not any(each is known for known in own)]
                shared.append(_with(own, boot, part))
        return shared

    def _number_in(self, run: HeardRun, number: int) -> int:
        return next((at for at, serial in enumerate(run.serials) if same_pod(serial, self._serials[number])), -1)

    def _place(self) -> dict[int, float]:
        """What to add to each recording's session times: by the boots that it shares, else by the computers' dates."""
        offsets_s = {0: 0.0}
        while len(offsets_s) < len(self._heard):
            shared = {part: self._apart_s(part, offsets_s) for part in range(len(self._heard)) if part not in offsets_s}
            part = max(shared, key=lambda each: len(shared[each]))
            created = self._heard[part].run.manifest.created_utc - self._heard[0].run.manifest.created_utc
            offsets_s[part] = median(shared[part]) if shared[part] else created.total_seconds()
        return offsets_s

    def _apart_s(self, part: int, placed_s: dict[int, float]) -> list[float]:
        """By how much a recording's session times are behind those of recordings that are placed, from each boot."""
        return [
            _apart_s(other, boot) + placed_s[place]
            for shared in (each for pod in self._shared for each in pod if part in each.parts)
            for place, other in zip(shared.parts, shared.boots, strict=True)
            if place in placed_s and other.mappings
            for own, boot in zip(shared.parts, shared.boots, strict=True)
            if own == part and boot.mappings
        ]

    def _pod_entries(self, number: int) -> Iterator[TimedEntry]:
        """A pod's boots, one after the other."""
        boots = [self._joined_boot(number, shared) for shared in self._shared[number]]
        before: int | None = None
        for boot in sorted(boots, key=lambda each: each.begin_s):
            yield from boot_entries(boot, jumped=before == boot.info.boot)
            before = boot.info.boot

    def _joined_boot(self, number: int, shared: _SharedBoot) -> TimedBoot:
        packets, connection = _union(shared, self.offsets_s), replace(shared.boots[0].connection, pod=number)
        first = min(connection.first, *(boot.first for boot in shared.boots), *packets)
        return TimedBoot(connection, shared.boots[0].info, first, packets, self._clock(shared))

    def _clock(self, shared: _SharedBoot) -> list[ClockMapping]:
        """The mappings of a boot: live ones first, then in the order of the recordings."""
        pairs = sorted(zip(shared.parts, shared.boots, strict=True), key=lambda each: (not each[1].is_live, each[0]))
        heard = [
            each for rank, (part, boot) in enumerate(pairs) for each in stretches(boot, self.offsets_s[part], rank)
        ]
        return join_clocks(heard)

    def _events(self) -> Iterator[TimedEntry]:
        """Events of all recordings, once each, but for those that say what had not come yet."""
        found: dict[tuple[object, ...], TimedEntry] = {}
        for part, run in enumerate(self._heard):
            for event in run.events:
                number = next((at for at in range(len(self._serials)) if self._number_in(run, at) == event.pod), None)
                if number is None or event.kind is EventKind.SILENT:
                    continue
                moved = replace(event, pod=number, at_s=event.at_s + self.offsets_s[part])
                found.setdefault(
                    (number, event.kind, event.text, event.value, round(moved.at_s, 3)), (moved.at_s, number, moved)
                )
        return iter(sorted(found.values(), key=lambda each: each[:2]))

    def _companion_entries(self) -> Iterator[TimedEntry]:
        """What each recording has of the sensors beside the pods; two cannot be connected to one of them."""
        found = [
            replace(
                entry,
                number=self.companions.index(run.run.manifest.companions[entry.number]),
                arrival_s=entry.arrival_s + self.offsets_s[part],
            )
            for part, run in enumerate(self._heard)
            for entry in run.companions
            if entry.number < len(run.run.manifest.companions)
        ]
        return iter([(each.arrival_s, each.number, each) for each in sorted(found, key=lambda each: each.arrival_s)])


def _with(known: Sequence[_SharedBoot], boot: HeardBoot, part: int) -> _SharedBoot:
    """A boot together with all that heard it, too."""
    boots = (*(each for shared in known for each in shared.boots), boot)
    return _SharedBoot(boots, (*(each for shared in known for each in shared.parts), part))


def _union(shared: _SharedBoot, offsets_s: dict[int, float]) -> dict[int, HeardPacket]:
    """All packets of a boot by sequence; of one that came several times, the one that came as it was made is kept."""
    heard = [
        replace(boot, packets={at: _later(each, offsets_s[part]) for at, each in boot.packets.items()})
        for part, boot in zip(shared.parts, shared.boots, strict=True)
    ]
    if shared.boots[0].info.device:
        return joined_notifications(heard)
    packets: dict[int, HeardPacket] = {}
    for sequence, packet in (each for boot in heard for each in boot.packets.items()):
        known = packets.get(sequence)
        if known is None or (packet.live and not known.live):
            packets[sequence] = packet
    return packets


def _later(packet: HeardPacket, offset_s: float) -> HeardPacket:
    return replace(packet, arrival_s=packet.arrival_s + offset_s)


def _apart_s(placed: HeardBoot, boot: HeardBoot) -> float:
    """How far a boot's session times are behind, in the middle of what both heard, or where they are nearest."""
    ends = [sorted(packet.tick_us for packet in each.packets.values()) for each in (placed, boot)]
    first_us, last_us = max(ticks[0] for ticks in ends), min(ticks[-1] for ticks in ends)
    middle_us = (first_us + last_us) // 2
    return placed.session_s(middle_us) - boot.session_s(middle_us)


def _agree(first: HeardPacket, second: HeardPacket, rate_hz: float) -> bool:
    """Whether the sequences and ticks of two packets are possible within one boot."""
    ahead, later_us = second.sequence - first.sequence, second.tick_us - first.tick_us
    room = 1 + 2.0 * abs(later_us) * 1e-6 * rate_hz
    return abs(ahead) <= room and (ahead > 0) == (later_us > 0)
