"""What runners say of their feet and lower legs: check-ins with pains, or an explicit "nothing".

No entry is not "nothing": whoever asks for the worst pain of a time without a check-in gets None.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from surefoot.analysis.model import Foot

MAX_SCORE = 10


class Place(StrEnum):
    """Where it hurts."""

    SHIN = "shin"
    FIBULA = "fibula"
    CALF = "calf"
    ACHILLES = "achilles"
    HEEL = "heel"
    INNER_ANKLE = "inner_ankle"
    OUTER_ANKLE = "outer_ankle"
    FRONT_ANKLE = "front_ankle"
    NAVICULAR = "navicular"
    """The inner side of the midfoot."""
    FIFTH_METATARSAL = "fifth_metatarsal"
    """The outer edge of the foot."""
    FOREFOOT = "forefoot"
    SOLE = "sole"
    KNEE = "knee"
    GROIN = "groin"


class OnBone(StrEnum):
    """Whether it hurts on the bone."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"


class When(StrEnum):
    """Which moment a check-in is about."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    NEXT_MORNING = "next_morning"


class Trend(StrEnum):
    """How a pain went on while running."""

    EASED = "eased"
    SAME = "same"
    GREW = "grew"


class Sign(StrEnum):
    """What a runner notices besides pain, each a question of its own."""

    CANNOT_WALK = "cannot_walk"
    """Cannot stand and walk four steps."""
    SNAPPING = "snapping"
    """Something snaps at the outer ankle."""
    POP_AT_HEEL = "pop_at_heel"
    """A pop or a kick at the heel, and no standing on tiptoe."""
    DEFORMED_OR_NUMB = "deformed_or_numb"
    """Out of shape, or a numb, cold foot."""
    HOT_WITH_FEVER = "hot_with_fever"
    """A hot, red joint, with fever."""
    SWOLLEN_CALF = "swollen_calf"
    """A calf that is swollen and tender."""


@dataclass(frozen=True, slots=True)
class Pain:
    """A pain at one place.

    Parameters
    ----------
    score : 0 … 10, as the runner says.
    on_bone, trend, stiffness_min, swollen, at_rest : None where it was not told.
    stiffness_min : in the morning, until it moves freely.
    at_rest : also at night or at rest.
    """

    foot: Foot
    place: Place
    score: int
    on_bone: OnBone | None = None
    trend: Trend | None = None
    stiffness_min: int | None = None
    swollen: bool | None = None
    at_rest: bool | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.score <= MAX_SCORE:
            raise ValueError(f"score must be 0 … {MAX_SCORE}, not {self.score}")
        if self.stiffness_min is not None and not 0 <= self.stiffness_min <= 24 * 60:
            raise ValueError(f"stiffness_min must be 0 … 1440, not {self.stiffness_min}")

    @property
    def site(self) -> tuple[Foot, Place]:
        """Side and place."""
        return self.foot, self.place


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What a runner said once; without pains and signs it is an explicit "nothing".

    Parameters
    ----------
    id : of whoever wrote it; a later entry with the same id corrects it.
    at_utc : when it was entered.
    day : the local date that it is about.
    run : the run that it is about; None between runs.
    signs : what was noticed; what was not asked is not in it.
    signs_asked : whether the runner was asked for each sign.
    as_usual : of a morning, told instead of scores: as usual, or worse; None where scores are told.
    """

    id: str
    at_utc: datetime
    day: date
    when: When
    pains: tuple[Pain, ...] = ()
    signs: frozenset[Sign] = frozenset()
    run: str | None = None
    signs_asked: bool = False
    as_usual: bool | None = None

    @property
    def tells_scores(self) -> bool:
        """Whether it says how much it hurts; a pain that is "as usual" has a size that it does not tell."""
        return bool(self.pains) or self.as_usual is None

    @property
    def is_nothing(self) -> bool:
        """Whether the runner said that nothing hurts, and noticed nothing else."""
        return self.tells_scores and not self.signs and all(pain.score == 0 for pain in self.pains)

    @property
    def worst(self) -> int | None:
        """Greatest score; 0 where the runner said that nothing hurts, None where no score is told."""
        return max((pain.score for pain in self.pains), default=0) if self.tells_scores else None


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody has examined what hurt until a day, as the runner says."""

    id: str
    day: date


def worst_score(check_ins: Iterable[CheckIn]) -> int | None:
    """Greatest score of some check-ins; None where none is told, which is not 0."""
    return max((each.worst for each in check_ins if each.worst is not None), default=None)


def about_run(check_ins: Iterable[CheckIn], run: str) -> Sequence[CheckIn]:
    """Check-ins about one run, in the order of their entry."""
    return sorted((each for each in check_ins if each.run == run), key=lambda each: each.at_utc)


def worst_by_week(check_ins: Iterable[CheckIn], site: tuple[Foot, Place], until: date, weeks: int) -> list[int | None]:
    """Greatest score at one site in each of the last weeks, oldest first.

    A week with a check-in that does not name the site is 0: the runner was asked, and named other places or nothing.

    Parameters
    ----------
    until : last day of the last week.
    """
    found: list[int | None] = [None] * weeks
    for each in check_ins:
        if not each.tells_scores:
            continue
        age = (until - each.day).days // 7
        if 0 <= age < weeks:
            score = max((pain.score for pain in each.pains if pain.site == site), default=0)
            found[weeks - 1 - age] = max(found[weeks - 1 - age] or 0, score)
    return found
