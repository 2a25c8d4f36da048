"""What people type is kept once, corrected, withdrawn, and forgotten for good."""

from __future__ import annotations

import multiprocessing
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from surefoot.analysis.legs.balance import OneLegStand
from surefoot.analysis.legs.calf_raises import RaiseCount
from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.build_up import LegTests
from surefoot.analysis.weeks.exercises import Did, Exercise, ExerciseDone, Sides
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, Seen, Sign, Trend, When
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury, InjuryKind, Onset
from surefoot.analysis.weeks.labels import RunLabels, Shoe, Surface
from surefoot.analysis.weeks.measured_legs import MeasuredLegs
from surefoot.analysis.weeks.plan import Plan, PlanKind, Row
from surefoot.service.errors.people import EntryError
from surefoot.service.people.people import People
from surefoot.service.people.people_file import FILE_NAME
from surefoot.service.people.typed_values import from_json, to_json

NOW = datetime(2026, 5, 20, 18, tzinfo=UTC)
PAIN = Pain(Foot.LEFT, Place.SHIN, 4, OnBone.YES, Trend.GREW, 10, swollen=False, at_rest=True)
SAID = CheckIn("c1", NOW, NOW.date(), When.AFTER, (PAIN,), frozenset({Sign.SNAPPING}), "run-1")
ROWS = Plan(PlanKind.CLINICIAN, [Row(6, 60.0, 240.0)], by="M. Roth", made=NOW.date())
VALUES: list[Any] = [
    SAID,
    CheckIn("c2", NOW, NOW.date(), When.NEXT_MORNING),
    Injury("i1", Foot.RIGHT, InjuryKind.SPRAIN, date(2025, 1, 2), Onset.SUDDEN, 2, date(2025, 3, 1), "on a root"),
    RunLabels("run-1", Surface.TRAIL, "s1", hills=True, note="wet"),
    Shoe("s1", "Blue ones", date(2026, 1, 1), 120_000.0),
    FollowedPlan("p1", ROWS, NOW.date(), "i1", 2.5),
    LegTests("t1", NOW.date(), calf_raises_hurt=False),
    Exercise("e1", "Off a step", 3, NOW.date(), 3, 12, sides=Sides.EACH, tempo="3-0-3", by="M. Roth"),
    ExerciseDone("d1", "e1", NOW.date(), Did.PARTLY, hurt=True),
    MeasuredLegs(
        "run-1",
        NOW.date(),
        {Foot.LEFT: (RaiseCount(14, 31.5, 2.1), RaiseCount(1, 30.0))},
        (OneLegStand(Foot.RIGHT, 10.0, 40.0, 3.25),),
    ),
]


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "data", lambda: NOW)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_typed_comes_back_as_it_was(people: People, value: Any) -> None:
    people.keep("anna", value)
    assert list(People(people.file.path.parent).all_of("anna", type(value))) == [value]
    assert people.all_of("bert", type(value)) == []


def test_what_is_sent_twice_is_kept_once(people: People) -> None:
    people.keep("anna", SAID)
    before = people.file.path.read_bytes()
    people.keep("anna", SAID)
    assert people.file.path.read_bytes() == before


def test_a_later_entry_with_the_same_id_corrects_and_an_undo_takes_it_back(people: People) -> None:
    people.keep("anna", SAID)
    people.keep("anna", CheckIn("c1", NOW, NOW.date(), When.AFTER))
    assert people.all_of("anna", CheckIn)[0].is_nothing
    people.withdraw("anna", CheckIn, "c1")
    assert people.all_of("anna", CheckIn) == []
    with pytest.raises(EntryError, match="there is no entry c1 of bert"):
        people.withdraw("bert", CheckIn, "c1")


def test_flags_are_open_until_somebody_has_seen_it(people: People) -> None:
    people.keep("anna", SAID)
    assert len(people.red_flags("anna", NOW.date())) == 2
    people.keep("anna", Seen("s1", NOW.date()))
    assert people.red_flags("anna", NOW.date() + timedelta(days=1)) == []


def test_a_forgotten_runner_leaves_no_byte_and_others_stay(people: People) -> None:
    people.keep("anna", SAID)
    people.keep("bert", VALUES[3])
    assert people.file.forget("anna") == 1
    assert b"anna" not in people.file.path.read_bytes()
    assert people.all_of("bert", RunLabels) == [VALUES[3]]
    assert people.file.forget("anna") == 0


def test_nobody_else_may_read_what_people_type(people: People) -> None:
    people.keep("anna", SAID)
    assert {stat.S_IMODE(each.stat().st_mode) for each in people.file.path.parent.iterdir()} == {0o600}


def test_a_damaged_entry_costs_itself(people: People, tmp_path: Path) -> None:
    people.keep("anna", SAID)
    people.keep("anna", VALUES[1])
    path = tmp_path / "data" / FILE_NAME
    path.write_bytes(path.read_bytes().replace(b"c1", b"cX", 1))
    assert list(People(path.parent).all_of("anna", CheckIn)) == [VALUES[1]]


def _write(folder: Path, first: int) -> None:
    people = People(folder)
    for number in range(first, first + 20):
        people.keep("anna", CheckIn(f"c{number}", NOW, NOW.date(), When.AFTER))
        if number % 10 == 0:
            people.file.forget("bert")


def test_two_processes_that_write_and_one_that_forgets_lose_nothing(tmp_path: Path) -> None:
    People(tmp_path).keep("bert", VALUES[3])
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_write, args=(tmp_path, first)) for first in (0, 100)]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    assert len(People(tmp_path).all_of("anna", CheckIn)) == 40


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": "soon"}, "day: input should be a valid date"),
        ({"when": "later"}, "when: input should be 'before', 'during', 'after' or 'next_morning'"),
        ({"pains": [{"foot": "left", "place": "shin", "score": 11}]}, "pains.0: score must be 0 … 10, not 11"),
        (
            {"pains": [{"foot": "left", "place": "shin", "score": "3"}]},
            "pains.0.score: input should be a valid integer",
        ),
        ({"pains": [{"foot": "left", "place": "nose", "score": 3}]}, "pains.0.place: input should be 'shin', "),
        ({"more": 1}, "more: unexpected"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_one_sentence(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(EntryError) as refused:
        from_json(CheckIn, {**to_json(SAID), **change})
    assert str(refused.value).startswith(sentence)
