"""Units of the readings, detected from the range of a foot's motion, not from column names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.errors import AccelerationUnitUnknownError, ColumnsSwappedError, GravityUnlikelyError
from surefoot.sensor_ingest.files.rest_detection import WINDOW_S, find_rest, turned_level, window_means

_MAX_STATISTICS_ROWS = 500_000
# Median |acc| in g: 0.9 standing, 2.4 running at 12 km/h, 7.4 in a sprint. Beyond 8 it is not g, below 8 not m/s².
_MEDIAN_RANGE_G = (0.55, 8.0)
_MAX_MEDIAN_MPS2 = 80.0
# ±16 g on three axes is 28 g; without gravity, in m/s², a step alone exceeds this.
_MAX_TOP_G = 30.0
# 5th percentile of |acc| over its median: at least 0.2 with gravity, even in 3 s of a sprint, at most 0.14 without.
_MIN_STEADINESS_IN_G = 0.17
_MAX_STEADINESS_WITHOUT_GRAVITY = 0.15
_MAX_LOW_MPS2 = 2.0
# The same of a gyroscope: up to 0.22 in running. Its own bias makes it steady at rest, but never at 1 g.
_MAX_STEADINESS_GYR = 0.28
_SWAPPED_STEADINESS_RATIO = 1.5
# |acc| with gravity peaks at up to 17 times its median; the noise of a gyroscope at rest is left far further behind.
_MAX_TOP_TO_MEDIAN = 25.0
_MAX_REST_SCATTER = 0.05
_MAX_SCALE_ERROR = 0.12
_ONE_G = (STANDARD_GRAVITY_MPS2, 1.0, 1e3)
"""1 g in m/s², g and mg."""
_COUNTS_PER_G = (2048, 4096)
"""1 g in counts of common 16-bit sensors."""
# 60 rad/s is 3400 °/s: feet reach 35 rad/s, sensors 35 (some 70). In °/s the slowest walk exceeds 250.
_MAX_RADPS = 60.0
_MIN_DPS = 1.5
# Feet that walk turn at 4 rad/s or more, and their acceleration scatters by 3 m/s² or more.
_MIN_GAIT_RADPS = 1.5
_MIN_GAIT_SCATTER_MPS2 = 2.0
# Gravity turns with the foot: the ratio of its turning to the gyroscope's is 0.3-1.6 in rad/s and 57 times less in °/s.
_MIN_ROTATION_RATIO = 0.06
_MIN_CORRELATION = 0.3
# Gravity of a foot that never rests reads 0.90-1.34 g, the latter in a sprint at 52 Hz.
_MOVING_GRAVITY_RANGE = (0.7, 1.5)
_SMOOTHING_WEIGHTS = (0.1, 0.2, 0.4, 0.2, 0.1)


@dataclass(frozen=True, slots=True)
class NormPercentiles:
    """5th, 50th and 99.9th percentile of the norms of vectors."""

    low: float
    median: float
    top: float

    @property
    def steadiness(self) -> float:
        return self.low / self.median if self.median > 0 else 0.0


def norm_percentiles(readings: Floats) -> NormPercentiles:
    """Percentiles of the norms of (n, 3) readings, evenly subsampled to less than a million rows."""
    thin = readings[:: max(1, len(readings) // _MAX_STATISTICS_ROWS)]
    low, median, top = np.percentile(np.linalg.norm(thin, axis=1), [5, 50, 99.9])
    return NormPercentiles(float(low), float(median), float(top))


def check_not_swapped(table: Table, rate_hz: float) -> None:
    """Raise ColumnsSwappedError if the gyroscope's columns show gravity and the accelerometer's do not."""
    if table.gyr is None:
        return
    acc, gyr = norm_percentiles(table.acc), norm_percentiles(table.gyr)
    gravity_in_gyr = (
        gyr.steadiness > max(_MAX_STEADINESS_GYR, _SWAPPED_STEADINESS_RATIO * acc.steadiness)
        and acc.steadiness < _MAX_STEADINESS_GYR
    )
    gravity_in_gyr &= gyr.median > _MEDIAN_RANGE_G[0] and gyr.top < _MAX_TOP_TO_MEDIAN * gyr.median
    if gravity_in_gyr or (_rests_at(_ONE_G, table.gyr, rate_hz) and not _rests_at(_ONE_G, table.acc, rate_hz)):
        raise ColumnsSwappedError


def _rests_at(levels: Sequence[float], readings: Floats, rate_hz: float) -> bool:
    """Whether (n, 3) readings rest at one of these levels."""
    rest = find_rest(readings, rate_hz)
    held = rest.scatter < _MAX_REST_SCATTER * rest.level
    return held and any(abs(rest.level / level - 1) < _MAX_SCALE_ERROR for level in levels)


def convert_acc_to_mps2(table: Table, rate_hz: float) -> tuple[Table, tuple[str, ...]]:
    """Convert acceleration in g or mg to m/s²; AccelerationUnitUnknownError if it is in none of the three."""
    factor, unit = detect_acc_unit(table.acc, rate_hz)
    if unit == "m/s²":
        return table, ()
    return replace(table, acc=table.acc * factor), (f"Acceleration is in {unit}: converted to m/s².",)


def detect_acc_unit(acc: Floats, rate_hz: float) -> tuple[float, str]:
    """Factor to m/s² and name of the unit of (n, 3) accelerations."""
    norms = norm_percentiles(acc)
    low, high = _MEDIAN_RANGE_G
    if low < norms.median < high and norms.steadiness > _MIN_STEADINESS_IN_G and norms.top < _MAX_TOP_G:
        return STANDARD_GRAVITY_MPS2, "g"
    if low < norms.median / 1e3 < high and not _rests_at(_COUNTS_PER_G, acc, rate_hz):
        return STANDARD_GRAVITY_MPS2 / 1e3, "mg"
    if norms.median > _MAX_MEDIAN_MPS2:
        raise AccelerationUnitUnknownError(norms.median)
    return 1.0, "m/s²"


def check_gravity(table: Table, rate_hz: float) -> None:
    """Raise GravityUnlikelyError if acceleration, converted to m/s², neither rests at gravity nor averages to it."""
    if table.gyr is None or _rests_at(_ONE_G[:1], table.acc, rate_hz):
        return
    level_mps2 = turned_level(table.acc, table.gyr, rate_hz)
    low, high = _MOVING_GRAVITY_RANGE
    if not low <= level_mps2 / STANDARD_GRAVITY_MPS2 <= high and np.isfinite(level_mps2):
        raise GravityUnlikelyError(level_mps2)


def lacks_gravity(acc_mps2: Floats) -> bool:
    """Whether acceleration is near zero too often to include gravity; also decides recordings without rest."""
    norms = norm_percentiles(acc_mps2)
    return norms.low < _MAX_LOW_MPS2 and 0 < norms.steadiness < _MAX_STEADINESS_WITHOUT_GRAVITY


def convert_gyr_to_radps(table: Table, rate_hz: float) -> tuple[Table, tuple[str, ...]]:
    """Convert angular rates in °/s to rad/s, and leave out those of another unit; acceleration must be in m/s²."""
    if table.gyr is None:
        return table, ()
    if _hardly_turns(table.acc, table.gyr):
        return table.without_gyroscope(), (
            f"The gyroscope turns by at most {norm_percentiles(table.gyr).top:.2g} rad/s although the accelerometer is "
            "shaken: in another unit or at rest, treated as having no gyroscope; convert the gyr_ columns to rad/s.",
        )
    if not gyr_is_in_degrees(table.acc, table.gyr, rate_hz):
        return table, ()
    gyr_radps = np.radians(table.gyr)
    if norm_percentiles(gyr_radps).top > _MAX_RADPS:
        return table.without_gyroscope(), (
            "The gyroscope is neither in rad/s nor in °/s, since no foot turns so fast: treated as having no "
            "gyroscope; say the unit, as --unit gyr=mdps.",
        )
    return replace(table, gyr=gyr_radps), ("The gyroscope is in °/s: converted to rad/s.",)


def _hardly_turns(acc_mps2: Floats, gyr: Floats) -> bool:
    """Whether (n, 3) angular rates are those of a resting pod while accelerations are those of gait."""
    scatter_mps2 = float(np.std(np.linalg.norm(acc_mps2, axis=1)))
    return scatter_mps2 > _MIN_GAIT_SCATTER_MPS2 and norm_percentiles(gyr).top < _MIN_GAIT_RADPS


def gyr_is_in_degrees(acc_mps2: Floats, gyr: Floats, rate_hz: float) -> bool:
    """Whether (n, 3) angular rates are in °/s: too fast for rad/s, or for the rotation of gravity in `acc_mps2`."""
    top = norm_percentiles(gyr).top
    if top > _MAX_RADPS:
        return True
    if top < _MIN_DPS:
        return False
    ratio, correlation = gravity_rotation_ratio(acc_mps2, gyr, rate_hz)
    return abs(correlation) > _MIN_CORRELATION and abs(ratio) < _MIN_ROTATION_RATIO


def gravity_rotation_ratio(acc: Floats, gyr: Floats, rate_hz: float) -> tuple[float, float]:
    """Slope and correlation of d(acc)/dt over −ω × acc, both smoothed over half a second; (0, 0) if undefined.

    For slow rotation d(acc)/dt = −ω × acc, a slope of 1 for rates in rad/s. The foot's own acceleration rotates too, so
    in gait the slope is between −0.3 and −1.6.
    """
    acc, gyr = _smooth(window_means(acc, rate_hz)), _smooth(window_means(gyr, rate_hz))
    turning = (acc[2:] - acc[:-2]) / (2 * WINDOW_S)
    expected = -np.cross(gyr[1:-1], acc[1:-1])
    power, expected_power, common = np.sum(turning**2), np.sum(expected**2), np.sum(turning * expected)
    if power == 0 or expected_power == 0:
        return 0.0, 0.0
    return float(common / expected_power), float(common / np.sqrt(power * expected_power))


def _smooth(vectors: Floats) -> Floats:
    """Weighted moving average over five rows, shape (n − 4, 3)."""
    return np.stack([np.convolve(axis, _SMOOTHING_WEIGHTS, mode="valid") for axis in vectors.T], axis=1)
