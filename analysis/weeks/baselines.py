"""A runner's own left–right balance over runs, and whether a new run is as before, different, or cannot be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

import numpy as np
from scipy.special import ndtr, stdtrit

from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.parameters import DEFAULTS
from surefoot.analysis.weeks.decision import Evenness

MIN_RUNS = 3
MAX_SPEED_RATIO = 1.2
"""Runs that are faster or slower by more are not alike."""
FALSE_SHARE = 0.01
"""So many runs that are as before may be called different."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """What is assumed of how much the same healthy runner differs from run to run, before their own runs are known.

    Parameters
    ----------
    sd_pct, weight : see `Parameters`; the weight is in degrees of freedom.
    fades : from the first to the second number of a runner's own runs the weight goes to nothing. A guess that is wrong
        by half would otherwise still make intervals too narrow for somebody with twenty runs.
    """

    sd_pct: float = DEFAULTS.run_to_run_sd_pct
    weight: float = DEFAULTS.run_to_run_weight
    fades: tuple[int, int] = (5, 20)

    def weight_beside(self, runs: int) -> float:
        """What the assumption weighs beside so many runs of one's own."""
        first, last = self.fades
        return self.weight * min(1.0, max(0.0, (last - runs) / (last - first)))


@dataclass(frozen=True, slots=True)
class Balance:
    """Left against right in one run, in percent and positive where the right is larger.

    Parameters
    ----------
    se_pct : standard error within the run.
    mount : changes when a pod has been moved; None where it does not matter to the metric, as it does not to contact.
    shoe, speed_mps : None where they are not known.
    """

    run: str
    started: datetime
    gait: Gait
    value_pct: float
    se_pct: float
    speed_mps: float | None = None
    shoe: str | None = None
    mount: str | None = None

    def is_like(self, other: Balance) -> bool:
        """Whether both can be compared: the same gait, shoe and mount, at about the same speed."""
        same = (self.gait, self.shoe, self.mount) == (other.gait, other.shoe, other.mount)
        if not same or not self.speed_mps or not other.speed_mps:
            return False
        return max(self.speed_mps, other.speed_mps) <= MAX_SPEED_RATIO * min(self.speed_mps, other.speed_mps)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where the next healthy run is expected, as a t distribution.

    Parameters
    ----------
    sd_pct : from run to run, the scatter within runs of `se_pct` included.
    freedom : degrees of freedom that it is known with.
    """

    middle_pct: float
    sd_pct: float
    se_pct: float
    freedom: float
    runs: int

    def scale_pct(self, se_pct: float) -> float:
        """Standard deviation of a new run's distance from the middle."""
        more = max(0.0, se_pct**2 - self.se_pct**2)
        return math.sqrt(self.sd_pct**2 * (1.0 + 1.0 / self.runs) + more)

    def half_width_pct(self, se_pct: float, outside: float = FALSE_SHARE) -> float:
        """Half of the interval that a share of `outside` of healthy runs is not in."""
        return float(stdtrit(self.freedom, 1.0 - outside / 2.0)) * self.scale_pct(se_pct)

    def found_share(self, shift_pct: float, se_pct: float, response: float = 1.0) -> float:
        """How often a change would be found.

        Parameters
        ----------
        response : how much of a change the measurement shows.
        """
        scale, limit = self.scale_pct(se_pct), self.half_width_pct(se_pct)
        shown = response * abs(shift_pct)
        return float(ndtr((shown - limit) / scale) + ndtr((-shown - limit) / scale))


def baseline(runs: Sequence[Balance], scatter: Scatter | None = None) -> Baseline | None:
    """What some runs that are alike say of the next; None of fewer than three.

    Their scatter is joined with what is assumed: a scaled inverse χ² prior of `weight` degrees of freedom (Gelman et
    al., Bayesian Data Analysis, 3rd ed., section 3.2, with a flat prior for the middle).
    """
    assumed = Scatter() if scatter is None else scatter
    if len(runs) < MIN_RUNS:
        return None
    values = np.array([each.value_pct for each in runs])
    se2 = fmean(each.se_pct**2 for each in runs)
    weight = assumed.weight_beside(len(runs))
    freedom = weight + len(runs) - 1
    squares = float(np.sum((values - values.mean()) ** 2))
    variance = (weight * (assumed.sd_pct**2 + se2) + squares) / freedom
    return Baseline(float(values.mean()), math.sqrt(variance), math.sqrt(se2), freedom, len(runs))


@dataclass(frozen=True, slots=True)
class Looked:
    """A run against a baseline.

    Parameters
    ----------
    evenness : None where it cannot be told.
    change_pct : from the baseline, positive where the right is larger than it was.
    within_pct : what healthy runs differ by.
    scale_pct : standard deviation of what they differ by.
    known : what it is compared with.
    """

    evenness: Evenness | None
    change_pct: float = math.nan
    within_pct: float = math.nan
    why: str = ""
    scale_pct: float = math.nan
    known: Baseline | None = None

    @property
    def sentence(self) -> str:
        """What the runner reads, of contact time."""
        if self.evenness is None:
            return f"Cannot tell whether left against right is as before: {self.why}."
        if self.evenness is Evenness.AS_BEFORE:
            return f"As before, within what the runs differ by (± {self.within_pct:.1f} %)."
        return (
            f"Different from usual: {self.shorter} contact is {abs(self.change_pct):.1f} % shorter against the"
            f" {self.shorter.other} than it was; the runs differ by ± {self.within_pct:.1f} %."
        )

    @property
    def shorter(self) -> Foot:
        """The foot that stays on the ground for less than it did, against the other."""
        return Foot.LEFT if self.change_pct > 0.0 else Foot.RIGHT


def look(run: Balance, healthy: Sequence[Balance], scatter: Scatter | None = None) -> Looked:
    """Compare a run with healthy ones, of which those that are not alike say nothing."""
    if run.speed_mps is None:
        return Looked(None, why="the speed is not known")
    known = baseline([each for each in healthy if each.run != run.run and each.is_like(run)], scatter)
    if known is None:
        return Looked(None, why=f"fewer than {MIN_RUNS} healthy runs like it are known")
    if not (math.isfinite(run.value_pct) and math.isfinite(run.se_pct)):
        return Looked(None, why="too little of both feet is known")
    change, within = run.value_pct - known.middle_pct, known.half_width_pct(run.se_pct)
    evenness = Evenness.DIFFERENT if abs(change) > within else Evenness.AS_BEFORE
    return Looked(evenness, change, within, scale_pct=known.scale_pct(run.se_pct), known=known)
