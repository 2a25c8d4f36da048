"""Landings that look alike and come in rhythm are strides."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.gait.contact_candidates import ContactCandidate
from surefoot.analysis.gait.stride_segmentation import StrideCandidate, StrideSegmenter

STRIDE_CELLS = 140
STRONG_MPS2, WEAK_MPS2 = 10.0, 3.0
LONGEST = 600


def even(count: int, start: int = 1000, stride_cells: int = STRIDE_CELLS) -> list[int]:
    return [start + k * stride_cells for k in range(count)]


def add(
    segmenter: StrideSegmenter,
    cell: int,
    similarity_to_last: float,
    similarity_to_previous: float,
    strength_mps2: float = STRONG_MPS2,
) -> list[StrideCandidate]:
    """Links proven by one landing."""
    return segmenter.add(ContactCandidate(cell, strength_mps2), similarity_to_last, similarity_to_previous)


def feed(
    segmenter: StrideSegmenter, contacts: Iterable[int], similarity: float = 0.9, before: float = 0.9
) -> list[StrideCandidate]:
    """Links from landings that all look the same."""
    return [candidate for cell in contacts for candidate in add(segmenter, cell, similarity, before)]


def ends(candidates: Sequence[StrideCandidate]) -> list[tuple[int, int]]:
    return [(candidate.start_cell, candidate.end_cell) for candidate in candidates]


def between(contacts: Sequence[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(contacts))


def test_landings_that_look_alike_are_linked() -> None:
    contacts = even(10)
    assert ends(feed(StrideSegmenter(), contacts)) == between(contacts)


def test_a_link_says_how_alike_its_landings_are() -> None:
    assert {candidate.similarity for candidate in feed(StrideSegmenter(), even(6), similarity=0.73)} == {0.73}


def test_strides_wait_until_three_in_a_row_prove_the_chain() -> None:
    segmenter = StrideSegmenter()
    assert feed(segmenter, even(3)) == []
    assert segmenter.oldest_cell == 1000
    assert ends(feed(segmenter, even(1, start=1000 + 3 * STRIDE_CELLS))) == between(even(4))


def test_landings_that_look_unlike_are_never_linked() -> None:
    assert feed(StrideSegmenter(), even(40), similarity=0.3, before=0.3) == []


def test_two_movements_in_a_row_prove_nothing() -> None:
    segmenter = StrideSegmenter()
    feed(segmenter, even(3))
    assert segmenter.expire(even(3)[-1] + LONGEST + 1) is False
    assert segmenter.oldest_cell is None
    assert segmenter.pending == []


def test_a_push_off_mistaken_for_a_landing_is_skipped() -> None:
    segmenter, contacts = StrideSegmenter(), even(8)
    candidates = feed(segmenter, contacts[:5])
    candidates += add(segmenter, contacts[4] + 60, 0.1, 0.1, WEAK_MPS2)
    candidates += add(segmenter, contacts[5], 0.1, 0.9)
    candidates += feed(segmenter, contacts[6:])
    assert ends(candidates) == between(contacts)


def test_every_second_landing_may_be_a_push_off() -> None:
    segmenter, contacts = StrideSegmenter(), even(8)
    candidates = add(segmenter, contacts[0], 0.0, 0.0)
    for before, contact in between(contacts):
        candidates += add(segmenter, before + 60, 0.1, 0.9, WEAK_MPS2)
        candidates += add(segmenter, contact, 0.1, 0.9)
    assert ends(candidates) == between(contacts)


def test_a_strong_landing_is_not_skipped() -> None:
    segmenter, contacts = StrideSegmenter(), even(10)
    candidates = feed(segmenter, contacts[:5])
    candidates += add(segmenter, contacts[4] + 60, 0.1, 0.1, STRONG_MPS2)
    candidates += add(segmenter, contacts[5], 0.1, 0.9)
    assert ends(candidates) == between(contacts[:5])


def test_a_lost_landing_leaves_a_hole_but_no_new_chain() -> None:
    segmenter, contacts = StrideSegmenter(), even(12)
    candidates = feed(segmenter, contacts[:6])
    candidates += add(segmenter, contacts[7], 0.9, 0.9)
    assert ends(candidates) == between(contacts[:6])
    assert ends(add(segmenter, contacts[8], 0.9, 0.9)) == [(contacts[7], contacts[8])]


def test_a_hole_before_the_chain_is_proven_begins_another() -> None:
    segmenter, contacts = StrideSegmenter(), even(8)
    candidates = feed(segmenter, [*contacts[:2], *contacts[3:]])
    assert ends(candidates) == between(contacts[3:])


def test_a_stumble_that_looks_unlike_but_comes_in_step_is_still_a_stride() -> None:
    segmenter, contacts = StrideSegmenter(), even(8)
    candidates = feed(segmenter, contacts[:5]) + add(segmenter, contacts[5], 0.1, 0.0) + feed(segmenter, contacts[6:])
    assert ends(candidates) == between(contacts)


def test_walking_may_turn_into_running() -> None:
    walked = even(6, stride_cells=220)
    ran = even(6, start=walked[-1] + 130, stride_cells=130)
    assert ends(feed(StrideSegmenter(), [*walked, *ran])) == between([*walked, *ran])


def test_a_change_of_pace_ends_an_unproven_chain() -> None:
    first, *steady = [1000, 1140, 1340, 1540, 1740, 1940]
    candidates = ends(feed(StrideSegmenter(), [first, *steady], before=0.0))
    assert candidates == between(steady[1:])


def test_strides_slower_than_any_gait_are_not_linked() -> None:
    assert feed(StrideSegmenter(), even(20, stride_cells=LONGEST + 1)) == []
    assert len(feed(StrideSegmenter(), even(20, stride_cells=LONGEST))) == 19


def test_a_proven_chain_ends_when_no_landing_can_join_it() -> None:
    segmenter, contacts = StrideSegmenter(), even(6)
    feed(segmenter, contacts)
    assert segmenter.expire(contacts[-1] + LONGEST) is False
    assert segmenter.expire(contacts[-1] + LONGEST + 1) is True
    assert segmenter.expire(contacts[-1] + LONGEST + 2) is False
    assert segmenter.oldest_cell is None


def test_a_rejected_chain_has_to_prove_itself_again() -> None:
    segmenter, contacts = StrideSegmenter(), even(9)
    assert len(feed(segmenter, contacts[:4])) == 3
    segmenter.reject()
    assert ends(feed(segmenter, contacts[4:6])) == []
    assert ends(feed(segmenter, contacts[6:])) == between(contacts[3:])


@dataclass(frozen=True, slots=True)
class NextContact:
    """A landing after the last one, and its similarity to those before."""

    cells: int
    similarity_to_last: float
    similarity_to_previous: float
    strength_mps2: float

    def add_to(self, segmenter: StrideSegmenter, cell: int) -> list[StrideCandidate]:
        return add(segmenter, cell, self.similarity_to_last, self.similarity_to_previous, self.strength_mps2)


similarities = st.sampled_from([0.1, 0.45, 0.7, 0.95])
lengths = st.one_of(st.integers(70, 700), st.integers(130, 150))
steps = st.lists(
    st.builds(NextContact, lengths, similarities, similarities, st.sampled_from([WEAK_MPS2, STRONG_MPS2])), max_size=30
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(steps=steps, looks=st.lists(st.integers(0, 10_000), max_size=30))
def test_links_do_not_depend_on_when_the_chain_is_looked_at(steps: list[NextContact], looks: list[int]) -> None:
    asked, plain, cell = StrideSegmenter(), StrideSegmenter(), 0
    ended = [0, 0]
    for n, step in enumerate(steps):
        for now in sorted(cell + look % step.cells for look in looks[n::7]):
            ended[0] += asked.expire(now)
        cell += step.cells
        ended[0] += asked.expire(cell)
        ended[1] += plain.expire(cell)
        assert step.add_to(asked, cell) == step.add_to(plain, cell)
        assert asked.oldest_cell == plain.oldest_cell
        assert ended[0] == ended[1]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(steps=steps)
def test_links_are_in_order_and_never_overlap(steps: list[NextContact]) -> None:
    segmenter, cell, candidates = StrideSegmenter(), 0, list[StrideCandidate]()
    for step in steps:
        cell += step.cells
        segmenter.expire(cell)
        candidates += step.add_to(segmenter, cell)
    assert all(0 < candidate.end_cell - candidate.start_cell <= LONGEST for candidate in candidates)
    assert all(a.end_cell <= b.start_cell for a, b in itertools.pairwise(candidates))


@pytest.mark.parametrize("count", [0, 1])
def test_a_chain_without_a_stride_has_nothing_waiting(count: int) -> None:
    segmenter = StrideSegmenter()
    assert feed(segmenter, even(count)) == []
    assert segmenter.pending == []
