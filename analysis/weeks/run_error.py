"""What a run leaves unknown of its own number: the error that there is within the run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.special import stdtrit

from surefoot.analysis.model import Estimate, Floats, Gait, Window

MIN_HALVES = 4
"""Half minutes; of fewer nobody can say how much they scatter."""
MAX_CORRELATION = 0.9
MIN_INDEPENDENT = 4.0
"""A number that changes all along the run counts as so many: as two, its interval would be up to seven times as wide,
and hold the truth hardly more often."""


def within_run(value: float | None, halves: Sequence[Estimate]) -> Estimate | None:
    """A run's number with a 95 % interval; None where it is not known, or by fewer than `MIN_HALVES` half minutes.

    The interval is that of the mean of the half minutes, which scatter around it as they do, sampling and slow change
    together; neighbours that are alike count as fewer (a first-order autoregressive series, of which a short one shows
    (1 + 3 r) / n too little correlation: Marriott and Pope 1954). It holds what this run's strides leave unknown, and
    not how much the same runner differs from run to run.

    Parameters
    ----------
    value : of the whole run.
    halves : the same number of its half minutes, in the order of time.
    """
    values = np.array([each.value for each in halves])
    if value is None or len(values) < MIN_HALVES:
        return None
    independent = max(len(values) / _alike(values), MIN_INDEPENDENT)
    spread = math.sqrt(float(values.var()) / (1.0 - 1.0 / independent))
    half = float(stdtrit(independent - 1.0, 0.975)) * spread / math.sqrt(independent)
    return Estimate(value, value - half, value + half, sum(each.n for each in halves), spread)


def evenness_within(key: str, value_pct: float | None, windows: Iterable[Window]) -> Estimate | None:
    """A run's asymmetry of one metric in running, in percent, with its interval by `within_run`."""
    running = (each.asymmetry_pct for each in windows if each.gait is Gait.RUN)
    return within_run(value_pct, [known[key] for known in running if key in known])


def _alike(values: Floats) -> float:
    """How many values tell as much as one that is independent; at least one."""
    apart = values - values.mean()
    squares = float(apart @ apart)
    if squares == 0.0:
        return 1.0
    seen = float(apart[:-1] @ apart[1:]) / squares
    correlation = min(max(seen + (1.0 + 3.0 * max(seen, 0.0)) / len(values), 0.0), MAX_CORRELATION)
    return (1.0 + correlation) / (1.0 - correlation)
