"""How much the foot's roll angle differs from landing to landing."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from surefoot.analysis.model import Floats
from surefoot.analysis.parameters import DEFAULTS


class RollVariability:
    """Standard deviation of the roll angle over the latest landings where it is known, `strides` of them."""

    def __init__(self, strides: int = DEFAULTS.variability_strides) -> None:
        self._strides = strides
        self._previous = np.empty(0)

    def push(self, roll_deg: Floats) -> Floats:
        """(n,) standard deviation over the last `strides` known values up to each landing; NaN with fewer,
        and where the landing's own value is unknown."""
        known = np.flatnonzero(np.isfinite(roll_deg))
        values = np.concatenate([self._previous, roll_deg[known]])
        sd = np.full(len(roll_deg), np.nan)
        if len(values) >= self._strides:
            latest = sliding_window_view(values, self._strides).std(axis=1, ddof=1)[-len(known) or len(values) :]
            sd[known[len(known) - len(latest) :]] = latest
        self._previous = values[1 - self._strides :]
        return sd
