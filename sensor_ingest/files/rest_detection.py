"""RestLevel detection: what the accelerometer reads in the quietest moments of a recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import Floats

WINDOW_S = 0.1
_MIN_WINDOWS = 5
_QUIETEST_SHARE = 0.1
# Foot flat on the ground in walking: 0.1-0.6 m/s² about the mean and below 0.5 rad/s; running never gets below 1.5.
_MAX_STILL_SCATTER_MPS2 = 0.6
_MAX_STILL_RATE_RADPS = 1.0
_MIN_STILL_WINDOWS = 3
_GRAVITY_RANGE_MPS2 = (7.0, 13.0)
_MAX_LEVEL_WITHOUT_GRAVITY_MPS2 = 2.5
_TURNED_S, _MAX_TURNED_WINDOWS = 3.0, 64


@dataclass(frozen=True, slots=True)
class RestLevel:
    """Accelerometer readings in the quietest tenth of all 0.1 s windows.

    Parameters
    ----------
    level : median norm of the windows' mean acceleration, in the unit of the readings.
    scatter : median standard deviation about that mean, over all axes, in the same unit.
    """

    level: float
    scatter: float


def window_means(readings: Floats, rate_hz: float) -> Floats:
    """(windows, 3) means of (n, 3) readings over consecutive windows of 0.1 s."""
    means: Floats = _blocks(readings, rate_hz).mean(axis=1)
    return means


def _blocks(readings: Floats, rate_hz: float) -> Floats:
    size = max(4, round(WINDOW_S * rate_hz))
    return readings[: len(readings) // size * size].reshape(-1, size, 3)


def window_statistics(readings: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """(windows,) norm of the mean, and standard deviation about it, of (n, 3) readings per window of 0.1 s."""
    blocks = _blocks(readings, rate_hz)
    length = np.linalg.norm(blocks.mean(axis=1), axis=1)
    mean_square = np.einsum("wki,wki->w", blocks, blocks) / blocks.shape[1]
    return length, np.sqrt(np.maximum(mean_square - length**2, 0.0))


def find_rest(acc: Floats, rate_hz: float) -> RestLevel:
    """Level and scatter of (n, 3) accelerations, in any unit, at their quietest."""
    level, scatter = window_statistics(acc, rate_hz)
    count = min(max(_MIN_WINDOWS, int(_QUIETEST_SHARE * len(level))), len(level))
    quietest = np.argpartition(scatter, count - 1)[:count]
    return RestLevel(float(np.median(level[quietest])), float(np.median(scatter[quietest])))


def still_level(acc_mps2: Floats, gyr_radps: Floats | None, rate_hz: float) -> float | None:
    """Acceleration while the foot is still, m/s²; None if it is still for less than 0.3 s in total."""
    level, scatter = window_statistics(acc_mps2, rate_hz)
    still = scatter < _MAX_STILL_SCATTER_MPS2
    if gyr_radps is not None:
        turning, shaking = window_statistics(gyr_radps, rate_hz)
        still &= np.hypot(turning, shaking) < _MAX_STILL_RATE_RADPS
    if np.count_nonzero(still) < _MIN_STILL_WINDOWS:
        return None
    limit = np.quantile(scatter[still], _QUIETEST_SHARE) if np.count_nonzero(still) > 10 * _MIN_WINDOWS else np.inf
    return float(np.median(level[still & (scatter <= limit)]))


def detect_gravity(still_mps2: float | None) -> bool | None:
    """Whether acceleration includes gravity, from its level at rest; None if undecided."""
    if still_mps2 is None:
        return None
    if still_mps2 < _MAX_LEVEL_WITHOUT_GRAVITY_MPS2:
        return False
    low, high = _GRAVITY_RANGE_MPS2
    return True if low < still_mps2 < high else None


def turned_level(acc: Floats, gyr_radps: Floats, rate_hz: float) -> float:
    """Gravity in the unit of (n, 3) accelerations, of a foot that never rests.

    Turned by the gyroscope into one direction, the foot's own acceleration averages out over a few strides and gravity
    is left, to about a tenth. NaN if the recording is too short.
    """
    size = round(_TURNED_S * rate_hz)
    starts = np.arange(0, len(acc) - size, max(size, len(acc) // _MAX_TURNED_WINDOWS))
    if not len(starts):
        return float("nan")
    turned, total = Rotation.identity(len(starts)), np.zeros((len(starts), 3))
    for k in range(size):
        total += turned.apply(acc[starts + k])
        turned = turned * Rotation.from_rotvec(gyr_radps[starts + k] / rate_hz)
    return float(np.median(np.linalg.norm(total, axis=1))) / size
