"""A row in time: what is done from when to when, what is told at each change."""

from __future__ import annotations

import pytest

from surefoot.analysis.weeks.plan import SPRAIN_ROWS, Row
from surefoot.analysis.weeks.row_text import row_from_text
from surefoot.analysis.weeks.timeline import CueKind, Doing, cues, moment, stretches

FIRST = SPRAIN_ROWS[0]


def test_the_first_row_is_six_times_a_minute_of_running_and_four_of_walking() -> None:
    session = stretches(FIRST)
    assert [(each.doing, each.start_s, each.end_s) for each in session[:3]] == [
        (Doing.RUN, 0.0, 60.0),
        (Doing.WALK, 60.0, 300.0),
        (Doing.RUN, 300.0, 360.0),
    ]
    assert (len(session), session[-1].end_s) == (12, 1800.0)


@pytest.mark.parametrize("row", SPRAIN_ROWS)
@pytest.mark.parametrize("walk_first_s", [0.0, 180.0])
def test_a_session_lasts_what_its_row_says_without_holes(row: Row, walk_first_s: float) -> None:
    session = stretches(row, walk_first_s)
    assert [each.start_s for each in session] == [0.0, *(each.end_s for each in session[:-1])]
    ran_s = sum(each.end_s - each.start_s for each in session if each.doing is Doing.RUN)
    assert (ran_s, session[-1].end_s) == (row.running_s, row.total_s + walk_first_s)


def test_each_change_is_announced_and_told_and_the_end_too() -> None:
    told = list(cues(stretches(Row(2, 60.0, 90.0))))
    assert [(each.at_s, each.kind) for each in told] == [
        (0.0, CueKind.RUN),
        (55.0, CueKind.SOON),
        (60.0, CueKind.WALK),
        (145.0, CueKind.SOON),
        (150.0, CueKind.RUN),
        (205.0, CueKind.SOON),
        (210.0, CueKind.WALK),
        (295.0, CueKind.SOON),
        (300.0, CueKind.DONE),
    ]
    assert [each.words for each in told if each.words] == [
        "Run 1 of 2, 1 min.",
        "Walk, 1.5 min.",
        "Run 2 of 2, 1 min.",
        "Walk, 1.5 min.",
        "Done.",
    ]


def test_what_is_shorter_than_the_warning_has_none() -> None:
    told = cues(stretches(Row(2, 4.0, 3.0)))
    assert CueKind.SOON not in {each.kind for each in told}


def test_a_moment_is_what_is_done_now_what_comes_and_when() -> None:
    session = stretches(Row(2, 60.0, 120.0))
    at_change = moment(session, 60.0)
    assert at_change.now is session[1]
    assert at_change.then is session[2]
    assert at_change.left_s == 120.0
    assert moment(session, 59.5).left_s == 0.5
    last = moment(session, 350.0)
    assert (last.now, last.then, last.left_s) == (session[-1], None, 10.0)
    assert moment(session, 360.0).now is None


@pytest.mark.parametrize("text", ["6 × 1 min / 4 min", "6x1/4", "6 x 1 / 4 min"])
def test_a_row_is_typed_as_people_write_it(text: str) -> None:
    assert row_from_text(text) == FIRST
