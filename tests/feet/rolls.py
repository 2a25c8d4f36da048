"""Ankle rolls on exchanged pods, and where the side is in doubt: all are found, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.scenarios import make_scenario
from tests.accuracy.report import Finding
from tests.analysis.simulated import analyse, sensed
from tests.feet.runners import STRIKES, exchanged
from tests.rolls.conditions import Condition
from tests.rolls.detection import COUNTED_DEG, EVERY_S, FIRST_S, NEAR_S, ROLLS, random_rolls

UNCLEAR_DEG = 1.0
"""Eversion excursion that does not show a side."""
MINUTES = 10.0
HEALTHY = ("obstacles", "trail", "tempo", "walk-run")


@dataclass(frozen=True, slots=True)
class Count:
    """Rolls of at least `COUNTED_DEG`, those found, and what was told besides."""

    true: int
    found: int
    false: int


def count(condition: Condition, seed: int, *, swapped: bool) -> Count:
    """One run of a condition, on pods as worn or exchanged."""
    rolls = random_rolls(np.random.default_rng([7, seed]))
    plan = condition.plan(FIRST_S + EVERY_S * (ROLLS + 2))
    motion = simulate(condition.runner, plan, seed=seed, inversion_events=rolls)
    pods = [exchanged(each) if swapped else each for each in condition.read(motion, seed)]
    told = [each for each in analyse(pods).results.findings if each.kind is Kind.INVERSION_EVENT and not each.revision]
    true = [roll for foot in Foot for roll in motion.truth[foot].inversion_events]
    hits = [(roll, each) for roll in true for each in told if abs(each.time_s - roll.peak_s) < NEAR_S]
    counted = [roll for roll in true if roll.excursion_deg >= COUNTED_DEG]
    found = sum(any(roll is hit for hit, _ in hits) for roll in counted)
    return Count(len(counted), found, len(told) - len({each.id for _, each in hits}))


def findings(runs: int) -> Iterator[Finding]:
    """Lines for each strike with a clear and an unclear side, and for healthy runs of an unclear side."""
    for strike in STRIKES:
        plain = Condition(f"{strike}foot")
        for name, excursion_deg in (("", 9.0), (", unclear side", UNCLEAR_DEG)):
            condition = replace(
                plain, runner=replace(plain.runner, strike=strike, eversion_excursion_deg=excursion_deg)
            )
            for swapped in (False, True):
                counts = [count(condition, seed, swapped=swapped) for seed in range(runs)]
                yield _line(f"{condition.name}{name}, {'exchanged' if swapped else 'as worn'}", counts)
    for name in HEALTHY:
        told = [false_rolls(name, seed) for seed in range(runs)]
        data = f"{name}, unclear side, {runs * MINUTES / 60.0:.1f} h"
        yield Finding(data, "rolls told", str(sum(told)), "none", not any(told))


def _line(data: str, counts: list[Count]) -> Finding:
    true, found, false = (sum(getattr(each, name) for each in counts) for name in ("true", "found", "false"))
    value = f"{found} of {true}, false {false}"
    return Finding(data, f"rolls ≥ {COUNTED_DEG:.0f}°", value, "≥ 95 %, none false", found >= 0.95 * true and not false)


def false_rolls(name: str, seed: int) -> int:
    """Rolls told in a run that has none, of a runner whose feet do not show their side."""
    run = make_scenario(name, MINUTES, 70_000 + seed)
    runner = replace(run.runner, eversion_excursion_deg=UNCLEAR_DEG)
    found = analyse(sensed(simulate(runner, run.plan, seed=seed), seed).feet).results.findings
    return len({each.id for each in found if each.kind is Kind.INVERSION_EVENT})
