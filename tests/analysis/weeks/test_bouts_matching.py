"""Sessions against their rows, by a table written by hand."""

from __future__ import annotations

import pytest

from surefoot.analysis.model import Bout, BoutKind
from surefoot.analysis.weeks.bouts_matching import Match, match_bouts
from surefoot.analysis.weeks.plan import SPRAIN_ROWS, Row

RUN, WALK, STILL = BoutKind.RUN, BoutKind.WALK, BoutKind.STILL
AS_PLANNED, LESS, MORE, CANNOT_TELL = Match
FIRST = SPRAIN_ROWS[0]


def bouts(*pieces: tuple[BoutKind, float]) -> list[Bout]:
    found, start_s = [], 100.0
    for kind, length_s in pieces:
        found.append(Bout(kind, start_s, start_s + length_s))
        start_s += length_s
    return found


def as_prescribed(row: Row) -> list[tuple[BoutKind, float]]:
    return [(WALK, 300.0), *[(RUN, row.run_s), (WALK, row.walk_s or 60.0)] * row.runs]


def test_the_table_is_that_of_the_source() -> None:
    assert [row.running_s / 60.0 for row in SPRAIN_ROWS] == [6, 12, 18, 24, 20]
    assert [row.total_s / 60.0 for row in SPRAIN_ROWS] == [30, 30, 30, 30, 20]
    assert [row.runs for row in SPRAIN_ROWS] == [6, 6, 6, 6, 1]


@pytest.mark.parametrize("row", SPRAIN_ROWS)
def test_a_session_as_prescribed(row: Row) -> None:
    matched = match_bouts(bouts(*as_prescribed(row)), row)
    assert (matched.match, matched.as_planned, matched.differences) == (AS_PLANNED, row.runs, ())


@pytest.mark.parametrize("row", SPRAIN_ROWS)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda many, row: [*many[:1], (RUN, row.run_s + max(15.0, 0.15 * row.run_s)), *many[2:]], AS_PLANNED),
        (lambda many, row: [*many[:1], (RUN, row.run_s + max(15.0, 0.15 * row.run_s) + 0.1), *many[2:]], MORE),
        (lambda many, row: [*many[:1], (RUN, row.run_s - max(15.0, 0.15 * row.run_s) - 0.1), *many[2:]], LESS),
        (lambda many, _: many[:-2], LESS),
        (lambda many, row: [*many, (RUN, row.run_s)], MORE),
        (lambda many, row: [*many[:1], (WALK, row.run_s), *many[2:]], LESS),
        (lambda many, _: [*many, (RUN, 9.9)], AS_PLANNED),
        (lambda many, _: [*many, (RUN, 10.0)], MORE),
        (lambda many, row: [*many[:-2], (RUN, row.run_s / 2.0)], LESS),
        (lambda many, _: [(WALK, 1200.0), *many[1:], (STILL, 600.0)], AS_PLANNED),
    ],
    ids=[
        "just within", "one run long", "one run short", "one missing", "one more", "one walked at the cadence of a jog",
        "steps of running", "one more, short", "stopped early", "a long way there and home",
    ],
)  # fmt: skip
def test_a_session_that_differs(row: Row, change, expected: Match) -> None:  # type: ignore[no-untyped-def]
    assert match_bouts(bouts(*change(as_prescribed(row), row)), row).match is expected


@pytest.mark.parametrize(
    ("pieces", "sentence"),
    [
        ([(RUN, 60.0), (WALK, 240.0)] * 3 + [(RUN, 190.0), (WALK, 240.0)] + [(RUN, 60.0), (WALK, 240.0)] * 2,
         "5 of 6 runs as planned; run 4 was 3:10 instead of 1:00."),
        ([(RUN, 60.0), (WALK, 4.0), (RUN, 60.0), (WALK, 240.0)] + [(RUN, 60.0), (WALK, 240.0)] * 4,
         "4 of 6 runs as planned; run 1 was 2:04 instead of 1:00; 1 run missing."),
        ([(RUN, 360.0)], "0 of 6 runs as planned; run 1 was 6:00 instead of 1:00; 5 runs missing."),
        ([(RUN, 60.0), (WALK, 30.0)] * 6,
         "6 of 6 runs as planned; "
         + "; ".join(f"the walk after run {k} was 0:30 instead of 4:00" for k in range(1, 6)) + "."),
        ([(RUN, 60.0), (WALK, 240.0)] * 8, "6 of 6 runs as planned; 2 more runs than planned."),
        ([], "0 of 6 runs as planned; 6 runs missing."),
    ],
    ids=[
        "one long", "merged by four seconds of walking", "the same total in one", "short walks", "two more", "nothing",
    ],
)  # fmt: skip
def test_what_differs_is_told(pieces: list[tuple[BoutKind, float]], sentence: str) -> None:
    assert match_bouts(bouts(*pieces), FIRST).sentence == sentence


def test_the_same_minutes_in_other_bouts_are_not_the_session() -> None:
    assert match_bouts(bouts((RUN, 360.0), (WALK, 1440.0)), FIRST).match is MORE


def test_standing_between_runs_is_no_running() -> None:
    assert match_bouts(bouts(*[(RUN, 60.0), (STILL, 240.0)] * 6), FIRST).match is AS_PLANNED


@pytest.mark.parametrize("row", [each for each in SPRAIN_ROWS if each.runs > 1])
def test_runs_that_four_seconds_of_walking_part_are_one(row: Row) -> None:
    first, run, _, *others = as_prescribed(row)
    assert match_bouts(bouts(first, run, (WALK, 4.0), *others), row).match is MORE


@pytest.mark.parametrize("row", SPRAIN_ROWS)
@pytest.mark.parametrize(("gap_s", "expected"), [(15.0, AS_PLANNED), (15.1, CANNOT_TELL)])
def test_a_gap_in_the_radio_hides_a_session_of_any_row(row: Row, gap_s: float, expected: Match) -> None:
    assert match_bouts(bouts(*as_prescribed(row)), row, [(410.0, 410.0 + gap_s)]).match is expected


def test_a_long_gap_hides_what_was_run_and_a_short_one_parts_no_run() -> None:
    twenty = SPRAIN_ROWS[-1]
    parted = [Bout(RUN, 0.0, 600.0), Bout(RUN, 615.0, 1200.0)]
    assert match_bouts(parted, twenty, [(600.0, 615.0)]).match is AS_PLANNED
    hidden = match_bouts(parted, twenty, [(600.0, 615.1)])
    assert (hidden.match, hidden.sentence) == (CANNOT_TELL, "Cannot tell: the pods told nothing for 0:15.")
    assert match_bouts(parted, twenty).match is MORE  # a break that was seen makes two runs


@pytest.mark.parametrize(
    ("runs_s", "sentence"),
    [
        ([], "1 of 1 run as planned."),
        ([600.0], "1 of 1 run as planned."),
        ([1815.0], "1 of 1 run as planned."),
        ([900.0, 900.0], "1 of 1 run as planned."),
        ([1816.0], "0 of 1 run as planned; 30:16 of running, 30:00 was the most."),
        ([1200.0, 1200.0], "0 of 1 run as planned; 40:00 of running, 30:00 was the most."),
    ],
)
def test_a_cap_is_on_all_running_of_a_session(runs_s: list[float], sentence: str) -> None:
    pieces = [piece for run_s in runs_s for piece in ((RUN, run_s), (WALK, 60.0))]
    assert match_bouts(bouts(*pieces), Row(1, 1800.0, is_cap=True)).sentence == sentence
