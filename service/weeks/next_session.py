"""What comes next in the plan that a runner follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from surefoot.analysis.weeks.build_up import LegTests, Waits, longest_next_s
from surefoot.analysis.weeks.decision import Step
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.followed import FollowedPlan, bone_pain, bone_sentence, by_grade, followed_on
from surefoot.analysis.weeks.injuries import Injury, open_injuries
from surefoot.analysis.weeks.plan import THIRD_GRADE, Row, rest_sentence
from surefoot.analysis.weeks.progress import Judged, Progress, Stage, progress
from surefoot.analysis.weeks.red_flags import RedFlag
from surefoot.analysis.weeks.session_length import REFERENCE_DAYS
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.weeks.plan_sessions import plan_sessions


@dataclass(frozen=True, slots=True)
class NextSession:
    """What a runner's plan says today.

    Parameters
    ----------
    row : of the next session; None where none is named, and the sentence says why.
    number : of that row, from 1; None in the build phase after the last.
    from_day : its earliest date.
    sentence : what the runner reads.
    judged : the sessions so far, oldest first.
    waits : what the build phase does not have yet.
    unanswered_run : of the session of which the runner can still tell what is missing; empty without one.
    """

    followed: FollowedPlan
    row: Row | None
    number: int | None
    from_day: date | None
    sentence: str
    judged: tuple[Judged, ...] = ()
    waits: frozenset[Waits] = frozenset()
    unanswered_run: str = ""

    @property
    def is_build(self) -> bool:
        """Whether the rows are done."""
        return self.row is not None and self.number is None

    @property
    def sentences(self) -> Sequence[str]:
        """What came of the newest session, and what today is; once, where both are the same."""
        came = self.came_of_last
        return [self.sentence] if not came or self.sentence.startswith(came) else [came, self.sentence]

    @property
    def came_of_last(self) -> str:
        """What came of the newest session; empty before the first."""
        return self.judged[-1].decision.sentence if self.judged else ""


def followed_plan(settings: Settings, runner: str, today: date) -> FollowedPlan | None:
    """The plan that a runner follows on a day; None without one."""
    return followed_on(People(settings.data).all_of(runner, FollowedPlan), today)


def next_session(
    settings: Settings,
    runner: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    zone: tzinfo | None = None,
) -> NextSession | None:
    """The next session of a runner as it is known now; None where they follow no plan.

    Parameters
    ----------
    zone : whose dates count; that of this computer by default.
    """
    today = now().astimezone(zone).date()
    followed = followed_plan(settings, runner, today)
    if followed is None:
        return None
    people = People(settings.data, now)
    by_now = by_grade(followed, open_injuries(people.all_of(runner, Injury), today))
    if by_now is None:
        return NextSession(followed, None, None, None, THIRD_GRADE)
    followed = by_now
    flags, tests = people.red_flags(runner, today), people.all_of(runner, LegTests)
    found = progress(followed, plan_sessions(settings, runner, followed, zone), flags, tests)
    judged, stage = tuple(found.judged), found.stage
    why = _why_not(found, followed, flags, people.all_of(runner, CheckIn), today)
    if why or stage is None:
        return NextSession(followed, None, None, None, why, judged, found.waits, _unanswered_run(found))
    number = stage.number + 1 if stage.number < len(followed.plan.rows) else None
    sentence = _sentence(stage, found.last, today)
    return NextSession(followed, stage.row, number, stage.from_day, sentence, judged, found.waits)


def _why_not(
    found: Progress, followed: FollowedPlan, flags: Sequence[RedFlag], said: Sequence[CheckIn], today: date
) -> str:
    """Why no session is named; empty where one is."""
    if flags:
        return " ".join(each.sentence for each in flags)
    if told := bone_pain(said, followed.begun):
        return bone_sentence(followed.plan.kind, told)
    if found.stage is None:
        came = "" if found.last is None else found.last.decision.sentence
        return f"{came} {_at_worst(found.at_worst)}".strip()
    is_build = found.stage.number >= len(followed.plan.rows)
    if is_build and longest_next_s([each.counted for each in found.judged], today) is None:
        return f"No session for {REFERENCE_DAYS} days: nothing is named any more. Begin a plan anew."
    return ""


def _unanswered_run(found: Progress) -> str:
    last = found.last
    asks = last is not None and found.stage is None and found.at_worst is None
    return last.session.runs[-1] if last is not None and asks and last.decision.step is Step.CANNOT_TELL else ""


def _at_worst(stage: Stage | None) -> str:
    if stage is None:
        return ""
    day = f"{stage.from_day:%A}, {stage.from_day.day} {stage.from_day:%b}"
    return f"Another run is compared with {stage.row.words}, from {day} on."


def _sentence(stage: Stage, last: Judged | None, today: date) -> str:
    """What today is: a rest day, or one for the next session."""
    if today >= stage.from_day:
        return f"Today or later: {stage.row.words}."
    if last is None:
        return f"First session from {stage.from_day:%A} on: {stage.row.words}."
    last_day = last.session.last_day
    return rest_sentence(last_day, today, (stage.from_day - last_day).days - 1)
