"""Figures of made-up runs beside their targets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.accuracy.report import Finding as Figure
from tests.drift.measure import Outcome

MIN_RIGHT_SIDE_PCT = 95.0


def figures(outcome: Outcome) -> Iterator[Figure]:
    """Of a scenario: alarms where nothing is to be found; else what was found, on which side, and how early."""
    yield from _found(outcome) if outcome.scenario.kinds else [_alarms(outcome)]


def _alarms(outcome: Outcome) -> Figure:
    share_pct, most_pct = 100.0 * outcome.any_alarm / outcome.runs, outcome.scenario.target_pct
    which = ", ".join(f"{count} {kind}" for kind, count in outcome.alarms.most_common())
    return Figure(
        outcome.scenario.name,
        f"{outcome.runs} runs with an alarm",
        f"{share_pct:.1f} % {which}".strip(),
        "not judged" if np.isnan(most_pct) else f"≤ {most_pct:.0f} %" if most_pct else "none",
        not share_pct > most_pct,
    )


def _found(outcome: Outcome) -> Iterator[Figure]:
    scenario, found = outcome.scenario, outcome.found
    found_pct, right_pct = 100.0 * found / outcome.runs, 100.0 * outcome.right_side / max(found, 1)
    yield Figure(
        scenario.name,
        f"{outcome.runs} runs, found; on the right side",
        f"{found_pct:.1f}; {right_pct:.1f} %",
        f"≥ {scenario.target_pct:.0f}; {MIN_RIGHT_SIDE_PCT:.0f} %",
        found_pct >= scenario.target_pct and right_pct >= MIN_RIGHT_SIDE_PCT,
    )
    median_min, late_min = np.percentile(outcome.delays_s, [50, 90]) / 60.0 if found else (np.inf, np.inf)
    yield Figure(
        scenario.name,
        "delay, median; 90 % within",
        f"{median_min:.1f}; {late_min:.1f} min",
        f"≤ {scenario.within_min:g} min",
        bool(median_min <= scenario.within_min),
    )
