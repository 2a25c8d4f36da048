"""The tables of `make feet` in short."""

from __future__ import annotations

import pytest

from tests.accuracy.recordings import DATA
from tests.feet import anatomy, recordings, rolls
from tests.rolls.conditions import Condition


def test_nobody_is_asked_for_nothing_and_who_rolls_in_clearly_is_found() -> None:
    assert [finding for finding in anatomy.findings(60, 2) if not finding.passed] == []


def test_every_roll_is_found_on_exchanged_pods() -> None:
    count = rolls.count(Condition("rearfoot"), 77, swapped=True)
    assert (count.found, count.false) == (count.true, 0)


def test_nothing_else_is_a_roll_where_both_ways_are_watched() -> None:
    assert rolls.false_rolls("trail", 1) == 0


@pytest.mark.skipif(not DATA.is_dir(), reason="the recordings are not at hand")
def test_recorded_feet_are_not_told_to_be_the_other_one() -> None:
    assert [finding for finding in recordings.findings() if not finding.passed] == []
