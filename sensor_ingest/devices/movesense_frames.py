"""Data of Movesense's IMU6: a time, then all acceleration, then all angular rate, without a count.

A message is u32 time of its *first* reading in ms on the sensor's clock, then n times x, y, z of acceleration and n
times x, y, z of angular rate in °/s, as 32-bit floats. One that does not fit the MTU comes in two notifications, cut
anywhere.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Self

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats
from surefoot.sensor_ingest.devices.movesense_protocol import Answer, Notification
from surefoot.sensor_ingest.protocol import ProtocolError

_HEADER = struct.Struct("<I")
_READING_BYTES = 24
MAX_READINGS = 128
_MAX_MAGNITUDE = 1e6
"""No unit makes a reading so large."""
_AT_LEAST_G, _AT_MOST_G = 0.3, 8.0
"""The median size of acceleration on a foot over a second, at rest or running, lies between these."""


@dataclass(frozen=True, slots=True, eq=False)
class ImuMessage:
    """Consecutive readings.

    Parameters
    ----------
    first_ms : time of the first one on the sensor's clock, which wraps after 49 days.
    acc : (n, 3) in a unit that is not said.
    gyr_dps : (n, 3).
    """

    first_ms: int
    acc: Floats
    gyr_dps: Floats

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse a whole message; `ProtocolError` if it is malformed."""
        count, rest = divmod(len(data) - _HEADER.size, _READING_BYTES)
        if rest or not 1 <= count <= MAX_READINGS:
            raise ProtocolError(f"{len(data)} bytes are no whole number of readings of {_READING_BYTES} bytes")
        numbers = np.frombuffer(data, "<f4", offset=_HEADER.size).astype(np.float64)
        if not (np.abs(numbers) < _MAX_MAGNITUDE).all():
            raise ProtocolError("readings that are no numbers")
        acc, gyr_dps = numbers.reshape(2, count, 3)
        return cls(_HEADER.unpack_from(data)[0], acc, gyr_dps)


class PartJoiner:
    """Makes messages of notifications.

    As no message says how long it is, one is whole when the next one begins. Messages of a connection are all alike:
    where one came in two parts, one without its second part is cut, and lost as is a second part without its first.
    """

    def __init__(self) -> None:
        self._first: tuple[bytes, float] | None = None
        self._in_parts = False

    def push(self, notification: Notification, arrival_s: float) -> tuple[bytes, float] | None:
        """The message that a notification shows to be whole, and the arrival of its last part."""
        if notification.answer is Answer.DATA_PART2:
            first, self._first, self._in_parts = self._first, None, True
            return None if first is None else (first[0] + notification.content, arrival_s)
        whole, self._first = self._first, (notification.content, arrival_s)
        return None if self._in_parts or (whole is not None and whole[0] == notification.content) else whole


def is_second_part(data: bytes) -> bool:
    """Whether a notification is the rest of the one before."""
    return data[:1] == bytes([Answer.DATA_PART2])


def g_per_unit(acc: Floats) -> float:
    """What one unit of (n, 3) acceleration of a second stands for, m/s² or mg, by the size of gravity.

    Raises
    ------
    ProtocolError
        if it can be neither.
    """
    size = float(np.median(np.linalg.norm(acc, axis=1)))
    for per_unit_g in (1.0 / STANDARD_GRAVITY_MPS2, 0.001):
        if _AT_LEAST_G <= size * per_unit_g <= _AT_MOST_G:
            return per_unit_g
    raise ProtocolError(f"acceleration of {size:.3g}, which is gravity neither in m/s² nor in mg")
