"""What comes after a session of a plan: the next row, the same, the one before, nothing until it has been seen.

Complete and monotone: more pain, worse evenness or a missing answer never gives more running. Of a pain of tendons,
2 of 10 goes on, 5 repeats and more goes back, as in tendon trials; for a sprain and a clinician's rows the same bands
are a convention. Pain on the bone has no band: it stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from surefoot.analysis.weeks.bouts_matching import Match
from surefoot.analysis.weeks.feeling import MAX_SCORE, OnBone
from surefoot.analysis.weeks.labels import Surface
from surefoot.analysis.weeks.plan import Plan, PlanKind, next_day
from surefoot.analysis.weeks.red_flags import RedFlag, Urgency

GO_ON_SCORE, REPEAT_SCORE = 2, 5
FLAT = frozenset({Surface.ROAD, Surface.TRACK, Surface.TREADMILL})
REST_DAYS, MORE_REST_DAYS = 1, 2


class Step(IntEnum):
    """What comes next, the least running first."""

    STOP = 0
    """None, and have it seen."""
    CANNOT_TELL = 1
    """None is named until what is missing has been told."""
    BACK = 2
    REPEAT = 3
    GO_ON = 4


class Evenness(StrEnum):
    """A session's left–right balance against the runner's anchor."""

    AS_BEFORE = "as_before"
    DIFFERENT = "different"


class Roll(StrEnum):
    """An ankle roll in a session."""

    NONE = "none"
    ANSWERED = "answered"
    """There was one, and the questions that are asked after it have been answered."""
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Felt:
    """A pain at one place, in and after a session; None where it was not told.

    Parameters
    ----------
    place : as in a sentence, with its side.
    during, after : 0 … 10.
    worse_next_morning : than the runner's usual morning.
    rises_by_week : whether its mean has risen for two weeks.
    """

    place: str
    during: int | None
    after: int | None
    worse_next_morning: bool | None
    rises_by_week: bool | None
    on_bone: OnBone | None

    def __post_init__(self) -> None:
        if any(score is not None and not 0 <= score <= MAX_SCORE for score in (self.during, self.after)):
            raise ValueError(f"scores must be 0 … {MAX_SCORE}, not {self.during} and {self.after}")

    @property
    def worst(self) -> int:
        """Greatest score that was told."""
        return max(self.during or 0, self.after or 0)

    @property
    def hurts(self) -> bool:
        """Whether anything but "nothing" was told."""
        return self.worst > 0 or bool(self.worse_next_morning) or bool(self.rises_by_week)

    @property
    def may_be_bone(self) -> bool:
        """Whether it hurts on the bone, or perhaps on it."""
        return self.hurts and self.on_bone in (OnBone.YES, OnBone.DONT_KNOW)


@dataclass(frozen=True, slots=True)
class Told:
    """All that a decision is made from; None where it is not known.

    Parameters
    ----------
    row : of the plan, from 0.
    stage_day : days since the first session of this row, that of the first being 1.
    last_day : local date on which the session ended.
    bouts : against the row.
    pains : by place; empty where the runner said that nothing hurt.
    swollen : more than before the session.
    painkiller : taken before the session or in it.
    hills : whether there were any.
    faster : whether some of it was faster than the runner's own easy runs.
    red_flags : all that are open.
    """

    row: int
    stage_day: int
    last_day: date
    bouts: Match
    pains: Sequence[Felt] | None
    evenness: Evenness | None
    roll: Roll | None
    swollen: bool | None
    surface: Surface | None
    painkiller: bool | None
    hills: bool | None = None
    faster: bool | None = None
    red_flags: Sequence[RedFlag] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes next.

    Parameters
    ----------
    row : of the next session, from 0; the number of rows after the last; None where none is named.
    from_day : its earliest date.
    reasons : why, in words.
    urgency : how soon it is to be seen, where the step is to stop.
    then : which row it is, in words.
    """

    step: Step
    row: int | None
    from_day: date | None
    reasons: Sequence[str]
    urgency: Urgency | None = None
    then: str = ""

    @property
    def sentence(self) -> str:
        """What the runner reads."""
        why = "; ".join(self.reasons)
        if self.urgency is not None:
            return f"Stop running and have it seen {self.urgency.words}: {why}."
        if self.step is Step.CANNOT_TELL:
            return f"Cannot tell what comes next: {why}."
        return f"{why[0].upper()}{why[1:]}; {self.then} from {self.from_day:%A} on."


def decide(plan: Plan, told: Told) -> Decision:
    """The step that the worst of all answers gives, with every reason for it."""
    found = [*_stops(told), *_missing(plan, told), *_limits(plan, told), (Step.GO_ON, "as planned")]
    step = min(each for each, _ in found)
    reasons = [why for each, why in found if each is step]
    if step is Step.STOP:
        today = any(flag.urgency is Urgency.TODAY for flag in told.red_flags)
        return Decision(step, None, None, reasons, Urgency.TODAY if today else Urgency.THIS_WEEK)
    if step is Step.CANNOT_TELL:
        return Decision(step, None, None, reasons)
    row = {Step.BACK: max(told.row - 1, 0), Step.REPEAT: told.row, Step.GO_ON: told.row + 1}[step]
    rest_days = MORE_REST_DAYS if step is Step.BACK else REST_DAYS
    return Decision(step, row, next_day(told.last_day, rest_days), reasons, then=_row_words(plan, told.row, row))


def _row_words(plan: Plan, row: int, after: int) -> str:
    if after == row:
        return "the same row again"
    if after < row:
        return "the row before again"
    return "next row" if after < len(plan.rows) else "the plan's rows are done; the build phase"


Reasons = Iterator[tuple[Step, str]]


def _stops(told: Told) -> Reasons:
    for flag in told.red_flags:
        yield Step.STOP, flag.reason
    for pain in told.pains or ():
        if pain.may_be_bone:
            yield Step.STOP, f"pain at the {pain.place}, {'' if pain.on_bone is OnBone.YES else 'perhaps '}on the bone"


def _missing(plan: Plan, told: Told) -> Reasons:
    asked: Iterable[tuple[bool, str]] = (
        (told.bouts is Match.CANNOT_TELL, "the pods did not see all of the session"),
        (told.pains is None, "how it felt is not told"),
        (told.evenness is None, "left against right is not known, or has nothing to be compared with"),
        (told.roll is None, "whether an ankle rolled could not be seen"),
        (told.roll is Roll.UNANSWERED, "an ankle rolled, and what is asked after it is not answered"),
        (told.swollen is None, "whether it is swollen is not told"),
        (plan.is_flat and told.surface is None, "what was under the shoes is not told"),
        (plan.is_easy and told.hills is None, "whether there were hills is not told"),
        (plan.is_easy and told.faster is None, "how fast it was against the easy runs is not known"),
        (told.painkiller is None, "whether a painkiller was taken is not told"),
        (told.painkiller is True, "a painkiller hides what a session did"),
    )
    yield from ((Step.CANNOT_TELL, words) for holds, words in asked if holds)
    for pain in told.pains or ():
        yield from ((Step.CANNOT_TELL, f"{words} at the {pain.place} is not told") for words in _not_told(pain))


def _not_told(pain: Felt) -> Iterator[str]:
    asked = (
        (pain.during, "how much it hurt while running"),
        (pain.after, "how much it hurt afterwards"),
        (pain.worse_next_morning, "how the morning after was"),
        (pain.rises_by_week, "how the weeks before were"),
        (pain.on_bone if pain.hurts else OnBone.NO, "whether it hurts on the bone"),
    )
    yield from (words for answer, words in asked if answer is None)


def _limits(plan: Plan, told: Told) -> Reasons:
    for pain in told.pains or ():
        yield from _pain_limits(pain)
    limits: Iterable[tuple[bool, Step, str]] = (
        (told.roll is Roll.ANSWERED, Step.BACK, "an ankle rolled"),
        (told.swollen is True, Step.BACK, "it is more swollen than before"),
        (told.bouts is Match.MORE, Step.REPEAT, "it was more than planned"),
        (told.bouts is Match.LESS, Step.REPEAT, "it was less than planned"),
        (told.evenness is Evenness.DIFFERENT, Step.REPEAT, "uneven: different from usual"),
        (plan.is_flat and told.surface not in FLAT, Step.REPEAT, "the ground was not the flat one of the plan"),
        (plan.is_easy and told.hills is True, Step.REPEAT, "there were hills, which the plan leaves out"),
        (plan.is_easy and told.faster is True, Step.REPEAT, "some of it was faster than the easy runs"),
        (
            told.stage_day < plan.stage_days,
            Step.REPEAT,
            f"stage {told.row + 1} of {len(plan.rows)}, day {told.stage_day} of {plan.stage_days}",
        ),
    )
    yield from ((step, words) for holds, step, words in limits if holds)


def _pain_limits(pain: Felt) -> Reasons:
    if pain.worst > REPEAT_SCORE:
        yield Step.BACK, f"{pain.worst} of {MAX_SCORE} at the {pain.place}"
    elif pain.worst > GO_ON_SCORE:
        yield Step.REPEAT, f"{pain.worst} of {MAX_SCORE} at the {pain.place}"
    if pain.rises_by_week:
        yield Step.BACK, f"pain at the {pain.place} has risen for two weeks"
    if pain.worse_next_morning:
        yield Step.REPEAT, f"the {pain.place} was worse than usual the morning after"


def bands_are_convention(plan: Plan) -> bool:
    """Whether the pain bands were never tried on what the plan is for; a page that shows them says so."""
    return plan.kind is not PlanKind.TENDON
