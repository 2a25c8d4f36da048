"""How far a runner is in a plan: its sessions one after the other, each against what was named for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from surefoot.analysis.model import Bout
from surefoot.analysis.weeks.bouts_matching import Gap, Match, Matched, match_bouts, merged_runs
from surefoot.analysis.weeks.build_up import Answers, LegTests, Waits, longest_next_s, waiting
from surefoot.analysis.weeks.decision import Decision, Evenness, Felt, Roll, Step, Told, decide
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.plan import GROWTH, Plan, Row
from surefoot.analysis.weeks.red_flags import RedFlag

BUILD_WORDS = {
    Step.GO_ON: "at most a tenth more than the longest",
    Step.REPEAT: "no more than last time",
    Step.BACK: "a tenth less than last time",
}


@dataclass(frozen=True, slots=True)
class PlanSession:
    """What was run on one day of a plan, in one recording or several, whatever was named for it.

    Parameters
    ----------
    runs : their names.
    started : with the offset of the place where it began.
    last_day : local date on which it ended.
    bouts, gaps : of all of it, on one clock, see `match_bouts`.
    told : what else is known; its row, stage day, bouts and flags are set where the session is judged.
    """

    runs: Sequence[str]
    started: datetime
    last_day: date
    bouts: Sequence[Bout]
    gaps: Sequence[Gap]
    told: Told

    @property
    def day(self) -> date:
        """Local date on which it began."""
        return self.started.date()

    @property
    def run_s(self) -> float:
        """Running in all."""
        return sum(end_s - start_s for start_s, end_s in merged_runs(self.bouts, self.gaps))

    @property
    def duration_s(self) -> float:
        """From its begin to its end."""
        return self.bouts[-1].end_s - self.bouts[0].start_s if self.bouts else 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A session, what was named for it, how it went, and what came of it.

    Parameters
    ----------
    number : of the row, from 0; the number of rows in the build phase.
    """

    session: PlanSession
    number: int
    row: Row
    matched: Matched
    decision: Decision

    @property
    def counted(self) -> PastRun:
        """As a run that a later one may be a tenth longer than: no more of it than was named."""
        run_s = min(self.session.run_s, self.row.running_s)
        return PastRun(self.session.runs[0], self.session.started, self.session.duration_s, run_s)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is named for the next session.

    Parameters
    ----------
    number : of the row, from 0; the number of rows in the build phase.
    from_day : its earliest date.
    begun : date of the first session of this row; None before it.
    """

    number: int
    row: Row
    from_day: date
    begun: date | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a runner is.

    Parameters
    ----------
    judged : sessions, oldest first, up to one that holds everything up.
    stage : None where no session is named; the last one judged says why.
    waits : what the build phase does not have yet.
    at_worst : what a session is compared with that is run although none is named; None where the runner can still tell
        what is missing, or is to have it seen.
    """

    judged: Sequence[Judged]
    stage: Stage | None
    waits: frozenset[Waits]
    at_worst: Stage | None = None

    @property
    def last(self) -> Judged | None:
        """The newest session that was judged."""
        return self.judged[-1] if self.judged else None


def progress(
    followed: FollowedPlan,
    sessions: Sequence[PlanSession],
    flags: Sequence[RedFlag] = (),
    tests: Sequence[LegTests] = (),
) -> Progress:
    """Judge all sessions of a plan.

    A session of which something is not known names nothing. Where the runner runs on nevertheless, what they could
    still tell holds up everything after it; what nobody can tell any more counts as the worst that it may have been.

    Parameters
    ----------
    sessions : since the plan was begun, oldest first.
    flags : all that are open now; they are about the next session.
    tests : what ground, hills and speed of the build phase wait for, beside even minutes; oldest first.
    """
    judged: list[Judged] = []
    stage = Stage(0, followed.plan.rows[0], followed.begun)
    for session in sessions:
        is_last = session is sessions[-1]
        plan = _plan_of(followed.plan, stage, _waits([each for each in tests if each.day <= session.day], judged))
        matched = _matched(session, stage)
        told = _told(session, stage, matched.match, flags if is_last else ())
        decision = decide(plan, told)
        is_named = decision.row is not None
        after = decision if is_named else decide(plan, at_worst(told))
        judged.append(Judged(session, stage.number, stage.row, matched, _in_build(decision, followed.plan, stage)))
        if after.from_day is None:
            return Progress(judged, None, _waits(tests, judged))
        stage = _next(followed.plan, replace(stage, begun=stage.begun or session.day), after, judged)
        if is_last and not is_named:
            return Progress(judged, None, _waits(tests, judged), stage)
    return Progress(judged, stage, _waits(tests, judged))


def _waits(tests: Sequence[LegTests], judged: Sequence[Judged]) -> frozenset[Waits]:
    """By the newest answers, and by the evenness of the newest session."""
    even = judged[-1].session.told.evenness if judged else None
    newest = tests[-1] if tests else LegTests("", date.min)
    return waiting(Answers(even, newest.calf_raises_hurt, newest.balance_is_steady))


def _plan_of(plan: Plan, stage: Stage, waits: frozenset[Waits]) -> Plan:
    """The plan that a session is judged by; in the build phase its only row is a cap."""
    if stage.number < len(plan.rows):
        return plan
    return replace(plan, rows=(stage.row,), stage_days=1, is_flat=bool(waits), is_easy=bool(waits))


def _told(session: PlanSession, stage: Stage, match: Match, flags: Sequence[RedFlag]) -> Told:
    return replace(
        session.told,
        row=stage.number,
        stage_day=(session.day - (stage.begun or session.day)).days + 1,
        last_day=session.last_day,
        bouts=match,
        red_flags=flags,
    )


def _in_build(decision: Decision, plan: Plan, stage: Stage) -> Decision:
    """The decision in the words of the build phase, where there are no rows."""
    return decision if stage.number < len(plan.rows) else replace(decision, then=BUILD_WORDS.get(decision.step, ""))


def _next(plan: Plan, stage: Stage, after: Decision, judged: Sequence[Judged]) -> Stage:
    assert after.row is not None
    assert after.from_day is not None
    if stage.number < len(plan.rows) and after.row < len(plan.rows):
        begun = stage.begun if after.row == stage.number else None
        return Stage(after.row, plan.rows[after.row], after.from_day, begun)
    cap_s = _cap_s(stage.row.running_s, after.step, judged)
    return Stage(len(plan.rows), Row(1, cap_s, is_cap=True), after.from_day)


def _cap_s(last_s: float, step: Step, judged: Sequence[Judged]) -> float:
    """Running of the next session of the build phase at most."""
    if step is Step.GO_ON:
        return longest_next_s([each.counted for each in judged], judged[-1].session.day) or last_s
    return last_s if step is Step.REPEAT else last_s / GROWTH


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


def _matched(session: PlanSession, stage: Stage) -> Matched:
    """Against what was named; before its earliest date it is more than planned, whatever it was."""
    found = match_bouts(session.bouts, stage.row, session.gaps)
    if session.day >= stage.from_day or found.match is Match.CANNOT_TELL:
        return found
    early = f"it was before {stage.from_day:%A}, {stage.from_day.day} {stage.from_day:%b}"
    return replace(found, match=Match.MORE, differences=(*found.differences, early))
