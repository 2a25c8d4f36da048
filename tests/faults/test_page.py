"""The page has a row for every fault, with the target that is judged by, written by the command."""

from __future__ import annotations

from tests.faults.matrix import FAULTS
from tests.faults.outcome import Outcome
from tests.faults.page import PAGE, rows_of, with_rows

FOUND = Outcome({"points": 7}, {"points": 0}, {"points": 2}, 31.04, 30.0, missed=1)


def test_the_page_has_a_row_for_every_fault_in_their_order() -> None:
    rows = rows_of(PAGE.read_text(encoding="utf-8"))
    assert list(rows) == list(FAULTS)
    assert not [row for row in rows.values() if "missed" in row or " inf s" in row]


def test_rows_replace_those_of_the_same_faults_and_no_others() -> None:
    page, name = PAGE.read_text(encoding="utf-8"), list(FAULTS)[3]
    text = with_rows(page, {name: FOUND})
    assert rows_of(text) == {
        **rows_of(page),
        name: f"| {name} | 7 points | 0 | 2 points | 1 | 31.0 s (missed) | ≤ 30 s |",
    }
    assert with_rows(text, {}) == text
