"""What is told of a session: what was not told stays unknown, and nothing worse is lost among several entries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import nan

import pytest

from surefoot.analysis.model import Estimate, Foot, Gait, Window
from surefoot.analysis.weeks.decision import Felt
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, When
from surefoot.analysis.weeks.labels import RunLabels, Surface
from surefoot.analysis.weeks.row_text import row_from_text, row_to_text
from surefoot.analysis.weeks.session_told import (
    about_session,
    any_told,
    faster,
    felt,
    rises_by_week,
    surface,
    swollen,
)

DAY = date(2026, 6, 1)
BEGUN = DAY - timedelta(days=7)
SITE = Foot.LEFT, Place.HEEL


def pain(score: int, place: Place = Place.HEEL, **more: object) -> Pain:
    return Pain(Foot.LEFT, place, score, OnBone.NO, **more)  # type: ignore[arg-type]


def said(when: When, *pains: Pain, days: int = 0, run: str | None = "r", as_usual: bool | None = None) -> CheckIn:
    day = DAY + timedelta(days=days)
    at_utc = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    return CheckIn(f"{when} {days} {len(pains)}", at_utc, day, when, pains, run=run, as_usual=as_usual)


def of(*entries: CheckIn) -> list[Felt] | None:
    found = felt(about_session(entries, {"r"}, DAY), entries, BEGUN, DAY)
    return None if found is None else list(found)


AFTER, DURING, MORNING = When.AFTER, When.DURING, When.NEXT_MORNING


@pytest.mark.parametrize(
    ("entries", "during", "after", "worse"),
    [
        ((said(AFTER, pain(3)),), None, 3, None),
        ((said(DURING, pain(1)),), 1, None, None),
        ((said(DURING, pain(1)), said(AFTER, pain(3)), said(MORNING, days=1, as_usual=True)), 1, 3, False),
        ((said(AFTER, pain(3)), said(MORNING, days=1, as_usual=False)), None, 3, True),
        ((said(AFTER, pain(3)), said(MORNING, pain(2), days=1)), None, 3, True),
        ((said(AFTER), said(MORNING, days=1, as_usual=False), said(MORNING, pain(2), days=1)), 0, 0, True),
    ],
)
def test_a_pain_has_what_was_told_of_it(
    entries: tuple[CheckIn, ...], during: int | None, after: int | None, worse: bool | None
) -> None:
    assert of(*entries) == [Felt("left heel", during, after, worse, False, OnBone.NO)]


def test_nothing_is_an_answer_and_no_entry_is_none() -> None:
    assert of(said(AFTER)) == []
    assert of() is None
    assert of(said(When.BEFORE, pain(4))) is None
    assert of(said(MORNING, days=1, as_usual=True)) is None  # how the session felt is another question
    assert of(said(AFTER), said(MORNING, days=1, as_usual=False)) is None  # worse, and not yet where


def test_an_entry_of_another_run_is_not_about_the_session_and_one_of_no_run_is_for_a_day() -> None:
    assert of(said(AFTER, pain(5), run="other")) is None
    assert of(said(AFTER, pain(5), run=None)) is not None
    assert of(said(AFTER, pain(5), run=None, days=2)) is None


def test_the_worst_that_was_told_of_the_bone_counts() -> None:
    bone = Pain(Foot.LEFT, Place.HEEL, 1, OnBone.DONT_KNOW)
    found = of(said(AFTER, pain(3)), said(DURING, bone))
    assert found is not None
    assert found[0].on_bone is OnBone.DONT_KNOW


@pytest.mark.parametrize(
    ("weekly", "begun_days", "rises"),
    [
        ((1, 2, 3), 21, True),
        ((1, 3, 3), 21, False),
        ((3, 2, 1), 21, False),
        ((1, None, 3), 21, None),
        ((1, 2, 3), 13, False),
    ],
)
def test_a_pain_rises_where_its_mean_has_for_two_weeks(
    weekly: tuple[int | None, ...], begun_days: int, rises: bool | None
) -> None:
    entries = [
        said(AFTER, pain(score), days=7 * (number - 2), run=f"r{number}")
        for number, score in enumerate(weekly)
        if score is not None
    ]
    assert rises_by_week(entries, SITE, DAY - timedelta(days=begun_days), DAY) is rises


def test_a_swelling_is_told_of_every_pain_or_is_not_known() -> None:
    assert swollen([]) is None
    assert swollen([said(AFTER)]) is False
    assert swollen([said(AFTER, pain(2))]) is None
    assert swollen([said(AFTER, pain(2, swollen=False))]) is False
    assert swollen([said(AFTER, pain(2, swollen=False), pain(1, Place.SHIN))]) is None
    assert swollen([said(AFTER, pain(2, swollen=True), pain(1, Place.SHIN))]) is True


def test_labels_of_several_runs_count_by_the_worst() -> None:
    road, trail = RunLabels("a", Surface.ROAD), RunLabels("b", Surface.TRAIL)
    assert surface([road, trail]) is Surface.TRAIL
    assert surface([road, RunLabels("b")]) is None
    assert (any_told([False, None]), any_told([True, None]), any_told([False]), any_told([])) == (
        None,
        True,
        False,
        None,
    )


def half_minutes(*speeds_mps: float) -> list[Window]:
    return [
        Window(
            30.0 * number,
            30.0 * (number + 1),
            Gait.RUN,
            Estimate(165.0, 165.0, 165.0, 40, 0.0),
            {foot: {"speed_mps": Estimate(speed, speed, speed, 40, 0.0)} for foot in Foot},
            {},
        )
        for number, speed in enumerate(speeds_mps)
    ]


@pytest.mark.parametrize(
    ("speeds_mps", "is_faster"),
    [
        ((2.5, 2.6, 2.7), False),
        ((2.5, 2.9, 2.5, 2.9), False),
        ((2.5, 2.9, 2.9), True),
        ((2.5, nan), None),
        ((), None),
    ],
)
def test_a_minute_above_easy_is_faster(speeds_mps: tuple[float, ...], is_faster: bool | None) -> None:
    assert faster(half_minutes(*speeds_mps), 2.5) is is_faster
    assert faster(half_minutes(*speeds_mps), None) is None


@pytest.mark.parametrize("text", ["6x1/4", "20", "max 22", "1x10/2", "4x1.5/2.5"])
def test_a_row_is_written_as_it_is_read(text: str) -> None:
    assert row_to_text(row_from_text(text)) == text


@pytest.mark.parametrize("text", ["", "often", "0x1/4", "6x0/4", "6x1", "0", "100x9/9"])
def test_what_is_no_row_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match="is no row; 6x1/4 is six times 1 min running and 4 min walking"):
        row_from_text(text)
