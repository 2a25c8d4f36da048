"""Data frames of Polar's measurement service: readings of one sensor, as they are or as packed differences.

A frame is u8 measurement, u64 time of its *last* reading in ns since 2000, u8 frame type, readings. Bit 7 of the type
says that the readings are packed: the first one as it is, then blocks of u8 bits, u8 count and so many differences on
three axes, least significant bit first, filled up to whole bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from surefoot.analysis.model import Floats, Ints
from surefoot.sensor_ingest.devices.polar_control import Measurement
from surefoot.sensor_ingest.protocol import ProtocolError

MAX_READINGS = 1024
"""Most readings in a frame; packed ones could claim more than any sensor buffers."""
_AXES = 3
_MAX_DIFFERENCE_BITS = 32
_PACKED = 0x80
_RAW_ACC_BYTES = {0: 1, 1: 2, 2: 3}
"""Bytes of an unpacked acceleration in mg, by frame type."""
_G_PER_MG = 0.001
_FULL_SCALE_COUNTS = 32768.0


@dataclass(frozen=True, slots=True)
class Scale:
    """What the numbers of a stream stand for.

    Parameters
    ----------
    factor : as the reply to the start said; None if it did not. Then a count of 16 bits is its part of the range that
        was asked for, and numbers that are no counts are taken as they are.
    full_scale : the range, g or °/s.
    """

    factor: float | None
    full_scale: float

    @property
    def per_count(self) -> float:
        """What one count stands for, g or °/s."""
        return self.full_scale / _FULL_SCALE_COUNTS if self.factor is None else self.factor

    @property
    def of_numbers(self) -> float:
        """By what numbers in mg or °/s are multiplied."""
        return 1.0 if self.factor is None else self.factor


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Consecutive readings of one sensor.

    Parameters
    ----------
    last_ns : time of the last reading on the sensor's clock, ns since 2000, which may be wrong by years.
    readings : (n, 3) in g or °/s.
    """

    measurement: Measurement
    last_ns: int
    readings: Floats

    HEADER: ClassVar[struct.Struct] = struct.Struct("<BQB")

    @classmethod
    def from_bytes(cls, data: bytes, scales: Mapping[Measurement, Scale]) -> Self:
        """Parse a notification with the scales of both streams; `ProtocolError` if it is malformed."""
        if len(data) <= cls.HEADER.size:
            raise ProtocolError(f"data frame of {len(data)} bytes, without a reading")
        measurement, last_ns, frame_type = cls.HEADER.unpack_from(data)
        content = data[cls.HEADER.size :]
        if measurement == Measurement.ACC:
            return cls(Measurement.ACC, last_ns, _acceleration_g(frame_type, content, scales[Measurement.ACC]))
        if measurement == Measurement.GYRO:
            return cls(Measurement.GYRO, last_ns, _rate_dps(frame_type, content, scales[Measurement.GYRO]))
        raise ProtocolError(f"data frame of measurement {measurement}, which was not started")


def _acceleration_g(frame_type: int, content: bytes, scale: Scale) -> Floats:
    """(n, 3) acceleration; packed frames of type 0 are counts, all others are in mg."""
    if frame_type in _RAW_ACC_BYTES:
        return _scaled(_whole_numbers(content, _RAW_ACC_BYTES[frame_type]), _G_PER_MG)
    if frame_type == _PACKED:
        return _scaled(_unpacked(content, 2), scale.per_count)
    if frame_type == _PACKED + 1:
        return _scaled(_unpacked(content, 2), scale.of_numbers * _G_PER_MG)
    raise ProtocolError(f"acceleration in frames of type {frame_type}, which is not known")


def _rate_dps(frame_type: int, content: bytes, scale: Scale) -> Floats:
    """(n, 3) angular rate; packed frames of type 1 hold the bits of 32-bit floats."""
    if frame_type == _PACKED:
        return _scaled(_unpacked(content, 2), scale.per_count)
    if frame_type == _PACKED + 1:
        bits = (_unpacked(content, 4) & 0xFFFFFFFF).astype(np.uint32)
        rate_dps: Floats = bits.view(np.float32).astype(np.float64)
        if not (np.abs(rate_dps) < 1e6).all():
            raise ProtocolError("angular rate that is no number")
        return np.multiply(rate_dps, scale.of_numbers, dtype=np.float64)
    raise ProtocolError(f"angular rate in frames of type {frame_type}, which is not known")


def _scaled(numbers: Ints, unit: float) -> Floats:
    return np.multiply(numbers, unit, dtype=np.float64)


def _whole_numbers(content: bytes, width: int) -> Ints:
    """(n, 3) signed numbers of `width` bytes."""
    if len(content) % (_AXES * width):
        raise ProtocolError(f"{len(content)} bytes are no whole number of readings of {_AXES * width} bytes")
    digits = np.frombuffer(content, np.uint8).reshape(-1, width).astype(np.int64)
    return _signed(digits @ (256 ** np.arange(width)), 8 * width).reshape(-1, _AXES)


def _unpacked(content: bytes, width: int) -> Ints:
    """(n, 3) numbers, of which the first are whole numbers of `width` bytes and the others differences."""
    at = _AXES * width
    if len(content) < at:
        raise ProtocolError(f"packed readings of {len(content)} bytes, without the first one")
    parts, total = [_whole_numbers(content[:at], width)], 1
    while at < len(content):
        differences = _block(content[at:])
        total += len(differences)
        if total > MAX_READINGS:
            raise ProtocolError(f"more than {MAX_READINGS} readings in one frame")
        parts.append(differences)
        at += 2 + _packed_bytes(*content[at : at + 2])
    return np.cumsum(np.concatenate(parts), axis=0)


def _block(data: bytes) -> Ints:
    """(n, 3) differences of the block at the start."""
    if len(data) < 2 or data[0] > _MAX_DIFFERENCE_BITS or len(data) < 2 + _packed_bytes(data[0], data[1]):
        raise ProtocolError(f"packed readings that end in {data[:8].hex()}")
    bits, count = data[0], data[1]
    packed = np.frombuffer(data, np.uint8, _packed_bytes(bits, count), 2)
    digits = np.unpackbits(packed, bitorder="little")[: _AXES * bits * count].astype(np.int64)
    return _signed(digits.reshape(_AXES * count, bits) @ (2 ** np.arange(bits)), bits).reshape(count, _AXES)


def _packed_bytes(bits: int, count: int) -> int:
    return -(-_AXES * bits * count // 8)


def _signed(number: Ints, bits: int) -> Ints:
    """Two's complement numbers of `bits` bits."""
    return np.where(number >= 2**bits / 2, number - 2**bits, number) if bits else number
