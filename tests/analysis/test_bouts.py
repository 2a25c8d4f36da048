"""Strides of either foot joined to bouts, and what lies between them."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.bouts import BoutBuilder
from surefoot.analysis.model import Bools, Bout, Floats, Foot, Strides
from tests.analysis.made import contacts, strides

NOTHING = np.empty(0), np.empty(0, bool)


def seconds(start_s: float, marks: list[bool]) -> tuple[Floats, Bools]:
    return start_s + np.arange(len(marks), dtype=np.float64), np.array(marks, bool)


def bouts_of(
    *rows: Strides, start_s: float, end_s: float, still: tuple[Floats, Bools] = NOTHING
) -> list[tuple[str, float, float]]:
    builder = BoutBuilder()
    builder.begin(start_s)
    strides = {
        foot: Strides.join([Strides.empty(foot), *(each for each in rows if each.foot is foot)]) for foot in Foot
    }
    return plain(builder.push(strides, {Foot.LEFT: still}, np.inf) + builder.flush(end_s))


def plain(bouts: list[Bout]) -> list[tuple[str, float, float]]:
    return [(bout.kind, bout.start_s, bout.end_s) for bout in bouts]


def gait(start_s: float, count: int, stride_s: float = 0.7, *, running: bool = True) -> Strides:
    return strides(Foot.LEFT, contacts(start_s, count, stride_s), running=running)


def kinds(bouts: list[tuple[str, float, float]]) -> list[str]:
    return [kind for kind, _, _ in bouts]


def test_a_run_of_strides_is_one_bout() -> None:
    bouts = bouts_of(gait(5.0, 20, 0.5), start_s=5.0, end_s=15.0)
    assert bouts == [("run", 5.0, 15.0)]


def test_both_feet_make_one_bout() -> None:
    left, right = strides(Foot.LEFT, contacts(5.0, 20, 0.5)), strides(Foot.RIGHT, contacts(5.25, 20, 0.5))
    assert bouts_of(left, right, start_s=5.0, end_s=15.25) == [("run", 5.0, 15.25)]


def test_a_recording_without_strides_is_other() -> None:
    assert bouts_of(start_s=3.0, end_s=20.0) == [("other", 3.0, 20.0)]


def test_an_empty_recording_has_no_bouts() -> None:
    assert bouts_of(start_s=3.0, end_s=3.0) == []


def test_standing_is_told_from_other_movement_second_by_second() -> None:
    marks = [True] * 10 + [False] * 5 + [True] * 5
    assert bouts_of(start_s=0.0, end_s=20.0, still=seconds(0.0, marks)) == [
        ("still", 0.0, 10.0),
        ("other", 10.0, 15.0),
        ("still", 15.0, 20.0),
    ]


def test_standing_between_two_bouts_is_still() -> None:
    rows = gait(0.0, 20, 0.5), gait(18.0, 20, 0.5)
    bouts = bouts_of(*rows, start_s=0.0, end_s=28.0, still=seconds(0.0, [False] * 10 + [True] * 8 + [False] * 10))
    assert bouts == [("run", 0.0, 10.0), ("still", 10.0, 18.0), ("run", 18.0, 28.0)]


def test_one_odd_stride_does_not_split_a_bout() -> None:
    rows = strides(Foot.LEFT, contacts(0.0, 20, 0.7), running=[k != 10 for k in range(20)])
    assert kinds(bouts_of(rows, start_s=0.0, end_s=14.0)) == ["run"]


def test_two_odd_strides_do_not_split_a_bout_and_three_do() -> None:
    for odd, expected in ((2, ["run"]), (3, ["run", "walk", "run"])):
        rows = strides(Foot.LEFT, contacts(0.0, 20, 0.7), running=[not 9 <= k < 9 + odd for k in range(20)])
        assert kinds(bouts_of(rows, start_s=0.0, end_s=14.0)) == expected


def test_walking_then_running_are_two_bouts_that_meet() -> None:
    times_s = np.concatenate([contacts(0.0, 10, 1.0), contacts(10.7, 19, 0.7)])
    rows = strides(Foot.LEFT, times_s, running=[k >= 10 for k in range(30)])
    (walk, run) = bouts_of(rows, start_s=0.0, end_s=float(times_s[-1]))
    assert (walk[0], run[0]) == ("walk", "run")
    assert walk[2] == run[1] == pytest.approx(10.0)


@pytest.mark.parametrize(("change_s", "found"), [(0.9, ["run", "walk"]), (1.1, ["run", "other", "walk"])])
def test_the_stride_in_which_a_run_becomes_a_walk_belongs_to_the_walk(change_s: float, found: list[str]) -> None:
    run, walk = gait(0.0, 20), gait(14.0 + change_s, 20, 1.1, running=False)
    bouts = bouts_of(run, walk, start_s=0.0, end_s=float(walk.next_initial_contact_s[-1]))
    assert kinds(bouts) == found
    assert all(earlier[2] == later[1] for earlier, later in itertools.pairwise(bouts))


@pytest.mark.parametrize(("pause_s", "expected"), [(1.49, 1), (1.51, 3)])
def test_a_pause_is_bridged_if_one_stride_may_be_missing_in_it(pause_s: float, expected: int) -> None:
    rows = gait(0.0, 10, 0.7), gait(7.0 + pause_s, 10, 0.7)
    assert len(bouts_of(*rows, start_s=0.0, end_s=14.0 + pause_s)) == expected


def test_a_pause_of_less_than_two_seconds_is_never_still() -> None:
    rows = gait(0.0, 10, 0.7), gait(8.9, 10, 0.7)
    bouts = bouts_of(*rows, start_s=0.0, end_s=15.9, still=seconds(0.0, [True] * 16))
    assert kinds(bouts) == ["run", "other", "run"]


@pytest.mark.parametrize("count", range(1, 60))
def test_rounding_leaves_no_stretch_without_length(count: int) -> None:
    first = gait(0.0, count, 0.6)
    pause_s = float(first.next_initial_contact_s[-1])
    rows = first, gait(pause_s + 7.0, 10, 0.7)
    marks = [second + 1.0 <= pause_s + 7.0 for second in range(80)]
    bouts = bouts_of(*rows, start_s=0.0, end_s=pause_s + 20.0, still=seconds(0.0, marks))
    assert all(start_s < stop_s for _, start_s, stop_s in bouts)


bouts_of_gait = st.lists(
    st.tuples(st.floats(0.0, 9.0), st.integers(1, 12), st.sampled_from([0.6, 0.7, 1.0, 1.2]), st.booleans()), max_size=8
)


def recorded(parts: list[tuple[float, int, float, bool]]) -> tuple[Strides, float]:
    """Bouts after pauses, and the end of the recording."""
    now_s, rows = 0.0, [Strides.empty(Foot.LEFT)]
    for pause_s, count, stride_s, running in parts:
        rows.append(gait(now_s + pause_s, count, stride_s, running=running))
        now_s = float(rows[-1].next_initial_contact_s[-1])
    return Strides.join(rows), now_s + 2.5


@settings(max_examples=300, deadline=None, derandomize=True)
@given(parts=bouts_of_gait, marks=st.lists(st.booleans(), min_size=130, max_size=130))
def test_bouts_cover_everything_once_in_order(parts: list[tuple[float, int, float, bool]], marks: list[bool]) -> None:
    rows, end_s = recorded(parts)
    inside = int(end_s)
    bouts = bouts_of(rows, start_s=0.0, end_s=end_s, still=seconds(0.0, marks[:inside]))
    assert bouts[0][1] == 0.0
    assert bouts[-1][2] == end_s
    assert all(a[2] == b[1] for a, b in itertools.pairwise(bouts))
    assert all(start_s < stop_s for _, start_s, stop_s in bouts)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    parts=bouts_of_gait,
    marks=st.lists(st.booleans(), min_size=130, max_size=130),
    cuts=st.lists(st.integers(0, 96), max_size=10),
    late_s=st.floats(0.0, 3.0),
)
def test_pieces_give_the_same_bouts_as_the_whole(
    parts: list[tuple[float, int, float, bool]], marks: list[bool], cuts: list[int], late_s: float
) -> None:
    rows, end_s = recorded(parts)
    second_s, mark = seconds(0.0, marks[: int(end_s)])
    builder, found, given_s = BoutBuilder(), list[Bout](), 0.0
    builder.begin(0.0)
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for first, last in itertools.pairwise(edges):
        watermark_s = end_s if last == len(rows) else float(rows.initial_contact_s[last])
        now_s = watermark_s + late_s
        fresh = (second_s >= given_s) & (second_s < now_s)
        found += builder.push({Foot.LEFT: rows[first:last]}, {Foot.LEFT: (second_s[fresh], mark[fresh])}, watermark_s)
        given_s = max(given_s, now_s)
    fresh = second_s >= given_s
    found += builder.push({}, {Foot.LEFT: (second_s[fresh], mark[fresh])}, np.inf)
    found += builder.flush(end_s)
    assert plain(found) == bouts_of(rows, start_s=0.0, end_s=end_s, still=(second_s, mark))


def test_a_clock_that_leaps_costs_what_was_recorded() -> None:
    tracemalloc.start()
    found = bouts_of(gait(10.0, 20), start_s=0.0, end_s=1.7e9, still=seconds(0.0, [True] * 10))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [kind for kind, _, _ in found] == ["still", "run", "other"]
    assert found[-1][2] == 1.7e9
    assert peak_bytes < 1e6
