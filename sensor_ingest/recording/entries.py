"""The entries of a run's journal: everything that decides which samples a run gives, in the order it became known.

All numbers are little-endian. A pod is named by its place in the run's manifest; times are on the session clock.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.protocol import FootCode
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping


@dataclass(frozen=True, slots=True)
class PacketEntry:
    """A notification as it came."""

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
    """A pod was connected and said what it is; `first` is the first packet of this boot that belongs to the run."""

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
    """From a tick on, a pod's clock is read by this mapping; it replaces those that begin at that tick or later."""

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
    """Packets that will never come: the pod's ring no longer holds them, or it does not send them."""

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
    """What happened to a pod."""

    CONNECTED = 1
    DISCONNECTED = 2
    REBOOTED = 3
    BATTERY = 4
    """Value: percent."""
    SIGNAL = 5
    """Value: dBm."""
    REFUSED = 6
    OVERFLOWED = 7
    """Value: packets that came too fast to be kept."""
    CONTINUED = 8
    """Another process goes on with the run: arrivals before and after do not compare."""
    SILENT = 9
    """Value: session time before which results wait no longer for the pod."""


@dataclass(frozen=True, slots=True)
class EventEntry:
    """Something worth telling, with a number or a sentence."""

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
    """The run was ended on purpose: what is still missing stays missing."""

    at_s: float

    KIND: ClassVar[int] = 6
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("<d")

    def __bytes__(self) -> bytes:
        return self.LAYOUT.pack(self.at_s)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        return cls(*cls.LAYOUT.unpack(data))


Entry = PacketEntry | PodEntry | ClockEntry | LostEntry | EventEntry | EndEntry
_KINDS: dict[int, type[Entry]] = {
    kind.KIND: kind for kind in (PacketEntry, PodEntry, ClockEntry, LostEntry, EventEntry, EndEntry)
}


def entry_from_bytes(kind: int, data: bytes) -> Entry:
    """Parse a record's payload; `ValueError` or `struct.error` where it is none."""
    if kind not in _KINDS:
        raise ValueError(f"entry of the unknown kind {kind}")
    return _KINDS[kind].from_bytes(data)


def entry_time_s(entry: Entry) -> float | None:
    """When an entry was made, on the session clock; None for entries that do not say."""
    match entry:
        case PacketEntry(arrival_s=at_s) | PodEntry(connected_s=at_s) | EventEntry(at_s=at_s) | EndEntry(at_s=at_s):
            return at_s
        case _:
            return None
