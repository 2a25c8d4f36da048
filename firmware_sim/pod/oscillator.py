"""Free-running clock of a pod, with drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats


@dataclass(frozen=True, slots=True)
class Oscillator:
    """Clock that counts microseconds since power-on.

    Parameters
    ----------
    power_on_s : true time of power-on; may be negative.
    drift_ppm : rate error relative to true time; crystals stay within ±50.
    """

    power_on_s: float = 0.0
    drift_ppm: float = 0.0

    @overload
    def tick_us(self, time_s: float) -> int: ...

    @overload
    def tick_us(self, time_s: Floats) -> NDArray[np.int64]: ...

    def tick_us(self, time_s: float | Floats) -> int | NDArray[np.int64]:
        """Count at a true time, or at an array of times."""
        count = (np.asarray(time_s) - self.power_on_s) * (1e6 + self.drift_ppm)
        whole = np.maximum(np.rint(count), 0.0).astype(np.int64)
        return whole if whole.ndim else int(whole)
