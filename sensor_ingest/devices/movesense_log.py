"""Logs of a Movesense: SBEM, chunks that the log itself describes.

After "SBEM" and four digits come chunks: u8 number, u8 length, content; 255 stands for a longer number (u16 follows)
or length (u32 follows). Chunks of number 0 describe the others: u16 number, then lines `<PTH>` path and `<FRM>` type of
one value, or `<GRP>` the numbers of which a chunk is made.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from surefoot.sensor_ingest.devices.movesense_frames import ImuMessage
from surefoot.sensor_ingest.protocol import ProtocolError

_MAGIC, _HEADER_BYTES, _ESCAPE = b"SBEM", 8, 255
_MAX_MEMBERS = 4096
"""Of a chunk, groups among them; one that contains itself would have more."""
_LAYOUTS = {
    "uint8": "B",
    "int8": "b",
    "uint16": "H",
    "int16": "h",
    "uint32": "I",
    "int32": "i",
    "uint64": "Q",
    "int64": "q",
    "float32": "f",
    "float64": "d",
}


@dataclass(frozen=True, slots=True)
class ClockNote:
    """What the sensor's two clocks said at one moment: ms since it was switched on, and UTC if it was told it."""

    relative_ms: int
    utc_us: int


def read_log(data: bytes) -> Iterator[ImuMessage | ClockNote]:
    """Readings and clock notes of a log, in order; what else was logged, and an end that was cut off, is left out.

    Raises
    ------
    ProtocolError
        if it is no such log, or cannot be read.
    """
    if not data.startswith(_MAGIC):
        raise ProtocolError(f"a log that begins with {data[:8].hex()}, not SBEM")
    described = _Described()
    for number, content in _chunks(data[_HEADER_BYTES:]):
        if number == 0:
            described.add(content)
            continue
        match described.kind(number):
            case "imu":
                yield ImuMessage.from_bytes(content)
            case "time":
                yield described.clock_note(number, content)


def _chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    try:
        while at < len(data):
            number, at = _number(data, at, "<H")
            length, at = _number(data, at, "<I")
            if at + length > len(data):
                return
            yield number, data[at : at + length]
            at += length
    except (IndexError, struct.error):
        return


def _number(data: bytes, at: int, longer: str) -> tuple[int, int]:
    """A number, and where it ends."""
    if data[at] != _ESCAPE:
        return data[at], at + 1
    (number,) = struct.unpack_from(longer, data, at + 1)
    return int(number), at + 1 + struct.calcsize(longer)


@dataclass(slots=True)
class _Described:
    """What a log has said of its chunks so far."""

    leaves: dict[int, tuple[str, str]] = field(default_factory=dict)
    groups: dict[int, list[int]] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)

    def add(self, content: bytes) -> None:
        """Take a description."""
        try:
            (number,) = struct.unpack_from("<H", content)
            lines = content[2:].rstrip(b"\0").decode("utf-8").splitlines()
            told = {line[1:4]: line[5:] for line in lines if line.startswith("<")}
            if "GRP" in told:
                self.groups[number] = [int(member) for member in told["GRP"].split(",")]
            else:
                self.leaves[number] = told.get("PTH", ""), told.get("FRM", "").partition(",")[0]
        except (struct.error, ValueError) as error:
            raise ProtocolError(f"a description {content[:16].hex()} that cannot be read") from error
        self.kinds.clear()

    def kind(self, number: int) -> str:
        """What a chunk holds: imu, time, or nothing that is needed."""
        if number not in self.kinds:
            self.kinds[number] = self._kind(self._values(number))
        return self.kinds[number]

    def clock_note(self, number: int, content: bytes) -> ClockNote:
        """The clocks that a chunk notes."""
        values = self._values(number)
        try:
            found = struct.unpack("<" + "".join(_LAYOUTS[form] for _, form in values), content)
            told: Mapping[str, int] = {
                path.rpartition(".")[2]: int(value) for (path, _), value in zip(values, found, strict=True)
            }
            return ClockNote(told["relativeTime"], told["utcTime"])
        except (KeyError, struct.error) as error:
            raise ProtocolError(f"a clock note of {len(content)} bytes that cannot be read") from error

    @staticmethod
    def _kind(values: list[tuple[str, str]]) -> str:
        paths, forms = [path for path, _ in values], [form for _, form in values]
        if paths and all(".TimeDetailed." in path for path in paths):
            return "time"
        count, rest = divmod(len(values) - 1, 6)
        arrays = ["ArrayAcc"] * 3 * count + ["ArrayGyro"] * 3 * count
        right = bool(count) and not rest and forms == ["uint32", *["float32"] * 6 * count]
        if right and ".MeasIMU6.Timestamp" in paths[0]:
            return (
                "imu" if all(f".MeasIMU6.{each}" in path for each, path in zip(arrays, paths[1:], strict=True)) else ""
            )
        return ""

    def _values(self, number: int) -> list[tuple[str, str]]:
        """Path and type of each value of a chunk, in order; none of a group that has no end."""
        found, waiting, looked_at = list[tuple[str, str]](), [number], 0
        while waiting:
            member, looked_at = waiting.pop(), looked_at + 1
            if looked_at > _MAX_MEMBERS:
                return []
            if member in self.groups:
                waiting += reversed(self.groups[member])
            elif member in self.leaves and self.leaves[member][0] not in ("[", "]"):
                found.append(self.leaves[member])
        return found
