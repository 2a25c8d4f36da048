"""What one recording heard of each boot of its pods: packets, and the session times that its replay gives them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from surefoot.sensor_ingest.protocol import Packet, PacketFlag, PodInfo
from surefoot.sensor_ingest.recording.assembler import Assembler, PodAssembler
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.clock_steering import mapping_at
from surefoot.sensor_ingest.recording.entries import (
    CompanionEntry,
    EndEntry,
    Entry,
    EventEntry,
    PacketEntry,
    PodEntry,
)
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.packet_reordering import CLOCK_JUMP_PACKETS, ReorderBuffer
from surefoot.sensor_ingest.recording.replay import timed_entries
from surefoot.sensor_ingest.recording.run_folder import RunFolder

_NOT_TIMED = -1


@dataclass(frozen=True, slots=True)
class HeardPacket:
    """A packet's bytes, and what orders and times it; `arrival_s` is on the recording's session clock.

    Of another maker's sensor it is a notification as it came: its sequence is its place, its tick that of the newest
    reading known with it.
    """

    sequence: int
    tick_us: int
    end_us: int
    live: bool
    arrival_s: float
    data: bytes


@dataclass(slots=True)
class HeardBoot:
    """One boot of a pod in one recording; a pod whose clock jumped counts as booted anew.

    Parameters
    ----------
    connection : its first connection.
    first : sequence of the first packet wanted.
    mappings : that time its ticks, by `tick0_us`; the first one is also for earlier ticks.
    """

    connection: PodEntry
    info: PodInfo
    first: int
    packets: dict[int, HeardPacket] = field(default_factory=dict)
    mappings: list[ClockMapping] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Whether any packet came as it was made, so that arrivals timed this boot."""
        return any(packet.live for packet in self.packets.values())

    def session_s(self, tick_us: int) -> float:
        """Session time of a tick."""
        return mapping_at(self.mappings, tick_us).session_s(tick_us)

    def add_timed(self, after_us: int, until_us: int, mappings: list[ClockMapping]) -> None:
        """Note which mappings timed the ticks from behind `after_us` up to `until_us`."""
        begin = mapping_at(mappings, after_us + 1)
        is_first = not self.mappings
        if is_first or not _same_line(begin, self.mappings[-1]):
            kept = begin.tick0_us == after_us or (is_first and begin.tick0_us <= until_us)
            self.mappings.append(begin if kept else begins_at(begin, after_us + 1))
        self.mappings += [each for each in mappings if max(after_us + 1, begin.tick0_us) < each.tick0_us <= until_us]


@dataclass(slots=True)
class HeardRun:
    """What a recording holds: boots of its pods in order, events, companions, and when it was ended.

    Parameters
    ----------
    serials : each pod's serial number; that of the manifest for one that was never connected.
    boots : number of the pod → its boots.
    """

    run: RunFolder
    serials: list[str]
    boots: dict[int, list[HeardBoot]] = field(default_factory=dict)
    events: list[EventEntry] = field(default_factory=list)
    companions: list[CompanionEntry] = field(default_factory=list)
    latest_s: float = 0.0


def begins_at(mapping: ClockMapping, tick_us: int) -> ClockMapping:
    """The same line, from another tick on."""
    return ClockMapping(mapping.boot, tick_us, mapping.session_s(tick_us), mapping.rate)


def _same_line(first: ClockMapping, second: ClockMapping) -> bool:
    return first.rate == second.rate and abs(first.session_s(second.tick0_us) - second.session0_s) < 1e-9


def read_heard(run: RunFolder) -> HeardRun:
    """Read a recording; NotARunError if its journal cannot be read."""
    return _Reading(run).read()


@dataclass(frozen=True, slots=True)
class _Before:
    """One pod before an entry is processed."""

    buffer: ReorderBuffer
    last_tick_us: int
    malformed: int
    mappings: list[ClockMapping]

    @classmethod
    def of(cls, pod: PodAssembler) -> _Before | None:
        buffer = pod.reorder_buffer
        return None if buffer is None else cls(buffer, buffer.last_tick_us, buffer.malformed, pod.mappings)


class _Reading:
    """Replays a recording, and notes what of each boot was given out, and how it was timed."""

    def __init__(self, run: RunFolder) -> None:
        self._heard = HeardRun(run, [pod.serial for pod in run.manifest.pods])
        self._assembler = Assembler()
        self._connections: dict[int, PodEntry] = {}
        self._boots: dict[int, HeardBoot] = {}
        self._recent: dict[int, deque[PacketEntry]] = {}

    def read(self) -> HeardRun:
        reader = JournalReader(self._heard.run.journal_path)
        for entry in timed_entries(reader):
            if isinstance(entry, CompanionEntry):
                self._heard.companions.append(entry)
                continue
            if isinstance(entry, EventEntry):
                self._heard.events.append(entry)
            if isinstance(entry, PodEntry):
                self._connections[entry.pod] = entry
            if isinstance(entry, PacketEntry):
                self._recent.setdefault(entry.pod, deque(maxlen=CLOCK_JUMP_PACKETS)).append(entry)
            self._process(entry)
        self._process(EndEntry(reader.latest_s))
        for boot in (each for boots in self._heard.boots.values() for each in boots if each.info.device):
            _time_first_notifications(boot)
        self._heard.latest_s = reader.latest_s
        return self._heard

    def _process(self, entry: Entry) -> None:
        numbers = list(self._assembler.pods) if isinstance(entry, EndEntry | CompanionEntry) else [entry.pod]
        pods = self._assembler.pods
        before = {number: _Before.of(pods[number]) for number in numbers if number in pods}
        self._assembler.process(entry)
        for number in numbers:
            if number in pods:
                self._follow(number, pods[number], before.get(number), entry)

    def _follow(self, number: int, pod: PodAssembler, before: _Before | None, entry: Entry) -> None:
        buffer = pod.reorder_buffer
        if before is not None:
            mappings = pod.mappings if buffer is before.buffer else before.mappings
            if before.buffer.last_tick_us > before.last_tick_us and mappings:
                self._boots[number].add_timed(before.last_tick_us, before.buffer.last_tick_us, mappings)
        if buffer is not None and (before is None or buffer is not before.buffer):
            self._begin(number, buffer, entry)
        elif buffer is not None and isinstance(entry, PacketEntry) and before is not None:
            if buffer.info.device:
                _add_notification(self._boots[number], entry, buffer)
            elif before.buffer.malformed == before.malformed:
                _add_packet(self._boots[number], entry)

    def _begin(self, number: int, buffer: ReorderBuffer, entry: Entry) -> None:
        """Begin a boot; a pod whose clock jumped did so with the packets that its buffer holds already.

        Those of another maker's sensor stay where they are: its decoder reads what came before the jump, too.
        """
        connection, first = self._connections[number], buffer.next_sequence
        self._boots[number] = HeardBoot(connection, buffer.info, first)
        self._heard.boots.setdefault(number, []).append(self._boots[number])
        if number < len(self._heard.serials):
            self._heard.serials[number] = buffer.info.serial or self._heard.serials[number]
        if not isinstance(entry, PacketEntry):
            return
        if buffer.info.device:
            _add_notification(self._boots[number], entry, buffer)
            return
        for packet in self._recent[number]:
            _add_packet(self._boots[number], packet)


def _add_packet(boot: HeardBoot, entry: PacketEntry) -> None:
    """Note a packet; of one that came twice, the one that came as it was made is kept."""
    packet = Packet.from_bytes(entry.data)
    known, live = boot.packets.get(packet.sequence), not packet.flags & PacketFlag.RESENT
    if packet.sequence >= boot.first and (known is None or (live and not known.live)):
        end_us = packet.tick_us + packet.span_us
        boot.packets[packet.sequence] = HeardPacket(
            packet.sequence, packet.tick_us, end_us, live, entry.arrival_s, entry.data
        )


def _add_notification(boot: HeardBoot, entry: PacketEntry, buffer: ReorderBuffer) -> None:
    """Note what another maker's sensor notified, malformed or not; a later decoder may read it."""
    at_us = buffer.clock_fit.latest[0] if buffer.clock_fit.latest is not None else _NOT_TIMED
    place = len(boot.packets)
    boot.packets[place] = HeardPacket(place, at_us, at_us, True, entry.arrival_s, entry.data)


def _time_first_notifications(boot: HeardBoot) -> None:
    """Give the notifications with which no reading was known yet the time of the first one with which there was."""
    first_us = next((packet.tick_us for packet in boot.packets.values() if packet.tick_us != _NOT_TIMED), 0)
    for place, packet in boot.packets.items():
        if packet.tick_us != _NOT_TIMED:
            return
        boot.packets[place] = replace(packet, tick_us=first_us, end_us=first_us)
