"""Landings that look alike and keep a pace are strides."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.gait.contact_candidates import Landing
from surefoot.analysis.gait.event_detection import SLOW
from surefoot.analysis.gait.stride_segmentation import LEAST_LINKS, Chain, Link

PACE = 140
STRONG_MPS2, WEAK_MPS2 = 10.0, 3.0
LONGEST = SLOW.longest_cells


def even(count: int, start: int = 1000, pace: int = PACE) -> list[int]:
    return [start + k * pace for k in range(count)]


def add(
    chain: Chain, cell: int, alike_last: float, alike_before: float, strength_mps2: float = STRONG_MPS2
) -> list[Link]:
    """Links proven by one landing."""
    return chain.add(Landing(cell, strength_mps2), alike_last, alike_before)


def feed(chain: Chain, landings: Iterable[int], alike: float = 0.9, before: float = 0.9) -> list[Link]:
    """Links from landings that all look the same."""
    return [link for cell in landings for link in add(chain, cell, alike, before)]


def ends(links: Sequence[Link]) -> list[tuple[int, int]]:
    return [(link.first, link.last) for link in links]


def between(landings: Sequence[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(landings))


def test_landings_that_look_alike_are_linked() -> None:
    landings = even(10)
    assert ends(feed(Chain(), landings)) == between(landings)


def test_a_link_says_how_alike_its_landings_are() -> None:
    assert {link.alike for link in feed(Chain(), even(6), alike=0.73)} == {0.73}


def test_strides_wait_until_three_in_a_row_prove_the_chain() -> None:
    chain = Chain()
    assert feed(chain, even(LEAST_LINKS)) == []
    assert chain.oldest == 1000
    assert ends(feed(chain, even(1, start=1000 + LEAST_LINKS * PACE))) == between(even(LEAST_LINKS + 1))


def test_landings_that_look_unlike_are_never_linked() -> None:
    assert feed(Chain(), even(40), alike=0.3, before=0.3) == []


def test_two_movements_in_a_row_prove_nothing() -> None:
    chain = Chain()
    feed(chain, even(3))
    assert chain.expire(even(3)[-1] + LONGEST + 1) is False
    assert chain.oldest is None
    assert chain.waiting == []


def test_a_push_off_mistaken_for_a_landing_is_skipped() -> None:
    chain, landings = Chain(), even(8)
    links = feed(chain, landings[:5])
    links += add(chain, landings[4] + 60, 0.1, 0.1, WEAK_MPS2)
    links += add(chain, landings[5], 0.1, 0.9)
    links += feed(chain, landings[6:])
    assert ends(links) == between(landings)


def test_every_second_landing_may_be_a_push_off() -> None:
    chain, landings = Chain(), even(8)
    links = add(chain, landings[0], 0.0, 0.0)
    for before, landing in between(landings):
        links += add(chain, before + 60, 0.1, 0.9, WEAK_MPS2)
        links += add(chain, landing, 0.1, 0.9)
    assert ends(links) == between(landings)


def test_a_strong_landing_is_not_skipped() -> None:
    chain, landings = Chain(), even(10)
    links = feed(chain, landings[:5])
    links += add(chain, landings[4] + 60, 0.1, 0.1, STRONG_MPS2)
    links += add(chain, landings[5], 0.1, 0.9)
    assert ends(links) == between(landings[:5])


def test_a_lost_landing_leaves_a_hole_but_no_new_chain() -> None:
    chain, landings = Chain(), even(12)
    links = feed(chain, landings[:6])
    links += add(chain, landings[7], 0.9, 0.9)
    assert ends(links) == between(landings[:6])
    assert ends(add(chain, landings[8], 0.9, 0.9)) == [(landings[7], landings[8])]


def test_a_hole_before_the_chain_is_proven_begins_another() -> None:
    chain, landings = Chain(), even(8)
    links = feed(chain, [*landings[:2], *landings[3:]])
    assert ends(links) == between(landings[3:])


def test_a_stumble_that_looks_unlike_but_comes_in_step_is_still_a_stride() -> None:
    chain, landings = Chain(), even(8)
    links = feed(chain, landings[:5]) + add(chain, landings[5], 0.1, 0.0) + feed(chain, landings[6:])
    assert ends(links) == between(landings)


def test_walking_may_turn_into_running() -> None:
    walked = even(6, pace=220)
    ran = even(6, start=walked[-1] + 130, pace=130)
    assert ends(feed(Chain(), [*walked, *ran])) == between([*walked, *ran])


def test_a_change_of_pace_ends_an_unproven_chain() -> None:
    first, *steady = [1000, 1140, 1340, 1540, 1740, 1940]
    links = ends(feed(Chain(), [first, *steady], before=0.0))
    assert links == between(steady[1:])


def test_strides_slower_than_any_gait_are_not_linked() -> None:
    assert feed(Chain(), even(20, pace=LONGEST + 1)) == []
    assert len(feed(Chain(), even(20, pace=LONGEST))) == 19


def test_a_proven_chain_ends_when_no_landing_can_join_it() -> None:
    chain, landings = Chain(), even(6)
    feed(chain, landings)
    assert chain.expire(landings[-1] + LONGEST) is False
    assert chain.expire(landings[-1] + LONGEST + 1) is True
    assert chain.expire(landings[-1] + LONGEST + 2) is False
    assert chain.oldest is None


def test_a_rejected_chain_has_to_prove_itself_again() -> None:
    chain, landings = Chain(), even(9)
    assert len(feed(chain, landings[:4])) == LEAST_LINKS
    chain.reject()
    assert ends(feed(chain, landings[4:6])) == []
    assert ends(feed(chain, landings[6:])) == between(landings[3:])


@dataclass(frozen=True, slots=True)
class Step:
    """A landing after the last one, and how alike it is to those before."""

    cells: int
    alike_last: float
    alike_before: float
    strength_mps2: float

    def add_to(self, chain: Chain, cell: int) -> list[Link]:
        return add(chain, cell, self.alike_last, self.alike_before, self.strength_mps2)


likeness = st.sampled_from([0.1, 0.45, 0.7, 0.95])
lengths = st.one_of(st.integers(70, 700), st.integers(130, 150))
steps = st.lists(st.builds(Step, lengths, likeness, likeness, st.sampled_from([WEAK_MPS2, STRONG_MPS2])), max_size=30)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(steps=steps, looks=st.lists(st.integers(0, 10_000), max_size=30))
def test_links_do_not_depend_on_when_the_chain_is_looked_at(steps: list[Step], looks: list[int]) -> None:
    asked, plain, cell = Chain(), Chain(), 0
    ended = [0, 0]
    for n, step in enumerate(steps):
        for now in sorted(cell + look % step.cells for look in looks[n::7]):
            ended[0] += asked.expire(now)
        cell += step.cells
        ended[0] += asked.expire(cell)
        ended[1] += plain.expire(cell)
        assert step.add_to(asked, cell) == step.add_to(plain, cell)
        assert asked.oldest == plain.oldest
        assert ended[0] == ended[1]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(steps=steps)
def test_links_are_in_order_and_never_overlap(steps: list[Step]) -> None:
    chain, cell, links = Chain(), 0, list[Link]()
    for step in steps:
        cell += step.cells
        chain.expire(cell)
        links += step.add_to(chain, cell)
    assert all(0 < link.last - link.first <= LONGEST for link in links)
    assert all(a.last <= b.first for a, b in itertools.pairwise(links))


@pytest.mark.parametrize("count", [0, 1])
def test_a_chain_without_a_stride_has_nothing_waiting(count: int) -> None:
    chain = Chain()
    assert feed(chain, even(count)) == []
    assert chain.waiting == []
