"""How often the interval of the next healthy run holds it, by runs known and by how much a runner differs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from surefoot.analysis.weeks.baselines import Balance, baseline
from tests.accuracy.report import Finding
from tests.weeks.histories import Histories

DRAWS = 3000
SCATTERS_PCT = (0.5, 0.7, 1.0, 1.5, 2.0)
RUNS = (3, 5, 10, 20, 40)
ENOUGH_RUNS, LEAST_PCT = 20, 93.0


def findings(histories: Histories) -> Iterator[Finding]:
    """A line for each number of runs known."""
    for runs in RUNS:
        held = [held_pct(histories, runs, sd_pct) for sd_pct in SCATTERS_PCT]
        judged = runs >= ENOUGH_RUNS
        yield Finding(
            f"95 % intervals, {runs} runs known",
            f"hold the next at a scatter of {', '.join(f'{each:g}' for each in SCATTERS_PCT)} %",
            f"{', '.join(f'{each:.1f}' for each in held)} %",
            f"≥ {LEAST_PCT:g} %" if judged else "not judged",
            not judged or min(held) >= LEAST_PCT,
        )


def held_pct(histories: Histories, runs: int, sd_pct: float, draws: int = DRAWS) -> float:
    """Share of next runs that are inside; the scatter is as it is measured."""
    rng = np.random.default_rng([runs, round(100.0 * sd_pct)])
    return 100.0 * float(np.mean([_holds(histories.scattered(runs + 1, rng, sd_pct)) for _ in range(draws)]))


def _holds(runs: list[Balance]) -> bool:
    known = baseline(runs[:-1])
    assert known is not None
    return abs(runs[-1].value_pct - known.middle_pct) <= known.half_width_pct(runs[-1].se_pct, outside=0.05)
