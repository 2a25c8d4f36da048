"""How much the foot's roll angle differs from landing to landing."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from surefoot.analysis.model import Floats

VARIABILITY_STRIDES = 12
"""Landings (about 9 s of running) over which the standard deviation is taken."""


class RollVariability:
    """Standard deviation of the roll angle over the latest landings where it is known."""

    def __init__(self) -> None:
        self._previous = np.empty(0)

    def push(self, roll_deg: Floats) -> Floats:
        """(n,) standard deviation over the last `VARIABILITY_STRIDES` known values up to each landing; NaN with fewer,
        and where the landing's own value is unknown."""
        known = np.flatnonzero(np.isfinite(roll_deg))
        values = np.concatenate([self._previous, roll_deg[known]])
        sd = np.full(len(roll_deg), np.nan)
        if len(values) >= VARIABILITY_STRIDES:
            latest = sliding_window_view(values, VARIABILITY_STRIDES).std(axis=1, ddof=1)[-len(known) or len(values) :]
            sd[known[len(known) - len(latest) :]] = latest
        self._previous = values[1 - VARIABILITY_STRIDES :]
        return sd
