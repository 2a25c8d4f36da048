"""The container of FIT files: messages with their numbers, as the open protocol has them.

A file is a header, records and a checksum; several may stand one behind the other. A record defines a kind of message,
or is one by the last definition of its local number.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surefoot.sensor_ingest.watches.errors import WatchFileDamagedError
from surefoot.sensor_ingest.watches.fit_crc import crc16

SIGNATURE = b".FIT"
LEAST_HEADER = 12
TIMESTAMP = 253
IS_COMPRESSED, IS_DEFINITION, HAS_DEVELOPER_FIELDS = 0x80, 0x40, 0x20
BASE_TYPES: Mapping[int, tuple[str, int | None]] = {
    0x00: ("B", 0xFF),
    0x01: ("b", 0x7F),
    0x02: ("B", 0xFF),
    0x83: ("h", 0x7FFF),
    0x84: ("H", 0xFFFF),
    0x85: ("i", 0x7FFFFFFF),
    0x86: ("I", 0xFFFFFFFF),
    0x88: ("f", None),
    0x89: ("d", None),
    0x0A: ("B", 0),
    0x8B: ("H", 0),
    0x8C: ("I", 0),
    0x8E: ("q", 0x7FFFFFFFFFFFFFFF),
    0x8F: ("Q", 0xFFFFFFFFFFFFFFFF),
    0x90: ("Q", 0),
}
"""Code → letter for `struct` and the number that stands for "no value"; texts and bytes are not read."""


@dataclass(frozen=True, slots=True)
class FitMessage:
    """A message: its number by the profile, and its numbers by that of the field, without those that are invalid."""

    number: int
    values: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class _Definition:
    number: int
    order: str
    fields: tuple[tuple[int, int, int], ...]
    own_size: int


def is_fit(data: bytes) -> bool:
    """Whether some bytes begin as a FIT file."""
    return data[8:12] == SIGNATURE


def fit_messages(data: bytes) -> Iterator[FitMessage]:
    """All messages of a file, in order.

    Raises
    ------
    WatchFileDamagedError
        if it is cut off, a checksum is wrong or the records are none.
    """
    while data:
        size = data[0]
        if size < LEAST_HEADER or not is_fit(data):
            raise WatchFileDamagedError("there is something else behind the run")
        end = size + int.from_bytes(data[4:8], "little")
        if len(data) < end + 2:
            raise WatchFileDamagedError("its end is missing")
        if crc16(data[: end + 2]):
            raise WatchFileDamagedError("its checksum is wrong")
        yield from _Records(data[size:end])
        data = data[end + 2 :]


class _Records:
    """The records of one file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._defined: dict[int, _Definition] = {}
        self._stamp = 0

    def __iter__(self) -> Iterator[FitMessage]:
        while self._at < len(self._data):
            (head,) = self._take(1)
            if head & IS_COMPRESSED:
                yield self._message((head >> 5) & 0x3, seconds=head & 0x1F)
            elif head & IS_DEFINITION:
                self._defined[head & 0xF] = self._definition(own=bool(head & HAS_DEVELOPER_FIELDS))
            else:
                yield self._message(head & 0xF)

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise WatchFileDamagedError("a record is cut off")
        self._at += size
        return taken

    def _definition(self, *, own: bool) -> _Definition:
        _, is_big = self._take(2)
        order = ">" if is_big else "<"
        number, count = struct.unpack(f"{order}HB", self._take(3))
        fields = tuple(self._field() for _ in range(count))
        own_size = sum(self._field()[1] for _ in range(self._take(1)[0])) if own else 0
        return _Definition(number, order, fields, own_size)

    def _field(self) -> tuple[int, int, int]:
        """Number, size and base type of a field."""
        number, size, base = self._take(3)
        return number, size, base

    def _message(self, local: int, seconds: int | None = None) -> FitMessage:
        """The next message; `seconds` are the lowest five bits of its time, where that stands in its head."""
        if local not in self._defined:
            raise WatchFileDamagedError("a record is of a kind that is not defined")
        definition, values = self._defined[local], {}
        for field, size, base in definition.fields:
            value = _value(self._take(size), base, definition.order)
            if value is not None:
                values[field] = value
        self._take(definition.own_size)
        if seconds is not None:
            self._stamp += (seconds - self._stamp) % 32
            values[TIMESTAMP] = float(self._stamp)
        elif TIMESTAMP in values:
            self._stamp = int(values[TIMESTAMP])
        return FitMessage(definition.number, values)


def _value(data: bytes, base: int, order: str) -> float | None:
    """A single number; None for an invalid one, for lists and for texts."""
    letter, invalid = BASE_TYPES.get(base, ("", None))
    if not letter or len(data) != struct.calcsize(letter):
        return None
    (value,) = struct.unpack(order + letter, data)
    return None if value == invalid or not math.isfinite(value) else value
