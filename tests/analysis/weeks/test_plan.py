"""When a plan begins, and which days are free, by tables written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.build_up import Answers, Waits, longest_next_s, waiting
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.history import PastRun
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.plan import (
    SPRAIN_ROWS,
    Entry,
    Plan,
    PlanKind,
    Row,
    clinician_plan,
    next_day,
    rest_sentence,
    sprain_plan,
    tendon_plan,
)

DAY = date(2026, 5, 1)
GOOD = Entry(bears_weight=True, moves_freely=True, walks_evenly=True)


def injury(grade: int | None, kind: InjuryKind = InjuryKind.SPRAIN) -> Injury:
    return Injury("1", Foot.LEFT, kind, DAY, grade=grade)


@pytest.mark.parametrize(
    ("grade", "day", "stage_days"),
    [(1, 6, None), (1, 7, 1), (1, 200, 1), (2, 20, None), (2, 21, 7), (3, 300, None), (None, 300, None)],
)
def test_a_table_begins_at_the_least_of_what_is_usual(grade: int | None, day: int, stage_days: int | None) -> None:
    plan = sprain_plan(injury(grade), GOOD, DAY + timedelta(days=day)).plan
    assert (plan.stage_days if plan else None) == stage_days
    assert plan is None or (plan.rows, plan.is_flat) == (SPRAIN_ROWS, True)


TWO = "A sprain of grade 2 usually takes 3 to 6 weeks; today is day {}. "
UNKNOWN = "Cannot tell whether the table can begin: "


@pytest.mark.parametrize(
    ("grade", "entry", "day", "sentence"),
    [
        (2, GOOD, 12, TWO.format(12) + "The table begins on 22 May at the earliest."),
        (2, GOOD, 21, TWO.format(21) + "First session: 6 × (1 min running, 4 min walking)."),
        (2, Entry(True, True, None), 21,
         TWO.format(21) + UNKNOWN + "no healthy walk is known."),
        (2, Entry(), 21,
         TWO.format(21) + UNKNOWN + "whether standing on the foot hurts is not told,"
         " whether the ankle moves freely is not told, no healthy walk is known."),
        (2, Entry(False, False, False), 21,
         TWO.format(21) + "The table does not begin yet: standing on the foot hurts, the ankle does"
         " not move freely, walking differs from usual."),
        (None, GOOD, 21, "Which grade is the sprain? Nothing is assumed; whoever has examined it can tell."),
        (3, GOOD, 99, "After a sprain of grade 3 only rows that a clinician has made."),
    ],
)  # fmt: skip
def test_what_is_said_of_a_beginning(grade: int | None, entry: Entry, day: int, sentence: str) -> None:
    assert sprain_plan(injury(grade), entry, DAY + timedelta(days=day)).sentence == sentence


@pytest.mark.parametrize("kind", [each for each in InjuryKind if each is not InjuryKind.SPRAIN])
def test_nothing_but_a_sprain_has_the_table(kind: InjuryKind) -> None:
    assert sprain_plan(Injury("1", Foot.LEFT, kind, DAY), GOOD, DAY + timedelta(days=300)).plan is None


def test_a_tendon_alone_runs_on_under_caps() -> None:
    found = tendon_plan(injury(None, InjuryKind.TENDON), 1200.0, DAY)
    assert found.sentence == "First session: at most 20 min running."
    assert found.plan is not None
    assert [round(row.run_s) for row in found.plan.rows[:3]] == [1200, 1320, 1452]
    for kind in (InjuryKind.STRESS_FRACTURE, InjuryKind.DONT_KNOW, InjuryKind.SPRAIN):
        assert tendon_plan(injury(None, kind), 1200.0, DAY).plan is None


def test_rows_of_a_clinician_say_whose_they_are() -> None:
    plan = clinician_plan([Row(4, 120.0, 60.0)], "M. Roth", DAY).plan
    assert plan is not None
    assert (plan.kind, plan.by, plan.made) == (PlanKind.CLINICIAN, "M. Roth", DAY)
    with pytest.raises(ValueError, match="a clinician's rows say who made them, and when"):
        clinician_plan([Row(4, 120.0, 60.0)], "", DAY)
    with pytest.raises(ValueError, match="a plan has at least one row"):
        Plan(PlanKind.SPRAIN, ())
    with pytest.raises(ValueError, match="a row has runs of more than 0 s: 1 of 0 s, 0 s between"):
        Row(1, 0, 0)


@pytest.mark.parametrize(
    ("today", "sentence"),
    [
        (DAY, "Today's session is done; the next is from Sunday on."),
        (DAY + timedelta(days=1), "Today is the rest day; the next is from Sunday on."),
        (DAY + timedelta(days=2), ""),
    ],
)
def test_a_date_without_running_lies_between_two_sessions(today: date, sentence: str) -> None:
    assert rest_sentence(DAY, today) == sentence


def test_rest_is_counted_in_dates_and_not_in_hours() -> None:
    late = PastRun("a", datetime(2026, 5, 1, 23, 50, tzinfo=UTC), 1800.0, 1200.0)
    assert next_day(late.last_day) == date(2026, 5, 4)  # it ended on the 2nd; the 3rd is the first whole date
    flown = PastRun("b", datetime(2026, 5, 1, 20, tzinfo=timezone(timedelta(hours=-10))), 1800.0, 1200.0)
    assert next_day(flown.last_day) == date(2026, 5, 3)
    spring = datetime(2026, 3, 28, 23, 30, tzinfo=timezone(timedelta(hours=1)))
    assert next_day(PastRun("c", spring, 1200.0, 1200.0).last_day) == date(2026, 3, 30)


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        (Answers(Evenness.AS_BEFORE, False, True), False),
        (Answers(Evenness.DIFFERENT, False, True), True),
        (Answers(None, False, True), True),
        (Answers(Evenness.AS_BEFORE, None, True), True),
        (Answers(Evenness.AS_BEFORE, True, True), True),
        (Answers(Evenness.AS_BEFORE, False, None), True),
        (Answers(Evenness.AS_BEFORE, False, False), True),
        (Answers(), True),
    ],
)
def test_trail_hills_and_speed_wait_for_three_answers(answers: Answers, waits: bool) -> None:
    assert waiting(answers) == (frozenset(Waits) if waits else frozenset())


def test_the_build_phase_adds_a_tenth_to_the_longest_of_thirty_days() -> None:
    history = [
        PastRun(str(days), datetime(2026, 5, 31, tzinfo=UTC) - timedelta(days=days), minutes * 60.0, minutes * 60.0)
        for days, minutes in ((30, 90.0), (29, 20.0), (1, 10.0))
    ]
    assert longest_next_s(history, date(2026, 5, 31)) == pytest.approx(22 * 60.0)
    assert longest_next_s(history[:1], date(2026, 5, 31)) is None
