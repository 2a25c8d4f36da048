"""Step counter of the pod firmware: simple, good enough for the cadence on a watch."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

MAX_STANCE_RATE_DPS = 120.0
"""Below this rate the foot is in stance, or briefly between push-off and forward swing."""
MIN_SWING_RATE_DPS, MIN_RUNNING_PEAK_DPS = 250.0, 520.0
"""Above these rates the foot swings, and the stride is running."""
WALKING_STANCE_US, RUNNING_STANCE_US = 60_000, 15_000
"""Shortest stance; in fast running the foot is flat for only 20 ms."""
PEAK_DECAY_PER_S = 0.3
"""Decay of the peak rate by which walking and running are distinguished."""
MIN_STRIDE_S, MAX_STRIDE_S = 0.52, 2.5
MIN_RUNNING_SPM = 140
STEADY_STRIDES = 3


class Pedometer:
    """Counts a stride when the foot swings after a stance; `now_us` is the tick of the last sample."""

    def __init__(self) -> None:
        self.strides = 0
        self._in_stance = False
        self._peak_dps = 0.0
        self.last_stride_us = self.now_us = self._last_rotation_us = 0
        self._times_s: deque[float] = deque(maxlen=4)

    def push(self, ticks_us: NDArray[np.int64], counts: NDArray[np.int16], gyr_range_dps: int) -> None:
        """Take samples: ticks (n,), counts (n, 6)."""
        rates_dps = np.linalg.norm(counts[:, 3:].astype(np.float64), axis=1) * (gyr_range_dps / 32768.0)
        for tick_us, rate_dps in zip(ticks_us.tolist(), rates_dps.tolist(), strict=True):
            self._push_sample(tick_us, rate_dps)

    def _push_sample(self, tick_us: int, rate_dps: float) -> None:
        decay = 1.0 - 1e-6 * PEAK_DECAY_PER_S * (tick_us - self.now_us)
        self._peak_dps = max(rate_dps, self._peak_dps * max(decay, 0.0))
        self.now_us = tick_us
        stance_us = RUNNING_STANCE_US if self._peak_dps > MIN_RUNNING_PEAK_DPS else WALKING_STANCE_US
        if rate_dps > MAX_STANCE_RATE_DPS:
            self._last_rotation_us = tick_us
        elif tick_us - self._last_rotation_us > stance_us:
            self._in_stance = True
        if rate_dps > MIN_SWING_RATE_DPS and self._in_stance:
            self._in_stance = False
            self._add_stride(tick_us)

    def _add_stride(self, tick_us: int) -> None:
        since_s = 1e-6 * (tick_us - self.last_stride_us)
        if since_s < MIN_STRIDE_S:
            return
        if since_s > MAX_STRIDE_S:
            self._times_s.clear()
        else:
            self._times_s.append(since_s)
        self.strides += 1
        self.last_stride_us = tick_us

    @property
    def cadence_spm(self) -> int:
        """Cadence, steps of both feet per minute; 0 while standing."""
        if not self._times_s or self.now_us - self.last_stride_us > 1e6 * MAX_STRIDE_S:
            return 0
        return round(120.0 / float(np.median(self._times_s)))

    @property
    def steady(self) -> bool:
        """The foot walks or runs: it has made `STEADY_STRIDES` in a row."""
        return bool(self.cadence_spm) and len(self._times_s) >= STEADY_STRIDES

    @property
    def running(self) -> bool:
        """Cadence is at least `MIN_RUNNING_SPM`."""
        return self.cadence_spm >= MIN_RUNNING_SPM
