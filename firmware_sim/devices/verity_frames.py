"""Data frames of a simulated Verity Sense."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise

Reading = tuple[int, int, int]
HEADER_BYTES = 10
REFERENCE_BYTES = 6
_BLOCK_HEADER_BYTES = 2
_WORST_BITS = 17 * 3
"""Bits of one difference of full-scale readings on three axes."""
MAX_BLOCK = 24
"""Most differences in a block, all of the width that the largest of them needs."""


class FrameType(IntEnum):
    """How readings are written."""

    PLAIN = 1
    PACKED = 128
    PACKED_MG = 129
    """Acceleration in mg, where `PACKED` has counts of the start's factor."""


def readings_that_fit(att_mtu: int) -> int:
    """Readings that fit one notification however they differ."""
    room = att_mtu - 3 - HEADER_BYTES - REFERENCE_BYTES
    blocks = -(-room * 8 // (_WORST_BITS * MAX_BLOCK))
    return 1 + max((room - (_BLOCK_HEADER_BYTES + 1) * blocks) * 8 // _WORST_BITS, 0)


def data_frame(measurement: int, last_ns: int, frame_type: FrameType, readings: Sequence[Reading]) -> bytes:
    """A notification with these readings, the last of which was taken at `last_ns`."""
    head = struct.pack("<BQB", measurement, last_ns, frame_type)
    if frame_type is FrameType.PLAIN:
        return head + b"".join(struct.pack("<3h", *reading) for reading in readings)
    return head + struct.pack("<3h", *readings[0]) + packed_differences(readings)


def packed_differences(readings: Sequence[Reading]) -> bytes:
    """Blocks of the differences between consecutive readings."""
    differences = [
        [here - before for here, before in zip(after, first, strict=True)] for first, after in pairwise(readings)
    ]
    return b"".join(_block(differences[at : at + MAX_BLOCK]) for at in range(0, len(differences), MAX_BLOCK))


def _block(differences: Sequence[Sequence[int]]) -> bytes:
    flat = [number for difference in differences for number in difference]
    bits = max((number if number >= 0 else ~number).bit_length() + 1 for number in flat)
    packed = sum((number & (1 << bits) - 1) << bits * place for place, number in enumerate(flat))
    return bytes([bits, len(differences)]) + packed.to_bytes(-(-bits * len(flat) // 8), "little")
