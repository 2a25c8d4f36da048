"""Control point of a simulated Verity Sense: which streams run, and in which mode."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

ACC, GYRO, SDK_MODE = 2, 5, 9
GET_SETTINGS, START, STOP = 1, 2, 3
OK, BAD_COMMAND, BAD_MEASUREMENT, BAD_PARAMETER, ALREADY, BAD_RATE, BAD_RANGE, BAD_STATE = 0, 1, 2, 5, 6, 8, 9, 12
RATE, RESOLUTION, RANGE, CHANNELS, FACTOR = 0, 1, 2, 4, 5
_WIDTHS = {RATE: 2, RESOLUTION: 2, RANGE: 2, CHANNELS: 1}
_Choices = dict[int, dict[int, tuple[int, ...]]]
_USUAL: _Choices = {ACC: {RATE: (52,), RANGE: (8,)}, GYRO: {RATE: (52,), RANGE: (2000,)}}
_IN_SDK_MODE: _Choices = {
    ACC: {RATE: (26, 52, 104, 208, 416), RANGE: (2, 4, 8, 16)},
    GYRO: {RATE: (26, 52, 104, 208, 416), RANGE: (250, 500, 1000, 2000)},
}
FULL_SCALE_COUNTS = 32768.0


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What a stream was started with."""

    rate_hz: int
    full_scale: int


@dataclass(slots=True)
class VerityControl:
    """State behind the control point.

    Parameters
    ----------
    on_change : called when a stream was started or stopped.
    factor : tells what a count of a measurement stands for at a full scale; None if replies do not say it.
    """

    on_change: Callable[[], None]
    factor: Callable[[int, int], float | None]
    sdk_mode: bool = False
    streams: dict[int, StreamSettings] = field(default_factory=dict)

    def handle(self, data: bytes) -> bytes:
        """Execute a command; the indication that answers it."""
        opcode, measurement = (*data[:2], 0, 0)[:2]
        error, more = self._execute(opcode, measurement, data[2:])
        return bytes([0xF0, opcode, measurement, error]) + (b"\0" + more if error == OK else b"")

    def _execute(self, opcode: int, measurement: int, settings: bytes) -> tuple[int, bytes]:
        if measurement == SDK_MODE and opcode in (START, STOP):
            return self._set_mode(opcode == START), b""
        if measurement not in (ACC, GYRO):
            return BAD_MEASUREMENT, b""
        match opcode:
            case 1:
                return OK, self._offered(measurement)
            case 2:
                return self._start(measurement, settings)
            case 3:
                return self._stop(measurement), b""
        return BAD_COMMAND, b""

    def _set_mode(self, wanted: bool) -> int:
        """Enter or leave SDK mode, which is refused while a stream runs."""
        if self.streams:
            return BAD_STATE
        if self.sdk_mode == wanted:
            return ALREADY
        self.sdk_mode = wanted
        return OK

    def _offered(self, measurement: int) -> bytes:
        parts = []
        for setting, values in (*self._choices(measurement).items(), (RESOLUTION, (16,)), (CHANNELS, (3,))):
            parts.append(bytes([setting, len(values)]))
            parts += [value.to_bytes(_WIDTHS[setting], "little") for value in values]
        return b"".join(parts)

    def _choices(self, measurement: int) -> dict[int, tuple[int, ...]]:
        return (_IN_SDK_MODE if self.sdk_mode else _USUAL)[measurement]

    def _start(self, measurement: int, data: bytes) -> tuple[int, bytes]:
        if measurement in self.streams:
            return ALREADY, b""
        wanted = _one_value_each(data)
        if wanted is None or wanted.get(RESOLUTION) != 16 or wanted.get(CHANNELS) != 3:
            return BAD_PARAMETER, b""
        for setting, error in ((RATE, BAD_RATE), (RANGE, BAD_RANGE)):
            if wanted.get(setting) not in self._choices(measurement)[setting]:
                return error, b""
        self.streams[measurement] = StreamSettings(wanted[RATE], wanted[RANGE])
        self.on_change()
        factor = self.factor(measurement, wanted[RANGE])
        return OK, b"" if factor is None else struct.pack("<BBf", FACTOR, 1, factor)

    def _stop(self, measurement: int) -> int:
        if self.streams.pop(measurement, None) is None:
            return ALREADY
        self.on_change()
        return OK


def _one_value_each(data: bytes) -> dict[int, int] | None:
    """The settings of a start; None if they cannot be read."""
    found, at = {}, 0
    while at < len(data):
        if len(data) < at + 2 or data[at] not in _WIDTHS or data[at + 1] != 1:
            return None
        width = _WIDTHS[data[at]]
        found[data[at]] = int.from_bytes(data[at + 2 : at + 2 + width], "little")
        at += 2 + width
    return found
