"""Entries of a run's journal: all inputs of the assembler, in order of arrival.

All numbers are little-endian. `pod` is an index into the manifest's pods; times are on the session clock.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from surefoot.analysis.companions import Companion
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.protocol import FootCode
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping


@dataclass(frozen=True, slots=True)
class PacketEntry:
    """A notification as received."""

    pod: int
    arrival_s: float
    data: bytes

    KIND: ClassVar[int] = 1
    HEAD: ClassVar[struct.Struct] = struct.Struct("<Hd")

    def __bytes__(self) -> bytes:
        return self.HEAD.pack(self.pod, self.arrival_s) + self.data

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        pod, arrival_s = cls.HEAD.unpack_from(data)
        return cls(pod, arrival_s, data[cls.HEAD.size :])


@dataclass(frozen=True, slots=True)
class PodEntry:
    """A pod was connected; `info` holds the bytes of its `PodInfo`, `first` is the first packet wanted of its boot."""

    pod: int
    connected_s: float
    first: int
    foot: Foot
    runner: str
    info: bytes

    KIND: ClassVar[int] = 2
    HEAD: ClassVar[struct.Struct] = struct.Struct("<HdIBH")

    def __bytes__(self) -> bytes:
        head = self.HEAD.pack(self.pod, self.connected_s, self.first, FootCode.from_foot(self.foot), len(self.info))
        return head + self.info + self.runner.encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        pod, connected_s, first, code, length = cls.HEAD.unpack_from(data)
        foot = FootCode(code).foot
        if foot is None:
            raise ValueError(f"pod entry without a foot (code {code})")
        end = cls.HEAD.size + length
        return cls(pod, connected_s, first, foot, data[end:].decode(), data[cls.HEAD.size : end])


@dataclass(frozen=True, slots=True)
class ClockEntry:
    """A clock mapping; it replaces those that begin at its `tick0_us` or later."""

    pod: int
    mapping: ClockMapping

    KIND: ClassVar[int] = 3
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<HHQdd")

    def __bytes__(self) -> bytes:
        mapping = self.mapping
        return self.LAYOUT.pack(self.pod, mapping.boot, mapping.tick0_us, mapping.session0_s, mapping.rate)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        pod, *mapping = cls.LAYOUT.unpack(data)
        return cls(pod, ClockMapping(*mapping))


@dataclass(frozen=True, slots=True)
class LostEntry:
    """Packets given up: no longer in the ring buffer, or not sent on request."""

    pod: int
    boot: int
    first: int
    count: int

    KIND: ClassVar[int] = 4
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<HHII")

    def __bytes__(self) -> bytes:
        return self.LAYOUT.pack(self.pod, self.boot, self.first, self.count)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        return cls(*cls.LAYOUT.unpack(data))


class EventKind(IntEnum):
    """Kind of event of a pod."""

    CONNECTED = 1
    DISCONNECTED = 2
    REBOOTED = 3
    BATTERY = 4
    """Value: percent."""
    SIGNAL = 5
    """Value: dBm."""
    REFUSED = 6
    OVERFLOWED = 7
    """Value: packets dropped because the queue was full."""
    CONTINUED = 8
    """Another process continues the run; arrival times before and after are not comparable."""
    SILENT = 9
    """Value: session time up to which results no longer wait for the pod."""
    CLOCK_JUMPED = 10
    """The pod's clock jumped or wrapped; packets show it without this event."""
    NAMESAKE = 11
    """Text: address of another pod in range that has this one's name or serial number, and is not used."""
    HEALTH = 12
    """The health of all pods is noted as of here; of whichever pod."""


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event of a pod, with a number or a text."""

    pod: int
    at_s: float
    kind: EventKind
    value: float = 0.0
    text: str = ""

    KIND: ClassVar[int] = 5
    HEAD: ClassVar[struct.Struct] = struct.Struct("<HdBd")

    def __bytes__(self) -> bytes:
        return self.HEAD.pack(self.pod, self.at_s, self.kind, self.value) + self.text.encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        pod, at_s, kind, value = cls.HEAD.unpack_from(data)
        return cls(pod, at_s, EventKind(kind), value, data[cls.HEAD.size :].decode())


@dataclass(frozen=True, slots=True)
class EndEntry:
    """The run was ended on purpose; missing packets are given up."""

    at_s: float

    KIND: ClassVar[int] = 6
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<d")

    def __bytes__(self) -> bytes:
        return self.LAYOUT.pack(self.at_s)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        return cls(*cls.LAYOUT.unpack(data))


class CompanionEvent(IntEnum):
    """What became of a sensor beside the pods."""

    NOTIFIED = 1
    """Data: the notification as received."""
    CONNECTED = 2
    """Data: the name that it advertised."""
    DISCONNECTED = 3
    """Data: why."""


_COMPANION_CODES = {Companion.HEART_RATE: 1, Companion.TREADMILL: 2, Companion.FOOT_POD: 3}
_COMPANION_OF_CODE = {code: companion for companion, code in _COMPANION_CODES.items()}


@dataclass(frozen=True, slots=True)
class CompanionEntry:
    """News of a sensor beside the pods; `number` is an index into the manifest's companions."""

    number: int
    arrival_s: float
    companion: Companion
    event: CompanionEvent
    data: bytes

    KIND: ClassVar[int] = 7
    HEAD: ClassVar[struct.Struct] = struct.Struct("<HdBB")

    def __bytes__(self) -> bytes:
        return self.HEAD.pack(self.number, self.arrival_s, _COMPANION_CODES[self.companion], self.event) + self.data

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        number, arrival_s, code, event = cls.HEAD.unpack_from(data)
        if code not in _COMPANION_OF_CODE:
            raise ValueError(f"companion entry of the unknown sensor {code}")
        return cls(number, arrival_s, _COMPANION_OF_CODE[code], CompanionEvent(event), data[cls.HEAD.size :])


Entry = PacketEntry | PodEntry | ClockEntry | LostEntry | EventEntry | EndEntry | CompanionEntry
KINDS: dict[int, type[Entry]] = {
    kind.KIND: kind for kind in (PacketEntry, PodEntry, ClockEntry, LostEntry, EventEntry, EndEntry, CompanionEntry)
}


def is_possible_size(kind: int, size: int) -> bool:
    """Whether an entry of this kind may have a payload of `size` bytes."""
    match KINDS.get(kind):
        case None:
            return False
        case entry if issubclass(entry, PacketEntry | PodEntry | EventEntry | CompanionEntry):
            return size >= entry.HEAD.size
        case entry:
            return size == entry.LAYOUT.size


def entry_from_bytes(kind: int, data: bytes) -> Entry:
    """Parse a record's payload; `ValueError` or `struct.error` if it is malformed."""
    if kind not in KINDS:
        raise ValueError(f"entry of the unknown kind {kind}")
    return KINDS[kind].from_bytes(data)


def entry_time_s(entry: Entry) -> float | None:
    """Session time of an entry; None for entries without one."""
    match entry:
        case PacketEntry(arrival_s=at_s) | PodEntry(connected_s=at_s) | EventEntry(at_s=at_s) | EndEntry(at_s=at_s):
            return at_s
        case CompanionEntry(arrival_s=at_s):
            return at_s
        case _:
            return None
