"""Mapping of a pod's clock to the session clock, estimated from packet arrival times.

Packets are only ever late: by connection events, retransmissions or a busy host. The packets with the least delay give
the offset, and its slope over time the drift.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats

BUCKET_S = 5.0
"""The packet with the least delay is kept of each such interval, of about 55 at 208 Hz."""
DRIFT_WINDOW_S = 300.0
"""Pod time over which the drift is fitted."""
OFFSET_WINDOW_S = 60.0
"""Pod time over which the least delay sets the offset."""
LIVE_PAIR_SD_S = 0.0016
"""Standard deviation of left against right as timed live, from the first mapping on, on the worst of the modelled
links of `make pods`: 50 ms interval, 30 % resent. A pod's residual does not show it: over pairs on one link, the two
are not correlated."""
# Crystals drift by up to ±20 ppm, ±80 ppm in the cold: about as uncertain as the slope of seven buckets.
_DRIFT_PRIOR_SD = 80e-6
_MAX_EARLY_DRIFT = 50e-6
"""Limit of the drift while the packets span less than `_EARLY_SPAN_S`, when the slope is still uncertain."""
_MAX_DRIFT = 500e-6
_EARLY_SPAN_S = 60.0
_SAME_CLOCK_S = 1.0
"""A clock that fits an earlier connection's so well has run on; one that began anew is off by how long it had run."""
_MIN_VARIANCE_S2 = 1e-7
"""Residual variance of the drift fit is at least this, so that a few equal offsets do not count as certain."""


@dataclass(frozen=True, slots=True)
class ClockMapping:
    """Linear mapping to session time: `session0_s` at `tick0_us`, then `rate` session seconds per pod second."""

    boot: int
    tick0_us: int
    session0_s: float
    rate: float

    def session_s(self, tick_us: float) -> float:
        """Session time of a tick."""
        return self.session0_s + (tick_us - self.tick0_us) * 1e-6 * self.rate


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """Clock mapping estimated from the packets so far.

    Parameters
    ----------
    mapping : starts at the latest tick.
    residual_s : standard deviation of the least-delayed packets' offsets about the fitted slope.
    span_s : pod time between the first and the latest packet.
    packets : number of packets used.
    """

    mapping: ClockMapping
    residual_s: float
    span_s: float
    packets: int

    @property
    def drift_ppm(self) -> float:
        """How much faster the session clock runs than the pod's, in parts per million."""
        return 1e6 * (self.mapping.rate - 1.0)


class ClockFit:
    """Running clock estimate of one boot of a pod; `latest` is the arrival added last.

    Parameters
    ----------
    earlier : of a connection before, with which this one goes on if the clock has run on since.
    """

    def __init__(self, boot: int, earlier: ClockFit | None = None) -> None:
        self.boot = boot
        self._earlier: ClockFit | None = earlier if earlier is None or earlier.packets else earlier._earlier
        self._tick0_us: int | None = None
        self._latest_s = 0.0
        self.latest: tuple[int, float] | None = None
        self.packets: int = 0
        self._fastest: deque[tuple[float, float]] = deque(maxlen=round(DRIFT_WINDOW_S / BUCKET_S))

    def add_arrival(self, tick_us: int, arrival_s: float) -> None:
        """Add a packet that was not resent: tick of its last sample and session time of its arrival."""
        if self._tick0_us is None:
            self._tick0_us = self._go_on(tick_us, arrival_s)
        at_s = (tick_us - self._tick0_us) * 1e-6
        point = (at_s, arrival_s - at_s)
        bucket = at_s // BUCKET_S
        newest = self._fastest[-1][0] // BUCKET_S if self._fastest else -np.inf
        if bucket > newest:
            self._fastest.append(point)
        elif bucket == newest and point[1] < self._fastest[-1][1]:
            self._fastest[-1] = point
        self._latest_s = max(self._latest_s, at_s)
        self.latest = tick_us, arrival_s
        self.packets += 1

    def _go_on(self, tick_us: int, arrival_s: float) -> int:
        """Take over an earlier fit that the first packet agrees with; the tick to count from."""
        earlier, self._earlier = self._earlier, None
        if earlier is None or earlier._tick0_us is None or abs(earlier.ahead_s(tick_us, arrival_s)) > _SAME_CLOCK_S:
            return tick_us
        self._fastest, self._latest_s = earlier._fastest, earlier._latest_s
        return earlier._tick0_us

    @property
    def span_s(self) -> float:
        """Pod time between the first and the latest packet, of an earlier connection too if the clock ran on."""
        return self._latest_s

    def ahead_s(self, tick_us: int, arrival_s: float) -> float:
        """How much less delayed than any packet so far this one would be; −inf before the first packet."""
        if self._tick0_us is None:
            return -np.inf
        offset_s = min(offset_s for _, offset_s in self._fastest)
        return offset_s - (arrival_s - (tick_us - self._tick0_us) * 1e-6)

    def estimate(self) -> ClockEstimate | None:
        """The estimate from all packets so far; None before the first."""
        if self._tick0_us is None:
            return None
        at_s, offset_s = np.array(self._fastest).T
        span_s = self._latest_s
        max_drift = _MAX_EARLY_DRIFT if span_s < _EARLY_SPAN_S else _MAX_DRIFT
        complete = slice(0, -1) if len(at_s) > 1 else slice(None)
        drift = float(np.clip(fit_drift(at_s[complete], offset_s[complete]), -max_drift, max_drift))
        recent = at_s >= self._latest_s - OFFSET_WINDOW_S
        level_s = offset_s - drift * at_s
        lowest_s = float(np.min(level_s[recent] if recent.any() else level_s))
        now_s = self._latest_s + lowest_s + drift * self._latest_s
        mapping = ClockMapping(self.boot, self._tick0_us + round(self._latest_s * 1e6), now_s, 1.0 + drift)
        return ClockEstimate(mapping, float(np.std(level_s)), span_s, self.packets)


def fit_drift(at_s: Floats, offset_s: Floats) -> float:
    """Least-squares slope of offset over pod time, shrunk towards 0 by a normal prior of ±80 ppm; 0 for n < 3.

    Parameters
    ----------
    at_s, offset_s : (n,) pod time, and arrival minus pod time, of the least-delayed packet of each bucket.
    """
    if len(at_s) < 3:
        return 0.0
    centred_s = at_s - at_s.mean()
    spread_s2 = float(np.sum(centred_s**2))
    slope = float(np.sum(centred_s * offset_s)) / spread_s2
    rest_s = offset_s - offset_s.mean() - slope * centred_s
    variance = max(float(np.sum(rest_s**2)) / (len(at_s) - 2), _MIN_VARIANCE_S2) / spread_s2
    return slope * _DRIFT_PRIOR_SD**2 / (_DRIFT_PRIOR_SD**2 + variance)
