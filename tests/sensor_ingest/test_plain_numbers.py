"""Plain decimals are read eight characters at a time, to the same bits as one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.sensor_ingest.files.plain_numbers import parse_plain


@given(
    st.integers(0, 7),
    st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=30),
    st.lists(st.integers(-999, 999), min_size=1, max_size=30),
)
def test_numbers_of_as_many_decimals_are_exact(decimals: int, large: list[int], small: list[int]) -> None:
    rows = [
        (f"{a / 10**decimals:.{decimals}f}", f"{b / 10**decimals:.{decimals}f}")
        for a, b in zip(large, small, strict=False)
    ]
    rows = [row for row in rows if len(row[0].lstrip("-")) <= 16]
    found = parse_plain("".join(f"{a},x y,{b}\n" for a, b in rows).encode(), ",", 3, (0, 2))
    expected = np.array([[float(a), float(b)] for a, b in rows]).reshape(-1, 2).T
    if rows:
        assert found is not None
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@pytest.mark.parametrize(
    "field",
    ["", "-", "1e3", "nan", "+1.50", " 1.50", "1.5", '"1.50"', "1.50 ", "12345678901234567.50", "1:50", "--1.50"],
)
def test_what_is_not_plain_is_left_to_others(field: str) -> None:
    assert parse_plain(f"0,1.50\n1,{field}\n".encode(), ",", 2, (0, 1)) is None


@pytest.mark.parametrize("text", ["1,2\n3\n", "1,2\n3,4,5\n", "1,2\n\n3,4\n", "1\n2,3,4\n"])
def test_lines_of_another_width_are_left_to_others(text: str) -> None:
    assert parse_plain(text.encode(), ",", 2, (0, 1)) is None


def test_last_line_may_lack_its_end() -> None:
    found = parse_plain(b"1\t-2\n3\t-4", "\t", 2, (1,))
    assert found is not None
    assert found.tolist() == [[-2.0, -4.0]]
