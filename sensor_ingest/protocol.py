"""Codec of the pod's GATT profile, shared by client and simulator; `firmware_sim/PROTOCOL.md` is its specification.

All numbers are little-endian. A pod packs its samples into numbered packets, keeps them in a ring buffer and notifies
them; the client requests lost packets again by their sequence numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Foot

VERSION = 1
"""Protocol version; pods with another version are refused."""


def profile_uuid(number: int) -> str:
    """UUID of a service or characteristic of the profile."""
    return f"5f07{number:04x}-70d5-4b6a-9c1e-2f6d0a8be4c3"


SERVICE_UUID = profile_uuid(1)
STREAM_UUID = profile_uuid(2)
"""Notify: packets."""
CONTROL_UUID = profile_uuid(3)
"""Write with response, indicate: commands and replies."""
INFO_UUID = profile_uuid(4)
"""Read: `PodInfo`."""
BOND_UUID = profile_uuid(5)
"""Read, on an encrypted link only: there if the pod takes commands from bonded clients only."""

MAX_SAMPLES = 18
"""Most samples in a packet: 238 bytes, which fit one link-layer PDU with the usual ATT MTU of 247."""


class ProtocolError(ValueError):
    """Bytes that do not follow the profile; the message says why."""


class PacketFlag(IntFlag):
    """Flag bits of a packet."""

    RESENT = 1
    LOW_BATTERY = 2


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """Consecutive samples, as notified.

    Parameters
    ----------
    sequence : number of the packet since boot, consecutive.
    boot : random number drawn at start-up; sequences and ticks of different boots are not comparable.
    tick_us : pod clock at the first sample, µs.
    span_us : from the first to the last sample on the pod clock, µs.
    dropped : samples that the pod lost before they reached a packet, since boot, modulo 2¹⁶.
    counts : (n, 6) int16, accelerometer x, y, z then gyroscope x, y, z.
    """

    sequence: int
    boot: int
    tick_us: int
    span_us: int
    flags: PacketFlag
    dropped: int
    counts: NDArray[np.int16]

    HEADER = struct.Struct("<IHQIBBH")

    def __bytes__(self) -> bytes:
        header = self.HEADER.pack(
            self.sequence, self.boot, self.tick_us, self.span_us, len(self.counts), self.flags, self.dropped
        )
        return header + self.counts.astype("<i2").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse a notification; `ProtocolError` if it is malformed."""
        if len(data) < cls.HEADER.size:
            raise ProtocolError(f"packet of {len(data)} bytes, shorter than its header of {cls.HEADER.size}")
        sequence, boot, tick_us, span_us, count, flags, dropped = cls.HEADER.unpack_from(data)
        if not 1 <= count <= MAX_SAMPLES or len(data) != cls.HEADER.size + 12 * count:
            raise ProtocolError(f"packet of {len(data)} bytes that claims {count} samples")
        counts = np.frombuffer(data, "<i2", offset=cls.HEADER.size).reshape(count, 6).astype(np.int16)
        return cls(sequence, boot, tick_us, span_us, PacketFlag(flags & 3), dropped, counts)

    @property
    def ticks_us(self) -> NDArray[np.float64]:
        """(n,) pod clock at each sample, µs, evenly spaced."""
        return self.tick_us + np.linspace(0.0, self.span_us, len(self.counts))


class FootCode(IntEnum):
    """The foot that a pod is configured for."""

    UNKNOWN = 0
    LEFT = 1
    RIGHT = 2

    @property
    def foot(self) -> Foot | None:
        """The foot; None if unknown."""
        return {FootCode.LEFT: Foot.LEFT, FootCode.RIGHT: Foot.RIGHT}.get(self)

    @classmethod
    def from_foot(cls, foot: Foot) -> FootCode:
        """The code of a foot."""
        return cls.LEFT if foot is Foot.LEFT else cls.RIGHT


@dataclass(frozen=True, slots=True)
class PodInfo:
    """Content of the info characteristic.

    Parameters
    ----------
    acc_range_g, gyr_range_dps : full scale: value of 32768 counts.
    ring_packets : capacity of the ring buffer.
    oldest, newest : sequences in the ring buffer; it is empty if `oldest > newest`. `newest` is the last packet made.
    device : of another maker's sensor, in recordings only: which one it is, and how it was set up.
    """

    version: int
    boot: int
    foot: FootCode
    rate_hz: float
    acc_range_g: int
    gyr_range_dps: int
    ring_packets: int
    oldest: int
    newest: int
    serial: str
    device: str = ""

    LAYOUT = struct.Struct("<BBHfHHIII")

    def __bytes__(self) -> bytes:
        head = self.LAYOUT.pack(
            self.version,
            self.foot,
            self.boot,
            self.rate_hz,
            self.acc_range_g,
            self.gyr_range_dps,
            self.ring_packets,
            self.oldest,
            self.newest,
        )
        return head + "\0".join(filter(None, (self.serial, self.device))).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse the info characteristic; `ProtocolError` if malformed, of another version or with impossible values."""
        if len(data) < cls.LAYOUT.size:
            raise ProtocolError(f"info of {len(data)} bytes, shorter than {cls.LAYOUT.size}")
        version, foot, boot, rate_hz, acc_g, gyr_dps, ring, oldest, newest = cls.LAYOUT.unpack_from(data)
        if version != VERSION:
            raise ProtocolError(f"protocol version {version}, this client speaks {VERSION}")
        if not 20.0 <= rate_hz <= 2000.0 or not acc_g or not gyr_dps or foot > 2:
            raise ProtocolError(f"info with rate {rate_hz} Hz, ranges {acc_g} g and {gyr_dps} °/s, foot {foot}")
        try:
            serial, _, device = data[cls.LAYOUT.size :].decode("ascii").partition("\0")
        except UnicodeDecodeError as error:
            raise ProtocolError("info whose serial number is not ASCII") from error
        return cls(version, boot, FootCode(foot), rate_hz, acc_g, gyr_dps, ring, oldest, newest, serial, device)


class Opcode(IntEnum):
    """Commands on the control point."""

    START = 1
    STOP = 2
    SET_RATE = 3
    SET_RANGE = 4
    IDENTIFY = 5
    PING = 6
    RESEND = 7
    SET_FOOT = 8
    KEEP_START = 0x10
    KEEP_STOP = 0x11
    KEEP_AUTO = 0x12
    NOTE_UTC = 0x13
    FETCH = 0x14
    RELEASE = 0x15
    SET_PARTNER = 0x16


class Result(IntEnum):
    """Result code of a command."""

    OK = 0
    UNKNOWN_COMMAND = 1
    BAD_ARGUMENT = 2
    NOT_NOW = 3


@dataclass(frozen=True, slots=True)
class Command:
    """A write to the control point.

    Arguments by opcode: SET_RATE: Hz (104, 208, 416). SET_RANGE: g (16, 32), °/s (1000, 2000). RESEND: first sequence,
    number of packets. SET_FOOT: `FootCode`. KEEP_AUTO: minutes without steps after which keeping stops, 0: never starts
    by itself. NOTE_UTC: UTC, µs since 1970. FETCH: first record, number of records. RELEASE: first record to be kept.
    SET_PARTNER: four ASCII characters as a little-endian number, 0: none. The others have none.
    """

    opcode: Opcode
    arguments: tuple[int, ...] = ()

    LAYOUTS: ClassVar[Mapping[Opcode, str]] = {
        Opcode.SET_RATE: "<H",
        Opcode.SET_RANGE: "<HH",
        Opcode.RESEND: "<II",
        Opcode.SET_FOOT: "<B",
        Opcode.KEEP_AUTO: "<B",
        Opcode.NOTE_UTC: "<Q",
        Opcode.FETCH: "<II",
        Opcode.RELEASE: "<I",
        Opcode.SET_PARTNER: "<I",
    }

    def __bytes__(self) -> bytes:
        return bytes([self.opcode]) + struct.pack(self.LAYOUTS.get(self.opcode, "<"), *self.arguments)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse a command; `ProtocolError` if it is malformed."""
        try:
            opcode = Opcode(data[0])
            return cls(opcode, struct.unpack(cls.LAYOUTS.get(opcode, "<"), data[1:]))
        except (IndexError, ValueError, struct.error) as error:
            raise ProtocolError(f"command {data[:8].hex()} that the profile does not have") from error


@dataclass(frozen=True, slots=True)
class Reply:
    """An indication of the control point: command, result, and pod clock when it was handled.

    After RESEND, `first` and `count` are the packets that will be sent: the part of the range still in the ring buffer.
    """

    opcode: int
    result: Result
    tick_us: int
    first: int = 0
    count: int = 0

    LAYOUT = struct.Struct("<BBQII")

    def __bytes__(self) -> bytes:
        return self.LAYOUT.pack(self.opcode, self.result, self.tick_us, self.first, self.count)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse an indication; `ProtocolError` if it is malformed."""
        if len(data) != cls.LAYOUT.size:
            raise ProtocolError(f"reply of {len(data)} bytes instead of {cls.LAYOUT.size}")
        opcode, result, tick_us, first, count = cls.LAYOUT.unpack(data)
        try:
            return cls(opcode, Result(result), tick_us, first, count)
        except ValueError as error:
            raise ProtocolError(f"reply with the unknown result {result}") from error
