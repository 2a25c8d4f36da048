"""Control point of Polar's measurement service (PMD), spoken by the Verity Sense: commands, and replies to them.

Numbers are little-endian. In SDK mode the accelerometer and gyroscope have the rates and ranges that running needs; it
is entered while no stream runs, and left when the sensor is switched off.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from surefoot.sensor_ingest.protocol import ProtocolError

SERVICE_UUID = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_UUID = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
"""Write with response, indicate: commands and replies."""
DATA_UUID = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
"""Notify: data frames of all streams."""
REPLY_MARK = 0xF0


class Measurement(IntEnum):
    """What a command or a data frame is about."""

    ACC = 2
    GYRO = 5
    SDK_MODE = 9


class Opcode(IntEnum):
    """Commands."""

    GET_SETTINGS = 1
    START = 2
    STOP = 3


class Setting(IntEnum):
    """Settings of a stream, with one or several values."""

    RATE_HZ = 0
    RESOLUTION_BITS = 1
    RANGE = 2
    """g, or °/s."""
    RANGE_MILLI = 3
    CHANNELS = 4
    FACTOR = 5
    """32-bit float: what one count of a stream stands for."""


_VALUE_LAYOUTS = {
    Setting.RATE_HZ: "H",
    Setting.RESOLUTION_BITS: "H",
    Setting.RANGE: "H",
    Setting.RANGE_MILLI: "I",
    Setting.CHANNELS: "B",
    Setting.FACTOR: "f",
}
_ERRORS = (
    "success",
    "invalid command",
    "invalid measurement",
    "not supported",
    "invalid length",
    "invalid parameter",
    "already in this state",
    "invalid resolution",
    "invalid rate",
    "invalid range",
    "invalid MTU",
    "invalid number of channels",
    "invalid state",
    "in its charger",
)
_ALREADY_SO = 6


def command(opcode: Opcode, measurement: Measurement, settings: Mapping[Setting, float] | None = None) -> bytes:
    """A write to the control point, with one value of each setting."""
    parts = [bytes([opcode, measurement])]
    for setting, value in (settings or {}).items():
        parts.append(struct.pack(f"<BB{_VALUE_LAYOUTS[setting]}", setting, 1, value))
    return b"".join(parts)


def start_command(measurement: Measurement, rate_hz: int, full_scale: int) -> bytes:
    """The command that starts a stream of 16-bit readings on three axes."""
    settings = {Setting.RATE_HZ: rate_hz, Setting.RESOLUTION_BITS: 16, Setting.RANGE: full_scale, Setting.CHANNELS: 3}
    return command(Opcode.START, measurement, settings)


@dataclass(frozen=True, slots=True)
class ControlReply:
    """An indication of the control point.

    Parameters
    ----------
    error : 0 is success.
    settings : the values of each setting: those to choose from, or a factor after a start.
    """

    opcode: int
    measurement: int
    error: int
    settings: Mapping[Setting, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Parse an indication; `ProtocolError` if it is malformed."""
        if len(data) < 4 or data[0] != REPLY_MARK:
            raise ProtocolError(f"{data[:8].hex()} is no reply of the measurement service")
        reply = cls(data[1], data[2], data[3], _settings(data[5:]))
        if reply.factor is not None and not (math.isfinite(reply.factor) and reply.factor > 0.0):
            raise ProtocolError(f"a stream whose counts stand for {reply.factor}")
        return reply

    @property
    def accepted(self) -> bool:
        """Whether the command was executed, or changed nothing."""
        return self.error in (0, _ALREADY_SO)

    @property
    def reason(self) -> str:
        """The sensor's answer, in words."""
        return _ERRORS[self.error] if self.error < len(_ERRORS) else f"error {self.error}"

    @property
    def factor(self) -> float | None:
        """What one count of a started stream stands for; None where the reply does not say."""
        return self.settings.get(Setting.FACTOR, (None,))[0]


def _settings(data: bytes) -> dict[Setting, tuple[float, ...]]:
    found: dict[Setting, tuple[float, ...]] = {}
    at = 0
    while at < len(data):
        try:
            setting, count = Setting(data[at]), data[at + 1]
            layout = struct.Struct(f"<{count}{_VALUE_LAYOUTS[setting]}")
            found[setting] = layout.unpack_from(data, at + 2)
        except (IndexError, ValueError, struct.error) as error:
            raise ProtocolError(f"settings {data[at : at + 8].hex()} that cannot be read") from error
        if not found[setting]:
            raise ProtocolError(f"a setting of kind {setting} without a value")
        at += 2 + layout.size
    return found
