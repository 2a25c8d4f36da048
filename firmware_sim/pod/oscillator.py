"""Free-running clock of a pod, with drift that bends with temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats


@dataclass(frozen=True, slots=True)
class Bend:
    """Rate error that a crystal's temperature adds from session time 0 on; before that, there is none.

    Parameters
    ----------
    warm_up_ppm, warm_up_s : approached exponentially, as by a pod that takes on the shoe's temperature.
    swing_ppm, swing_period_s : sine, as between sun and shade.
    step_ppm, step_at_s : at once, as on going through a puddle.
    """

    warm_up_ppm: float = 0.0
    warm_up_s: float = 600.0
    swing_ppm: float = 0.0
    swing_period_s: float = 1800.0
    step_ppm: float = 0.0
    step_at_s: float = 0.0

    def gained_us(self, time_s: Floats) -> Floats:
        """What the clock has gained by session times, µs."""
        since_s = np.maximum(time_s, 0.0)
        warm = self.warm_up_ppm * (since_s + self.warm_up_s * np.expm1(-since_s / self.warm_up_s))
        turn_s = self.swing_period_s / (2.0 * np.pi)
        swing = self.swing_ppm * turn_s * (1.0 - np.cos(since_s / turn_s))
        gained: Floats = warm + swing + self.step_ppm * np.maximum(since_s - self.step_at_s, 0.0)
        return gained


STEADY = Bend()


@dataclass(frozen=True, slots=True)
class Crystal:
    """Rate error of a pod's crystal: its own, ±50 ppm at most, and what temperature adds."""

    drift_ppm: float = 0.0
    bend: Bend = STEADY


@dataclass(frozen=True, slots=True)
class Oscillator:
    """Clock that counts microseconds since power-on.

    Parameters
    ----------
    power_on_s : true time of power-on; may be negative.
    drift_ppm : rate error relative to true time; crystals stay within ±50.
    bend : what temperature adds to it.
    """

    power_on_s: float = 0.0
    drift_ppm: float = 0.0
    bend: Bend = STEADY

    @overload
    def tick_us(self, time_s: float) -> int: ...

    @overload
    def tick_us(self, time_s: Floats) -> NDArray[np.int64]: ...

    def tick_us(self, time_s: float | Floats) -> int | NDArray[np.int64]:
        """Count at a true time, or at an array of times."""
        at_s = np.asarray(time_s, np.float64)
        count = (at_s - self.power_on_s) * (1e6 + self.drift_ppm)
        if self.bend is not STEADY:
            count += self.bend.gained_us(at_s) - self.bend.gained_us(np.asarray(self.power_on_s))
        whole = np.maximum(np.rint(count), 0.0).astype(np.int64)
        return whole if whole.ndim else int(whole)
