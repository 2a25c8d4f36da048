"""Plans from bouts and from what is told, session by session, against the table written by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from statistics import fmean

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.decision import Decision, Step
from surefoot.analysis.weeks.feeling import CheckIn, When
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.plan import Entry, Plan, Row, clinician_plan, sprain_plan, tendon_plan
from surefoot.analysis.weeks.progress import PlanSession, Progress, progress
from surefoot.analysis.weeks.red_flags import red_flags
from tests.accuracy.report import Finding
from tests.weeks.courses import (
    BACK,
    CANNOT_TELL,
    COURSES,
    GO_ON,
    REPEAT,
    STOP,
    as_planned,
    check_ins,
    drawn_courses,
    session,
)

PLANS, KINDS, MAX_SESSIONS = 1000, 4, 40
INJURED = date(2026, 5, 1)
CLINICIAN_ROWS = (Row(4, 120.0, 60.0), Row(3, 300.0, 60.0), Row(1, 900.0))


@dataclass(frozen=True, slots=True)
class Expected:
    """What the table says of one session: the step, the next row from 0, and its earliest date."""

    step: Step
    row: int | None
    from_day: date | None


def findings(plans: int = PLANS) -> Iterator[Finding]:
    """Decisions of all plans, and those that must say "cannot tell"."""
    right: Counter[Step] = Counter()
    drawn: Counter[Step] = Counter()
    whole = 0
    for seed in range(plans):
        expected, found = followed(np.random.default_rng([3, seed]))
        told = [Expected(each.decision.step, each.decision.row, each.decision.from_day) for each in found.judged]
        drawn.update(each.step for each in expected)
        right.update(a.step for a, b in zip(expected, told, strict=False) if a == b)
        then = (None, None) if found.stage is None else (found.stage.number, found.stage.from_day)
        whole += told == expected and then == (expected[-1].row, expected[-1].from_day)
    yield Finding(
        f"{plans} plans from bouts and check-ins",
        "as in the table to their end",
        f"{whole} of {plans}",
        "all",
        whole == plans,
    )
    for step in Step:
        words = step.name.lower().replace("_", " ")
        yield Finding(
            f"{drawn.total()} sessions of them",
            words,
            f"{right[step]} of {drawn[step]}",
            "all",
            right[step] == drawn[step] > 0,
        )
    missing = [each.step is CANNOT_TELL for each in _without_an_answer()]
    words = "one answer left out, for each row of each plan: cannot tell"
    yield Finding("missing input", words, f"{sum(missing)} of {len(missing)}", "all", all(missing))


def _without_an_answer() -> Iterator[Decision]:
    """Each answer left out of a session that was as planned, in each row of each kind of plan."""
    for kind in range(KINDS):
        plan, begun = plan_of(kind)
        for row, course in product(range(len(plan.rows)), COURSES.values()):
            if course.step is CANNOT_TELL and course.fits(plan, plan.rows[row]):
                day = course.change(as_planned(plan.rows[row]), plan.rows[row])
                alone = FollowedPlan("p", replace(plan, rows=plan.rows[row:]), begun)
                one = session(day, "r", begun, check_ins(day, "r", begun), begun)
                yield progress(alone, [one]).judged[0].decision


def plan_of(kind: int) -> tuple[Plan, date]:
    """After a sprain of either grade, of a tendon, a clinician's; and the day of its first session at the earliest."""
    today = INJURED + timedelta(days=30)
    if kind < 2:
        sprain = Injury("1", Foot.LEFT, InjuryKind.SPRAIN, INJURED, grade=1 + kind)
        beginning = sprain_plan(sprain, Entry(True, True, True), today)
    elif kind == 2:
        beginning = tendon_plan(Injury("1", Foot.LEFT, InjuryKind.TENDON, INJURED), 1200.0, today)
    else:
        beginning = clinician_plan(CLINICIAN_ROWS, "M. Roth", today)
    assert beginning.plan is not None
    assert beginning.from_day is not None
    return beginning.plan, beginning.from_day


def followed(rng: np.random.Generator) -> tuple[list[Expected], Progress]:
    """What is expected of each session of a plan, and what came out."""
    plan, begun = plan_of(int(rng.integers(KINDS)))
    said: list[CheckIn] = []
    sessions: list[PlanSession] = []
    expected: list[Expected] = []
    row, from_day, stage = 0, begun, None
    while row < len(plan.rows) and len(sessions) < MAX_SESSIONS:
        on = from_day + timedelta(days=int(rng.choice((0, 0, 0, 1, 2))))
        stage = stage or on
        day = as_planned(plan.rows[row])
        courses = drawn_courses(plan, plan.rows[row], rng)
        for each in courses:
            day = each.change(day, plan.rows[row])
        run = f"r{len(sessions)}"
        new = check_ins(day, run, on)
        sessions.append(session(day, run, on, said := [*said, *new], begun))
        step = min([each.step for each in courses], default=GO_ON)
        step = min(step, GO_ON if (on - stage).days + 1 >= plan.stage_days else REPEAT)
        if day.pains:
            step = min(step, _by_weeks(said, begun, on))
        expected.append(_after(step, row, on + timedelta(days=day.late)))
        if expected[-1].row is None or expected[-1].from_day is None:
            break
        stage = stage if expected[-1].row == row else None
        row, from_day = expected[-1].row, expected[-1].from_day
    signs = [each for each in said if each.run == run and each.signs]
    return expected, progress(FollowedPlan("p", plan, begun), sessions, red_flags(signs, sessions[-1].last_day))


def _after(step: Step, row: int, last_day: date) -> Expected:
    """By hand: one row at most, a rest day between, two after a step back."""
    if step in (STOP, CANNOT_TELL):
        return Expected(step, None, None)
    then, days = {GO_ON: (row + 1, 2), REPEAT: (row, 2), BACK: (max(row - 1, 0), 3)}[step]
    return Expected(step, then, last_day + timedelta(days=days))


def _by_weeks(said: list[CheckIn], begun: date, on: date) -> Step:
    """A pain whose weekly mean has risen twice goes back; with a week of which nothing is told nobody can tell."""
    if (on - begun).days < 14:
        return GO_ON
    weeks: list[list[int]] = [[], [], []]
    for each in said:
        ago = (on - each.day).days
        if each.when is When.AFTER and 0 <= ago < 21:
            weeks[ago // 7].append(max((pain.score for pain in each.pains), default=0))
    if not all(weeks):
        return CANNOT_TELL
    last, middle, first = map(fmean, weeks)
    return BACK if last > middle > first else GO_ON
