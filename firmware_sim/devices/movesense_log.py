"""The logbook of a simulated Movesense: its listing, and logs in SBEM, which describe themselves."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

HEADER = b"SBEM0112"
ESCAPE = 255
TIME, IMU = 3, 95
_ACC, _GYRO, _BEGIN, _END = 89, 90, 54, 55
_LEAVES = (
    (1, "Samples+Array.TimeDetailed.relativeTime", "uint32"),
    (2, "Samples.Array.TimeDetailed.utcTime", "uint64"),
    (13, "Samples+Array.MeasIMU6.Timestamp", "uint32"),
    (39, "Samples.Array.MeasIMU6.ArrayAcc+x", "float32"),
    (40, "Samples.Array.MeasIMU6.ArrayAcc.y", "float32"),
    (41, "Samples.Array.MeasIMU6.ArrayAcc.z", "float32"),
    (42, "Samples.Array.MeasIMU6.ArrayGyro+x", "float32"),
    (43, "Samples.Array.MeasIMU6.ArrayGyro.y", "float32"),
    (44, "Samples.Array.MeasIMU6.ArrayGyro.z", "float32"),
)
READY, LOGGING = 2, 3
UNSET_UTC_US = 1_420_070_400 * 1_000_000
"""2015."""
READINGS = 8
"""Of a chunk."""
_GROUPS = (
    (_ACC, (39, 40, 41)),
    (_GYRO, (42, 43, 44)),
    (TIME, (1, 2)),
    (IMU, (13, _BEGIN, *[_ACC] * READINGS, _END, _BEGIN, *[_GYRO] * READINGS, _END)),
)


@dataclass(frozen=True, slots=True)
class Log:
    """One log; `modified_s` is by the sensor's clock, seconds since 1970."""

    number: int
    modified_s: int
    data: bytes


@dataclass(slots=True)
class Logbook:
    """What the sensor keeps, and its clock that is told UTC; until then that begins in 2015.

    Parameters
    ----------
    relative_ms : its clock since it was switched on.
    messages_since : the messages of IMU6 since that clock said so, which are logged when logging ends.
    """

    relative_ms: Callable[[], int]
    messages_since: Callable[[int], Sequence[bytes]]
    logs: list[Log] = field(default_factory=list)
    paths: tuple[str, ...] = ()
    began: tuple[int, int] | None = None
    _utc_ahead_us: int = UNSET_UTC_US

    @property
    def utc_us(self) -> int:
        """UTC by the sensor's clock."""
        return self._utc_ahead_us + 1000 * self.relative_ms()

    def put_utc(self, utc_us: int) -> None:
        """Set the clock."""
        self._utc_ahead_us = utc_us - 1000 * self.relative_ms()

    def put_config(self, paths: Sequence[str]) -> int:
        """Say what is to be logged; the status."""
        if self.began is not None:
            return 409
        self.paths = tuple(paths)
        return 200

    def put_state(self, state: int) -> int:
        """Start logging with 3, end it with 2; the status."""
        if state == LOGGING and self.began is None:
            self.began = self.relative_ms(), self.utc_us
        elif state == READY and self.began is not None:
            messages = self.messages_since(self.began[0]) if any("IMU6" in path for path in self.paths) else ()
            self.keep(log_bytes(*self.began, messages))
            self.began = None
        return 200 if state in (READY, LOGGING) else 400

    def keep(self, data: bytes) -> None:
        """Add a log."""
        self.logs.append(Log(len(self.logs) + 1, self.utc_us // 1_000_000, data))

    def find(self, number: int) -> Log | None:
        """A log by its number."""
        return next((log for log in self.logs if log.number == number), None)

    def time_detailed(self) -> bytes:
        """Both clocks, how fast the underlying one ticks, and its accuracy."""
        return struct.pack("<QIII", self.utc_us, self.relative_ms() % (1 << 32), 1024, 20)


def log_bytes(relative_ms: int, utc_us: int, messages: Sequence[bytes]) -> bytes:
    """A log of IMU6 messages that began when the sensor's clocks were so."""
    chunks = [*_descriptors(), chunk(TIME, struct.pack("<IQ", relative_ms % (1 << 32), utc_us))]
    return HEADER + b"".join([*chunks, *(chunk(IMU, message) for message in messages)])


def chunk(number: int, content: bytes) -> bytes:
    """A chunk with its number and length."""
    length = bytes([len(content)]) if len(content) < ESCAPE else bytes([ESCAPE]) + struct.pack("<I", len(content))
    return bytes([number]) + length + content


def listing(logs: Sequence[Log], att_mtu: int) -> tuple[int, bytes]:
    """Status and value of the listing: as many logs as fit one notification."""
    fitting = logs[: (att_mtu - 3 - 5) // 16]
    entries = [struct.pack("<IIQ", log.number, log.modified_s, len(log.data)) for log in fitting]
    return 200 if len(fitting) == len(logs) else 100, bytes([len(fitting)]) + b"".join(entries)


def log_notifications(reference: int, data: bytes, att_mtu: int) -> Iterator[bytes]:
    """A log in pieces, each with its offset, and an empty one that ends it."""
    room = att_mtu - 3 - 6
    for offset in (*range(0, len(data), room), len(data)):
        yield struct.pack("<BBI", 2, reference, offset) + data[offset : offset + room]


def _descriptors() -> Iterator[bytes]:
    for number, path, form in _LEAVES:
        yield chunk(0, struct.pack("<H", number) + f"<PTH>{path}\n<FRM>{form}\0".encode("ascii"))
    for number, path in ((_BEGIN, "["), (_END, "]")):
        yield chunk(0, struct.pack("<H", number) + f"<PTH>{path}\0".encode("ascii"))
    for number, members in _GROUPS:
        yield chunk(0, struct.pack("<H", number) + f"<GRP>{','.join(map(str, members))}\0".encode("ascii"))
