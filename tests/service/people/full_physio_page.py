"""A physio's page with as much as it can have: twelve weeks of everything, in the longest words that there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from surefoot.analysis.findings import Severity
from surefoot.analysis.legs.calf_raises import RaiseCount
from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF
from surefoot.analysis.model import Estimate, Foot
from surefoot.analysis.weeks.bouts_matching import Match, Matched
from surefoot.analysis.weeks.decision import Decision, Step, Told
from surefoot.analysis.weeks.exercises import Adherence, Did, Exercise, ExerciseDone, adherence
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, When
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.labels import Surface
from surefoot.analysis.weeks.measured_legs import MeasuredLegs, PodsCan
from surefoot.analysis.weeks.plan import Row, clinician_plan
from surefoot.analysis.weeks.progress import Judged, PlanSession
from surefoot.analysis.weeks.red_flags import RedFlag, Urgency
from surefoot.dashboards.physio_facts import WEEKS, PhysioFacts, RunFacts
from surefoot.dashboards.plan_source import PlanState

TODAY = date(2026, 5, 24)
FIRST = date(2026, 3, 2)
ROW = Row(6, 240.0, 60.0)
BY = "Olga Novotná-Hlaváčková, physiotherapist"
MINUTES = 95.0
STRIDES = 8123


def full_facts() -> PhysioFacts:
    """Three runs, five entries and four days of exercises in each week, and a plan with a session of each row."""
    return PhysioFacts(
        "Maximiliana Featherstonehaugh-Wolfeschlegelstein", FIRST, TODAY,
        runs=list(_runs()), check_ins=list(_check_ins()),
        flags=[RedFlag(Urgency.THIS_WEEK, "pain at the left outer ankle that grows while you run", TODAY)],
        injuries=[Injury("i", Foot.LEFT, InjuryKind.SPRAIN, FIRST, grade=2)], plan=_plan(), exercises=_exercises(),
    )  # fmt: skip


def _days(times: Sequence[int]) -> Iterator[date]:
    """Those days of each week."""
    return (FIRST + timedelta(weeks=week, days=day) for week in range(WEEKS) for day in times)


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)


def _runs() -> Iterator[RunFacts]:
    for number, day in enumerate(_days((0, 2, 5))):
        past = PastRun(
            f"r{number}", _at(day), 60.0 * MINUTES, 60.0 * MINUTES, 19_999.0, dict.fromkeys(Foot, STRIDES),
            surface=[*Surface, None][number % (len(Surface) + 1)],
        )  # fmt: skip
        evenness = {key: Estimate(-12.3, -23.4, -1.2, 190) for key in (CONTACT, IMPACT, PUSH_OFF)}
        rolls = [(Foot.LEFT, Severity.ROLL if number % 5 == 0 else Severity.NEAR_MISS)] if number % 3 == 0 else []
        yield RunFacts(past, evenness, rolls, dict.fromkeys(Foot, STRIDES))


def _check_ins() -> Iterator[CheckIn]:
    for number, day in enumerate(_days((0, 2, 3, 5, 6))):
        pain = Pain(Foot.LEFT, Place.OUTER_ANKLE, number % 11, OnBone.NO, stiffness_min=25, swollen=True, at_rest=True)
        yield CheckIn(f"c{number}", _at(day), day, When.AFTER, (pain,))


def _plan() -> PlanState:
    made = clinician_plan([ROW] * 5, BY, FIRST)
    assert made.plan is not None
    judged = [_judged(f"r{number}", day) for number, day in enumerate(_days((0,)))]
    return PlanState("", FollowedPlan("p", made.plan, FIRST), "Next from Thursday: the same row again.", judged=judged)


def _judged(run: str, day: date) -> Judged:
    told = Told(0, 1, day, Match.MORE, (), None, None, True, None, None)
    differences = ("run 4 was 7:10 instead of 4:00", "the walk after run 5 was 0:12 instead of 1:00")
    reasons = ("6 of 10 after the run", "swelling was told the next morning")
    decision = Decision(Step.REPEAT, 0, day, reasons, then="the same row again")
    session = PlanSession((run,), _at(day), day, (), (), told)
    return Judged(session, 0, ROW, Matched(Match.MORE, 5, 6, differences), decision)


def _exercises() -> Sequence[Adherence]:
    raises = Exercise("e", "Single-leg calf raise on a step, knee straight, then knee bent", 5, FIRST, 3, 15, by=BY,
                      pods_can=PodsCan.CALF_RAISES)  # fmt: skip
    log = [ExerciseDone(f"d{day}", "e", day, Did.DONE, hurt=True) for day in _days((0, 1, 3, 4))]
    sets = tuple(RaiseCount(count, 31.0, 2.1) for count in (15, 14, 13))
    measured = [MeasuredLegs(f"m{number}", TODAY, dict.fromkeys(Foot, sets), ()) for number in range(2)]
    return [replace(adherence(raises, log, TODAY), measured=measured)]
