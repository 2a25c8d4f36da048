"""A bound on what one pod may put on the disk."""

from __future__ import annotations

FEWEST_SAMPLES_PER_PACKET = 4
"""Honest pods pack at least this many on average; BlueZ may deliver each packet four times."""
BURST_PACKETS = 8192


class TrafficLimit:
    """Lets through what a pod could honestly send: a ring at once, then live packets several times over."""

    def __init__(self) -> None:
        self.refused = 0
        self._room = float(BURST_PACKETS)
        self._packets_per_s = 0.0
        self._at_s = 0.0

    def start(self, now_s: float, rate_hz: float) -> None:
        """The pod samples at this rate from now on."""
        self._packets_per_s = rate_hz / FEWEST_SAMPLES_PER_PACKET
        self._at_s = now_s

    def allows(self, now_s: float) -> bool:
        """Whether there is room for a packet."""
        gained = (now_s - self._at_s) * self._packets_per_s
        self._room = min(self._room + gained, float(BURST_PACKETS))
        self._at_s = now_s
        if self._room < 1.0:
            self.refused += 1
            return False
        self._room -= 1.0
        return True
