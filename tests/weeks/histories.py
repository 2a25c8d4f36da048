"""Histories of a runner, drawn from simulated runs, each run once in a history.

Of every run its runner's own asymmetry is taken off, as measured over their healthy runs; what is left is by how much
the run left it, what was planted, and what pods and analysis add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from surefoot.analysis.model import Bools, Floats, Gait
from surefoot.analysis.weeks.baselines import Balance
from tests.weeks.runs import PLANTED_SD_PCT, Runs

START = datetime(2026, 5, 1, 18, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Response:
    """How much of a planted contact asymmetry is measured, with its standard error over runners."""

    share: float
    se: float


@dataclass(frozen=True, slots=True)
class Histories:
    """Runs around their runners' own.

    Parameters
    ----------
    apart_pct : (n,) as measured.
    error_pct : (n,) the same without what was planted: what a run adds that nobody planted.
    shift_pct : (n,) size of the planted change, all of them to the right.
    """

    apart_pct: Floats
    error_pct: Floats
    shift_pct: Floats
    se_pct: Floats
    response: Response

    @classmethod
    def of(cls, runs: Runs) -> Histories:
        """From simulated runs; those that were not measured are left out."""
        known = np.isfinite(runs.value_pct)
        response = _response(runs, known)
        side = np.where(runs.shift_pct < 0.0, -1.0, 1.0)
        planted = PLANTED_SD_PCT * runs.apart + runs.shift_pct
        error = runs.value_pct - response.share * planted
        for runner in np.unique(runs.runner):
            own = runs.runner == runner
            error[own] -= np.nanmean(error[own & (runs.shift_pct == 0.0)])
        apart = side * (error + response.share * planted)
        return cls(apart[known], error[known], np.abs(runs.shift_pct)[known], runs.se_pct[known], response)

    def drawn(self, count: int, rng: np.random.Generator, shift_pct: float = 0.0) -> list[Balance]:
        """Runs as they were, with one planted change or none."""
        rows = rng.choice(np.flatnonzero(self.shift_pct == shift_pct), count, replace=False)
        return as_balances(self.apart_pct[rows], self.se_pct[rows])

    @property
    def between_pct(self) -> float:
        """What healthy runs differ by beyond what was planted and what each is told to err by: pods that sit anew, and
        a foot that rings otherwise."""
        healthy = self.shift_pct == 0.0
        more = np.var(self.error_pct[healthy], ddof=1) - np.mean(self.se_pct[healthy] ** 2)
        return float(np.sqrt(max(0.0, more)))

    def scattered(
        self, count: int, rng: np.random.Generator, sd_pct: float, creep_pct: Floats | float = 0.0
    ) -> list[Balance]:
        """Errors of healthy runs with so much scatter between runs, as it is measured, and what creeps on top."""
        rows = rng.choice(np.flatnonzero(self.shift_pct == 0.0), count, replace=False)
        own_pct = np.sqrt(max(0.0, sd_pct**2 - self.between_pct**2)) * rng.standard_normal(count)
        return as_balances(self.error_pct[rows] + own_pct + creep_pct, self.se_pct[rows])


def as_balances(values_pct: Floats, se_pct: Floats) -> list[Balance]:
    """One run a day."""
    return [
        Balance(f"r{k}", START + timedelta(days=k), Gait.RUN, value, se, 3.0, "s1")
        for k, (value, se) in enumerate(zip(values_pct.tolist(), se_pct.tolist(), strict=True))
    ]


def _response(runs: Runs, known: Bools) -> Response:
    """Slope of the measured over the planted, runner by runner."""
    slopes: Sequence[float] = [
        float(np.polyfit(PLANTED_SD_PCT * runs.apart[own] + runs.shift_pct[own], runs.value_pct[own], 1)[0])
        for runner in np.unique(runs.runner)
        if np.any(own := known & (runs.runner == runner))
    ]
    return Response(float(np.mean(slopes)), float(np.std(slopes, ddof=1) / np.sqrt(len(slopes))))
