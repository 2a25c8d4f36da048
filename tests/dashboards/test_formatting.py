"""Formatting of numbers, ranges and durations."""

from __future__ import annotations

import pytest

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Estimate
from surefoot.dashboards.formatting import asymmetry_text, clock, duration, in_unit, range_text, signed

CONTACT, FLIGHT = STRIDE_METRICS["ground_contact_time_s"], STRIDE_METRICS["flight_time_s"]


def test_a_value_has_its_unit_and_an_unknown_one_is_a_dash() -> None:
    assert in_unit(CONTACT, 0.2654) == "265 ms"
    assert in_unit(CONTACT, None) == "–"


@pytest.mark.parametrize(
    ("value", "decimals", "plus", "text"),
    [
        (-1.44, 1, True, "−1.4"),
        (-0.04, 1, True, "0.0"),
        (0.04, 1, True, "0.0"),
        (2.0, 1, True, "+2.0"),
        (2.0, 0, False, "2"),
    ],
)
def test_a_number_has_a_true_minus_and_zero_has_no_sign(value: float, decimals: int, plus: bool, text: str) -> None:
    assert signed(value, decimals, plus=plus) == text


def test_a_difference_has_half_its_interval() -> None:
    assert asymmetry_text(Estimate(-1.4, -2.2, -0.6, 40)) == "−1.4 ± 0.8 %"
    assert asymmetry_text(None) == "–"


def test_a_range_below_zero_is_told_in_words() -> None:
    assert range_text(CONTACT, (0.18, 0.32)) == "180–320 ms"
    assert range_text(FLIGHT, (-0.16, -0.08)) == "−160 to −80 ms"
    assert range_text(CONTACT, None) == ""


@pytest.mark.parametrize(
    ("seconds", "text", "words"),
    [(48.4, "0:48", "48 s"), (59.7, "1:00", "1:00 min"), (187.0, "3:07", "3:07 min"), (3599.7, "1:00:00", "1:00:00 h")],
)
def test_a_time_carries_over_to_the_next_unit(seconds: float, text: str, words: str) -> None:
    assert clock(seconds) == text
    assert duration(seconds) == words
