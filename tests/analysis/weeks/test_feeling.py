"""No entry is not nothing, and nothing is an explicit 0."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, Sign, When, about_run, worst_by_week, worst_score

DAY = date(2026, 5, 20)
ACHILLES = (Foot.LEFT, Place.ACHILLES)


def said(days_ago: int = 0, *pains: Pain, run: str | None = None, **more: object) -> CheckIn:
    day = DAY - timedelta(days=days_ago)
    at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    return CheckIn(f"e{days_ago}", at, day, When.AFTER, pains, run=run, **more)  # type: ignore[arg-type]


def test_a_check_in_without_pains_is_an_explicit_nothing() -> None:
    assert said().is_nothing
    assert worst_score([said()]) == 0


def test_no_entry_is_not_nothing() -> None:
    assert worst_score([]) is None


def test_a_sign_is_not_nothing() -> None:
    assert not said(signs=frozenset({Sign.SNAPPING})).is_nothing


def test_weeks_without_an_entry_are_unknown_and_weeks_with_another_pain_are_zero() -> None:
    entries = [
        said(20, Pain(*ACHILLES, score=4)),
        said(9, Pain(Foot.RIGHT, Place.SHIN, score=3)),
        said(1, Pain(*ACHILLES, score=2)),
        said(2, Pain(*ACHILLES, score=3)),
    ]
    assert worst_by_week(entries, ACHILLES, DAY, 4) == [None, 4, 0, 3]


def test_a_morning_as_usual_tells_no_score() -> None:
    morning = said(1, as_usual=True)
    assert not morning.is_nothing
    assert worst_score([morning]) is None
    assert worst_by_week([morning], ACHILLES, DAY, 1) == [None]


def test_entries_about_a_run_are_in_the_order_of_their_entry() -> None:
    first, second = said(2, run="a"), said(1, run="a")
    assert about_run([second, said(0, run="b"), said(0), first], "a") == [first, second]


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_outside_of_the_scale_is_refused(score: int) -> None:
    with pytest.raises(ValueError, match=r"score must be 0 … 10, not -?\d+"):
        Pain(*ACHILLES, score=score)


def test_a_stiffness_of_more_than_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="stiffness_min must be 0 … 1440, not 2000"):
        Pain(*ACHILLES, score=2, stiffness_min=2000)


def test_nothing_over_weeks_reads_a_clock() -> None:
    folder = Path(__file__).parents[3] / "analysis/weeks"
    for path in folder.glob("*.py"):
        assert not re.search(r"\b(now|today|utcnow)\(", path.read_text("utf-8")), path
