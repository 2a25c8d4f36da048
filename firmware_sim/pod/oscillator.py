"""The pod's own clock, which nobody sets and which runs a little fast or slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats


@dataclass(frozen=True, slots=True)
class Oscillator:
    """Microseconds since power-on, as the pod counts them.

    Parameters
    ----------
    power_on_s : true time at which the count began; may lie before time zero.
    drift_ppm : how much faster than true time it counts; crystals stay within ±50.
    """

    power_on_s: float = 0.0
    drift_ppm: float = 0.0

    @overload
    def tick_us(self, time_s: float) -> int: ...

    @overload
    def tick_us(self, time_s: Floats) -> NDArray[np.int64]: ...

    def tick_us(self, time_s: float | Floats) -> int | NDArray[np.int64]:
        """The count at a true time, or at many."""
        count = (np.asarray(time_s) - self.power_on_s) * (1e6 + self.drift_ppm)
        whole = np.maximum(np.rint(count), 0.0).astype(np.int64)
        return whole if whole.ndim else int(whole)
