"""One sensor's data frames as timed readings: each frame says when its last reading was taken."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from surefoot.analysis.model import Bools, Floats
from surefoot.sensor_ingest.devices.polar_frames import Frame
from surefoot.sensor_ingest.protocol import ProtocolError

_JITTER_READINGS, _RATE_TOLERANCE = 2.0, 0.06
"""A frame that begins later than its readings explain follows a gap; a sensor's rate is not quite nominal."""
_NS_PER_S = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class TimedFrame:
    """Readings on the sensor's clock.

    Parameters
    ----------
    time_us : (n,) evenly spaced.
    readings : (n, 3).
    arrival_s : session time at which the frame came.
    lost : readings missing before the first one.
    """

    time_us: Floats
    readings: Floats
    arrival_s: float
    lost: int = 0


class FrameClock:
    """Times of the readings of one stream; `last_ns` is that of the latest frame.

    Parameters
    ----------
    rate_hz : nominal rate.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self.last_ns: int | None = None

    def place(self, frame: Frame, arrival_s: float) -> TimedFrame:
        """Time the readings between the last one before and the last one of the frame; `ProtocolError` before 2000."""
        count = len(frame.readings)
        usual_us = 1e6 / self._rate_hz
        if frame.last_ns < _NS_PER_S * count / self._rate_hz:
            raise ProtocolError(f"data frame of time {frame.last_ns}, before the sensor's clock began")
        passed = self._passed(frame)
        follows = passed is not None and abs(passed - count) <= _JITTER_READINGS + _RATE_TOLERANCE * count
        spacing_us = usual_us * passed / count if follows and passed is not None else usual_us
        lost = 0 if follows or passed is None else max(round(passed) - count, 0)
        self.last_ns = frame.last_ns
        time_us = frame.last_ns * 1e-3 - spacing_us * np.arange(count - 1.0, -1.0, -1.0)
        return TimedFrame(time_us, frame.readings, arrival_s, lost)

    def _passed(self, frame: Frame) -> float | None:
        """Readings, at the nominal rate, since the frame before; None for the first one."""
        return None if self.last_ns is None else (frame.last_ns - self.last_ns) / _NS_PER_S * self._rate_hz


@dataclass(slots=True)
class TimedReadings:
    """The latest readings of a stream, between which is interpolated.

    Parameters
    ----------
    keep_us : how long readings are kept after they were taken.
    """

    keep_us: float
    _frames: deque[TimedFrame] = field(default_factory=deque)

    @property
    def until_us(self) -> float:
        """Time of the last reading; −inf before the first."""
        return float(self._frames[-1].time_us[-1]) if self._frames else -np.inf

    def add(self, frame: TimedFrame) -> None:
        """Add a frame; one that is not later than all before shows that the clock was set, and replaces them."""
        if frame.time_us[0] <= self.until_us:
            self._frames.clear()
        self._frames.append(frame)
        while self._frames[0].time_us[-1] < self.until_us - self.keep_us:
            self._frames.popleft()

    def at(self, time_us: Floats, max_spacing_us: float) -> tuple[Floats, Bools]:
        """(n, 3) readings at these times, and (n,) where neighbours at most so far apart are around them."""
        if not self._frames:
            return np.zeros((len(time_us), 3)), np.zeros(len(time_us), bool)
        known_us = np.concatenate([frame.time_us for frame in self._frames])
        readings = np.concatenate([frame.readings for frame in self._frames])
        after = np.clip(np.searchsorted(known_us, time_us), 1, max(len(known_us) - 1, 1))
        spacing_us = np.diff(known_us, append=np.inf)[after - 1]
        inside = (time_us >= known_us[0]) & (time_us <= known_us[-1]) & (spacing_us <= max_spacing_us)
        return np.stack([np.interp(time_us, known_us, axis) for axis in readings.T], axis=1), inside
