"""Recordings go into the session in bounded pieces, both feet in turn."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot, Samples
from surefoot.service.pipeline.analysis import chunks


def readings(foot: Foot, time_s: Floats) -> Samples:
    count = len(time_s)
    return Samples(foot, time_s, np.zeros((count, 3)), np.zeros((count, 3)), np.zeros(count, bool))


def cut(left_s: Floats, right_s: Floats, chunk_s: float) -> list[Samples]:
    return list(chunks({Foot.LEFT: readings(Foot.LEFT, left_s), Foot.RIGHT: readings(Foot.RIGHT, right_s)}, chunk_s))


@pytest.mark.parametrize("later_s", [0.0, 25.0, -25.0])
def test_every_reading_is_pushed_once_and_in_order(later_s: float) -> None:
    left_s, right_s = np.arange(0.0, 100.0, 0.01), later_s + np.arange(0.003, 70.0, 0.01)
    parts = cut(left_s, right_s, chunk_s=10.0)
    for foot, time_s in ((Foot.LEFT, left_s), (Foot.RIGHT, right_s)):
        pushed_s = np.concatenate([part.time_s for part in parts if part.foot is foot])
        np.testing.assert_array_equal(pushed_s, time_s)


def test_no_piece_is_longer_than_asked_and_no_foot_runs_ahead() -> None:
    time_s = np.arange(0.0, 100.0, 0.01)
    reached_s = dict.fromkeys(Foot, 0.0)
    for part in cut(time_s, time_s + 0.004, chunk_s=10.0):
        assert part.time_s[-1] - part.time_s[0] < 10.0
        reached_s[part.foot] = float(part.time_s[-1])
        assert abs(reached_s[Foot.LEFT] - reached_s[Foot.RIGHT]) <= 10.0


def test_a_gap_of_years_costs_nothing() -> None:
    time_s = np.concatenate([np.arange(0.0, 5.0, 0.01), 1e9 + np.arange(0.0, 5.0, 0.01)])
    assert len(cut(time_s, time_s, chunk_s=10.0)) == 4
