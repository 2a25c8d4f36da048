"""Step and flight come from the other foot's landing within the stride."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.model import Floats, Foot, Strides
from surefoot.analysis.pairing import StridePairer, add_step_metrics
from tests.analysis.made import contacts, strides

NOBODY = np.empty((2, 0))
"""Stances of the other foot, of which nothing is known."""
LEFT = strides(Foot.LEFT, contacts(10.0, 6, 0.7), contact_s=0.25)


def step_and_flight(other_s: Floats) -> tuple[Floats, Floats]:
    metrics = add_step_metrics(LEFT, other_s).metrics
    return metrics["step_time_s"], metrics["flight_time_s"]


def test_step_and_flight_run_to_the_other_foots_next_landing() -> None:
    step_s, flight_s = step_and_flight(contacts(10.34, 6, 0.7))
    assert step_s == pytest.approx(np.full(6, 0.34))
    assert flight_s == pytest.approx(np.full(6, 0.09))


def test_in_double_support_flight_is_negative() -> None:
    _, flight_s = step_and_flight(contacts(10.2, 6, 0.7))
    assert flight_s == pytest.approx(np.full(6, -0.05))


def test_without_a_landing_of_the_other_foot_within_the_stride_both_are_unknown() -> None:
    other_s = np.delete(contacts(10.34, 6, 0.7), 2)
    step_s, flight_s = step_and_flight(other_s)
    assert np.flatnonzero(np.isnan(step_s)).tolist() == [2]
    assert np.flatnonzero(np.isnan(flight_s)).tolist() == [2]


def test_without_another_foot_both_are_unknown() -> None:
    step_s, flight_s = step_and_flight(np.empty(0))
    assert np.isnan(step_s).all()
    assert np.isnan(flight_s).all()


def test_the_same_instant_is_not_the_next_landing() -> None:
    step_s, _ = step_and_flight(LEFT.initial_contact_s)
    assert np.isnan(step_s).all()


def test_pairing_leaves_everything_else_as_it_was() -> None:
    after = add_step_metrics(LEFT, contacts(10.3, 6, 0.7))
    for key in ("stride_time_s", "ground_contact_time_s", "swing_time_s", "duty_factor"):
        assert after.metrics[key] is LEFT.metrics[key]
    assert after.initial_contact_s is LEFT.initial_contact_s
    assert LEFT.metrics["step_time_s"] == pytest.approx(np.full(6, 0.35))


def test_a_stride_is_held_until_the_other_foot_is_settled_to_its_end() -> None:
    pairer = StridePairer(Strides.empty(Foot.LEFT))
    pairer.add(LEFT)
    other_s = contacts(10.35, 6, 0.7)
    assert pairer.earliest_start_s == 10.0
    assert len(pairer.release(other_s, NOBODY, LEFT.next_initial_contact_s[0] - 1e-6)) == 0
    assert len(pairer.release(other_s, NOBODY, LEFT.next_initial_contact_s[1])) == 2
    assert pairer.earliest_start_s == LEFT.initial_contact_s[2]
    assert len(pairer.release(other_s, NOBODY, np.inf)) == 4
    assert pairer.earliest_start_s == np.inf


def test_contacts_are_forgotten_once_nobody_needs_them() -> None:
    pairer = StridePairer(Strides.empty(Foot.LEFT))
    pairer.add(LEFT)
    assert pairer.contacts_s == pytest.approx(contacts(10.0, 6, 0.7))
    pairer.forget(LEFT.initial_contact_s[3])
    assert pairer.contacts_s == pytest.approx(contacts(10.0, 6, 0.7)[3:])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    other_s=st.lists(st.floats(9.0, 16.0), unique=True, max_size=30),
    watermarks_s=st.lists(st.floats(9.0, 16.0), max_size=6),
    sizes=st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
def test_pieces_give_the_same_steps_as_the_whole(
    other_s: list[float], watermarks_s: list[float], sizes: list[int]
) -> None:
    landings_s, pairer, done, added = (
        np.array(sorted(other_s)),
        StridePairer(Strides.empty(Foot.LEFT)),
        list[Strides](),
        0,
    )
    for upto_s, size in zip(sorted(watermarks_s), sizes, strict=False):
        pairer.add(LEFT[added : added + size])
        added += size
        done.append(pairer.release(landings_s[landings_s < upto_s], NOBODY, upto_s))
    pairer.add(LEFT[added:])
    done.append(pairer.release(landings_s, NOBODY, np.inf))
    together, expected = Strides.join(done), add_step_metrics(LEFT, landings_s)
    for key in expected.metrics:
        assert np.array_equal(together.metrics[key], expected.metrics[key], equal_nan=True)
