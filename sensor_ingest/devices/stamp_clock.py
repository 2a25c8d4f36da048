"""Times of a sensor's readings from stamps in whole milliseconds, one for several readings."""

from __future__ import annotations

_WRAP_MS = 1 << 32
_JITTER_READINGS, _RATE_TOLERANCE = 2.0, 0.06
"""A stamp later than the readings before explain follows a gap; a sensor's rate is not quite nominal."""
_FIRST_MEMORY, _LAST_MEMORY = 8, 128
"""Messages over which the line through the stamps is drawn: few at first, as if these had come at the nominal rate;
later 5 s of them, so that a whole millisecond shifts no reading by more than a few hundredths."""


class StampClock:
    """Follows the stamps of one stream with a straight line of fading memory (Brookner 1998, ch. 1: g–h filter).

    Parameters
    ----------
    rate_hz : nominal rate.
    near_ms : what the clock said, without wraps, when the stream began; None if only the stamps tell.
    """

    def __init__(self, rate_hz: float, near_ms: int | None = None) -> None:
        self.spacing_us = 1e6 / rate_hz
        self._usual_us = self.spacing_us
        self._stamp_ms: int | None = None
        self._near_ms = near_ms
        self._elapsed_ms = 0
        self._first_us = 0.0
        self._count = 0
        self._memory = _FIRST_MEMORY

    def place(self, stamp_ms: int, count: int) -> tuple[float, int] | None:
        """Time of the first of `count` readings, µs, and how many were lost before; None for a stamp that came before.

        The clock begins at the first stamp, and goes on where that wraps.
        """
        if self._stamp_ms is None:
            near_ms = stamp_ms if self._near_ms is None else self._near_ms
            self._stamp_ms, self._elapsed_ms = stamp_ms, near_ms + _passed(near_ms, stamp_ms)
            self._first_us, self._count = 1e3 * self._elapsed_ms, count
            return self._first_us, 0
        passed_ms = _passed(self._stamp_ms, stamp_ms)
        if passed_ms == 0:
            return None
        self._stamp_ms = stamp_ms
        self._elapsed_ms += passed_ms
        lost = self._follow(1e3 * self._elapsed_ms)
        self._count = count
        return self._first_us, lost

    def _follow(self, stamp_us: float) -> int:
        """Move on to the message with this stamp; readings lost before it."""
        late_us = stamp_us - self._first_us - self._count * self.spacing_us
        readings, lost = self._count, 0
        if abs(late_us) > self._usual_us * (_JITTER_READINGS + _RATE_TOLERANCE * self._count):
            lost = round(late_us / self.spacing_us)
            readings, late_us = self._count + lost, late_us - lost * self.spacing_us
        if readings <= 0:
            self._first_us, self._memory = stamp_us, _FIRST_MEMORY
            return 0
        memory = self._memory
        self._first_us += readings * self.spacing_us + late_us * 2 * (2 * memory - 1) / (memory * (memory + 1))
        self.spacing_us += late_us * 6 / (memory * (memory + 1)) / readings
        self._memory = min(memory + 1, _LAST_MEMORY)
        return max(lost, 0)


def _passed(before_ms: int, stamp_ms: int) -> int:
    """Milliseconds to a stamp that wraps, at most half a turn forward or back."""
    return (stamp_ms - before_ms + _WRAP_MS // 2) % _WRAP_MS - _WRAP_MS // 2
