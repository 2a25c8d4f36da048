"""Frames of a journal: length, kind and checksum before each entry's bytes; found again behind damage.

A frame counts as whole if its header is possible for its kind, its CRC-32 is right and its entry can be parsed. Behind
damage every byte may begin one. About one in 250 bytes of a recording looks like a header without being one, and chance
passes the checksum at one in 2³² of these: a false frame in 10¹² damaged bytes.
"""

from __future__ import annotations

import re
import struct
import zlib

from surefoot.sensor_ingest.recording.entries import KINDS, Entry, entry_from_bytes, is_possible_size

MAX_PAYLOAD_BYTES = 4096
HEADER = struct.Struct("<IBI")
"""Payload length, kind of entry, CRC-32 of `_CHECKSUM_HEADER` and payload."""
MAX_FRAME_BYTES = HEADER.size + MAX_PAYLOAD_BYTES
_CHECKSUM_HEADER = struct.Struct("<IB")
_HEADER_AHEAD = re.compile(
    b"(?s)(?=.[\0-%c]\0\0[%c-%c])" % (MAX_PAYLOAD_BYTES >> 8, min(KINDS), max(KINDS))  # length and kind
)


def encode_frame(entry: Entry) -> bytes:
    """An entry as a frame of the file: length, kind, checksum, payload."""
    payload = bytes(entry)
    return HEADER.pack(len(payload), entry.KIND, _checksum(entry.KIND, payload)) + payload


def payload_bytes(header: bytes) -> int:
    """Length of the payload that a frame's header announces; `ValueError` if it is impossible."""
    if len(header) < HEADER.size:
        raise ValueError("cut off in a frame")
    length: int = HEADER.unpack(header)[0]
    if length > MAX_PAYLOAD_BYTES:
        raise ValueError("impossible length")
    return length


def decode_frame(header: bytes, payload: bytes) -> Entry:
    """The entry of a frame; `ValueError` or `struct.error` if it is damaged."""
    length, kind, checksum = HEADER.unpack(header)
    if len(payload) < length:
        raise ValueError("cut off in an entry")
    if _checksum(kind, payload) != checksum:
        raise ValueError("wrong checksum")
    return entry_from_bytes(kind, payload)


def find_frame(data: bytes, end: int) -> int | None:
    """Where the first whole frame begins that begins before `end`; None if none does."""
    candidates = (match.start() for match in _HEADER_AHEAD.finditer(data, 0, end + HEADER.size))
    return next((at for at in candidates if at < end and _is_whole(data, at)), None)


def _is_whole(data: bytes, at: int) -> bool:
    header, begin = data[at : at + HEADER.size], at + HEADER.size
    if len(header) < HEADER.size:
        return False
    length, kind, _ = HEADER.unpack(header)
    if not is_possible_size(kind, length) or begin + length > len(data):
        return False
    try:
        decode_frame(header, data[begin : begin + length])
    except (ValueError, struct.error):
        return False
    return True


def _checksum(kind: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_CHECKSUM_HEADER.pack(len(payload), kind)))
