"""How much a healthy runner differs from run to run: measured in ten guided runs, and learnt over runners."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from scipy.special import chdtri

from surefoot.analysis.weeks.baselines import MIN_RUNS, Balance, Scatter, look
from surefoot.analysis.weeks.decision import Evenness

GUIDED_RUNS = 10
GUIDE = (
    "five easy minutes or more on each of ten days on which nothing hurts, with the diary saying so before and after;"
    " the same shoes, ground and pace"
)
MIN_RUNNERS, MIN_RUNS_EACH = 3, 5


@dataclass(frozen=True, slots=True)
class Noise:
    """What a runner's own healthy runs that are alike say.

    Parameters
    ----------
    runs : of `GUIDED_RUNS`.
    sd_pct, low_pct, high_pct : from run to run, the scatter within runs left out, with its 95 % interval; NaN below
        three runs.
    different : how many would have been called different from all the others.
    """

    runs: int
    sd_pct: float = math.nan
    low_pct: float = math.nan
    high_pct: float = math.nan
    different: int = 0

    @property
    def sentence(self) -> str:
        """What the runner reads."""
        there = f"How much runs differ: {self.runs} of {GUIDED_RUNS} runs that are alike are there"
        if self.runs < MIN_RUNS:
            return f"{there}. It takes {GUIDE}."
        more = "" if self.runs >= GUIDED_RUNS else f" It takes {GUIDE}."
        called = {0: "None", 1: "One"}.get(self.different, str(self.different))
        return (
            f"{there}; left against right differs by {self.sd_pct:.1f} % from run to run (95 %: {self.low_pct:.1f} to"
            f" {self.high_pct:.1f}). {called} of them would have been called different.{more}"
        )


def noise(healthy: Sequence[Balance], scatter: Scatter | None = None) -> Noise:
    """Of the newest healthy runs that are like the last one.

    Parameters
    ----------
    healthy : of one gait and metric, oldest first.
    """
    alike = [each for each in healthy if each.is_like(healthy[-1])][-GUIDED_RUNS:]
    if len(alike) < MIN_RUNS:
        return Noise(len(alike))
    freedom, variance, within = len(alike) - 1, _variance(alike), _within(alike)
    low, high = (freedom * variance / float(chdtri(freedom, share)) for share in (0.025, 0.975))
    sd, least, most = (math.sqrt(max(each - within, 0.0)) for each in (variance, low, high))
    called = [look(each, [other for other in alike if other is not each], scatter).evenness for each in alike]
    return Noise(len(alike), sd, least, most, called.count(Evenness.DIFFERENT))


def learnt_sd_pct(runners: Iterable[Sequence[Balance]]) -> float | None:
    """Scatter from run to run over runners, each by as many runs; None of fewer than three with five runs alike.

    Parameters
    ----------
    runners : each one's healthy runs of one gait and metric, oldest first.
    """
    groups = [
        alike for runs in runners if len(alike := [each for each in runs if each.is_like(runs[-1])]) >= MIN_RUNS_EACH
    ]
    if len(groups) < MIN_RUNNERS:
        return None
    freedom = [len(each) - 1 for each in groups]
    between = [_variance(each) - _within(each) for each in groups]
    return math.sqrt(max(float(np.average(between, weights=freedom)), 0.0)) or None


def _variance(runs: Sequence[Balance]) -> float:
    return float(np.var([each.value_pct for each in runs], ddof=1))


def _within(runs: Sequence[Balance]) -> float:
    return fmean(each.se_pct**2 for each in runs)
