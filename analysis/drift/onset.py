"""When a curve left its level, and how quickly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats

MAX_SUDDEN_RAMP_S = 180.0
"""Longest ramp that counts as sudden."""


@dataclass(frozen=True, slots=True)
class Onset:
    """The best fit of a level, a ramp and another level to a curve.

    Parameters
    ----------
    start_s : of the ramp, on the curve's own times.
    suddenness : by how much the best ramp of up to three minutes fits better than the best longer one, in units of the
        curve's variance; negative where a longer one fits better.
    """

    start_s: float
    suddenness: float


def find_onset(time_s: Floats, value: Floats, scatter: float) -> Onset:
    """Least-squares fit over all ramps between two of the times.

    Parameters
    ----------
    time_s, value : (n,) in time order, n ≥ 6.
    scatter : standard deviation of the values around the curve.
    """
    first, last = np.triu_indices(len(time_s), k=1)
    start, end = time_s[first, None], time_s[last, None]
    ramps = np.clip((time_s - start) / (end - start), 0.0, 1.0)
    ramps -= ramps.mean(axis=1, keepdims=True)
    explained = (ramps @ (value - value.mean())) ** 2 / (ramps**2).sum(axis=1)
    is_short = (end - start)[:, 0] <= MAX_SUDDEN_RAMP_S
    gain = np.max(explained[is_short], initial=0.0) - np.max(explained[~is_short], initial=0.0)
    return Onset(float(start[int(np.argmax(explained)), 0]), float(gain / scatter**2))
