"""Windows of thirty seconds: medians with their interval, left against right."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter
from scipy.stats import norm

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Estimate, Foot, Gait, Reason, Strides, Window, Withheld
from surefoot.analysis.rhythm import cadence
from surefoot.analysis.session import Results
from surefoot.analysis.summary import compare
from surefoot.analysis.windows import WindowBuilder, asymmetry_pct, median
from tests.analysis.made import contacts, strides

FEET = tuple(Foot)
FINITE = st.floats(0.01, 10.0)
WINDOW_S = 30.0


def windows_of(*feet: Strides, origin_s: float = 0.0, watermark_s: float = np.inf) -> list[Window]:
    return WindowBuilder(FEET).push({rows.foot: rows for rows in feet}, origin_s, watermark_s)


def run(foot: Foot, start_s: float, duration_s: float, contact_s: float = 0.25) -> Strides:
    return strides(foot, contacts(start_s, int(duration_s / 0.7), 0.7), contact_s=contact_s)


def test_windows_are_counted_from_the_origin() -> None:
    windows = windows_of(run(Foot.LEFT, 107.0, 75.0), origin_s=95.0)
    assert [(window.start_s, window.end_s) for window in windows] == [(95.0, 125.0), (125.0, 155.0), (155.0, 185.0)]


def test_a_stride_belongs_to_the_window_in_which_it_begins() -> None:
    rows = strides(Foot.LEFT, np.arange(0.0, 60.5, 0.5))
    windows = windows_of(rows)
    assert [window.feet[Foot.LEFT]["stride_time_s"].n for window in windows] == [60, 60]


def test_a_window_waits_until_it_is_complete() -> None:
    builder, rows = WindowBuilder(FEET), run(Foot.LEFT, 0.0, 40.0)
    assert builder.push({Foot.LEFT: rows}, 0.0, WINDOW_S - 0.001) == []
    assert len(builder.push({}, 0.0, WINDOW_S)) == 1
    assert len(builder.push({}, 0.0, WINDOW_S)) == 0
    assert len(builder.push({}, 0.0, np.inf)) == 1


def test_a_window_without_strides_is_left_out() -> None:
    windows = windows_of(Strides.join([run(Foot.LEFT, 0.0, 28.0), run(Foot.LEFT, 95.0, 20.0)]))
    assert [window.start_s for window in windows] == [0.0, 90.0]


@pytest.mark.parametrize(("count", "windows"), [(4, 0), (5, 1)])
def test_too_few_strides_make_no_window(count: int, windows: int) -> None:
    assert len(windows_of(strides(Foot.LEFT, contacts(3.0, count, 0.7)))) == windows


def test_a_foot_with_too_few_strides_is_left_out() -> None:
    (window,) = windows_of(run(Foot.LEFT, 0.0, 25.0), strides(Foot.RIGHT, contacts(0.3, 4, 0.7)))
    assert set(window.feet) == {Foot.LEFT}
    assert window.asymmetry_pct == {}


def test_a_mixed_window_is_of_the_gait_of_most_strides_and_of_these_alone() -> None:
    times_s = contacts(0.0, 30, 0.8)
    rows = strides(
        Foot.LEFT, times_s, contact_s=np.where(np.arange(30) < 12, 0.5, 0.25), running=[k >= 12 for k in range(30)]
    )
    (window,) = windows_of(rows)
    assert window.gait is Gait.RUN
    assert window.feet[Foot.LEFT]["ground_contact_time_s"].n == 18
    assert window.feet[Foot.LEFT]["ground_contact_time_s"].value == pytest.approx(0.25)
    assert window.cadence_spm.n == 18


def test_a_metric_that_is_unknown_is_absent_from_the_window() -> None:
    rows = run(Foot.LEFT, 0.0, 25.0, contact_s=np.nan)
    (window,) = windows_of(rows)
    unknown = {"ground_contact_time_s", "swing_time_s", "flight_time_s", "duty_factor"}
    assert set(window.feet[Foot.LEFT]) == set(STRIDE_METRICS) - unknown


def test_every_window_has_all_compared_metrics_and_no_other_in_its_asymmetry() -> None:
    (window,) = windows_of(run(Foot.LEFT, 0.0, 25.0), run(Foot.RIGHT, 0.35, 25.0))
    assert set(window.asymmetry_pct) == {key for key, metric in STRIDE_METRICS.items() if metric.compared}


def test_asymmetry_is_positive_where_the_right_is_larger() -> None:
    (window,) = windows_of(run(Foot.LEFT, 0.0, 25.0, 0.24), run(Foot.RIGHT, 0.35, 25.0, 0.26))
    assert window.asymmetry_pct["ground_contact_time_s"].value == pytest.approx(8.0)
    assert window.asymmetry_pct["swing_time_s"].value < 0.0


@pytest.mark.parametrize("origin_s", [0.0, 0.1, 0.3, 1e3 / 7.0, 1e5 / 3.0, -1e4 / 7.0])
@pytest.mark.parametrize("number", range(1, 6))
def test_a_stride_on_the_very_edge_of_a_window_is_counted_once(origin_s: float, number: int) -> None:
    edge_s = origin_s + number * WINDOW_S
    rows = strides(Foot.LEFT, contacts(edge_s, 10, 0.7))
    windows = windows_of(rows, origin_s=origin_s)
    assert [window.feet[Foot.LEFT]["stride_time_s"].n for window in windows] == [10]


def test_rounding_at_the_edge_of_a_window_is_no_trouble() -> None:
    origin_s, number = 14025.165235482289, 155
    rows = strides(Foot.LEFT, contacts(origin_s + number * WINDOW_S, 10, 0.7))
    assert len(windows_of(rows, origin_s=origin_s)) == 1


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    cuts=st.lists(st.integers(0, 200), max_size=8),
    late_s=st.floats(0.0, 20.0),
    origin_s=st.floats(-50.0, 0.0),
    pause_s=st.floats(0.0, 100.0),
)
def test_pieces_give_the_same_windows_as_the_whole(
    cuts: list[int], late_s: float, origin_s: float, pause_s: float
) -> None:
    rows = {
        foot: Strides.join([run(foot, start_s, 45.0), run(foot, start_s + 46.0 + pause_s, 30.0)])
        for foot, start_s in ((Foot.LEFT, 0.0), (Foot.RIGHT, 0.36))
    }
    builder, found = WindowBuilder(FEET), list[Window]()
    edges = [0, *sorted(cuts), 200]
    for first, last in itertools.pairwise(edges):
        pieces = {foot: each[first:last] for foot, each in rows.items()}
        following_s = [each.initial_contact_s[last] for each in rows.values() if last < len(each)]
        found += builder.push(pieces, origin_s, min(following_s, default=1e3) - late_s)
    found += builder.push({}, origin_s, np.inf)
    assert repr(found) == repr(WindowBuilder(FEET).push(rows, origin_s, np.inf))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(values=st.lists(FINITE, min_size=5, max_size=60))
def test_a_median_lies_within_its_interval_and_among_the_values(values: list[float]) -> None:
    estimate = median(np.array(values))
    assert estimate is not None
    assert estimate.low <= estimate.value <= estimate.high
    assert estimate.value == pytest.approx(float(np.median(values)))
    assert estimate.n == len(values)


@pytest.mark.parametrize("known", [0, 4, 5])
def test_a_median_counts_known_values_alone(known: int) -> None:
    estimate = median(np.array([0.25] * known + [np.nan] * 5))
    assert estimate == (Estimate(0.25, 0.25, 0.25, known, 0.0) if known >= 5 else None)


@pytest.mark.parametrize("known", [13, 14, 15])
def test_a_median_of_less_than_half_of_the_strides_is_withheld_with_its_count(known: int) -> None:
    left, right = (run(foot, 0.35 * side, 20.3) for side, foot in enumerate(Foot))
    left.metrics["speed_mps"][known:] = np.nan
    left.metrics["impact_peak_g"][known:] = np.nan
    (window,) = windows_of(left, right)
    told = 2 * known >= len(left)
    few = {} if told else {key: Withheld(Reason.FEW_STRIDES, known, 29) for key in ("speed_mps", "impact_peak_g")}
    assert window.withheld == {Foot.LEFT: few, Foot.RIGHT: {}}
    assert ("speed_mps" in window.feet[Foot.LEFT]) == told
    assert ("speed_mps" in window.difference) == told
    assert ("impact_peak_g" in window.asymmetry_pct) == told
    assert window.feet[Foot.RIGHT]["speed_mps"].n == 29


def test_the_interval_of_a_median_holds_the_truth_in_nineteen_of_twenty_windows() -> None:
    chance = np.random.default_rng(11)
    inside = 0
    for _ in range(2000):
        estimate = median(chance.normal(0.25, 0.01, 42))
        assert estimate is not None
        inside += estimate.low <= 0.25 <= estimate.high
    assert 0.92 < inside / 2000 < 0.97


def test_the_interval_of_an_asymmetry_holds_the_truth_in_nineteen_of_twenty_windows() -> None:
    chance = np.random.default_rng(12)
    inside = 0
    for _ in range(2000):
        left, right = (median(chance.normal(mean_s, 0.01, 42)) for mean_s in (0.245, 0.255))
        assert left is not None
        assert right is not None
        estimate = asymmetry_pct(left, right)
        inside += estimate.low <= 4.0 <= estimate.high
    assert 0.92 < inside / 2000 < 0.97


def windows_together(seed: int, correlation: float) -> list[Window]:
    """Of a runner whose left and right contact times of 0.25 and 0.26 s scatter together."""
    covariance = 0.009**2 * np.array([[1.0, correlation], [correlation, 1.0]])
    contact_s = np.random.default_rng(seed).multivariate_normal([0.25, 0.26], covariance, 1700)
    begin_s = {Foot.LEFT: 0.0, Foot.RIGHT: 0.35}
    return windows_of(
        *(strides(foot, contacts(begin_s[foot], 1700, 0.7), contact_s=contact_s[:, k]) for k, foot in enumerate(FEET))
    )


@pytest.mark.parametrize("correlation", [-0.7, 0.0, 0.7])
def test_intervals_between_feet_that_go_together_or_oppositely_hold_the_truth(correlation: float) -> None:
    windows = [window for seed in range(24) for window in windows_together(seed, correlation)]
    percent = [window.asymmetry_pct["ground_contact_time_s"] for window in windows]
    flight_s = [window.difference["flight_time_s"] for window in windows]
    assert 0.92 <= np.mean([each.low <= 200.0 * 0.01 / 0.51 <= each.high for each in percent]) <= 0.97
    assert 0.92 <= np.mean([each.low <= -0.01 <= each.high for each in flight_s]) <= 0.97


def windows_of_shared_steps(seed: int) -> list[Window]:
    """Of a runner whose strides of left and right share their steps, as those of any body do."""
    landing_s = np.cumsum(np.random.default_rng(seed).normal(0.35, 0.006, 1720))
    return windows_of(*(strides(foot, landing_s[k::2]) for k, foot in enumerate(FEET)))


def test_steps_that_both_feet_share_leave_little_of_the_difference_of_their_strides() -> None:
    windows = [window for seed in range(24) for window in windows_of_shared_steps(seed)]
    percent = [window.asymmetry_pct["stride_time_s"] for window in windows]
    assert 0.92 <= np.mean([each.low <= 0.0 <= each.high for each in percent]) <= 0.97


STEP_S, CONTACT_S = 0.35, 0.25


def strides_by_clocks_apart(chance: np.random.Generator, late_s: float) -> dict[Foot, Strides]:
    """Half a minute of a runner with steps of 0.35 s and contacts of 0.25 s; the right foot's clock is late."""
    found = {}
    for foot, offset_s in ((Foot.LEFT, late_s), (Foot.RIGHT, -late_s)):
        rows = run(foot, 0.0 if foot is Foot.LEFT else STEP_S, 30.0)
        step_s = STEP_S + offset_s + chance.normal(0.0, 0.006, len(rows))
        flight_s = step_s - CONTACT_S - chance.normal(0.0, 0.005, len(rows))
        found[foot] = replace(rows, metrics={**rows.metrics, "step_time_s": step_s, "flight_time_s": flight_s})
    return found


def estimates_by_clocks_apart(planted_sd_s: float, clock_sd_s: float | None) -> Iterator[tuple[str, Estimate, float]]:
    """What is told of many such runners, whose clocks are apart by as much as planted, and what is true of them."""
    chance = np.random.default_rng(4)
    for late_s in planted_sd_s * norm.ppf((np.arange(200) + 0.5) / 200):
        rows = strides_by_clocks_apart(chance, late_s)
        (window,) = WindowBuilder(FEET, clock_sd_s=clock_sd_s).push(rows, 0.0, np.inf)
        for foot in FEET:
            yield "step", window.feet[foot]["step_time_s"], STEP_S
            yield "flight", window.feet[foot]["flight_time_s"], STEP_S - CONTACT_S
        yield "step, right against left", window.asymmetry_pct["step_time_s"], 0.0
        yield "flight, right less left", window.difference["flight_time_s"], 0.0


@pytest.mark.parametrize(("planted_sd_s", "clock_sd_s"), [(0.0016, 0.0016), (0.007, 0.007), (0.0071, None)])
def test_intervals_allow_for_clocks_that_are_apart(planted_sd_s: float, clock_sd_s: float | None) -> None:
    held: dict[str, list[bool]] = defaultdict(list)
    for what, estimate, true in estimates_by_clocks_apart(planted_sd_s, clock_sd_s):
        held[what].append(estimate.low <= true <= estimate.high)
    for what, inside in held.items():
        assert 0.92 <= np.mean(inside) <= 0.97, what


def half_widths(seed: int, clock_sd_s: float | None) -> tuple[tuple[float, float], tuple[float, float]]:
    """Of step time on the left, and right against left: of a run, and of its only window."""
    rows = strides_by_clocks_apart(np.random.default_rng(seed), 0.005)
    (window,) = WindowBuilder(FEET, clock_sd_s=clock_sd_s).push(rows, 0.0, np.inf)
    whole = {row.key: row for row in compare(Results(rows, clock_sd_s=clock_sd_s), Gait.RUN)}["step_time_s"]
    assert whole.left is not None
    assert whole.asymmetry_pct is not None
    return (
        (half_width(whole.left), half_width(whole.asymmetry_pct)),
        (half_width(window.feet[Foot.LEFT]["step_time_s"]), half_width(window.asymmetry_pct["step_time_s"])),
    )


@pytest.mark.parametrize("clock_sd_s", [0.0, 0.007, None])
def test_a_whole_run_allows_for_clocks_as_its_only_window_does(clock_sd_s: float | None) -> None:
    whole, window = np.mean([half_widths(seed, clock_sd_s) for seed in range(20)], axis=0)
    assert whole == pytest.approx(window, rel=0.15)


def test_contact_has_no_part_in_clocks_that_are_apart() -> None:
    rows = strides_by_clocks_apart(np.random.default_rng(4), 0.005)
    whole = {row.key: row for row in compare(Results(rows, clock_sd_s=None), Gait.RUN)}
    assert whole["ground_contact_time_s"].clock_error_s == 0.0


def test_clocks_that_nobody_compared_are_taken_to_be_apart_by_what_goes_unnoticed() -> None:
    rows = strides_by_clocks_apart(np.random.default_rng(4), 0.0)
    (one,), (two,) = (WindowBuilder(FEET, clock_sd_s=each).push(rows, 0.0, np.inf) for each in (0.0, None))
    for key in ("step_time_s", "flight_time_s"):
        wider_s = np.sqrt(half_width(two.feet[Foot.LEFT][key]) ** 2 - half_width(one.feet[Foot.LEFT][key]) ** 2)
        assert wider_s == pytest.approx(0.02 * 2.0 * STEP_S, rel=1e-3)
    others = [key for key in one.feet[Foot.LEFT] if key not in ("step_time_s", "flight_time_s")]
    assert all(one.feet[foot][key] == two.feet[foot][key] for foot in FEET for key in others)


def half_width(estimate: Estimate) -> float:
    return estimate.high - estimate.value


def cadences(seed: int, width_s: float, alike: float, jitter_s: float = 0.003) -> list[Estimate]:
    """Of a runner with strides of 0.7 s, whose steps are correlated by `alike` and landings seen with some jitter."""
    chance = np.random.default_rng(seed)
    scatter_s = lfilter([1.0], [1.0, -alike], 0.005 * np.sqrt(1.0 - alike**2) * chance.standard_normal(3600))[200:]
    landings_s = np.cumsum(0.35 + scatter_s)
    landings_s = landings_s + jitter_s * chance.standard_normal(len(landings_s))
    rows = {foot: strides(foot, landings_s[side::2]) for side, foot in enumerate(FEET)}
    return [window.cadence_spm for window in WindowBuilder(FEET, width_s).push(rows, 0.0, np.inf)]


@pytest.mark.parametrize("width_s", [10.0, 30.0])
@pytest.mark.parametrize("alike", [-0.3, 0.0, 0.6])
def test_the_interval_of_cadence_holds_the_true_rhythm_in_nineteen_of_twenty_windows(
    width_s: float, alike: float
) -> None:
    found = [each for seed in range(8) for each in cadences(seed, width_s, alike)]
    inside = np.mean([each.low <= 120.0 / 0.7 <= each.high for each in found])
    assert 0.92 <= inside <= 0.97


def test_the_second_foot_does_not_halve_the_error_of_cadence() -> None:
    half_spm = [0.5 * (each.high - each.low) for seed in range(4) for each in cadences(seed, WINDOW_S, 0.0, 0.0)]
    error_s = 0.005 * np.sqrt(2.0) / np.sqrt(WINDOW_S / 0.7)  # of the mean of one foot's strides
    assert np.mean(half_spm) == pytest.approx(2.0 * 120.0 / 0.7**2 * error_s, rel=0.1)


@given(left=FINITE, right=FINITE, spread=st.floats(0.0, 0.3))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_swapping_the_feet_swaps_the_sign_of_the_asymmetry(left: float, right: float, spread: float) -> None:
    a, b = Estimate(left, left - spread, left + spread, 30), Estimate(right, right - spread, right + spread, 40)
    one, other = asymmetry_pct(a, b), asymmetry_pct(b, a)
    assert one.value == pytest.approx(-other.value)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert abs(one.value) <= 200.0
    assert one.n == other.n == 30
    assert (one.value > 0.0) == (right > left)


@given(left=FINITE, right=FINITE, factor=st.floats(0.1, 1000.0))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_the_unit_does_not_change_an_asymmetry(left: float, right: float, factor: float) -> None:
    plain = asymmetry_pct(Estimate(left, left, left, 9), Estimate(right, right, right, 9))
    left, right = left * factor, right * factor
    assert asymmetry_pct(Estimate(left, left, left, 9), Estimate(right, right, right, 9)).value == pytest.approx(
        plain.value
    )


def test_cadence_averages_stride_times_first_and_inverts_last() -> None:
    rows = strides(Foot.LEFT, np.cumsum([0.0, 0.6, 0.8, 0.6, 0.8]))
    estimate = cadence([rows])
    assert estimate.value == pytest.approx(120.0 / 0.7)
    assert estimate.low < estimate.value < estimate.high
    assert estimate.n == 4


def test_cadence_of_both_feet_weighs_every_stride_alike() -> None:
    left, right = strides(Foot.LEFT, contacts(0.0, 30, 0.7)), strides(Foot.RIGHT, contacts(0.3, 10, 0.66))
    assert cadence([left, right]).value == pytest.approx(120.0 / 0.69)
