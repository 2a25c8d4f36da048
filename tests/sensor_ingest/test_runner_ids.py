"""Any name has a safe id of its own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.sensor_ingest.recording.runner_ids import RESERVED, is_runner_id, runner_id, shown_name

NAMES = (
    "O'Brien",
    "José",
    "李",
    "../x",
    "👩\N{ZERO WIDTH JOINER}🚀",
    "two\nlines",
    "a/+#",
    "status",
    "SERVICE",
    "",
    " ",
)


@pytest.mark.parametrize("name", ["anna", "runner-1", "Runner_2", "7", "x" * 64])
def test_a_safe_name_is_its_id(name: str) -> None:
    assert runner_id(name) == name


def test_an_id_keeps_what_can_be_read() -> None:
    assert [runner_id(name).rpartition("-")[0] for name in NAMES[:3]] == ["o-brien", "jose", "runner"]


@given(st.one_of(st.sampled_from(NAMES), st.text(max_size=200)))
def test_any_name_has_a_safe_id(name: str) -> None:
    found = runner_id(name)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", found)
    assert found.lower() not in RESERVED
    assert is_runner_id(found)
    assert runner_id(found) == found


@given(st.lists(st.one_of(st.sampled_from(NAMES), st.text(max_size=20)), unique=True))
def test_no_two_names_have_one_id(names: list[str]) -> None:
    apart = {name for name in names if name.isascii()}
    assert len({runner_id(name) for name in apart}) == len(apart)


def test_a_name_is_the_same_however_it_was_typed() -> None:
    assert runner_id("Jose\N{COMBINING ACUTE ACCENT}") == runner_id("José")


@given(st.text(max_size=100))
def test_a_shown_name_stays_on_its_line(name: str) -> None:
    shown = shown_name(name)
    assert shown
    assert all(letter.isprintable() or letter == "\N{ZERO WIDTH JOINER}" for letter in shown)
    assert "  " not in shown
