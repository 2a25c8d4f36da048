"""Lag of a pod's gyroscope against its accelerometer, from the jolts that both of them feel.

A landing shakes the pod as one body, so force and angular rate jolt at the same moment; where they do not, the readings
of the two sensors were put together with a lag.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats

LAG_HZ = 250.0
"""Rate of the evenly spaced readings that a lag is found from."""
MAX_LAG_S = 0.1
MIN_LAG_S = 0.012
"""Below it, and below one sampling interval, two sensors count as in step: real recordings read −9 to 8 ms."""
JOLT_DELAY_S = 0.002
"""A pod answers a blow by turning so much later, −1 to 5 ms from runner to runner."""
_SMOOTHED_READINGS = 5
_MAX_LAG = round(MAX_LAG_S * LAG_HZ)
_PEAK_WIDTH = 7
"""Lags that belong to one peak; beyond them lies the next one."""
_MIN_CORRELATION, _MIN_PROMINENCE = 0.5, 0.2
"""Least correlation of the jolts, and how far it stands out from that at any other lag."""


@dataclass(frozen=True, slots=True)
class SensorLag:
    """By how much the gyroscope is late, seconds, and whether the jolts say so clearly."""

    lag_s: float
    clear: bool


def sensor_lag(acc_mps2: Floats, gyr_radps: Floats) -> SensorLag:
    """Lag of (n, 3) angular rates against (n, 3) specific forces, both at `LAG_HZ`, n of some seconds of gait."""
    force, turn = _jolts(acc_mps2), _jolts(gyr_radps)
    inner = slice(_MAX_LAG, len(force) - _MAX_LAG)
    lags = np.arange(-_MAX_LAG, _MAX_LAG + 1)
    common = np.array([float(force[inner] @ turn[_MAX_LAG + lag : len(turn) - _MAX_LAG + lag]) for lag in lags])
    correlation = common / max(float(np.sqrt((force @ force) * (turn @ turn))), 1e-9)
    best = int(np.argmax(correlation[1:-1])) + 1
    before, peak, after = correlation[best - 1 : best + 2]
    others = correlation[np.abs(lags - lags[best]) >= _PEAK_WIDTH]
    between = 0.5 * (before - after) / min(before - 2.0 * peak + after, -1e-9)
    clear = peak > max(_MIN_CORRELATION, others.max() + _MIN_PROMINENCE)
    return SensorLag(float(lags[best] + np.clip(between, -0.5, 0.5)) / LAG_HZ - JOLT_DELAY_S, bool(clear))


def _jolts(readings: Floats) -> Floats:
    """(n − 2,) how sharply readings bend, smoothed over 20 ms, less the mean."""
    bend = np.linalg.norm(np.diff(readings, n=2, axis=0), axis=1)
    smooth = np.convolve(bend, np.full(_SMOOTHED_READINGS, 1.0 / _SMOOTHED_READINGS), mode="same")
    return smooth - smooth.mean()
