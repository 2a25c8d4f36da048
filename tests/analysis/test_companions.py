"""What other sensors said is summed up by quantity; a run on a treadmill is known by its belt."""

from __future__ import annotations

from surefoot.analysis.companions import (
    BELT_DISTANCE,
    BELT_SPEED,
    HEART_RATE,
    MAX_AGE_S,
    Companion,
    CompanionReading,
    is_on_treadmill,
    newest_values,
    summarise_companions,
)


def belt(*speeds_mps: float) -> list[CompanionReading]:
    return [
        CompanionReading(Companion.TREADMILL, float(k), {BELT_SPEED: speed, BELT_DISTANCE: 3.0 * k})
        for k, speed in enumerate(speeds_mps)
    ]


def test_a_belt_that_ran_for_most_of_the_time_is_a_run_on_a_treadmill() -> None:
    assert is_on_treadmill(belt(*[3.0] * 60, *[0.0] * 20))
    assert not is_on_treadmill(belt(*[3.0] * 10))
    assert not is_on_treadmill(belt(*[3.0] * 20, *[0.0] * 60))
    assert not is_on_treadmill([])


def test_each_quantity_is_summed_up_by_itself() -> None:
    beats = [CompanionReading(Companion.HEART_RATE, float(k), {HEART_RATE: 100.0 + 10.0 * k}) for k in range(3)]
    found = summarise_companions([*belt(2.0, 4.0), *beats])
    assert list(found) == [HEART_RATE, BELT_SPEED, BELT_DISTANCE]
    assert (found[HEART_RATE].mean, found[HEART_RATE].low, found[HEART_RATE].high) == (110.0, 100.0, 120.0)
    assert (found[BELT_SPEED].n, found[BELT_DISTANCE].gained) == (2, 3.0)


def test_what_was_said_long_ago_is_not_so_now() -> None:
    readings = belt(2.0, 4.0)
    assert newest_values(readings, 1.0)[BELT_SPEED] == 4.0
    assert newest_values(readings, 1.5 + MAX_AGE_S) == {}
