"""After a plan: how long a run is at most, and what waits until three answers are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.history import PastRun, within
from surefoot.analysis.weeks.plan import GROWTH
from surefoot.analysis.weeks.session_length import REFERENCE_DAYS


class Waits(StrEnum):
    """What is not run yet."""

    TRAIL = "trail"
    HILLS = "hills"
    SPEED = "speed"


@dataclass(frozen=True, slots=True)
class Answers:
    """What is looked at and asked before ground, hills and speed; None where it is not known.

    Parameters
    ----------
    even_minutes : five easy minutes against the anchor.
    calf_raises_hurt : on one leg, either side.
    balance_is_steady : on one leg, as the runner says.
    """

    even_minutes: Evenness | None = None
    calf_raises_hurt: bool | None = None
    balance_is_steady: bool | None = None


@dataclass(frozen=True, slots=True)
class LegTests:
    """What a runner says of calf raises and balance on one leg, on a day; see `Answers`."""

    id: str
    day: date
    calf_raises_hurt: bool | None = None
    balance_is_steady: bool | None = None


def waiting(answers: Answers) -> frozenset[Waits]:
    """All of it, until each of the three is answered as before the injury."""
    done = answers.even_minutes is Evenness.AS_BEFORE and answers.calf_raises_hurt is False
    return frozenset() if done and answers.balance_is_steady else frozenset(Waits)


def longest_next_s(history: Iterable[PastRun], today: date) -> float | None:
    """Running in the next session at most; None where nobody has run in thirty days, and nothing can be named."""
    recent = [each.run_s for each in within(history, today, REFERENCE_DAYS) if each.run_s > 0.0]
    return GROWTH * max(recent) if recent else None
