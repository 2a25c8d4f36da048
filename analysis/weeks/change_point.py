"""Where a runner's balance has changed over runs: sees what creeps, and is hidden from a band of the last runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.analysis.weeks.baselines import Balance, Scatter

MIN_BEFORE, MIN_AFTER = 5, 3
MAX_RUNS = 40
"""The newest that are looked at."""
MIN_T = 4.4
"""Standard errors of the difference between before and after: what chance gives less than once in 150 runs over five
metrics together, as simulated for scatters of 1 and 2 % from run to run."""


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The split of a runner's runs that differs most.

    Parameters
    ----------
    first : the first run after it.
    change_pct : mean after less mean before.
    """

    first: str
    change_pct: float
    t: float


def change_point(runs: Sequence[Balance], scatter: Scatter | None = None) -> ChangePoint | None:
    """Where runs that are alike, oldest first, changed; None where that may be chance."""
    assumed = Scatter() if scatter is None else scatter
    newest = runs[-MAX_RUNS:]
    if len(newest) < MIN_BEFORE + MIN_AFTER:
        return None
    values, se2 = np.array([each.value_pct for each in newest]), np.array([each.se_pct**2 for each in newest])
    change, t = split_scores(values, assumed.weight_beside(len(newest)), assumed.sd_pct**2 + float(se2.mean()))
    best = int(np.argmax(np.abs(t)))
    if math.fabs(t[best]) < MIN_T:
        return None
    return ChangePoint(newest[MIN_BEFORE + best].run, float(change[best]), float(t[best]))


def split_scores(values: Floats, weight: float, variance: float) -> tuple[Floats, Floats]:
    """(k,) change and its t at each split of (n,) values, from `MIN_BEFORE` before it to `MIN_AFTER` after it.

    Parameters
    ----------
    weight, variance : prior of the scatter from run to run, in degrees of freedom and squared.
    """
    n = len(values)
    before = np.arange(MIN_BEFORE, n - MIN_AFTER + 1)
    after = n - before
    sums = np.cumsum(values)[before - 1]
    mean_before, mean_after = sums / before, (values.sum() - sums) / after
    squares = np.sum(values**2) - before * mean_before**2 - after * mean_after**2
    spread = np.sqrt((weight * variance + np.maximum(squares, 0.0)) / (weight + n - 2.0))
    change: Floats = mean_after - mean_before
    t: Floats = change / (spread * np.sqrt(1.0 / before + 1.0 / after))
    return change, t
