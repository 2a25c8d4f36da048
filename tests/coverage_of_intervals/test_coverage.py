"""A cut of `make coverage` that takes seconds."""

from __future__ import annotations

import pytest

from tests.coverage_of_intervals.measure import Coverage, measure

FIRM = (
    "cadence_spm", "stride_time_s", "ground_contact_time_s", "impact_peak_30hz_g", "stride_time_s, right against left",
    "roll_variability_deg", "peak_inversion_velocity_dps",
)  # fmt: skip


def test_intervals_of_windows_hold_the_truth_of_simulated_runs() -> None:
    found = {each.what: each for each in measure(6, 5, (10.0,))}
    for key in FIRM:
        assert not found[f"10 s: {key}"].missed, found[f"10 s: {key}"]


@pytest.mark.parametrize(("held", "missed"), [(919, True), (920, False), (970, False), (971, True)])
def test_an_interval_misses_that_holds_the_truth_too_rarely_or_too_often(held: int, missed: bool) -> None:
    assert Coverage("cadence_spm", held, 1000).missed is missed
    assert not Coverage("true speed_mps", held, 1000, judged=False).missed


@pytest.mark.parametrize(("held", "missed"), [(890, True), (910, False), (977, False), (983, True)])
def test_a_share_of_few_intervals_may_lie_outside_by_chance(held: int, missed: bool) -> None:
    assert Coverage("cadence_spm", held, 1000).surely_missed is missed
