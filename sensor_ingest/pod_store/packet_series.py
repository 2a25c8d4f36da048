"""Up to four consecutive packets as one block: what their headers have in common is written once.

Boot (u16), sequence and tick of the first packet (varint each), and their number (u8); then for each packet

* one byte: samples (bits 0…4), flags (bits 5, 6), bit 7 if `dropped` differs from that of the packet before, or from 0;
* `dropped` (u16), if it differs;
* span, as the difference to that of the packet before, or to 0 (signed varint);
* except for the first, the tick, as the difference to the one expected: the last sample of the packet before and one
  of its sample intervals, rounded down (signed varint);

and the samples of all packets as one block.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from surefoot.sensor_ingest.pod_store.block_codec import BLOCK_SAMPLES, decode_block, encode_block
from surefoot.sensor_ingest.pod_store.varint import ByteReader, signed_varint, varint
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Packet, PacketFlag, ProtocolError

MAX_PACKETS = BLOCK_SAMPLES // MAX_SAMPLES
_COUNT_MASK, _FLAGS_SHIFT, _FLAGS_MASK, _DROPPED_CHANGES = 0x1F, 5, 3, 0x80


def packets_bytes(packets: Sequence[Packet]) -> bytes:
    """Encode 1 to `MAX_PACKETS` packets of one boot that follow one another."""
    if not 1 <= len(packets) <= MAX_PACKETS:
        raise ValueError(f"a series has 1 to {MAX_PACKETS} packets, got {len(packets)}")
    if any(after.boot != one.boot or after.sequence != one.sequence + 1 for one, after in pairwise(packets)):
        raise ValueError("the packets of a series follow one another")
    first = packets[0]
    head = struct.pack("<H", first.boot) + varint(first.sequence) + varint(first.tick_us) + bytes([len(packets)])
    outlines = [_outline(first, _origin(first.boot, first.sequence, first.tick_us))]
    outlines += [_outline(packet, before) for before, packet in pairwise(packets)]
    counts = np.concatenate([packet.counts for packet in packets])
    return b"".join([head, *outlines, encode_block(counts)])


def read_packets(data: bytes) -> tuple[Packet, ...]:
    """Decode a series; `ProtocolError` if it is malformed."""
    reader = ByteReader(data)
    before = _origin(reader.unsigned(2), reader.varint(), reader.varint())
    number = reader.unsigned(1)
    if not 1 <= number <= MAX_PACKETS:
        raise ProtocolError(f"series of {number} packets")
    packets = []
    for _ in range(number):
        before = _read_outline(reader, before)
        packets.append(before)
    ends = np.cumsum([len(packet.counts) for packet in packets])
    counts = decode_block(reader.rest, int(ends[-1]))
    return tuple(
        replace(packet, counts=part) for packet, part in zip(packets, np.split(counts, ends[:-1]), strict=True)
    )


def _origin(boot: int, sequence: int, tick_us: int) -> Packet:
    """What stands before the first packet: it has no samples, so the tick that follows is its own."""
    return Packet(sequence - 1, boot, tick_us, 0, PacketFlag(0), 0, np.empty((0, 6), np.int16))


def _outline(packet: Packet, before: Packet) -> bytes:
    changes = packet.dropped != before.dropped
    head = len(packet.counts) | packet.flags << _FLAGS_SHIFT | _DROPPED_CHANGES * changes
    dropped = struct.pack("<H", packet.dropped) if changes else b""
    span = signed_varint(packet.span_us - before.span_us)
    tick = signed_varint(packet.tick_us - _expected_tick_us(before)) if len(before.counts) else b""
    return bytes([head]) + dropped + span + tick


def _read_outline(reader: ByteReader, before: Packet) -> Packet:
    """The next packet, with zeros for its samples."""
    head = reader.unsigned(1)
    count = head & _COUNT_MASK
    dropped = reader.unsigned(2) if head & _DROPPED_CHANGES else before.dropped
    span_us = before.span_us + reader.signed_varint()
    tick_us = _expected_tick_us(before) + (reader.signed_varint() if len(before.counts) else 0)
    fits = before.sequence + 1 < 1 << 32 and 0 <= span_us < 1 << 32 and 0 <= tick_us < 1 << 64
    if not fits or not 1 <= count <= MAX_SAMPLES:
        raise ProtocolError(f"packet {before.sequence + 1} of {count} samples from {tick_us} µs over {span_us} µs")
    flags = PacketFlag(head >> _FLAGS_SHIFT & _FLAGS_MASK)
    counts = np.zeros((count, 6), np.int16)
    return Packet(before.sequence + 1, before.boot, tick_us, span_us, flags, dropped, counts)


def _expected_tick_us(before: Packet) -> int:
    """Tick of the sample after a packet."""
    intervals = max(len(before.counts) - 1, 1)
    return before.tick_us + before.span_us + before.span_us // intervals
