"""What comes after a session: a table written by hand, and that nothing worse ever gives more running."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.analysis.weeks.bouts_matching import Match
from surefoot.analysis.weeks.decision import (
    Decision,
    Evenness,
    Felt,
    Roll,
    Step,
    Told,
    bands_are_convention,
    decide,
)
from surefoot.analysis.weeks.feeling import OnBone
from surefoot.analysis.weeks.labels import Surface
from surefoot.analysis.weeks.plan import SPRAIN_ROWS, Plan, PlanKind, Row
from surefoot.analysis.weeks.red_flags import RedFlag, Urgency

DAY = date(2026, 5, 12)  # a Tuesday
STOP, CANNOT_TELL, BACK, REPEAT, GO_ON = Step
SPRAIN = Plan(PlanKind.SPRAIN, SPRAIN_ROWS, is_flat=True)
SECOND_GRADE = replace(SPRAIN, stage_days=7)
TENDON = Plan(PlanKind.TENDON, [Row(1, 1200.0, is_cap=True), Row(1, 1320.0, is_cap=True)], is_easy=True)
CLINICIAN = Plan(PlanKind.CLINICIAN, [Row(4, 120.0, 60.0)] * 3, by="M. Roth", made=DAY)
NO_PAIN = Felt("left outer ankle", 0, 0, worse_next_morning=False, rises_by_week=False, on_bone=OnBone.NO)
GOOD = Told(
    row=1, stage_day=1, last_day=DAY, bouts=Match.AS_PLANNED, pains=(), evenness=Evenness.AS_BEFORE, roll=Roll.NONE,
    swollen=False, surface=Surface.ROAD, painkiller=False, hills=False, faster=False,
)  # fmt: skip
FLAG = RedFlag(Urgency.TODAY, "a calf that is swollen and tender", DAY)


def felt(**changes: Any) -> Told:
    return replace(GOOD, pains=(replace(NO_PAIN, **changes),))


UNKNOWN, SEEN = "Cannot tell what comes next: ", "Stop running and have it seen this week: "
AGAIN, BEFORE = "; the same row again from Thursday on.", "; the row before again from Friday on."
NOT_TOLD = " at the left outer ankle is not told."


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (GOOD, "As planned; next row from Thursday on."),
        (felt(), "As planned; next row from Thursday on."),
        (felt(after=2), "As planned; next row from Thursday on."),
        (felt(during=3), "3 of 10 at the left outer ankle" + AGAIN),
        (felt(after=5), "5 of 10 at the left outer ankle" + AGAIN),
        (felt(after=6), "6 of 10 at the left outer ankle" + BEFORE),
        (felt(worse_next_morning=True),
         "The left outer ankle was worse than usual the morning after" + AGAIN),
        (felt(rises_by_week=True), "Pain at the left outer ankle has risen for two weeks" + BEFORE),
        (felt(after=1, on_bone=OnBone.YES), SEEN + "pain at the left outer ankle, on the bone."),
        (felt(after=1, on_bone=OnBone.DONT_KNOW), SEEN + "pain at the left outer ankle, perhaps on the bone."),
        (felt(after=1, on_bone=None), UNKNOWN + "whether it hurts on the bone" + NOT_TOLD),
        (felt(after=None), UNKNOWN + "how much it hurt afterwards" + NOT_TOLD),
        (felt(during=None), UNKNOWN + "how much it hurt while running" + NOT_TOLD),
        (felt(worse_next_morning=None), UNKNOWN + "how the morning after was" + NOT_TOLD),
        (felt(rises_by_week=None), UNKNOWN + "how the weeks before were" + NOT_TOLD),
        (replace(GOOD, pains=None), UNKNOWN + "how it felt is not told."),
        (replace(GOOD, bouts=Match.LESS), "It was less than planned" + AGAIN),
        (replace(GOOD, bouts=Match.MORE), "It was more than planned" + AGAIN),
        (replace(GOOD, bouts=Match.CANNOT_TELL), UNKNOWN + "the pods did not see all of the session."),
        (replace(GOOD, evenness=Evenness.DIFFERENT), "Uneven: different from usual" + AGAIN),
        (replace(GOOD, evenness=None),
         UNKNOWN + "left against right is not known, or has nothing to be compared with."),
        (replace(GOOD, roll=Roll.ANSWERED), "An ankle rolled" + BEFORE),
        (replace(GOOD, roll=Roll.UNANSWERED), UNKNOWN + "an ankle rolled, and what is asked after it is not answered."),
        (replace(GOOD, roll=None), UNKNOWN + "whether an ankle rolled could not be seen."),
        (replace(GOOD, swollen=True), "It is more swollen than before" + BEFORE),
        (replace(GOOD, swollen=None), UNKNOWN + "whether it is swollen is not told."),
        (replace(GOOD, surface=Surface.TRAIL), "The ground was not the flat one of the plan" + AGAIN),
        (replace(GOOD, surface=None), UNKNOWN + "what was under the shoes is not told."),
        (replace(GOOD, painkiller=True), UNKNOWN + "a painkiller hides what a session did."),
        (replace(GOOD, painkiller=None), UNKNOWN + "whether a painkiller was taken is not told."),
        (replace(GOOD, red_flags=(FLAG,)), "Stop running and have it seen today: a calf that is swollen and tender."),
        (replace(felt(after=9), painkiller=True, red_flags=(FLAG,)),
         "Stop running and have it seen today: a calf that is swollen and tender."),
        (replace(felt(after=4), bouts=Match.LESS), "4 of 10 at the left outer ankle; it was less than planned" + AGAIN),
    ],
)  # fmt: skip
def test_every_answer_has_its_sentence(told: Told, sentence: str) -> None:
    assert decide(SPRAIN, told).sentence == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hills": True}, "There were hills, which the plan leaves out" + AGAIN),
        ({"faster": True}, "Some of it was faster than the easy runs" + AGAIN),
        ({"hills": None}, UNKNOWN + "whether there were hills is not told."),
        ({"faster": None}, UNKNOWN + "how fast it was against the easy runs is not known."),
    ],
)
def test_a_tendon_runs_easily_and_without_hills(changes: dict[str, Any], sentence: str) -> None:
    told = replace(GOOD, row=0, **changes)
    assert decide(TENDON, told).sentence == sentence
    assert decide(CLINICIAN, told).step is GO_ON


@pytest.mark.parametrize(("stage_day", "step"), [(1, REPEAT), (6, REPEAT), (7, GO_ON), (20, GO_ON)])
def test_after_a_second_grade_a_row_is_repeated_for_a_week(stage_day: int, step: Step) -> None:
    decision = decide(SECOND_GRADE, replace(GOOD, stage_day=stage_day))
    assert decision.step is step
    assert step is GO_ON or decision.reasons == [f"stage 2 of 5, day {stage_day} of 7"]


@pytest.mark.parametrize(
    ("row", "told", "expected"), [(0, 6, 0), (1, 6, 0), (4, 6, 3), (0, 3, 0), (4, 3, 4), (0, 0, 1), (4, 0, 5)]
)
def test_a_session_moves_by_one_row_at_most(row: int, told: int, expected: int) -> None:
    assert decide(SPRAIN, replace(felt(after=told), row=row)).row == expected


def test_the_first_row_is_repeated_and_the_last_leads_to_the_build_phase() -> None:
    first, last = replace(felt(after=6), row=0), replace(GOOD, row=4)
    assert decide(SPRAIN, first).sentence == "6 of 10 at the left outer ankle; the same row again from Friday on."
    assert decide(SPRAIN, last).sentence == "As planned; the plan's rows are done; the build phase from Thursday on."


def test_the_ground_is_asked_for_where_the_plan_is_flat() -> None:
    for plan in (TENDON, CLINICIAN):
        assert decide(plan, replace(GOOD, surface=None)).step is GO_ON
    assert [bands_are_convention(plan) for plan in (SPRAIN, TENDON, CLINICIAN)] == [True, False, True]


BANDS = [GO_ON] * 3 + [REPEAT] * 3 + [BACK] * 5
"""By the greatest score, 0 to 10."""


@pytest.mark.parametrize("plan", [SPRAIN, TENDON, CLINICIAN], ids=lambda plan: plan.kind)
def test_the_table_of_pain_is_complete(plan: Plan) -> None:
    scores, yes_no = (None, *range(11)), (None, False, True)
    for during, after, morning, weeks, bone in itertools.product(scores, scores, yes_no, yes_no, (None, *OnBone)):
        hurts = bool(during or after or morning or weeks)
        if hurts and bone in (OnBone.YES, OnBone.DONT_KNOW):
            expected = STOP
        elif None in (during, after, morning, weeks) or (hurts and bone is None):
            expected = CANNOT_TELL
        else:
            band = BANDS[max(during or 0, after or 0)]
            expected = min(band, BACK if weeks else GO_ON, REPEAT if morning else GO_ON)
        told = felt(during=during, after=after, worse_next_morning=morning, rises_by_week=weeks, on_bone=bone)
        assert decide(plan, told).step is expected, told.pains


WORSE: dict[str, list[Any]] = {
    "bouts": [Match.AS_PLANNED, Match.LESS, Match.CANNOT_TELL],
    "evenness": [Evenness.AS_BEFORE, Evenness.DIFFERENT, None],
    "roll": [Roll.NONE, Roll.ANSWERED, Roll.UNANSWERED],
    "swollen": [False, True, None],
    "surface": [Surface.TRACK, Surface.SAND, None],
    "painkiller": [False, True],
    "hills": [False, True, None],
    "faster": [False, True, None],
    "red_flags": [(), (FLAG,)],
    "stage_day": [9, 3],
    "during": [*range(11), None],
    "after": [*range(11), None],
    "worse_next_morning": [False, True, None],
    "rises_by_week": [False, True, None],
    "on_bone": [OnBone.NO, None, OnBone.DONT_KNOW, OnBone.YES],
}
"""Answers from the best to the worst, written by hand; "not told" is never better than any."""


def felt_of(answers: dict[str, Any]) -> Felt:
    return Felt("left shin", **{each.name: answers[each.name] for each in fields(Felt) if each.name != "place"})


def told_of(answers: dict[str, Any], more: list[Felt], row: int) -> Told:
    own = {each.name: answers[each.name] for each in fields(Told) if each.name in WORSE}
    return Told(row=row, last_day=DAY, pains=(felt_of(answers), *more), **own)


@st.composite
def answers_and_worse(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    better, worse = {}, {}
    for name, ladder in WORSE.items():
        place = draw(st.integers(0, len(ladder) - 1))
        better[name], worse[name] = ladder[place], ladder[draw(st.integers(place, len(ladder) - 1))]
    return better, worse


pains = st.builds(
    Felt,
    st.just("right heel"),
    *[st.sampled_from(WORSE[each.name]) for each in fields(Felt) if each.name != "place"],
)
plans = st.sampled_from([SPRAIN, SECOND_GRADE, TENDON, CLINICIAN])


def running(decision: Decision) -> int:
    """How far in the plan the next session is; 0 where none is named."""
    return 0 if decision.row is None else 1 + decision.row


@given(plans, answers_and_worse(), st.lists(pains, max_size=2), st.lists(pains, max_size=2), st.integers(0, 4))
def test_nothing_worse_ever_gives_more_running(
    plan: Plan, both: tuple[dict[str, Any], dict[str, Any]], named: list[Felt], more: list[Felt], row: int
) -> None:
    better, worse = (decide(plan, told_of(each, named, row)) for each in both)
    also = decide(plan, told_of(both[1], [*named, *more], row))
    assert running(better) >= running(worse) >= running(also)
    if better.from_day and worse.from_day:
        assert better.from_day <= worse.from_day


@given(plans, answers_and_worse(), st.sampled_from([name for name in WORSE if None in WORSE[name]]))
def test_an_answer_that_is_missing_never_gives_running(
    plan: Plan, both: tuple[dict[str, Any], dict[str, Any]], name: str
) -> None:
    told = told_of({**both[0], name: None}, [], 1)
    unasked = {"surface": not plan.is_flat, "hills": not plan.is_easy, "faster": not plan.is_easy}
    if unasked.get(name) or (name == "on_bone" and not told.pains[0].hurts):  # type: ignore[index]
        return  # it is not asked
    assert decide(plan, told).step in (STOP, CANNOT_TELL)


@given(plans, answers_and_worse(), st.sampled_from([OnBone.YES, OnBone.DONT_KNOW]), st.integers(1, 10))
def test_any_pain_on_the_bone_stops(
    plan: Plan, both: tuple[dict[str, Any], dict[str, Any]], bone: OnBone, score: int
) -> None:
    decision = decide(plan, told_of({**both[0], "after": score, "on_bone": bone}, [], 1))
    assert (decision.step, decision.row) == (STOP, None)


def test_a_score_is_zero_to_ten() -> None:
    with pytest.raises(ValueError, match="scores must be 0 … 10, not 0 and 11"):
        felt(after=11)
