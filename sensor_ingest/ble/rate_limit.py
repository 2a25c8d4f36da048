"""Token bucket that bounds what one pod can write to the disk."""

from __future__ import annotations

MIN_SAMPLES_PER_PACKET = 4
"""Sets the packet rate: pods pack at least this many on average, and BlueZ may deliver each packet four times."""
BURST_PACKETS = 8192
"""A whole ring buffer may arrive at once."""


class PacketRateLimiter:
    """Allows a burst of `BURST_PACKETS`, then the packet rate that the sampling rate explains."""

    def __init__(self) -> None:
        self.refused = 0
        self._tokens = float(BURST_PACKETS)
        self._packets_per_s = 0.0
        self._updated_s = 0.0

    def start(self, now_s: float, rate_hz: float) -> None:
        """Set the sampling rate, Hz, from `now_s` on."""
        self._packets_per_s = rate_hz / MIN_SAMPLES_PER_PACKET
        self._updated_s = now_s

    def allows(self, now_s: float) -> bool:
        """Take a token; False, and counted in `refused`, if there is none."""
        refill = (now_s - self._updated_s) * self._packets_per_s
        self._tokens = min(self._tokens + refill, float(BURST_PACKETS))
        self._updated_s = now_s
        if self._tokens < 1.0:
            self.refused += 1
            return False
        self._tokens -= 1.0
        return True
