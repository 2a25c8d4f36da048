"""Labels proposed for a run, the mileage of shoes, and which injuries are not over."""

from __future__ import annotations

from datetime import date

import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.injuries import Injury, InjuryKind, open_injuries
from surefoot.analysis.weeks.labels import RunLabels, Shoe, Support, Surface, proposed_labels, shoe_distances_m

LAST = RunLabels("a", Surface.ROAD, "s1", Support.TAPE, hills=True, weights=False, painkiller=True, note="windy")


def test_labels_of_the_last_run_are_proposed_but_for_what_is_of_one_day() -> None:
    assert proposed_labels("b", LAST) == RunLabels("b", Surface.ROAD, "s1", Support.TAPE, hills=True, weights=False)


def test_what_was_measured_is_proposed_rather_than_what_was_typed() -> None:
    assert proposed_labels("b", LAST, is_treadmill=True).surface is Surface.TREADMILL
    assert proposed_labels("b", None).surface is None


def test_a_shoe_has_run_what_its_runs_say_and_what_it_had_before() -> None:
    shoes = [Shoe("s1", "Blue", distance_m=100.0), Shoe("s2", "Red")]
    labels = [LAST, RunLabels("b", shoe="s1"), RunLabels("c", shoe="s2"), RunLabels("d", shoe="gone"), RunLabels("e")]
    assert shoe_distances_m(shoes, labels, {"a": 5_000.0, "b": None, "d": 9.0}) == {"s1": 5_100.0, "s2": 0.0}


def test_injuries_that_are_not_over() -> None:
    today = date(2026, 5, 20)
    old = Injury("1", Foot.LEFT, InjuryKind.SPRAIN, date(2024, 1, 1), over=date(2024, 3, 1))
    lasting, newer = (Injury(str(day), Foot.LEFT, InjuryKind.TENDON, date(2026, 5, day)) for day in (3, 9))
    assert open_injuries([old, lasting, newer, Injury("4", Foot.LEFT, InjuryKind.OTHER, date(2026, 6, 1))], today) == [
        newer,
        lasting,
    ]


def test_a_grade_is_one_to_three_and_an_end_is_behind_the_beginning() -> None:
    with pytest.raises(ValueError, match="grade must be 1, 2 or 3, not 4"):
        Injury("1", Foot.LEFT, InjuryKind.SPRAIN, date(2024, 1, 1), grade=4)
    with pytest.raises(ValueError, match="over must not be before day, 2024-01-01"):
        Injury("1", Foot.LEFT, InjuryKind.SPRAIN, date(2024, 1, 1), over=date(2023, 1, 1))


def test_what_was_said_before_a_run_counts_more_than_the_last_and_less_than_what_is_measured() -> None:
    ahead = RunLabels("next", Surface.TRAIL, "s2", painkiller=True, note="hot")
    assert proposed_labels("b", LAST, ahead=ahead) == RunLabels("b", Surface.TRAIL, "s2", painkiller=True, note="hot")
    assert proposed_labels("b", LAST, ahead=ahead, is_treadmill=True).surface is Surface.TREADMILL
