"""Plans that a runner follows, and which one holds on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.plan import STAGE_DAYS, Plan, PlanKind
from surefoot.analysis.weeks.red_flags import site_name


@dataclass(frozen=True, slots=True)
class FollowedPlan:
    """A plan, and since when it is followed.

    Parameters
    ----------
    begun : earliest date of its first session.
    injury : id of the injury that it is for; None where none is named.
    easy_mps : speed of the runner's runs before it, by the pods; None where it is not known.
    ended : from this date on it is not followed any more; None while it is.
    """

    id: str
    plan: Plan
    begun: date
    injury: str | None = None
    easy_mps: float | None = None
    ended: date | None = None

    def __post_init__(self) -> None:
        if self.ended is not None and self.ended < self.begun:
            raise ValueError(f"ended must not be before begun, {self.begun}")

    def holds_on(self, day: date) -> bool:
        """Whether it is followed on a day."""
        return self.begun <= day and (self.ended is None or day < self.ended)


def followed_on(plans: Iterable[FollowedPlan], day: date) -> FollowedPlan | None:
    """The plan of a day, that which was begun last; None without any."""
    holding = [each for each in plans if each.holds_on(day)]
    return max(holding, key=lambda each: each.begun, default=None)


def by_grade(followed: FollowedPlan, injuries: Iterable[Injury]) -> FollowedPlan | None:
    """The table of a sprain by the grade that is told of it now; None after a third grade, for which there is none.

    Parameters
    ----------
    injuries : that are open.
    """
    grade = max((each.grade or 1 for each in injuries if each.kind is InjuryKind.SPRAIN), default=1)
    if followed.plan.kind is not PlanKind.SPRAIN:
        return followed
    if grade not in STAGE_DAYS:
        return None
    stage_days = max(STAGE_DAYS[grade], followed.plan.stage_days)
    return replace(followed, plan=replace(followed.plan, stage_days=stage_days))


def bone_pain(check_ins: Iterable[CheckIn], since: date) -> tuple[date, Pain] | None:
    """The first pain on the bone, or perhaps on it, that was told from a day on."""
    found = [
        (each.day, pain)
        for each in check_ins
        for pain in each.pains
        if each.day >= since and pain.score and pain.on_bone in (OnBone.YES, OnBone.DONT_KNOW)
    ]
    return min(found, key=lambda each: each[0], default=None)


def bone_sentence(kind: PlanKind, told: tuple[date, Pain]) -> str:
    """Why no row is named after a pain on the bone, also once it has been seen."""
    day, pain = told
    perhaps = "" if pain.on_bone is OnBone.YES else "perhaps "
    new = "new rows" if kind is PlanKind.CLINICIAN else "rows"
    return (
        f"Pain {perhaps}on the bone at the {site_name(pain)} was told on {day.day} {day:%b}:"
        f" from here on only {new} that a clinician makes."
    )
