"""The Store service of a pod: what it says of itself, and the fragments in which records are transferred."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from surefoot.sensor_ingest.protocol import Opcode, ProtocolError, profile_uuid

STORE_SERVICE_UUID = profile_uuid(0x10)
STORE_INFO_UUID = profile_uuid(0x11)
"""Read: `StoreInfo`."""
TRANSFER_UUID = profile_uuid(0x12)
"""Notify: `Fragment`."""

STORE_OPCODES = frozenset(opcode for opcode in Opcode if opcode >= Opcode.KEEP_START)
"""Commands that a pod without the service does not know."""

LAYOUT_VERSION = 1
FRAGMENT_BYTES = 236
"""Most record bytes in a fragment: with its head it fits one link-layer PDU with the usual ATT MTU of 247."""
MAX_FETCH = 0xFFFF_FFFF
"""Number of records in a FETCH that asks for all."""


def tag_number(tag: str) -> int:
    """A tag, the last four characters of a serial number, as the argument of SET_PARTNER; 0 for none."""
    return int.from_bytes(tag.encode("ascii"), "little")


def tag_of(number: int) -> str | None:
    """The tag that SET_PARTNER names, empty for 0; None if it is not one of four visible characters."""
    data = number.to_bytes(4, "little")
    if not number:
        return ""
    return data.decode("ascii") if all(0x20 < byte < 0x7F for byte in data) else None


class StoreState(IntEnum):
    """What the pod does with its samples."""

    IDLE = 0
    KEEPING = 1
    FULL = 2


class StoreCapability(IntFlag):
    """What a pod's store can do beyond the commands that every store has."""

    AUTO = 1
    """Starts by itself when the foot begins to walk or run."""
    BEACONS = 2
    """Exchanges ticks with its partner."""


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """Content of the store info characteristic.

    Parameters
    ----------
    auto_minutes : minutes without steps after which keeping stops; 0: keeping is only started by command.
    boot_count : starts of the pod in its life.
    oldest : first record that the pod holds; records before it were released or are lost. `next` if it holds none.
    next : number of the next record.
    used_bytes, capacity_bytes : of the flash.
    seconds_left : of samples that still fit, at the usual bytes a sample.
    """

    capabilities: StoreCapability
    state: StoreState
    auto_minutes: int
    boot_count: int
    oldest: int
    next: int
    used_bytes: int
    capacity_bytes: int
    seconds_left: int

    LAYOUT = struct.Struct("<BBBBIIIIII")

    def __bytes__(self) -> bytes:
        return self.LAYOUT.pack(
            LAYOUT_VERSION,
            self.capabilities,
            self.state,
            self.auto_minutes,
            self.boot_count,
            self.oldest,
            self.next,
            self.used_bytes,
            self.capacity_bytes,
            self.seconds_left,
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse the store info; `ProtocolError` if it is malformed or of another layout."""
        if len(data) < cls.LAYOUT.size:
            raise ProtocolError(f"store info of {len(data)} bytes, shorter than {cls.LAYOUT.size}")
        layout, capabilities, state, *rest = cls.LAYOUT.unpack_from(data)
        if layout != LAYOUT_VERSION:
            raise ProtocolError(f"store of layout {layout}, this client knows {LAYOUT_VERSION}")
        if state not in set(StoreState):
            raise ProtocolError(f"store info with the unknown state {state}")
        info = cls(StoreCapability(capabilities & 3), StoreState(state), *rest)
        if info.oldest > info.next:
            raise ProtocolError(f"store that holds records from {info.oldest} on, before the next, {info.next}")
        return info


@dataclass(frozen=True, slots=True)
class Fragment:
    """A notification of the transfer characteristic: part of one record, or the end of the transfer.

    Parameters
    ----------
    offset : of the first of `data` in the record.
    record_length : bytes of the whole record; 0 at the end.
    """

    number: int
    offset: int
    record_length: int
    data: bytes

    HEADER = struct.Struct("<IHH")

    def __bytes__(self) -> bytes:
        return self.HEADER.pack(self.number, self.offset, self.record_length) + self.data

    @property
    def is_end(self) -> bool:
        """No record follows; the number is that after the last one asked for."""
        return not self.record_length

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse a notification; `ProtocolError` if it is malformed."""
        if len(data) < cls.HEADER.size:
            raise ProtocolError(f"fragment of {len(data)} bytes")
        number, offset, record_length = cls.HEADER.unpack_from(data)
        fragment = cls(number, offset, record_length, data[cls.HEADER.size :])
        if record_length and not fragment.data:
            raise ProtocolError(f"fragment of record {number} without data")
        if fragment.offset + len(fragment.data) > fragment.record_length:
            raise ProtocolError(f"fragment that ends beyond its record of {fragment.record_length} bytes")
        return fragment


def fragments(number: int, record: bytes) -> Iterator[Fragment]:
    """A record in pieces of at most `FRAGMENT_BYTES`."""
    for offset in range(0, len(record), FRAGMENT_BYTES):
        yield Fragment(number, offset, len(record), record[offset : offset + FRAGMENT_BYTES])


def end_of_transfer(number: int) -> Fragment:
    """What follows the last record asked for."""
    return Fragment(number, 0, 0, b"")


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Service data in the scan response: what a runner wants to know before connecting.

    Parameters
    ----------
    held_min, left_min : minutes of samples that the pod holds, and for which there is room.
    """

    state: StoreState
    battery_pct: int
    held_min: int
    left_min: int

    LAYOUT = struct.Struct("<BBHH")

    def __bytes__(self) -> bytes:
        held_min, left_min = min(self.held_min, 0xFFFF), min(self.left_min, 0xFFFF)
        return self.LAYOUT.pack(self.state, self.battery_pct, held_min, left_min)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse the service data; `ProtocolError` if it is malformed."""
        if len(data) < cls.LAYOUT.size or data[0] not in set(StoreState):
            raise ProtocolError(f"store status {data[:8].hex()}")
        state, *rest = cls.LAYOUT.unpack_from(data)
        return cls(StoreState(state), *rest)
