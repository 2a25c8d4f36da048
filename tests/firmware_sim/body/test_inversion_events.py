"""Inversion events have the planned size and timing, pivot about the outer edge, and show in the sensor."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.foot_point import point_position_m
from surefoot.firmware_sim.body.inversion_kinematics import PIVOT_M
from surefoot.firmware_sim.body.kinematics import true_kinematics
from surefoot.firmware_sim.body.motion import InversionEvent, Motion, PlannedBout, RunnerProfile, simulate
from tests.firmware_sim.strapdown import strapdown_error

RUN = (PlannedBout("run", 30.0, 3.0),)
AT_S = 12.0
EVENTS = [
    InversionEvent(foot, AT_S, peak, rise, 0.03)
    for foot, peak, rise in product(Foot, (12.0, 35.0, 70.0), (0.05, 0.08, 0.12))
]


def with_and_without(
    event: InversionEvent, runner: RunnerProfile | None = None, plan: tuple[PlannedBout, ...] = RUN
) -> tuple[Motion, Motion]:
    """The same run with and without an event."""
    runner = runner or RunnerProfile()
    return simulate(runner, plan, 3, (event,)), simulate(runner, plan, 3)


def edge_m(motion: Motion, foot: Foot, time_s: Floats, ahead_m: float) -> Floats:
    """World position of a point on the outer edge, (n, 3)."""
    side = 1.0 if foot is Foot.LEFT else -1.0
    return point_position_m(motion.trajectories[foot].foot_pose_at(time_s), (ahead_m, side * float(PIVOT_M[1]), 0.0))


@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_a_roll_is_as_asked_in_time_angle_and_rate(event: InversionEvent) -> None:
    inverted, without = with_and_without(event)
    (true,) = inverted.truth[event.foot].inversion_events
    row = np.searchsorted(inverted.truth[event.foot].initial_contact_s, true.initial_contact_s)
    assert inverted.truth[event.foot].terminal_contact_s[row] > AT_S > true.initial_contact_s - 0.75
    assert true.onset_s - true.initial_contact_s == pytest.approx(0.03)
    assert true.peak_s - true.onset_s == pytest.approx(event.rise_s)
    time_s = np.linspace(true.onset_s, true.onset_s + 0.3, 3001)
    angle, rate = np.degrees(inverted.trajectories[event.foot].foot_pose_at(time_s).inversion_rad(event.foot)).T
    usual, usual_rate = np.degrees(without.trajectories[event.foot].foot_pose_at(time_s).inversion_rad(event.foot)).T
    assert (angle - usual).max() == pytest.approx(event.peak_deg, abs=0.01) == true.excursion_deg
    assert time_s[(angle - usual).argmax()] == pytest.approx(true.peak_s, abs=0.001)
    assert (rate - usual_rate).max() == pytest.approx(1.875 * event.peak_deg / event.rise_s, rel=0.001)
    assert (true.inversion_deg, true.rate_dps) == pytest.approx((angle.max(), rate.max()), rel=0.01)
    assert angle[-1] - usual[-1] == 0.0
    assert inverted.truth[event.foot.other].inversion_events == ()


@pytest.mark.parametrize("strike_angle_deg", [14.0, -7.0])
@pytest.mark.parametrize("toes_down_deg", [20.0, 40.0])
def test_a_foot_lands_toes_down_in_the_stride_of_the_roll_alone(strike_angle_deg: float, toes_down_deg: float) -> None:
    event = InversionEvent(Foot.LEFT, AT_S, 35.0, toes_down_deg=toes_down_deg, aftermath_strides=0)
    inverted, without = with_and_without(event, RunnerProfile(strike_angle_deg=strike_angle_deg))
    (true,) = inverted.truth[Foot.LEFT].inversion_events
    changed_deg = without.truth[Foot.LEFT].strike_angle_deg - inverted.truth[Foot.LEFT].strike_angle_deg
    rolled = inverted.truth[Foot.LEFT].initial_contact_s == true.initial_contact_s
    assert changed_deg[rolled] == pytest.approx([toes_down_deg])
    assert np.abs(changed_deg[~rolled]).max() < 1e-9
    pitch = inverted.trajectories[Foot.LEFT].foot_pose_at(np.array([true.initial_contact_s])).euler_rad[0, 1]
    assert -np.degrees(pitch) == pytest.approx(inverted.truth[Foot.LEFT].strike_angle_deg[rolled][0], abs=1e-6)


@pytest.mark.parametrize("foot", list(Foot))
@pytest.mark.parametrize("strike_angle_deg", [14.0, -7.0])
def test_the_outer_edge_stays_where_the_usual_stride_has_it(foot: Foot, strike_angle_deg: float) -> None:
    runner = RunnerProfile(strike_angle_deg=strike_angle_deg)
    inverted, without = with_and_without(
        InversionEvent(foot, AT_S, 50.0, rotation_ratio=0.0, aftermath_strides=0), runner
    )
    (true,) = inverted.truth[foot].inversion_events
    time_s = np.linspace(true.initial_contact_s, true.initial_contact_s + 0.4, 400)
    for ahead_m in (0.0, 0.1, 0.19):
        moved = edge_m(inverted, foot, time_s, ahead_m) - edge_m(without, foot, time_s, ahead_m)
        assert np.abs(moved).max() < 1e-9
    ankle = inverted.trajectories[foot].foot_pose_at(np.array([true.peak_s])).ankle_m - edge_m(
        inverted, foot, np.array([true.peak_s]), 0.06
    )
    outward = 1.0 if foot is Foot.LEFT else -1.0
    assert outward * ankle[0, 1] > 0.0


def test_the_pivot_stays_on_the_ground_while_the_foot_turns_inward() -> None:
    inverted, _ = with_and_without(InversionEvent(Foot.RIGHT, AT_S, 50.0, rotation_ratio=0.4))
    (true,) = inverted.truth[Foot.RIGHT].inversion_events
    time_s = np.linspace(true.onset_s, true.peak_s, 100)
    pivot = edge_m(inverted, Foot.RIGHT, time_s, float(PIVOT_M[0]))
    assert np.abs(pivot[:, 2]).max() < 0.01
    assert np.ptp(pivot[:, :2], axis=0).max() < 0.01
    yaw = np.degrees(inverted.trajectories[Foot.RIGHT].foot_pose_at(time_s).euler_rad[:, 2])
    assert yaw[-1] - yaw[0] == pytest.approx(0.4 * 50.0, abs=4.0)


@pytest.mark.parametrize("event", [event for event in EVENTS if event.peak_deg > 30.0], ids=str)
def test_strapdown_of_the_ideal_sensor_follows_the_roll(event: InversionEvent) -> None:
    motion, _ = with_and_without(event)
    (true,) = motion.truth[event.foot].inversion_events
    found = strapdown_error(motion, event.foot, true.initial_contact_s, true.initial_contact_s + 0.5, 0.0002)
    assert found.angle_deg < 0.1
    assert found.position_m < 0.005


@pytest.mark.parametrize(
    "bout", [PlannedBout("run", 30.0, 2.0), PlannedBout("run", 30.0, 6.0), PlannedBout("walk", 30.0, 1.4)], ids=str
)
def test_a_roll_peaks_on_the_ground_at_any_speed(bout: PlannedBout) -> None:
    motion, _ = with_and_without(InversionEvent(Foot.LEFT, AT_S, 40.0, rise_s=0.12, onset_s=0.06), plan=(bout,))
    (true,) = motion.truth[Foot.LEFT].inversion_events
    row = np.searchsorted(motion.truth[Foot.LEFT].initial_contact_s, true.initial_contact_s)
    assert 0.0099 <= true.onset_s - true.initial_contact_s <= 0.0601
    assert true.peak_s <= motion.truth[Foot.LEFT].terminal_contact_s[row] - 0.0199


def test_the_next_strides_are_shorter_and_softer_and_then_as_usual() -> None:
    inverted, without = with_and_without(InversionEvent(Foot.LEFT, AT_S, 35.0, aftermath_strides=5))
    (true,) = inverted.truth[Foot.LEFT].inversion_events
    row = int(np.searchsorted(inverted.truth[Foot.LEFT].initial_contact_s, true.initial_contact_s))
    contact, usual = (motion.truth[Foot.LEFT].ground_contact_time_s for motion in (inverted, without))
    impact, usual_impact = (true_kinematics(motion, Foot.LEFT).impact_peak_g for motion in (inverted, without))
    change = 100.0 * (contact / usual - 1.0)
    assert change[row : row + 7] == pytest.approx([0.0, -12.0, -9.6, -7.2, -4.8, -2.4, 0.0], abs=0.01)
    assert (impact[row + 1 : row + 4] < 0.95 * usual_impact[row + 1 : row + 4]).all()
    np.testing.assert_allclose(impact[row + 6 :], usual_impact[row + 6 :], rtol=1e-3)
    assert (change[:row] == 0.0).all()
    np.testing.assert_array_equal(inverted.trajectories[Foot.RIGHT].nodes, without.trajectories[Foot.RIGHT].nodes)


def test_the_kinematics_of_the_stride_tell_the_roll() -> None:
    motion, usual = (
        true_kinematics(motion, Foot.RIGHT) for motion in with_and_without(InversionEvent(Foot.RIGHT, AT_S, 45.0, 0.07))
    )
    row = int(motion.peak_inversion_deg.argmax())
    assert motion.peak_inversion_deg[row] > 35.0 > 20.0 > usual.peak_inversion_deg.max()
    assert motion.peak_inversion_velocity_dps[row] > 1000.0 > 400.0 > usual.peak_inversion_velocity_dps.max()


def test_rolls_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match=r"peak_deg of an inversion event must lie in 0\.0…80\.0, got 100\.0"):
        InversionEvent(Foot.LEFT, 3.0, 100.0)
    with pytest.raises(ValueError, match="at_s of an inversion event must lie before the last left stance, got 40"):
        simulate(RunnerProfile(), RUN, inversion_events=(InversionEvent(Foot.LEFT, 40.0),))
    early = InversionEvent(Foot.LEFT, 5.0)
    with pytest.raises(ValueError, match="two inversion events fall into one left stance"):
        simulate(RunnerProfile(), RUN, inversion_events=(early, replace(early, peak_deg=50.0)))
