"""Readings of fast sensors thinned to a rate that gait needs, by a filter that moves nothing in time."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.signal import firwin, upfirdn

from surefoot.analysis.model import Bools, Floats, Ints, Samples

_ABOVE_HZ = 1050.0
"""A sensor of 1000 Hz whose clock is off is left as it is."""
_LEAST_HZ = 500.0
"""Impacts of a shod foot end below 100 Hz, and the pipeline's cells are 200 a second."""
_HALF_LENGTH = 8
"""Of the filter, in intervals of the thinned readings: 50 dB down where what is folded back reaches the pass band."""
_PASS_SHARE = 0.7


def thin(samples: Samples, rate_hz: float) -> tuple[Samples, tuple[str, ...]]:
    """Keep every n-th reading above 1050 Hz, at 500 Hz or more, each low-passed without phase; gaps stay.

    A reading is marked as clipped where any was that weighs in it.
    """
    if rate_hz <= _ABOVE_HZ:
        return samples, ()
    every = int(rate_hz // _LEAST_HZ)
    taps = np.asarray(firwin(2 * _HALF_LENGTH * every + 1, _PASS_SHARE / every))
    begins = 1 + np.flatnonzero(np.diff(samples.time_s) > every / rate_hz)
    bounds = np.concatenate(([0], begins, [len(samples)]))
    kept = np.concatenate([np.arange(first, end, every) for first, end in pairwise(bounds)])
    thinned = replace(
        samples.at(kept),
        acc_mps2=_filtered(samples.acc_mps2, taps, every, bounds),
        gyr_radps=_filtered(samples.gyr_radps, taps, every, bounds),
        clipped=_near(samples.clipped, every)[kept],
        gyr_clipped=_near(samples.gyr_clipped, every)[kept],
    )
    return thinned, (f"{rate_hz:.0f} readings a second are thinned to {rate_hz / every:.0f}, by a filter.",)


def _filtered(readings: Floats, taps: Floats, every: int, bounds: Ints) -> Floats:
    """(n, 3) readings, low-passed and thinned, piece by piece between `bounds`."""
    pieces = []
    half = len(taps) // 2
    for first, end in pairwise(bounds):
        count = -(-(end - first) // every)
        axes = [
            upfirdn(taps, np.pad(axis, half, mode="edge"), down=every)[2 * half // every :][:count]
            for axis in readings[first:end].T
        ]
        pieces.append(np.stack(axes, axis=1))
    return np.concatenate(pieces)


def _near(marked: Bools, every: int) -> Bools:
    """Where a mark lies within the main lobe of the filter."""
    return maximum_filter1d(marked, 2 * every + 1)
