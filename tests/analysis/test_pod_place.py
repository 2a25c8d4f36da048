"""Pods on the heel of one shoe and the laces of the other are not compared in what their place changes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from surefoot.analysis.comparability import further_back_m
from surefoot.analysis.metrics import CONTACT, IMPACT, STRIDE_TIME
from surefoot.analysis.model import Foot, Gait, Reason, Samples
from surefoot.analysis.summary import compare
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from tests.analysis.simulated import Analysed, analyse, analyse_pieces, differences, without

HEEL = Imu(position_m=(-0.005, 0.0, 0.05), gyr_range_dps=4000.0)
LACES = Imu()
FORWARD_M = LACES.position_m[0] - HEEL.position_m[0]
OF_PLACE = {
    "clearance_m", "peak_eversion_velocity_dps", "roll_variability_deg",
    "impact_peak_g", IMPACT, "impact_rate_gps", "braking_peak_g",
}  # fmt: skip
RUN = (PlannedBout("run", 32.0, 3.2),)
WALK = (PlannedBout("walk", 32.0, 1.3),)
BOTH = (PlannedBout("walk", 14.0, 1.3), PlannedBout("run", 18.0, 3.0), PlannedBout("walk", 10.0, 1.4))


@cache
def motion(plan: tuple[PlannedBout, ...], runner: RunnerProfile) -> Motion:
    return simulate(runner, plan, seed=5)


def read(found: Motion, left: Imu, right: Imu, seed: int = 0) -> list[Samples]:
    """Both pods' samples, each pod turned at random in its place."""
    return [
        read_imu(found, foot, replace(imu, mounting=random_mounting(2 * seed + side)), seed=seed)
        for side, (foot, imu) in enumerate(zip(Foot, (left, right), strict=True))
    ]


def back_m(found: Analysed) -> float:
    return further_back_m({foot: mounting.behind_toes_m for foot, mounting in found.mountings.items()})


@pytest.mark.parametrize("plan", [RUN, WALK, BOTH])
@pytest.mark.parametrize("heel", Foot)
def test_heel_against_laces_is_found_and_what_it_changes_is_not_compared(
    heel: Foot, plan: tuple[PlannedBout, ...]
) -> None:
    found = analyse(read(motion(plan, RunnerProfile()), *((HEEL, LACES) if heel is Foot.LEFT else (LACES, HEEL))))
    assert back_m(found) == pytest.approx(FORWARD_M if heel is Foot.RIGHT else -FORWARD_M, abs=0.015)
    for window in found.results.windows:
        assert window.not_compared == dict.fromkeys(OF_PLACE, Reason.PLACE)
        assert not OF_PLACE & {*window.asymmetry_pct, *window.difference}
        assert {CONTACT, STRIDE_TIME} <= set(window.asymmetry_pct)
    rows = {row.key: row for row in compare(found.results, Gait.WALK if plan is WALK else Gait.RUN)}
    assert rows["clearance_m"].left is not None
    assert rows["clearance_m"].asymmetry_pct is None
    assert rows[STRIDE_TIME].asymmetry_pct is not None


@pytest.mark.parametrize(
    ("runner", "plan", "right"),
    [
        (RunnerProfile(), BOTH, LACES),
        (RunnerProfile(contact_asymmetry_pct=10.0), RUN, LACES),
        (RunnerProfile(toe_out_deg=20.0, strike="fore"), (PlannedBout("run", 32.0, 4.5, camber_pct=8.0),), LACES),
        (RunnerProfile(), (PlannedBout("run", 32.0, 3.0, turn_deg=720.0),), LACES),
        (RunnerProfile(), RUN, replace(LACES, acc_scale=0.97, gyr_scale=1.03)),
        (RunnerProfile(), RUN, replace(LACES, position_m=(0.10, 0.01, 0.06), rocking_hz=18.0, rocking_ratio=2.0)),
    ],
)
def test_pods_in_one_place_are_compared_however_they_are_turned(
    runner: RunnerProfile, plan: tuple[PlannedBout, ...], right: Imu
) -> None:
    found = analyse(read(motion(plan, runner), LACES, right, seed=7))
    assert abs(back_m(found)) < 0.035
    for window in (*found.results.windows, *found.results.live):
        assert Reason.PLACE not in window.not_compared.values()


def test_any_cut_gives_the_same_places_and_withholds_the_same() -> None:
    left, right = read(motion(BOTH, RunnerProfile()), LACES, HEEL)
    feet = without(left, (3.0, 3.4), (19.0, 19.1)), right
    whole = analyse(feet)
    assert any(window.not_compared for window in whole.results.live)
    assert not all(window.not_compared for window in whole.results.live)
    for step in (23, 1500):
        pieces = [each[start : start + step] for start in range(0, len(right), step) for each in feet]
        assert differences(whole, analyse_pieces(tuple(Foot), [piece for piece in pieces if len(piece)])) == []
    assert differences(whole, analyse_pieces(tuple(Foot), [*reversed(feet)])) == []


def test_the_place_of_one_pod_or_of_few_strides_says_nothing() -> None:
    left, right = read(motion(RUN, RunnerProfile()), LACES, HEEL)
    assert not analyse([left]).results.windows[0].not_compared
    short = analyse([left.at(left.time_s < 7.0), right.at(right.time_s < 7.0)])
    assert not any(mounting.behind_toes_m for mounting in short.mountings.values())


def slipping(duration_s: float, slip_s: float) -> Analysed:
    """A runner whose right pod slips from the laces to the heel."""
    found = motion((PlannedBout("run", duration_s, 3.0),), RunnerProfile())
    (left, before), (_, after) = read(found, LACES, LACES), read(found, LACES, HEEL)
    slipped = before.time_s >= slip_s
    columns = ("time_s", "acc_mps2", "gyr_radps", "clipped", "gyr_clipped")
    parts = [(getattr(before, each)[~slipped], getattr(after, each)[slipped]) for each in columns]
    return analyse((left, Samples(Foot.RIGHT, *map(np.concatenate, parts))))


def test_a_pod_that_slips_in_mid_run_is_seen_within_half_a_minute() -> None:
    found = slipping(110.0, 40.0)
    told = {window.start_s // 10.0: bool(window.not_compared) for window in found.results.live}
    assert not any(told[ten] for ten in range(4))
    assert all(told[ten] for ten in range(7, 11))
    assert back_m(found) == pytest.approx(FORWARD_M, abs=0.015)
    assert found.mountings[Foot.LEFT].note == ""
    assert found.mountings[Foot.RIGHT].note.startswith("the pod slipped along its shoe at 49 s:")


@pytest.mark.slow
def test_a_pod_that_slips_is_no_drift_of_impact() -> None:
    assert slipping(1500.0, 800.0).results.findings == ()
