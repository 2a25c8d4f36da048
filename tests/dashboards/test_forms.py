"""What is typed into forms is a value, or is refused in a sentence for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from surefoot.dashboards.wall.forms import day_from, number_from, whole_from


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (day_from, "2026-05-31", date(2026, 5, 31)),
        (number_from, "12.5", 12.5),
        (whole_from, "12", 12),
        (whole_from, "", None),
    ],
)
def test_what_was_typed_is_a_value(read: Callable[[str], object], text: str, expected: object) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (day_from, "", "nothing is no day"),
        (day_from, "31 May", "31 May is no day"),
        (number_from, "", "nothing is no number"),
        (number_from, "twelve", "twelve is no number"),
        (number_from, "nan", "nan is no number"),
        (number_from, "inf", "inf is no number"),
        (whole_from, "1.5", "1.5 is no whole number"),
        (whole_from, "-3", "-3 is no whole number"),
        (whole_from, "٣", "٣ is no whole number"),
        (whole_from, "9" * 5000, f"{'9' * 20} is no whole number"),
    ],
)
def test_what_is_none_is_told_in_a_sentence(read: Callable[[str], object], text: str, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        read(text)
