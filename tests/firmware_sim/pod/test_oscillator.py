"""The clock of a pod."""

from __future__ import annotations

import numpy as np

from surefoot.firmware_sim.pod.oscillator import Oscillator


def test_a_pods_clock_drifts() -> None:
    clock = Oscillator(power_on_s=-10.0, drift_ppm=50.0)
    assert clock.tick_us(0.0) == 10_000_500
    assert clock.tick_us(np.array([0.0, 3600.0])).tolist() == [10_000_500, 3_610_180_500]
