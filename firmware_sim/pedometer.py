"""A step counter as a pod's firmware would have one: crude, cheap, good enough for a watch."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

SWING_DPS, STANCE_DPS = 250.0, 120.0
"""A swinging foot turns faster than the first, a standing one slower than the second."""
SHORTEST_STRIDE_S, LONGEST_STRIDE_S = 0.4, 2.5
RUNNING_SPM = 140


class Pedometer:
    """Counts a stride whenever the foot begins to swing after it has stood."""

    def __init__(self) -> None:
        self.strides = 0
        self._standing = False
        self._last_us = 0
        self._now_us = 0
        self._times_s: deque[float] = deque(maxlen=4)

    def push(self, ticks_us: NDArray[np.int64], counts: NDArray[np.int16], gyr_range_dps: int) -> None:
        """Take samples: ticks (n,), counts (n, 6)."""
        turning = np.linalg.norm(counts[:, 3:].astype(np.float64), axis=1) * (gyr_range_dps / 32768.0)
        for tick_us, rate_dps in zip(ticks_us.tolist(), turning.tolist(), strict=True):
            if rate_dps < STANCE_DPS:
                self._standing = True
            elif rate_dps > SWING_DPS and self._standing:
                self._standing = False
                self._stride(tick_us)
        if len(ticks_us):
            self._now_us = int(ticks_us[-1])

    def _stride(self, tick_us: int) -> None:
        since_s = 1e-6 * (tick_us - self._last_us)
        if since_s < SHORTEST_STRIDE_S:
            return
        if since_s > LONGEST_STRIDE_S:
            self._times_s.clear()
        else:
            self._times_s.append(since_s)
        self.strides += 1
        self._last_us = tick_us

    @property
    def cadence_spm(self) -> int:
        """Steps of both feet per minute; 0 while standing."""
        if not self._times_s or self._now_us - self._last_us > 1e6 * LONGEST_STRIDE_S:
            return 0
        return round(120.0 / float(np.median(self._times_s)))

    @property
    def running(self) -> bool:
        """By cadence alone."""
        return self.cadence_spm >= RUNNING_SPM
