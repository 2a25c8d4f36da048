"""Two pods that only heard each other's beacons are on one clock to a few milliseconds, or it is said that not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.pod.beacon_air import BeaconAir, beacon_records
from surefoot.firmware_sim.pod.oscillator import Bend, Oscillator
from surefoot.sensor_ingest.pod_store.records import BeaconRecord
from surefoot.sensor_ingest.recording.beacon_fit import PairFit, fit_pair

CLOCKS = (
    Oscillator(-700.0, 50.0, Bend(warm_up_ppm=10.0, swing_ppm=-10.0, step_ppm=10.0, step_at_s=2000.0)),
    Oscillator(-40.0, -50.0, Bend(warm_up_ppm=-10.0, warm_up_s=300.0, swing_ppm=10.0, swing_period_s=3600.0)),
)
RUN_S = 5400.0
HALF_LOST = BeaconAir(0.5)
Kept = tuple[list[BeaconRecord], list[BeaconRecord]]


def kept(air: BeaconAir, seed: int = 3) -> Kept:
    return beacon_records(CLOCKS, ("0001", "0002"), RUN_S, air, seed)


def fitted(left: Sequence[BeaconRecord], right: Sequence[BeaconRecord]) -> PairFit:
    fit = fit_pair(left, right)
    assert fit is not None
    return fit


def errors_s(fit: PairFit, at_s: Floats) -> Floats:
    left_us, right_us = (clock.tick_us(at_s) for clock in CLOCKS)
    return 1e-6 * (fit.map_right_to_left(right_us.astype(float)) - left_us)


def known_share(fit: PairFit, start_s: float, end_s: float) -> float:
    return float(fit.known(CLOCKS[0].tick_us(np.arange(start_s, end_s, 5.0)).astype(float)).mean())


def p95_s(fit: PairFit) -> float:
    return float(np.percentile(np.abs(errors_s(fit, np.arange(0.0, RUN_S, 1.0))), 95))


@pytest.mark.parametrize("seed", range(4))
def test_half_of_the_beacons_and_none_for_15_minutes_leave_left_and_right_within_5_ms(seed: int) -> None:
    fit = fitted(*kept(BeaconAir(0.5, ((2000.0, 2900.0),)), seed))
    assert p95_s(fit) < 0.005
    assert known_share(fit, 0.0, RUN_S) == 1.0
    assert 0.0001 < fit.residual_s < 0.0008


def test_errors_are_as_large_as_is_said() -> None:
    at_s = np.arange(0.0, RUN_S, 10.0)
    shares = []
    for seed in range(4):
        fit = fitted(*kept(BeaconAir(0.5, ((1000.0 * seed, 1000.0 * seed + 900.0),)), seed))
        shares += (np.abs(errors_s(fit, at_s)) / fit.sd_s(CLOCKS[0].tick_us(at_s).astype(float))).tolist()
    assert np.mean(np.array(shares) < 1.96) > 0.95
    assert max(shares) < 4.0


def test_a_beacon_in_ten_that_is_wrong_changes_nothing() -> None:
    rng = random.Random(1)
    left, right = kept(HALF_LOST)
    wrong_us = [5_000, 40_000, -60_000, 30_000_000, -2_560_000_000, 1 << 52, 1 << 60]
    wrong = [
        replace(each, partner_tick_us=max(each.partner_tick_us + rng.choice(wrong_us), 0))
        for each in rng.sample(left + right, 24)
    ]
    tampered = [[*own, *(each for each in wrong if each.partner_tag == own[0].partner_tag)] for own in (left, right)]
    fit = fitted(*tampered)
    assert p95_s(fit) < 0.003
    assert fit.outliers == len(set(wrong))
    assert fit.beacons == len(left) + len(right)


def test_order_and_doubles_change_nothing() -> None:
    left, right = kept(HALF_LOST)
    once, again = fitted(left, right), fitted([*left[::-1], *left[:50]], right[::-1])
    at_s = np.arange(0.0, RUN_S, 10.0)
    assert errors_s(again, at_s).tolist() == errors_s(once, at_s).tolist()


def test_one_direction_is_enough_and_less_certain() -> None:
    left, right = kept(HALF_LOST)
    both, at_us = fitted(left, right), CLOCKS[0].tick_us(np.array([2500.0])).astype(float)
    for alone in (fitted(left, []), fitted([], right)):
        assert p95_s(alone) < 0.005
        assert alone.sd_s(at_us)[0] > both.sd_s(at_us)[0]


def test_right_and_left_map_onto_each_other() -> None:
    fit = fitted(*kept(HALF_LOST))
    ticks_us = np.linspace(1e8, 6e9, 50)
    assert fit.map_right_to_left(fit.map_left_to_right(ticks_us)) == pytest.approx(ticks_us, abs=0.01)


def test_a_silence_of_45_minutes_is_not_bridged() -> None:
    fit = fitted(*kept(BeaconAir(0.5, ((1500.0, 4200.0),))))
    assert known_share(fit, 0.0, 1500.0) == 1.0
    assert known_share(fit, 2400.0, 3300.0) == 0.0
    assert known_share(fit, 4200.0, RUN_S) == 1.0


def test_long_after_the_last_beacon_nothing_is_known() -> None:
    fit = fitted(*kept(BeaconAir(0.5, ((1800.0, RUN_S),))))
    assert known_share(fit, 0.0, 1800.0) == 1.0
    assert known_share(fit, 2700.0, RUN_S) == 0.0


def test_pods_that_hear_nothing_are_not_mapped() -> None:
    assert fit_pair(*kept(BeaconAir(1.0))) is None
    left, right = kept(HALF_LOST)
    assert fit_pair(left[:1], right[:1]) is None


def test_beacons_of_one_boot_each_are_fitted() -> None:
    left, right = kept(HALF_LOST)
    with pytest.raises(ValueError, match=r"fit_pair: beacons of one boot of each pod; got \[\(1, 1\), \(2, 1\)\]"):
        fit_pair([*left, replace(left[0], boot_count=2)], right)
