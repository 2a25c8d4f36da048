"""What comes next in the plan that a runner follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.followed import FollowedPlan, bone_pain, bone_sentence, followed_on
from surefoot.analysis.weeks.plan import Row, rest_sentence
from surefoot.analysis.weeks.progress import Judged, Progress, progress
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.weeks.plan_sessions import plan_sessions


@dataclass(frozen=True, slots=True)
class NextSession:
    """What a runner's plan says today.

    Parameters
    ----------
    row : of the next session; None where none is named, and the sentence says why.
    number : of that row, from 1.
    from_day : its earliest date.
    sentence : what the runner reads.
    judged : the sessions so far, oldest first.
    """

    followed: FollowedPlan
    row: Row | None
    number: int | None
    from_day: date | None
    sentence: str
    judged: tuple[Judged, ...] = ()

    def is_due(self, today: date) -> bool:
        """Whether the session may be today."""
        return self.from_day is not None and today >= self.from_day


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
    flags = people.red_flags(runner, today)
    found = progress(followed, plan_sessions(settings, runner, followed, zone), flags)
    judged = tuple(found.judged)
    if flags:
        return NextSession(followed, None, None, None, " ".join(each.sentence for each in flags), judged)
    if told := bone_pain(people.all_of(runner, CheckIn), followed.begun):
        return NextSession(followed, None, None, None, bone_sentence(followed.plan.kind, told), judged)
    if found.row is None or found.from_day is None or found.row >= len(followed.plan.rows):
        sentence = "" if found.last is None else found.last.decision.sentence
        return NextSession(followed, None, None, None, sentence, judged)
    row = followed.plan.rows[found.row]
    return NextSession(followed, row, found.row + 1, found.from_day, _sentence(found, row, today), judged)


def _sentence(found: Progress, row: Row, today: date) -> str:
    """What today is: a rest day, or one for the next session."""
    assert found.from_day is not None
    if today >= found.from_day:
        return f"Today or later: {row.words}."
    if found.last is None:
        return f"First session from {found.from_day:%A} on: {row.words}."
    last_day = found.last.session.last_day
    return rest_sentence(last_day, today, (found.from_day - last_day).days - 1)
