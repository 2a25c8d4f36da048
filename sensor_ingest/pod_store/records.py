"""Records as a pod stores and transfers them: kind, length, number, body, CRC. All numbers are little-endian."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from surefoot.sensor_ingest.pod_store.packet_series import packets_bytes, read_packets
from surefoot.sensor_ingest.protocol import Packet, ProtocolError

HEADER = struct.Struct("<BHI")
"""Kind, bytes of the whole record, number."""
CRC = struct.Struct("<I")
FRAME_BYTES = HEADER.size + CRC.size
MAX_RECORD_BYTES = 1024
"""Longer than noise at full scale makes a record."""

_BOOT, _SAMPLES, _UTC, _BEACON = 1, 2, 3, 4
_COUNT_LAYOUT = struct.Struct("<I")
_UTC_LAYOUT = struct.Struct("<IQQ")
_BEACON_LAYOUT = struct.Struct("<IQ4sIQ")


@dataclass(frozen=True, slots=True)
class BootRecord:
    """A start of the pod, or a change of what `info` says; `info` is the content of the info characteristic.

    `boot_count` counts the starts in the pod's life.
    """

    boot_count: int
    info: bytes


@dataclass(frozen=True, slots=True, eq=False)
class SamplesRecord:
    """Up to four consecutive packets of one boot, at most 72 samples, exactly as they are notified."""

    boot_count: int
    packets: tuple[Packet, ...]


@dataclass(frozen=True, slots=True)
class UtcRecord:
    """What the client's clock said, UTC in µs since 1970, at a tick of the pod."""

    boot_count: int
    tick_us: int
    utc_us: int


@dataclass(frozen=True, slots=True)
class BeaconRecord:
    """A beacon of the partner: own tick when it was heard, the partner's when it was sent."""

    boot_count: int
    tick_us: int
    partner_tag: str
    partner_boot_count: int
    partner_tick_us: int


StoreRecord = BootRecord | SamplesRecord | UtcRecord | BeaconRecord


def record_bytes(number: int, record: StoreRecord) -> bytes:
    """The record with its frame."""
    match record:
        case BootRecord():
            kind, body = _BOOT, _COUNT_LAYOUT.pack(record.boot_count) + record.info
        case SamplesRecord():
            kind, body = _SAMPLES, _COUNT_LAYOUT.pack(record.boot_count) + packets_bytes(record.packets)
        case UtcRecord():
            kind, body = _UTC, _UTC_LAYOUT.pack(record.boot_count, record.tick_us, record.utc_us)
        case BeaconRecord():
            tag = record.partner_tag.encode("ascii")
            own = record.boot_count, record.tick_us
            kind, body = _BEACON, _BEACON_LAYOUT.pack(*own, tag, record.partner_boot_count, record.partner_tick_us)
    framed = HEADER.pack(kind, FRAME_BYTES + len(body), number) + body
    return framed + CRC.pack(zlib.crc32(framed))


def read_record(data: bytes) -> tuple[int, StoreRecord]:
    """Number and content of one whole record; `ProtocolError` if it is damaged."""
    number = check_record(data)
    body = data[HEADER.size : -CRC.size]
    try:
        return number, _read_body(data[0], body)
    except (struct.error, UnicodeDecodeError) as error:
        raise ProtocolError(f"record {number} with a body of {len(body)} bytes that cannot be read") from error


def check_record(data: bytes) -> int:
    """Number of one whole record; `ProtocolError` if its bytes are damaged. The body is not interpreted."""
    if len(data) < FRAME_BYTES or record_length(data) != len(data):
        raise ProtocolError(f"record of {len(data)} bytes that claims another length")
    if zlib.crc32(data[: -CRC.size]) != CRC.unpack(data[-CRC.size :])[0]:
        raise ProtocolError(f"record of {len(data)} bytes whose CRC is wrong")
    number: int = HEADER.unpack_from(data)[2]
    return number


def record_length(data: bytes, offset: int = 0) -> int:
    """Length that the head of a record at `offset` claims; `ProtocolError` if no record begins so."""
    if len(data) < offset + HEADER.size:
        raise ProtocolError(f"head of a record of {len(data) - offset} bytes")
    kind, length, _ = HEADER.unpack_from(data, offset)
    if not _BOOT <= kind <= _BEACON or not FRAME_BYTES <= length <= MAX_RECORD_BYTES:
        raise ProtocolError(f"record of kind {kind} and {length} bytes")
    return int(length)


def _read_body(kind: int, body: bytes) -> StoreRecord:
    if kind in (_BOOT, _SAMPLES):
        (boot_count,), rest = _COUNT_LAYOUT.unpack_from(body), body[_COUNT_LAYOUT.size :]
        return BootRecord(boot_count, rest) if kind == _BOOT else SamplesRecord(boot_count, read_packets(rest))
    if kind == _UTC:
        return UtcRecord(*_UTC_LAYOUT.unpack(body))
    boot_count, tick_us, tag, partner_boot_count, partner_tick_us = _BEACON_LAYOUT.unpack(body)
    return BeaconRecord(boot_count, tick_us, tag.decode("ascii"), partner_boot_count, partner_tick_us)
