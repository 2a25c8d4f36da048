"""Monotone splines (no overshoot between knots) and minimum-jerk transitions."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.model import Floats


def monotone_nodes(knot_s: Floats, values: Floats) -> Floats:
    """Values (m, c) with first and second derivatives, (m, c, 3), for `pose.hermite`.

    The curve does not overshoot, and flat segments stay flat: the slope is zero at turning points, elsewhere the
    harmonic mean of the adjacent chords (Fritsch and Butland, 1984).
    """
    interval_s = np.diff(knot_s)[:, None]
    chord = np.diff(values, axis=0) / interval_s
    product = chord[:-1] * chord[1:]
    slope, curvature = np.zeros_like(values), np.zeros_like(values)
    np.divide(2.0 * product, chord[:-1] + chord[1:], out=slope[1:-1], where=product > 0.0)
    slope_change = np.diff(slope, axis=0) / interval_s
    weighted = (interval_s[1:] * slope_change[:-1] + interval_s[:-1] * slope_change[1:]) / (
        interval_s[:-1] + interval_s[1:]
    )
    curvature[1:-1] = np.where(product == 0.0, 0.0, weighted)
    return np.stack([values, slope, curvature], axis=-1)


def minimum_jerk(fraction: Floats) -> Floats:
    """Minimum-jerk curve from 0 to 1 for `fraction` in 0…1, with two derivatives by `fraction`, (..., 3)."""
    u = np.clip(fraction, 0.0, 1.0)
    return np.stack(
        [10 * u**3 - 15 * u**4 + 6 * u**5, 30 * u**2 * (1 - u) ** 2, 60 * u * (1 - u) * (1 - 2 * u)], axis=-1
    )
