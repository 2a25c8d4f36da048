"""Notifications of a simulated Movesense."""

from __future__ import annotations

import struct
from collections.abc import Sequence

REPLY, DATA, DATA_PART2 = 1, 2, 3
Axes = tuple[float, float, float]


def reply(reference: int, status: int, value: bytes = b"") -> bytes:
    """The answer to a request."""
    return struct.pack("<BBH", REPLY, reference, status) + value


def imu_message(first_ms: int, acc: Sequence[Axes], gyr_dps: Sequence[Axes]) -> bytes:
    """Readings of IMU6: all acceleration, then all angular rate, and nothing that says how many."""
    numbers = [axis for reading in (*acc, *gyr_dps) for axis in reading]
    return struct.pack(f"<I{len(numbers)}f", first_ms % (1 << 32), *numbers)


def data_notifications(reference: int, message: bytes, att_mtu: int) -> list[bytes]:
    """A message in one notification, or in two where it does not fit the MTU."""
    room = att_mtu - 5
    kinds = ((DATA, message[:room]), (DATA_PART2, message[room:]))
    return [bytes([kind, reference]) + part for kind, part in kinds if part]
