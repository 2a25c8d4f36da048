"""A bound on what one pod may put on the disk."""

from __future__ import annotations

MIN_SAMPLES_PER_PACKET = 4
"""Honest pods pack at least this many on average; BlueZ may deliver each packet four times."""
BURST_PACKETS = 8192


class PacketRateLimiter:
    """Lets through what a pod could honestly send: a ring at once, then live packets several times over."""

    def __init__(self) -> None:
        self.refused = 0
        self._tokens = float(BURST_PACKETS)
        self._packets_per_s = 0.0
        self._updated_s = 0.0

    def start(self, now_s: float, rate_hz: float) -> None:
        """The pod samples at this rate from now on."""
        self._packets_per_s = rate_hz / MIN_SAMPLES_PER_PACKET
        self._updated_s = now_s

    def allows(self, now_s: float) -> bool:
        """Whether there is room for a packet."""
        refill = (now_s - self._updated_s) * self._packets_per_s
        self._tokens = min(self._tokens + refill, float(BURST_PACKETS))
        self._updated_s = now_s
        if self._tokens < 1.0:
            self.refused += 1
            return False
        self._tokens -= 1.0
        return True
