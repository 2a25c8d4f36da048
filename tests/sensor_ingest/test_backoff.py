"""Delays double up to a limit, are spread at random, and begin anew after a success."""

from __future__ import annotations

import random

import pytest

from surefoot.sensor_ingest.backoff import Backoff


def test_without_jitter_delays_double_up_to_the_limit() -> None:
    backoff = Backoff(1.0, 60.0, jitter=0.0)
    assert [backoff.next_delay_s() for _ in range(8)] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


def test_jitter_shortens_each_delay_by_up_to_its_share() -> None:
    rng = random.Random(1)
    delays_s = [Backoff(4.0, 60.0, rng=rng).next_delay_s() for _ in range(1000)]
    assert min(delays_s) == pytest.approx(2.0, abs=0.02)
    assert max(delays_s) == pytest.approx(4.0, abs=0.02)


def test_after_a_success_delays_begin_anew() -> None:
    backoff = Backoff(0.25, 5.0, jitter=0.0)
    assert [backoff.next_delay_s() for _ in range(3)] == [0.25, 0.5, 1.0]
    backoff.reset()
    assert backoff.next_delay_s() == 0.25


def test_many_failures_do_not_overflow() -> None:
    backoff = Backoff(failures=10**6, jitter=0.0)
    assert backoff.next_delay_s() == 30.0
