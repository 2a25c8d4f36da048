"""What creeps from run to run, found by the last of ten; and how often chance is taken for a change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from surefoot.analysis.weeks.change_point import change_point
from tests.accuracy.report import Finding
from tests.weeks.histories import Histories

DRAWS, RUNNERS = 1000, 40
METRICS, EVEN_RUNS, FIRST_RUNS = 5, 150, 10
A_RUN_PCT, CREEPING_RUNS, SCATTER_PCT = 0.4, 10, 1.0
LEAST_FOUND_PCT, MOST_ALARMS = 85.0, 1.0


def findings(histories: Histories) -> Iterator[Finding]:
    """After five even runs and after ten, and of runs that are even."""
    more_pct = float(np.hypot(SCATTER_PCT, histories.between_pct))
    for even, sd_pct in ((5, SCATTER_PCT), (10, SCATTER_PCT), (5, more_pct)):
        rng = np.random.default_rng([11, even])
        found_pct = 100.0 * float(np.mean([is_found(histories, rng, even, sd_pct) for _ in range(DRAWS)]))
        judged = sd_pct == SCATTER_PCT
        yield Finding(
            f"creeping, after {even} even runs, scatter {sd_pct:.2f} %",
            f"{A_RUN_PCT:g} % a run over {CREEPING_RUNS} runs, found",
            f"{found_pct:.1f} %",
            f"≥ {LEAST_FOUND_PCT:g} %" if judged else "not judged",
            not judged or found_pct >= LEAST_FOUND_PCT,
        )
    for sd_pct in (1.0, 2.0):
        rng = np.random.default_rng([12, round(sd_pct)])
        alarms = sum(false_alarms(histories, rng, sd_pct) for _ in range(METRICS * RUNNERS)) / RUNNERS
        yield Finding(
            f"even runs, scatter {sd_pct:g} %",
            f"changes told per runner, {METRICS} metrics, {EVEN_RUNS} runs",
            f"{alarms:.2f}",
            f"≤ {MOST_ALARMS:g}",
            alarms <= MOST_ALARMS,
        )


def is_found(histories: Histories, rng: np.random.Generator, even: int, sd_pct: float = SCATTER_PCT) -> bool:
    """Whether a change that grows with each run after some even ones is told by the last."""
    creep_pct = A_RUN_PCT * np.maximum(0.0, np.arange(even + CREEPING_RUNS) - even + 1.0)
    runs = histories.scattered(even + CREEPING_RUNS, rng, sd_pct, creep_pct)
    return any(change_point(runs[:until]) for until in range(even + 1, len(runs) + 1))


def false_alarms(histories: Histories, rng: np.random.Generator, sd_pct: float) -> int:
    """How often a change begins to be told in even runs, after the first ten."""
    runs = histories.scattered(FIRST_RUNS + EVEN_RUNS, rng, sd_pct)
    told = [change_point(runs[:until]) is not None for until in range(FIRST_RUNS, len(runs) + 1)]
    return sum(now and not before for before, now in pairwise(told))
