"""Where a runner's balance has changed over runs: sees what creeps, and is hidden from a band of the last runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.analysis.weeks.baselines import Balance, Scatter

MIN_BEFORE, MIN_AFTER = 5, 3
MAX_RUNS = 40
"""The newest that are looked at."""
MIN_STEP_T, MIN_RAMP_T = 4.7, 4.2
"""Standard errors of the change, of one that comes at once and of one that grows: what chance gives less than once in
150 runs over five metrics together, as simulated for scatters of 1 and 2 % from run to run. Ramps from neighbouring
runs are more alike than steps there, and chance has fewer of them."""


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The change that fits a runner's runs best.

    Parameters
    ----------
    first : the first run after it began.
    change_pct : of the runs since then against those before, where it came at once; of the newest where it grows.
    """

    first: str
    change_pct: float
    t: float
    grows: bool = False


def change_point(runs: Sequence[Balance], scatter: Scatter | None = None) -> ChangePoint | None:
    """Where runs that are alike, oldest first, changed; None where that may be chance."""
    assumed = Scatter() if scatter is None else scatter
    newest = runs[-MAX_RUNS:]
    if len(newest) < MIN_BEFORE + MIN_AFTER:
        return None
    values = np.array([each.value_pct for each in newest])
    variance = assumed.sd_pct**2 + float(np.mean([each.se_pct**2 for each in newest]))
    weight = assumed.weight_beside(len(newest))
    found = [
        (abs(t) / least, ChangePoint(newest[MIN_BEFORE + k].run, change, t, shapes is ramps))
        for shapes, least in ((steps, MIN_STEP_T), (ramps, MIN_RAMP_T))
        for k, (change, t) in enumerate(scores(values, shapes(len(newest)), weight, variance))
    ]
    over, best = max(found, key=lambda each: each[0])
    return best if over >= 1.0 else None


def steps(n: int) -> Floats:
    """(k, n) changes that come at once, from `MIN_BEFORE` runs before them to `MIN_AFTER` since."""
    since: Floats = np.arange(float(n)) - np.arange(MIN_BEFORE, n - MIN_AFTER + 1.0)[:, None]
    return np.where(since >= 0.0, 1.0, 0.0)


def ramps(n: int) -> Floats:
    """(k, n) changes that grow by as much with each run, from as many runs on, to 1 in the newest."""
    since: Floats = np.arange(1.0, n + 1.0) - np.arange(MIN_BEFORE, n - MIN_AFTER + 1.0)[:, None]
    return np.maximum(0.0, since) / since[:, -1:]


def scores(values: Floats, shapes: Floats, weight: float, variance: float) -> Sequence[tuple[float, float]]:
    """Size and t of each of (k, n) shapes in (n,) values, by least squares beside a mean.

    Parameters
    ----------
    weight, variance : prior of the scatter from run to run, in degrees of freedom and squared.
    """
    shapes = shapes - shapes.mean(axis=1, keepdims=True)
    apart = values - values.mean()
    power = (shapes**2).sum(axis=1)
    size = shapes @ apart / power
    left = np.maximum(apart @ apart - size**2 * power, 0.0)
    spread = np.sqrt((weight * variance + left) / (weight + len(values) - 2.0))
    return list(zip(size.tolist(), (size * np.sqrt(power) / spread).tolist(), strict=True))
