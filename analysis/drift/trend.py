"""Whether a change still grows."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from surefoot.analysis.model import Floats

TREND_S = 600.0
"""The last ten minutes, or those since the onset, are looked at: at least `MIN_MINUTES`."""
MIN_MINUTES = 4
TREND_Z = 2.0
"""Standard errors that a trend must reach; without one, and without certainty that there is none, nothing is said."""


class Trend(StrEnum):
    """Whether a change grows; the value is how it is told."""

    GROWING = "still growing"
    EASING = "easing"
    SETTLED = "settled"
    UNCLEAR = ""


def trend_of(time_s: Floats, change_pct: Floats, scatter_pct: float, least_pct: float) -> Trend:
    """Trend of a change by minutes, after the slope of a straight line.

    Parameters
    ----------
    time_s, change_pct : (n,) since the onset, in time order; positive in the direction of the change.
    scatter_pct : standard deviation of one minute.
    least_pct : a movement that certainly stays below half of this is none.
    """
    recent = time_s >= time_s[-1] - TREND_S if len(time_s) else np.zeros(0, bool)
    if recent.sum() < MIN_MINUTES:
        return Trend.UNCLEAR
    time_s, change_pct = time_s[recent], change_pct[recent]
    away_s = time_s - time_s.mean()
    span_s, square_s2 = time_s[-1] - time_s[0], (away_s**2).sum()
    moved_pct, error_pct = span_s * (away_s @ change_pct) / square_s2, span_s * scatter_pct / np.sqrt(square_s2)
    if abs(moved_pct) >= TREND_Z * error_pct:
        return Trend.GROWING if moved_pct > 0.0 else Trend.EASING
    return Trend.SETTLED if abs(moved_pct) + TREND_Z * error_pct < 0.5 * least_pct else Trend.UNCLEAR
