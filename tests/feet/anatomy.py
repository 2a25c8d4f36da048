"""How many runners would be asked whether their pods are exchanged: as worn, nobody should be; exchanged, whoever's
feet roll in clearly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from surefoot.analysis.inversion.chirality import Chirality, judged
from surefoot.analysis.model import Foot
from tests.accuracy.report import Finding
from tests.feet.exact import interval_pct
from tests.feet.runners import EXCURSION_DEG, RolledIn, person, seen_fully, seen_shortly

BIN_DEG = 3.0
ASKED_PCT = 1.0
"""False questions that are allowed."""
CLEAR_DEG, FOUND_PCT = 9.0, 90.0
"""From this excursion on, so many exchanged pairs are to be found."""
WRONGLY_PCT = 0.5
"""Exchanged feet at which rolls may be watched to the wrong side alone."""
AGREEMENT_DEG = 1.5
"""Allowed bias and standard deviation of the short way less the full one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one runner with pods as worn, and exchanged.

    Parameters
    ----------
    asked_worn, asked_exchanged : whether the question is asked.
    one_way_exchanged : feet at which rolls would be watched outward only, on exchanged pods: to the wrong side.
    """

    excursion_deg: float
    asked_worn: bool
    asked_exchanged: bool
    one_way_exchanged: int

    @classmethod
    def of(cls, seed: int) -> Self:
        """Of one runner."""
        who = person(seed)
        worn, exchanged = seen_shortly(who)
        wrongly = sum(judged(value) is Chirality.AGREES for value in exchanged.values())
        return cls(who.runner.eversion_excursion_deg, _asked(worn), _asked(exchanged), wrongly)


def _asked(rolled_in: RolledIn) -> bool:
    return all(judged(value) is Chirality.OPPOSITE for value in rolled_in.values())


def findings(runners: int, sample: int) -> Iterator[Finding]:
    """Lines by excursion, for all runners, and on how well the short way agrees with the full one."""
    yield agreement(sample)
    answers = [Answer.of(seed) for seed in range(runners)]
    for low_deg in np.arange(*EXCURSION_DEG, BIN_DEG).tolist():
        some = [each for each in answers if low_deg <= each.excursion_deg < low_deg + BIN_DEG]
        yield from _lines(f"rolls in by {low_deg:.0f} to {low_deg + BIN_DEG:.0f}°", some, clear=low_deg >= CLEAR_DEG)
    yield from _lines("all runners", answers, clear=False)


def _lines(data: str, answers: Sequence[Answer], *, clear: bool) -> Iterator[Finding]:
    n = len(answers)
    if not n:
        return
    asked, found = (sum(getattr(each, name) for each in answers) for name in ("asked_worn", "asked_exchanged"))
    wrongly = sum(each.one_way_exchanged for each in answers)
    target = f"≤ {ASKED_PCT:g} %"
    yield Finding(
        data, "asked, as worn", f"{asked} of {n}, {interval_pct(asked, n)}", target, 100 * asked <= ASKED_PCT * n
    )
    target = f"≥ {FOUND_PCT:g} %" if clear else "told only"
    yield Finding(
        data,
        "asked, exchanged",
        f"{found} of {n}, {interval_pct(found, n)}",
        target,
        100 * found >= FOUND_PCT * n or not clear,
    )
    value = f"{wrongly} of {2 * n}, {interval_pct(wrongly, 2 * n)}"
    yield Finding(
        data,
        "exchanged feet watched one way, the wrong one",
        value,
        f"≤ {WRONGLY_PCT:g} %",
        100 * wrongly <= WRONGLY_PCT * 2 * n,
    )


def agreement(sample: int) -> Finding:
    """Short and full way on the same runners, both feet, as worn and exchanged."""
    errors = []
    for seed in range(sample):
        who = person(seed)
        pairs = zip(seen_shortly(who), seen_fully(who), strict=True)
        errors += [short[foot] - full[foot] for short, full in pairs for foot in Foot]
    bias, spread = float(np.mean(errors)), float(np.std(errors))
    value = f"{bias:+.2f} ± {spread:.2f}°, at most {max(map(abs, errors)):.1f}°"
    passed = max(abs(bias), spread) <= AGREEMENT_DEG
    return Finding(
        f"{sample} runners", "rolling in, short less full way", value, f"bias, SD ≤ {AGREEMENT_DEG:g}°", passed
    )
