"""Left and right are compared in what the two pods read alike, and in nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF, STRIDE_TIME
from surefoot.analysis.model import Foot, Gait, Reason, Window
from surefoot.analysis.summary import compare, summarise
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from tests.analysis.simulated import Analysed, analyse

PEAKS = ("impact_peak_g", IMPACT, "impact_rate_gps", "braking_peak_g")


@cache
def motion() -> Motion:
    return simulate(RunnerProfile(), (PlannedBout("run", 40.0, 3.2),), seed=3)


@cache
def read(right_rate_hz: float, acc_range_g: float) -> Analysed:
    """The left pod at 208 Hz and 16 g, the right one otherwise."""
    imus = {Foot.LEFT: Imu(), Foot.RIGHT: Imu(rate_hz=right_rate_hz, acc_range_g=acc_range_g)}
    return analyse(read_imu(motion(), foot, imu, seed=3) for foot, imu in imus.items())


def window_of(found: Analysed) -> Window:
    return found.results.windows[0]


def told(values: Mapping[str, float | None], *keys: str) -> list[bool]:
    return [values[f"{key}_asymmetry_pct"] is not None for key in keys]


def test_pods_that_read_alike_are_compared_in_everything() -> None:
    found = read(208.0, 16.0)
    assert all(not window.not_compared for window in (*found.results.windows, *found.results.live))
    assert told(summarise(found.results), *PEAKS, CONTACT) == [True] * 5


@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 416.0])
def test_at_different_rates_peaks_are_not_compared_and_times_are_from_90_hz_on(rate_hz: float) -> None:
    found = read(rate_hz, 16.0)
    window, summary = window_of(found), summarise(found.results)
    assert [window.not_compared.get(key) for key in PEAKS] == [Reason.RATE] * 4
    assert not set(PEAKS) & set(window.asymmetry_pct)
    assert all(IMPACT in window.feet[foot] for foot in Foot)
    assert told(summary, *PEAKS) == [False] * 4
    assert summary["hard_landings_pct_left"] is None
    assert told(summary, CONTACT) == [rate_hz > 90.0]
    assert told(summary, STRIDE_TIME, "step_time_s", PUSH_OFF) == [True] * 3


@pytest.mark.parametrize("rate_hz", [52.0, 60.0, 104.0])
def test_of_pods_that_read_seldom_jolts_are_compared_from_90_hz_on_and_times_from_60(rate_hz: float) -> None:
    found = analyse(read_imu(motion(), foot, Imu(rate_hz=rate_hz), seed=3) for foot in Foot)
    summary = summarise(found.results)
    assert told(summary, *PEAKS, "clearance_m") == [rate_hz > 90.0] * 5
    assert told(summary, CONTACT, "swing_time_s") == [rate_hz >= 60.0] * 2
    assert told(summary, STRIDE_TIME, "step_time_s") == [True] * 2


def test_what_is_still_compared_at_half_the_rate_is_even() -> None:
    for row in compare(read(104.0, 16.0).results, Gait.RUN):
        if row.key in (CONTACT, STRIDE_TIME, "swing_time_s", "duty_factor", PUSH_OFF):
            assert row.asymmetry_pct is not None
            assert abs(row.asymmetry_pct.value) < 2.0


def test_where_one_pod_clips_at_8_g_jolts_are_not_compared_and_times_are() -> None:
    found = read(208.0, 8.0)
    assert [window_of(found).not_compared.get(key) for key in PEAKS] == [Reason.RANGE] * 4
    assert told(summarise(found.results), *PEAKS, CONTACT, PUSH_OFF) == [False] * 4 + [True] * 2
