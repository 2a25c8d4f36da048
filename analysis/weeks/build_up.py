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

MAX_RAISES = 999


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
    """What a runner says of calf raises and balance on one leg, on a day; see `Answers`.

    Parameters
    ----------
    left_raises, right_raises : how many calf raises on each leg.
    """

    id: str
    day: date
    calf_raises_hurt: bool | None = None
    balance_is_steady: bool | None = None
    left_raises: int | None = None
    right_raises: int | None = None

    def __post_init__(self) -> None:
        if any(count is not None and not 0 <= count <= MAX_RAISES for count in (self.left_raises, self.right_raises)):
            raise ValueError(f"calf raises are 0 … {MAX_RAISES} on a leg")

    @property
    def sentence(self) -> str:
        """What was said, and what is not."""
        counts = (self.left_raises, self.right_raises)
        counted = "" if None in counts else f" {counts[0]} left and {counts[1]} right,"
        hurt = {None: "not told whether they hurt", True: "they hurt", False: "without pain"}[self.calf_raises_hurt]
        steady = {None: "not told", True: "steady", False: "not steady"}[self.balance_is_steady]
        return f"Calf raises on one leg:{counted} {hurt}. Balance on one leg: {steady}."


def waiting(answers: Answers) -> frozenset[Waits]:
    """All of it, until each of the three is answered as before the injury."""
    done = answers.even_minutes is Evenness.AS_BEFORE and answers.calf_raises_hurt is False
    return frozenset() if done and answers.balance_is_steady else frozenset(Waits)


def longest_next_s(history: Iterable[PastRun], today: date) -> float | None:
    """Running in the next session at most; None where nobody has run in thirty days, and nothing can be named."""
    recent = [each.run_s for each in within(history, today, REFERENCE_DAYS) if each.run_s > 0.0]
    return GROWTH * max(recent) if recent else None
