"""Exercises and how often they were done, against counts made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from surefoot.analysis.weeks.exercises import Did, Exercise, ExerciseDone, Sides, adherence

BEGUN = date(2026, 5, 6)
"""A Wednesday."""
RAISES = Exercise("e1", "Off a step, slowly", 3, BEGUN, 3, 12, sides=Sides.EACH, tempo="3-0-3", by="M. Roth")


def on(day: int, did: Did = Did.DONE, hurt: bool | None = None) -> ExerciseDone:
    """Said so many days after it began."""
    return ExerciseDone(f"d{day}", "e1", BEGUN + timedelta(days=day), did, hurt)


def after(days: int) -> date:
    return BEGUN + timedelta(days=days)


def test_weeks_count_from_the_day_on_which_it_began() -> None:
    found = adherence(RAISES, [on(0), on(6), on(7)], after(14))
    assert [(each.first, each.done, each.not_told) for each in found.weeks] == [
        (BEGUN, 2, 1),
        (after(7), 1, 2),
        (after(14), 0, None),
    ]


def test_four_weeks_are_one_sum_and_the_week_that_goes_on_is_told_by_itself() -> None:
    days = [0, 2, 4, 7, 9, 14, 16, 18, 21, 28]
    found = adherence(RAISES, [on(each) for each in days], after(28))
    assert found.sentence == "9 of 12 in 4 weeks; 3 not told. This week, which is not over: 1 of 3."


def test_no_entry_is_not_told_and_never_not_done() -> None:
    [week, _] = adherence(RAISES, [], after(7)).weeks
    assert (week.done, week.partly, week.not_done, week.not_told, week.hurt) == (0, 0, 0, 3, None)


def test_days_that_were_partly_or_not_done_are_told_and_add_up_to_what_was_asked() -> None:
    said = [on(0), on(1, Did.PARTLY), *(on(day, Did.NOT) for day in (2, 3, 4))]
    assert adherence(RAISES, said, after(7)).sentence.startswith("1 of 3 in 1 week; 1 partly; 1 not done. This week")


def test_more_than_asked_makes_up_for_no_other_week() -> None:
    found = adherence(RAISES, [on(day) for day in range(6)], after(14))
    assert found.weeks[0].done == 6
    assert found.sentence.startswith("3 of 6 in 2 weeks; 3 not told.")


def test_only_its_own_entries_within_its_weeks_count() -> None:
    other = replace(on(1), exercise="e2")
    assert adherence(RAISES, [other, on(-1), on(12 * 7)], after(12 * 7)).sentence == "0 of 36 in 12 weeks; 36 not told."


def test_an_exercise_has_twelve_weeks_and_is_then_over() -> None:
    assert [RAISES.is_open_on(after(day)) for day in (-1, 0, 83, 84)] == [False, True, True, False]
    assert len(adherence(RAISES, [], after(400)).weeks) == 12


def test_the_week_in_which_it_ended_is_not_in_the_sum() -> None:
    ended = replace(RAISES, ended=after(9))
    found = adherence(ended, [on(0), on(1), on(2), on(8)], after(60))
    assert (found.is_open, found.sentence) == (False, "3 of 3 in 1 week. The week in which it ended: 1 of 3.")


def test_before_its_first_day_nothing_is_asked() -> None:
    found = adherence(replace(RAISES, begun=date.max), [], BEGUN)
    assert (found.weeks, found.is_open, found.sentence) == ([], False, "Begins on 31 Dec.")


def test_where_hurt_is_not_told_there_is_no_zero() -> None:
    weeks = adherence(RAISES, [on(0), on(7, hurt=False), on(14, hurt=True), on(15)], after(21)).weeks
    assert [each.hurt for each in weeks] == [None, 0, 1, None]


def days(told: Sequence[date]) -> list[int]:
    """Since it began."""
    return [(each - BEGUN).days for each in told]


def test_a_day_is_told_within_its_week_and_on_the_morning_after_it() -> None:
    at = {today: days(RAISES.tellable_on(after(today))) for today in (-1, 0, 1, 6, 7, 8, 83, 84, 85)}
    assert at == {
        -1: [],
        0: [0],
        1: [1, 0],
        6: [6, 5, 4, 3, 2, 1, 0],
        7: [7, 6],
        8: [8, 7],
        83: [83, 82, 81, 80, 79, 78, 77],
        84: [83],
        85: [],
    }


def test_of_an_exercise_that_has_ended_the_days_before_are_told_until_the_week_is_over() -> None:
    ended = replace(RAISES, ended=after(9))
    assert [days(ended.tellable_on(after(today))) for today in (9, 10, 14)] == [[8, 7], [8, 7], []]


def test_an_exercise_is_told_as_it_was_written() -> None:
    assert RAISES.words == "3 × 12, each side, 3-0-3, 3 a week for 12 weeks"
    assert replace(RAISES, repetitions=None, seconds=30, sides=None, tempo="").words == (
        "3 × 30 s, 3 a week for 12 weeks"
    )
    assert replace(RAISES, sets=None).words.startswith("12 times, each side")
    assert Exercise("e", "Balance", 7, BEGUN).words == "7 a week for 12 weeks"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"times_a_week": 8}, "times a week must be 1 to 7"),
        ({"sets": 0}, "sets must be 1 to 99"),
        ({"seconds": 30}, "repetitions or seconds, not both"),
        ({"text": ""}, "1 to 300 characters"),
        ({"ended": BEGUN - timedelta(days=1)}, "before begun"),
    ],
)
def test_what_cannot_be_an_exercise_is_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(RAISES, **wrong)  # type: ignore[arg-type]
