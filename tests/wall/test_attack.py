"""Strangers cost the wall next to nothing; `make wall-load` tries them for longer."""

from __future__ import annotations

from tests.wall import attack
from tests.wall.attack import Target


def test_no_attack_takes_memory_or_keeps_anybody_out() -> None:
    assert [finding for finding in attack.findings(body_mib=30, wait_s=1.5) if not finding.passed] == []


def test_a_form_is_refused_where_it_grows_too_long() -> None:
    with attack.target() as wall:
        assert wall.status("POST", "/login", "password=" + "x" * 5000) == 413
        assert wall.status("POST", "/login", "password=" + "x" * 500) == 403


def test_guessing_is_slowed_down_for_the_address_it_comes_from() -> None:
    with attack.target() as wall:
        guesses = [_guess(wall, number) for number in range(103)]
        assert guesses == [403] * 100 + [429] * 3
        assert wall.status("POST", "/login", "password=correct+horse") == 429
        assert wall.status("POST", "/login", "password=correct+horse", client="192.0.2.7") == 303


def _guess(wall: Target, number: int) -> int:
    return wall.status("POST", "/login", f"password={number}")
