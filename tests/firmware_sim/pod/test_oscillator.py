"""The clock of a pod."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.pod.oscillator import Bend, Oscillator

WARM_UP = Bend(warm_up_ppm=10.0, warm_up_s=600.0)
SWING = Bend(swing_ppm=10.0, swing_period_s=1800.0)
STEP = Bend(step_ppm=-10.0, step_at_s=1000.0)


def test_a_pods_clock_drifts() -> None:
    clock = Oscillator(power_on_s=-10.0, drift_ppm=50.0)
    assert clock.tick_us(0.0) == 10_000_500
    assert clock.tick_us(np.array([0.0, 3600.0])).tolist() == [10_000_500, 3_610_180_500]


@pytest.mark.parametrize(
    ("bend", "rate_ppm"),
    [
        (WARM_UP, lambda at_s: 10.0 * (1.0 - np.exp(-at_s / 600.0))),
        (SWING, lambda at_s: 10.0 * np.sin(2.0 * np.pi * at_s / 1800.0)),
        (STEP, lambda at_s: np.where(at_s > 1000.0, -10.0, 0.0)),
    ],
)
def test_a_pods_clock_bends_with_temperature(bend: Bend, rate_ppm: Callable[[Floats], Floats]) -> None:
    at_s = np.arange(0.0, 5400.0, 0.5)
    gained_us = Oscillator(-30.0, 50.0, bend).tick_us(at_s) - Oscillator(-30.0, 50.0).tick_us(at_s)
    expected_us = np.concatenate([[0.0], np.cumsum(0.5 * rate_ppm(at_s[:-1] + 0.25))])
    assert gained_us == pytest.approx(expected_us, abs=6.0)


def test_a_bent_clock_begins_at_0_and_never_goes_back() -> None:
    clock = Oscillator(200.0, -50.0, Bend(-10.0, 300.0, 10.0, 600.0, -10.0, 400.0))
    ticks_us = clock.tick_us(np.arange(200.0, 2000.0, 0.001))
    assert ticks_us[0] == 0
    assert np.diff(ticks_us).min() >= 999
