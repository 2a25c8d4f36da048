"""Since when a curve has been going up or down."""

from __future__ import annotations

import numpy as np

from analysis.model import Floats


def onset_s(time_s: Floats, value: Floats) -> float:
    """Start of the change that leads to the last values: the knee of the best fit of level, then slope.

    Parameters
    ----------
    time_s, value : (n,) in time order, n ≥ 1.
    """
    if len(time_s) < 3:
        return float(time_s[0])
    knees = np.maximum(time_s[None, :] - time_s[:-1, None], 0.0)
    knees -= knees.mean(axis=1, keepdims=True)
    centred = value - value.mean()
    explained = (knees @ centred) ** 2 / (knees**2).sum(axis=1)
    return float(time_s[int(np.argmax(explained))])
