"""What is to be seen, by whom a table written by hand is the oracle."""

from __future__ import annotations

import inspect
import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, Sign, Trend, When
from surefoot.analysis.weeks.red_flags import RedFlag, Urgency, red_flags

TODAY = date(2026, 5, 20)


def said(*pains: Pain, days_ago: int = 0, signs: tuple[Sign, ...] = ()) -> CheckIn:
    at = datetime(2026, 5, 20, 18, tzinfo=UTC) - timedelta(days=days_ago)
    return CheckIn(f"e{days_ago}", at, at.date(), When.AFTER, pains, frozenset(signs))


def pain(place: Place = Place.SHIN, score: int = 3, **more: object) -> Pain:
    return Pain(Foot.LEFT, place, score, **{"on_bone": OnBone.NO, **more})  # type: ignore[arg-type]


def sentences(*check_ins: CheckIn, **more: object) -> list[str]:
    return [flag.sentence for flag in red_flags(check_ins, TODAY, **more)]  # type: ignore[arg-type]


BEGIN_TODAY, BEGIN_WEEK = "Do not run on it; have it seen today: ", "Do not run on it; have it seen this week: "


@pytest.mark.parametrize(
    ("check_in", "expected"),
    [
        (said(signs=(Sign.CANNOT_WALK,)), BEGIN_TODAY + "standing and walking four steps is not possible."),
        (said(signs=(Sign.POP_AT_HEEL,)), BEGIN_TODAY + "a pop or a kick at the heel, and no standing on tiptoe."),
        (said(signs=(Sign.DEFORMED_OR_NUMB,)), BEGIN_TODAY + "it is out of shape, or the foot is numb or cold."),
        (said(signs=(Sign.HOT_WITH_FEVER,)), BEGIN_TODAY + "a hot, red joint with fever."),
        (said(signs=(Sign.SWOLLEN_CALF,)), BEGIN_TODAY + "a calf that is swollen and tender."),
        (said(signs=(Sign.SNAPPING,)), BEGIN_WEEK + "something snaps at the outer ankle."),
        (said(pain(on_bone=OnBone.YES)), BEGIN_WEEK + "pain on the bone at the left shin."),
        (
            said(pain(Place.NAVICULAR, on_bone=OnBone.YES, trend=Trend.GREW, at_rest=True)),
            BEGIN_WEEK
            + "pain on the bone at the left inner midfoot that grows while running and is there at night or at rest.",
        ),
        (
            said(pain(Place.FIFTH_METATARSAL, on_bone=OnBone.YES)),
            BEGIN_WEEK + "pain on the bone at the left outer edge of the foot.",
        ),
        (said(pain(Place.GROIN, on_bone=OnBone.YES)), BEGIN_WEEK + "pain on the bone at the left groin."),
        (
            said(pain(Place.FIBULA, on_bone=OnBone.DONT_KNOW)),
            BEGIN_WEEK + "pain at the left fibula, perhaps on the bone.",
        ),
        (said(pain(Place.CALF, at_rest=True)), BEGIN_WEEK + "pain at the left calf that is there at night or at rest."),
        (
            said(pain(Place.OUTER_ANKLE, swollen=True)),
            BEGIN_WEEK + "a swelling at the left outer ankle without a known cause.",
        ),
    ],
)
def test_each_sign_has_its_sentence(check_in: CheckIn, expected: str) -> None:
    assert sentences(check_in) == [expected]


@pytest.mark.parametrize(
    "check_in",
    [
        said(),
        said(pain(Place.ACHILLES, 5, trend=Trend.EASED)),
        said(pain(Place.SHIN, 0, on_bone=OnBone.YES)),
        said(pain(Place.SHIN, 4, on_bone=None)),
    ],
)
def test_a_pain_of_a_tendon_or_muscle_that_eases_is_no_flag(check_in: CheckIn) -> None:
    assert sentences(check_in) == []


def test_a_swelling_soon_after_an_injury_has_a_cause() -> None:
    swollen = said(pain(Place.OUTER_ANKLE, swollen=True))
    assert sentences(swollen, injuries=[TODAY - timedelta(days=7)]) == []
    assert len(sentences(swollen, injuries=[TODAY - timedelta(days=8)])) == 1
    assert len(sentences(swollen, injuries=[TODAY + timedelta(days=1)])) == 1


def test_what_is_for_today_comes_first() -> None:
    flags = red_flags([said(pain(on_bone=OnBone.YES)), said(days_ago=3, signs=(Sign.CANNOT_WALK,))], TODAY)
    assert [flag.urgency for flag in flags] == [Urgency.TODAY, Urgency.THIS_WEEK]


def test_the_same_reason_is_told_once_with_its_newest_day() -> None:
    flags = red_flags([said(pain(on_bone=OnBone.YES), days_ago=ago) for ago in (2, 1)], TODAY)
    assert [flag.day for flag in flags] == [TODAY - timedelta(days=1)]


def test_a_flag_stands_for_four_weeks_unless_it_has_been_seen() -> None:
    bone = said(pain(on_bone=OnBone.YES), days_ago=28)
    assert sentences(bone)
    assert not sentences(replace(bone, day=TODAY - timedelta(days=29)))
    assert not sentences(bone, seen=bone.day)
    assert sentences(bone, seen=bone.day - timedelta(days=1))


@pytest.mark.parametrize(
    ("scores", "flagged"),
    [
        ({25: 4, 15: 4, 8: 4, 1: 4}, True),
        ({25: 4, 1: 5}, True),
        ({25: 4, 1: 3}, False),
        ({20: 4, 12: 4, 1: 4}, False),
        ({25: 4, 12: 0, 1: 4}, False),
        ({25: 4, 15: 5}, False),
    ],
    ids=["the same", "more", "less", "not three weeks yet", "gone meanwhile", "no entry of the last week"],
)
def test_pain_that_is_no_better_after_three_weeks(scores: dict[int, int], flagged: bool) -> None:
    entries = [said(pain(Place.ACHILLES, score), days_ago=ago) for ago, score in scores.items()]
    expected = [BEGIN_WEEK + "pain at the left Achilles tendon is no better after three weeks."]
    assert sentences(*entries) == expected * flagged


pains = st.builds(
    Pain,
    foot=st.sampled_from(Foot),
    place=st.sampled_from(Place),
    score=st.integers(0, 10),
    on_bone=st.none() | st.sampled_from(OnBone),
    trend=st.none() | st.sampled_from(Trend),
    swollen=st.none() | st.booleans(),
    at_rest=st.none() | st.booleans(),
)
entries = st.builds(
    lambda many, ago, signs: said(*many, days_ago=ago, signs=tuple(signs)),
    st.lists(pains, max_size=3),
    st.integers(0, 27),
    st.sets(st.sampled_from(Sign)),
)


def reasons(flags: list[RedFlag]) -> set[str]:
    return {flag.reason for flag in flags if "no better" not in flag.reason}


@given(st.lists(entries, max_size=4), entries)
def test_saying_more_never_takes_back_a_flag(before: list[CheckIn], another: CheckIn) -> None:
    assert reasons(list(red_flags(before, TODAY))) <= reasons(list(red_flags([*before, another], TODAY)))


def test_no_number_of_a_sensor_can_reach_a_flag() -> None:
    taken = set(inspect.signature(red_flags).parameters)
    assert taken == {"check_ins", "today", "injuries", "seen"}


def test_every_sign_has_words() -> None:
    for sign, many in itertools.product(Sign, (1, 2)):
        assert len(sentences(*[said(signs=(sign,), days_ago=ago) for ago in range(many)])) == 1
