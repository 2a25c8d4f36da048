"""How far a runner is in a plan: its sessions one after the other, each against the row that was named for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from surefoot.analysis.model import Bout
from surefoot.analysis.weeks.bouts_matching import Gap, Match, Matched, match_bouts, merged_runs
from surefoot.analysis.weeks.decision import Decision, Evenness, Felt, Roll, Told, decide
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.plan import Row
from surefoot.analysis.weeks.red_flags import RedFlag


@dataclass(frozen=True, slots=True)
class PlanSession:
    """What was run on one day of a plan, in one recording or several, whatever its row was.

    Parameters
    ----------
    runs : their names.
    day, last_day : local dates on which it began and ended.
    bouts, gaps : of all of it, on one clock, see `match_bouts`.
    told : what else is known; its row, stage day, bouts and flags are set where the session is judged.
    """

    runs: Sequence[str]
    day: date
    last_day: date
    bouts: Sequence[Bout]
    gaps: Sequence[Gap]
    told: Told

    @property
    def run_s(self) -> float:
        """Running in all."""
        return sum(end_s - start_s for start_s, end_s in merged_runs(self.bouts, self.gaps))


@dataclass(frozen=True, slots=True)
class Judged:
    """A session with the row that it was for, how it went, and what came of it."""

    session: PlanSession
    row: int
    matched: Matched
    decision: Decision


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a runner is.

    Parameters
    ----------
    judged : sessions, oldest first, up to one that holds everything up.
    row : of the next session, from 0; the number of rows after the last; None where none is named.
    from_day : its earliest date; None where no row is named.
    """

    judged: Sequence[Judged]
    row: int | None
    from_day: date | None

    @property
    def last(self) -> Judged | None:
        """The newest session that was judged."""
        return self.judged[-1] if self.judged else None


def progress(followed: FollowedPlan, sessions: Sequence[PlanSession], flags: Sequence[RedFlag] = ()) -> Progress:
    """Judge all sessions of a plan.

    A session of which something is not known names no row. Where the runner runs on nevertheless, what they could still
    tell holds up everything after it; what nobody can tell any more counts as the worst that it may have been.

    Parameters
    ----------
    sessions : since the plan was begun, oldest first.
    flags : all that are open now; they are about the next session.
    """
    judged: list[Judged] = []
    row, from_day, stage_begun = 0, followed.begun, None
    for number, session in enumerate(sessions):
        is_last = number == len(sessions) - 1
        if row >= len(followed.plan.rows):
            break
        stage_begun = stage_begun or session.day
        matched = _matched(session, followed.plan.rows[row], from_day)
        told = replace(
            session.told,
            row=row,
            stage_day=(session.day - stage_begun).days + 1,
            last_day=session.last_day,
            bouts=matched.match,
            red_flags=flags if is_last else (),
        )
        decision = decide(followed.plan, told)
        judged.append(Judged(session, row, matched, decision))
        after = decision if decision.row is not None or is_last else decide(followed.plan, at_worst(told))
        if after.row is None or after.from_day is None:
            return Progress(judged, None, None)
        stage_begun = stage_begun if after.row == row else None
        row, from_day = after.row, after.from_day
    return Progress(judged, row, from_day)


def at_worst(told: Told) -> Told:
    """A session with the worst in place of what nobody can tell any more; what the runner can tell stays missing.

    A painkiller may have hidden any pain: it counts as an ankle that rolled, the row before again.
    """
    hidden = told.painkiller is True or told.roll is None
    pains = None if told.pains is None else [_felt_at_worst(each) for each in told.pains]
    return replace(
        told,
        bouts=Match.MORE if told.bouts is Match.CANNOT_TELL else told.bouts,
        pains=pains,
        evenness=told.evenness or Evenness.DIFFERENT,
        roll=Roll.ANSWERED if hidden and told.roll is not Roll.UNANSWERED else told.roll,
        painkiller=False if told.painkiller else told.painkiller,
        faster=True if told.faster is None else told.faster,
    )


def _felt_at_worst(pain: Felt) -> Felt:
    return replace(pain, rises_by_week=True) if pain.rises_by_week is None else pain


def _matched(session: PlanSession, row: Row, from_day: date) -> Matched:
    """Against the row; before its earliest date it is more than planned, whatever it was."""
    found = match_bouts(session.bouts, row, session.gaps)
    if session.day >= from_day or found.match is Match.CANNOT_TELL:
        return found
    early = f"it was before {from_day:%A}, {from_day.day} {from_day:%b}"
    return replace(found, match=Match.MORE, differences=(*found.differences, early))
