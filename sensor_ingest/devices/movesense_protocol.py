"""Movesense's GATT SensorData Protocol: requests, and the notifications that answer them.

Numbers are little-endian. A request carries a reference, which what answers it carries too; data of a subscription come
under the reference of the request that began it. Statuses are those of HTTP.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from surefoot.sensor_ingest.protocol import ProtocolError

SERVICE_UUID = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE_UUID = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY_UUID = "34800002-7185-4d5d-b431-630e7050e8f0"
ACC_CONFIG, GYRO_CONFIG = "/Meas/Acc/Config", "/Meas/Gyro/Config"
OK, NOT_FOUND, POOL_EMPTY = 200, 404, 429
READY, LOGGING = 2, 3
"""States of the logger."""
REBOOT = 5
"""The mode that restarts it."""


class Request(IntEnum):
    """What is written; all but these can only be read."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    FETCH_LOG = 3
    GET = 4
    PUT_LOGGER_CONFIG = 6
    PUT_SYSTEM_MODE = 7
    PUT_UTC = 8
    PUT_LOGGER_STATE = 9


class Answer(IntEnum):
    """What a notification is."""

    REPLY = 1
    DATA = 2
    DATA_PART2 = 3
    """The rest of what did not fit the MTU."""


def imu_path(rate_hz: int) -> str:
    """The resource of acceleration and angular rate together."""
    return f"/Meas/IMU6/{rate_hz}"


def request_bytes(request: Request, reference: int, content: bytes = b"") -> bytes:
    """A write to the sensor."""
    return bytes([request, reference]) + content


def path_bytes(*paths: str) -> bytes:
    """Resources, as requests name them."""
    return b"".join(path.encode("ascii") + b"\0" for path in paths)


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification of the sensor."""

    answer: Answer
    reference: int
    content: bytes

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse a notification; `ProtocolError` if it is malformed."""
        if len(data) < 2 or data[0] not in list(Answer):
            raise ProtocolError(f"{data[:8].hex()} is no notification of the GATT SensorData Protocol")
        return cls(Answer(data[0]), data[1], data[2:])

    @property
    def status(self) -> int:
        """Status of a reply to all but `HELLO`; `ProtocolError` if it has none."""
        if len(self.content) < 2:
            raise ProtocolError(f"a reply of {len(self.content)} bytes, without a status")
        (status,) = struct.unpack_from("<H", self.content)
        return int(status)

    @property
    def value(self) -> bytes:
        """What a reply says beside the status."""
        return self.content[2:]


def acc_range_g(value: bytes) -> int | None:
    """Range of the accelerometer by its configuration; None if that is none that the sensor can have."""
    return value[0] if len(value) == 1 and value[0] in (2, 4, 8, 16) else None


def gyr_range_dps(value: bytes) -> int | None:
    """Range of the gyroscope by its configuration, of two or four bytes; None if that is none it can have."""
    number = int.from_bytes(value, "little")
    return number if len(value) in (2, 4) and number in (125, 245, 250, 500, 1000, 2000) else None
