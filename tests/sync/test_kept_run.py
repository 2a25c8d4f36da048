"""`make sync`'s figures of a run that pods kept, and of one heard in pieces, for short ones."""

from __future__ import annotations

from tests.sync import kept_run, three_pieces


def test_a_short_run_from_two_pods_is_as_if_it_had_been_heard() -> None:
    rows = kept_run.rows(2.0, cuts=1, beacon_loss=0.0, bring=kept_run.from_shelf)
    assert [(row.what, row.value) for row in rows if not row.passed] == []


def test_a_short_run_heard_in_three_pieces_is_one() -> None:
    assert [(row.what, row.value) for row in three_pieces.rows(2.0) if not row.passed] == []
