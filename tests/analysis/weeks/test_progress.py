"""Sessions of a plan one after the other: by dates, and that nothing worse in any of them ever gives more running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.analysis.model import Bout, BoutKind
from surefoot.analysis.weeks.bouts_matching import Match
from surefoot.analysis.weeks.decision import Evenness, Felt, Roll, Told
from surefoot.analysis.weeks.feeling import OnBone
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.labels import Surface
from surefoot.analysis.weeks.plan import SPRAIN_ROWS, Plan, PlanKind, Row
from surefoot.analysis.weeks.progress import PlanSession, Progress, progress

BERLIN = ZoneInfo("Europe/Berlin")
BEGUN = date(2026, 3, 2)
TABLE = Plan(PlanKind.SPRAIN, SPRAIN_ROWS, is_flat=True)
NO_PAIN = Felt("left outer ankle", 0, 0, worse_next_morning=False, rises_by_week=False, on_bone=OnBone.NO)
GOOD = Told(
    row=0, stage_day=1, last_day=BEGUN, bouts=Match.CANNOT_TELL, pains=(NO_PAIN,), evenness=Evenness.AS_BEFORE,
    roll=Roll.NONE, swollen=False, surface=Surface.ROAD, painkiller=False, hills=False, faster=False,
)  # fmt: skip


def bouts(row: Row) -> tuple[Bout, ...]:
    """Exactly as a row says."""
    edges_s, kinds = [0.0], []
    for _ in range(row.runs):
        edges_s += [edges_s[-1] + row.run_s, edges_s[-1] + row.run_s + row.walk_s]
        kinds += [BoutKind.RUN, BoutKind.WALK]
    spans = zip(kinds, pairwise(edges_s), strict=True)
    return tuple(Bout(kind, *edges) for kind, edges in spans if edges[0] < edges[1])


def ran(started: datetime, row: Row = SPRAIN_ROWS[0], **told: Any) -> PlanSession:
    last_s = bouts(row)[-1].end_s
    last_day = (started + timedelta(seconds=last_s)).date()
    return PlanSession(("r",), started, last_day, bouts(row), (), replace(GOOD, **told))


def after(*sessions: PlanSession, begun: date = BEGUN, plan: Plan = TABLE) -> Progress:
    return progress(FollowedPlan("p", plan, begun), sessions)


@pytest.mark.parametrize(
    ("started", "from_day"),
    [
        (datetime(2026, 3, 2, 7, tzinfo=BERLIN), date(2026, 3, 4)),
        (datetime(2026, 3, 2, 23, 45, tzinfo=BERLIN), date(2026, 3, 5)),  # until after midnight
        (datetime(2026, 3, 28, 20, tzinfo=BERLIN), date(2026, 3, 30)),  # an hour is missing in the night
        (datetime(2026, 10, 24, 23, 0, tzinfo=BERLIN), date(2026, 10, 26)),  # an hour comes twice
    ],
)
def test_a_rest_day_is_a_whole_date(started: datetime, from_day: date) -> None:
    found = after(ran(started))
    assert found.stage is not None
    assert (found.stage.number, found.stage.from_day) == (1, from_day)
    early = ran(started.replace(hour=6) + timedelta(days=(from_day - started.date()).days - 1), SPRAIN_ROWS[1])
    again = after(ran(started), early)
    assert again.stage is not None
    assert (again.judged[1].matched.match, again.stage.number) == (Match.MORE, 1)


def test_dates_are_those_of_the_places_where_somebody_ran() -> None:
    """Monday evening in Berlin, Wednesday morning in Tokyo: 26 hours and one date between."""
    monday = ran(datetime(2026, 3, 2, 21, 0, tzinfo=BERLIN))
    wednesday = ran(datetime(2026, 3, 4, 7, 0, tzinfo=ZoneInfo("Asia/Tokyo")), SPRAIN_ROWS[1])
    found = after(monday, wednesday)
    assert [each.matched.match for each in found.judged] == [Match.AS_PLANNED] * 2


def test_after_a_second_grade_a_row_is_repeated_for_seven_days() -> None:
    plan = replace(TABLE, stage_days=7)
    days = [datetime(2026, 3, 2, 7, tzinfo=BERLIN) + timedelta(days=2 * count) for count in range(4)]
    numbers = [after(*map(ran, days[:count]), plan=plan).stage for count in range(1, 5)]
    assert [stage and stage.number for stage in numbers] == [0, 0, 0, 1]
    assert after(*map(ran, days[:2]), plan=plan).judged[1].decision.sentence == (
        "Stage 1 of 5, day 3 of 7; the same row again from Friday on."
    )


def test_more_running_than_a_cap_makes_no_later_cap_longer() -> None:
    plan = Plan(PlanKind.CLINICIAN, (Row(1, 600.0),), by="M. Roth", made=BEGUN)
    first = ran(datetime(2026, 3, 2, 7, tzinfo=BERLIN), Row(1, 600.0))
    longer = ran(datetime(2026, 3, 4, 7, tzinfo=BERLIN), Row(1, 3600.0))
    found = after(first, longer, plan=plan)
    assert found.stage is not None
    assert found.stage.row.run_s == pytest.approx(660.0)
    assert found.judged[-1].decision.sentence == "It was more than planned; no more than last time from Friday on."


BETTER_FIRST: dict[str, Sequence[Any]] = {
    "evenness": (Evenness.AS_BEFORE, Evenness.DIFFERENT, None),
    "roll": (Roll.NONE, Roll.ANSWERED, None, Roll.UNANSWERED),
    "swollen": (False, True, None),
    "surface": (Surface.ROAD, Surface.TRAIL, None),
    "painkiller": (False, True, None),
    "pains": (
        (NO_PAIN,),
        (replace(NO_PAIN, after=4),),
        (replace(NO_PAIN, during=7),),
        (replace(NO_PAIN, during=7, rises_by_week=None),),
        None,
    ),
}
"""What may be told, each worse than the one before it."""
LEVELS = st.fixed_dictionaries({name: st.integers(0, len(values) - 1) for name, values in BETTER_FIRST.items()})
MOSTLY_GOOD = st.one_of(st.just(dict.fromkeys(BETTER_FIRST, 0)), LEVELS)


def told(levels: dict[str, int]) -> dict[str, Any]:
    return {name: values[levels[name]] for name, values in BETTER_FIRST.items()}


@given(
    st.lists(st.tuples(MOSTLY_GOOD, st.integers(1, 3), st.integers(0, 4)), min_size=1, max_size=5),
    st.data(),
)
def test_nothing_worse_in_any_session_ever_gives_a_later_row(
    sessions: list[tuple[dict[str, int], int, int]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(sessions) - 1))
    name = data.draw(st.sampled_from(sorted(BETTER_FIRST)))
    levels = sessions[place][0]
    worse = {**levels, name: data.draw(st.integers(levels[name], len(BETTER_FIRST[name]) - 1))}
    changed = [*sessions[:place], (worse, *sessions[place][1:]), *sessions[place + 1 :]]
    assert row_after(changed) <= row_after(sessions)


def row_after(sessions: list[tuple[dict[str, int], int, int]]) -> int:
    """Row that is named after sessions, each so many days after the last and of a row; −1 where none is."""
    made, started = [], datetime(2026, 3, 2, 7, tzinfo=BERLIN)
    for levels, days, row in sessions:
        made.append(ran(started, SPRAIN_ROWS[row], **told(levels)))
        started += timedelta(days=days)
    found = after(*made)
    return -1 if found.stage is None else found.stage.number
