"""A run's summary agrees with its strides."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Bout, BoutKind, Flag, Floats, Foot, Gait, Strides
from surefoot.analysis.session import Results
from surefoot.analysis.summary import compare, summarise

STRIDE_S, WALK_STRIDE_S = 0.7, 1.1


def strides_of_length(
    foot: Foot, stride_s: Floats, *, contact_s: float = 0.25, start_s: float = 0.0, clipped: int = 0
) -> Strides:
    """Consecutive strides, the first few of them clipped; running below 0.9 s."""
    edges_s = start_s + np.concatenate([[0.0], np.cumsum(stride_s)])
    contact = np.full(len(stride_s), contact_s)
    known = {"stride_time_s": stride_s, "ground_contact_time_s": contact, "flight_time_s": 0.1 - contact}
    unknown = np.full(len(stride_s), np.nan)
    return Strides(
        foot,
        edges_s[:-1],
        edges_s[:-1] + contact,
        edges_s[1:],
        stride_s < 0.9,
        np.ones(len(stride_s)),
        np.where(np.arange(len(stride_s)) < clipped, int(Flag.CLIPPED), 0),
        {key: known.get(key, unknown) for key in STRIDE_METRICS},
    )


def run_of(left: Strides | None, right: Strides | None, *bouts: Bout) -> Results:
    return Results({rows.foot: rows for rows in (left, right) if rows is not None}, (), bouts)


def running(foot: Foot, **changes: float) -> Strides:
    return strides_of_length(foot, np.full(20, STRIDE_S), **changes)  # type: ignore[arg-type]


BOTH = run_of(
    running(Foot.LEFT, clipped=5),
    running(Foot.RIGHT, contact_s=0.26, start_s=0.35),
    Bout(BoutKind.STILL, 10.0, 13.0),
    Bout(BoutKind.RUN, 13.0, 27.5),
    Bout(BoutKind.WALK, 27.5, 30.0),
)


def test_running_contacts_are_of_each_foot_without_walking_and_unknown_without_its_pod() -> None:
    walk = strides_of_length(Foot.LEFT, np.full(8, WALK_STRIDE_S), start_s=14.0)
    summary = summarise(run_of(Strides.join([running(Foot.LEFT), walk]), None))
    assert summary["strides_left"] == 28
    assert [summary[f"running_contacts_{foot}"] for foot in Foot] == [20, None]


def test_times_come_from_the_bouts() -> None:
    summary = summarise(BOTH)
    assert summary["duration_s"] == 20.0
    assert summary["run_time_s"] == 14.5
    assert summary["walk_time_s"] == 2.5


def test_each_landing_is_one_step() -> None:
    assert summarise(BOTH)["steps"] == 2 * 21


def test_one_foot_alone_makes_half_the_steps() -> None:
    summary = summarise(run_of(running(Foot.LEFT), None))
    assert summary["steps"] == 2 * 21
    assert summary["strides_left"] == 20
    assert summary["strides_right"] is None


def test_cadence_averages_stride_times_and_inverts_last() -> None:
    stride_s = np.array([0.6, 0.6, 0.6, 0.6, 0.6, 0.8])
    summary = summarise(run_of(strides_of_length(Foot.LEFT, stride_s), None))
    assert summary["cadence_spm"] == pytest.approx(120.0 / stride_s.mean())
    assert summary["cadence_walk_spm"] is None


def test_cadence_is_that_of_walking_where_nobody_ran() -> None:
    summary = summarise(run_of(strides_of_length(Foot.LEFT, np.full(8, WALK_STRIDE_S)), None))
    assert summary["cadence_spm"] == summary["cadence_walk_spm"] == pytest.approx(120.0 / WALK_STRIDE_S)
    assert summary["stride_time_s_left"] is None


def test_walking_strides_stay_out_of_the_medians_of_running() -> None:
    walk = strides_of_length(Foot.LEFT, np.full(30, WALK_STRIDE_S), contact_s=0.7, start_s=100.0)
    summary = summarise(run_of(Strides.join([running(Foot.LEFT), walk]), None))
    assert summary["ground_contact_time_s_left"] == pytest.approx(0.25)


def test_asymmetry_is_positive_where_the_right_is_larger() -> None:
    assert summarise(BOTH)["ground_contact_time_s_asymmetry_pct"] == pytest.approx(200 * 0.01 / 0.51)


def test_a_metric_that_is_below_zero_has_no_asymmetry() -> None:
    row = next(row for row in compare(BOTH, Gait.RUN) if row.key == "flight_time_s")
    assert row.left is not None
    assert row.left.value < 0.0
    assert row.asymmetry_pct is None


def test_clipped_strides_are_counted_for_each_foot() -> None:
    summary = summarise(BOTH)
    assert summary["clipped_strides_pct_left"] == 25.0
    assert summary["clipped_strides_pct_right"] == 0.0


def test_every_key_is_there_even_of_nothing() -> None:
    nothing = summarise(run_of(Strides.empty(Foot.LEFT), Strides.empty(Foot.RIGHT)))
    assert set(nothing) == set(summarise(BOTH))
    assert nothing["steps"] == 0
    assert nothing["duration_s"] is None
    assert nothing["clipped_strides_pct_left"] is None
