"""Ankle rolls put into simulated runs: how many are found, with which severity, and what else is reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.findings import Finding as Told
from surefoot.analysis.findings import Kind, Severity
from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import Motion, simulate
from surefoot.firmware_sim.body.truth import TrueInversionEvent
from tests.accuracy.report import Finding
from tests.analysis.simulated import analyse
from tests.rolls.conditions import Condition

ROLLS, FIRST_S, EVERY_S = 16, 15.0, 4.0
COUNTED_DEG = 20.0
NEAR_S = 0.25


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the rolls of one run.

    Parameters
    ----------
    true, found, rightly : rolls of at least `COUNTED_DEG`, those found, and those found with the right severity.
    false : events that were no roll of any size.
    error_deg : of the angle of those found.
    late_s : from the landing that closes a roll's stride to the sample that makes it known.
    """

    true: int
    found: int
    rightly: int
    false: int
    error_deg: tuple[float, ...]
    late_s: tuple[float, ...]


def random_rolls(rng: np.random.Generator, toes_down_deg: tuple[float, float] = (0.0, 0.0)) -> list[InversionEvent]:
    """From 12 to 70° in 50 to 120 ms, left and right in turn."""
    rolls = [
        InversionEvent(
            list(Foot)[number % 2],
            FIRST_S + EVERY_S * number + rng.uniform(0.0, 1.0),
            peak_deg=float(rng.uniform(12.0, 70.0)),
            rise_s=float(rng.uniform(0.05, 0.12)),
            onset_s=float(rng.uniform(0.015, 0.06)),
        )
        for number in range(ROLLS)
    ]
    return [replace(roll, toes_down_deg=float(rng.uniform(*toes_down_deg))) for roll in rolls]


def score(condition: Condition, seed: int) -> Score:
    """One run of a condition."""
    inversion_events = random_rolls(np.random.default_rng([7, seed]), condition.toes_down_deg)
    motion = simulate(
        condition.runner, condition.plan(FIRST_S + EVERY_S * (ROLLS + 2)), seed=seed, inversion_events=inversion_events
    )
    findings = analyse(condition.read(motion, seed)).results.findings
    told = [each for each in findings if each.kind is Kind.INVERSION_EVENT and each.revision == 0]
    true = [roll for foot in Foot for roll in motion.truth[foot].inversion_events]
    pairs = [(roll, event) for roll in true for event in told if same(roll, event)]
    counted = [(roll, event) for roll, event in pairs if roll.excursion_deg >= COUNTED_DEG]
    return Score(
        true=sum(roll.excursion_deg >= COUNTED_DEG for roll in true),
        found=len({id(roll) for roll, _ in counted}),
        rightly=sum(event.severity is severity_of(roll) for roll, event in counted),
        false=len(told) - len({event.id for _, event in pairs}),
        error_deg=tuple(event.value - roll.excursion_deg for roll, event in counted),
        late_s=tuple(event.known_s - _closing_s(motion, roll) for roll, event in counted),
    )


def severity_of(roll: TrueInversionEvent) -> Severity:
    """By the definition in docs/findings.md."""
    if roll.excursion_deg > 45.0:
        return Severity.SEVERE
    return Severity.ROLL if roll.excursion_deg >= 25.0 else Severity.NEAR_MISS


def findings(conditions: list[Condition], runs: int, first_seed: int = 0) -> Iterator[Finding]:
    """A line for each condition, and one for all together."""
    everything: list[Score] = []
    for number, condition in enumerate(conditions):
        scores = [score(condition, first_seed + 100 * number + run) for run in range(runs)]
        everything += scores
        yield _line(condition.name, scores, asked_pct=90.0)
    yield _line("all", everything, asked_pct=95.0)
    right = sum(each.rightly for each in everything) / sum(each.found for each in everything)
    yield Finding("all", "severity right", f"{100 * right:.1f} %", "≥ 90 %", right >= 0.9)
    late_s = np.concatenate([each.late_s for each in everything])
    found = f"median {1e3 * np.median(late_s):.0f} ms, latest {1e3 * late_s.max():.0f} ms"
    yield Finding("all", "known after the landing that closes the stride", found, "≤ 250 ms", late_s.max() <= 0.25)


def _line(name: str, scores: list[Score], asked_pct: float) -> Finding:
    true, found, right, false = (
        sum(getattr(each, key) for each in scores) for key in ("true", "found", "rightly", "false")
    )
    error = np.concatenate([each.error_deg for each in scores])
    value = f"{found} of {true}, severity {right}, angle {error.mean():+.1f} ± {error.std():.1f}°, false {false}"
    target = f"≥ {asked_pct:.0f} %, none false"
    return Finding(name, f"rolls ≥ {COUNTED_DEG:.0f}°", value, target, 100 * found >= asked_pct * true and not false)


def same(roll: TrueInversionEvent, event: Told) -> bool:
    return event.foot is roll.foot and abs(event.time_s - roll.peak_s) < NEAR_S


def _closing_s(motion: Motion, roll: TrueInversionEvent) -> float:
    truth = motion.truth[roll.foot]
    return float(truth.next_initial_contact_s[np.abs(truth.initial_contact_s - roll.initial_contact_s).argmin()])
