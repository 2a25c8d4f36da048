"""Pod clocks are read on the session clock to a few milliseconds, and time never goes back."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.recording.clock_fit import LIVE_PAIR_SD_S, ClockFit, ClockMapping
from surefoot.sensor_ingest.recording.clock_steering import MAX_SLEW, fit_boot, mapping_at, session_times, steer
from tests.sensor_ingest.pair import LINKS, live_times, pair_errors_s
from tests.sensor_ingest.wire import arrivals


@cache
def errors_of_pairs_s(link: tuple[float, float]) -> list[tuple[Floats, Floats]]:
    return [pair_errors_s(seed, 90.0, link, (80.0, -80.0) if seed % 2 else (-80.0, 80.0)) for seed in range(20)]


@pytest.mark.parametrize("link", LINKS)
def test_after_30_s_left_and_right_agree_within_5_ms(link: tuple[float, float]) -> None:
    settled_s = np.concatenate([np.abs(error_s[at_s > 30.0]) for at_s, error_s in errors_of_pairs_s(link)])
    assert np.percentile(settled_s, 95) < 0.005


@pytest.mark.parametrize("link", LINKS)
def test_intervals_allow_for_how_well_left_and_right_agree_live(link: tuple[float, float]) -> None:
    error_s = np.concatenate([error_s for _, error_s in errors_of_pairs_s(link)])
    assert 0.7 * LIVE_PAIR_SD_S < np.sqrt(np.nanmean(error_s**2)) < LIVE_PAIR_SD_S


def test_drift_is_followed_over_90_minutes() -> None:
    at_s, error_s = pair_errors_s(3, 5400.0, (0.03, 0.1), (80.0, -80.0))
    assert np.percentile(np.abs(error_s[at_s > 120.0]), 95) < 0.002
    assert np.abs(error_s[at_s > 120.0]).max() < 0.004


def test_drift_is_found_to_a_few_ppm() -> None:
    ticks_us, arrivals_s, _ = arrivals(5, 600.0, interval_s=0.03, retransmitted=0.1, drift_ppm=80.0)
    fit = ClockFit(1)
    for tick_us, arrival_s in zip(ticks_us, arrivals_s, strict=True):
        fit.add_arrival(int(tick_us), arrival_s)
    estimate = fit.estimate()
    assert estimate is not None
    assert estimate.drift_ppm == pytest.approx(-80.0, abs=5.0)
    assert 0.0 < estimate.residual_s < 0.002
    assert estimate.packets == len(ticks_us)
    assert estimate.span_s == pytest.approx(600.0, abs=1.0)


def _connection(fit: ClockFit, since_s: float, delays_s: list[float], power_on_s: float) -> float:
    """Where a second connection's first mapping puts the tick of its first packet."""
    for row, delay_s in enumerate(delays_s):
        made_s = since_s + 0.1 * row
        fit.add_arrival(round(1e6 * (made_s - power_on_s)), made_s + delay_s)
    estimate = fit.estimate()
    assert estimate is not None
    return estimate.mapping.session_s(1e6 * (since_s - power_on_s))


def test_a_clock_that_ran_on_is_known_from_the_connection_before() -> None:
    before = ClockFit(1)
    _connection(before, 10.0, [0.0, 0.03] * 300, power_on_s=0.0)
    late, nothing_came = [0.04, 0.03, 0.05], ClockFit(2, before)
    assert _connection(ClockFit(3, nothing_came), 90.0, late, power_on_s=0.0) == pytest.approx(90.0, abs=0.003)
    restarted = _connection(ClockFit(4, before), 95.0, late, power_on_s=93.0)
    assert restarted == _connection(ClockFit(4), 95.0, late, power_on_s=93.0) == pytest.approx(95.03, abs=0.003)


def test_before_a_minute_drift_is_held_within_50_ppm() -> None:
    fit = ClockFit(1)
    for row in range(500):
        fit.add_arrival(row * 100_000, row * 0.1 * 1.001)
        estimate = fit.estimate()
        assert estimate is not None
        assert abs(estimate.drift_ppm) <= (50.001 if estimate.span_s < 60.0 else 500.001)


def test_no_packets_no_estimate() -> None:
    fit = ClockFit(1)
    assert fit.estimate() is None
    assert fit.ahead_s(10**15, 0.0) < 0.0


@pytest.mark.parametrize("seed", range(5))
def test_times_never_go_back_nor_run_more_than_the_slew_allows(seed: int) -> None:
    ticks_us, arrivals_s, _ = arrivals(seed, 200.0, interval_s=0.05, retransmitted=0.3, drift_ppm=80.0)
    times_s = live_times(ticks_us, arrivals_s)
    rates = np.diff(times_s) / (np.diff(ticks_us) * 1e-6)
    assert np.abs(rates - 1.0).max() < MAX_SLEW + 200e-6


def test_a_new_mapping_joins_the_old_one_and_ends_on_the_target() -> None:
    fit = ClockFit(1)
    for row in range(200):
        fit.add_arrival(10**6 * row, 7.5 + row)
    target = fit.estimate()
    assert target is not None
    old = ClockMapping(1, 0, 7.52, 1.0)
    over, final = steer([old], target, 199_000_000)
    assert over.session_s(199_000_000) == old.session_s(199_000_000)
    assert final.tick0_us - 199_000_000 == pytest.approx(20e6, rel=1e-3)
    assert over.session_s(final.tick0_us) == pytest.approx(final.session0_s, abs=1e-9)
    assert final.session_s(400_000_000) == pytest.approx(407.5, abs=1e-3)


def test_the_mapping_in_force_is_the_last_that_has_begun() -> None:
    first, second = ClockMapping(1, 100, 1.0, 1.0), ClockMapping(1, 200, 2.0, 1.0)
    assert mapping_at([first, second], 50) is first
    assert mapping_at([first, second], 199) is first
    assert mapping_at([first, second], 200) is second
    found_s = session_times([first, second], np.array([50.0, 199.0, 200.0]))
    assert found_s == pytest.approx([1.0 - 50e-6, 1.0 + 99e-6, 2.0])


@pytest.mark.parametrize("link", LINKS)
def test_the_whole_run_fits_better_than_what_was_known_live(link: tuple[float, float]) -> None:
    ticks_us, arrivals_s, true_s = arrivals(9, 300.0, interval_s=link[0], retransmitted=link[1], drift_ppm=-80.0)
    whole_s = session_times(fit_boot(1, ticks_us, arrivals_s), ticks_us) - true_s
    assert np.abs(whole_s).max() < 0.0035
    assert np.ptp(whole_s) < 0.002
    assert np.ptp(whole_s) < np.nanmax(np.abs(live_times(ticks_us, arrivals_s) - true_s))


@pytest.mark.parametrize("packets", [1, 2, 3, 20])
def test_the_shortest_run_can_be_fitted(packets: int) -> None:
    ticks_us = np.linspace(0.0, 86_538.0 * (packets - 1), packets)
    mappings = fit_boot(1, ticks_us, ticks_us * 1e-6 + 3.0)
    assert session_times(mappings, ticks_us) == pytest.approx(ticks_us * 1e-6 + 3.0, abs=1e-6)
