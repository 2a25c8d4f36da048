"""The simulated motion follows profile and plan, and the truth agrees with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.euler import orientation_from_angles
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, TrueStrides, simulate
from surefoot.firmware_sim.body.rocker import contact_ahead_m, heel_motion
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.body.stance import ANKLE_M

MIXED = (
    PlannedBout("still", 4.0),
    PlannedBout("walk", 15.0, 1.4),
    PlannedBout("run", 20.0, 3.0),
    PlannedBout("walk", 8.0, 1.2),
    PlannedBout("still", 4.0),
)
EVEN = RunnerProfile(contact_time_sd_s=0.0, stride_time_sd_pct=0.0)


def overlap_s(motion: Motion) -> Floats:
    """Double support from left to right foot; negative is flight."""
    left, right = motion.truth[Foot.LEFT], motion.truth[Foot.RIGHT]
    halfway = (left.initial_contact_s + 0.5 * left.stride_time_s)[:-1]
    nearest = np.abs(right.initial_contact_s[:, None] - halfway).argmin(axis=0)
    overlap: Floats = left.terminal_contact_s[:-1] - right.initial_contact_s[nearest]
    return overlap


def point_on_sole(motion: Motion, foot: Foot, time_s: Floats, point_m: Floats) -> tuple[Floats, Floats]:
    """World position and velocity of points (n, 3) fixed to the foot."""
    pose = motion.trajectories[foot].at(time_s)
    arm = point_m - ANKLE_M
    position = pose.ankle_m + np.einsum("nij,nj->ni", pose.rotation, arm)
    velocity = pose.ankle_velocity_mps + np.einsum("nij,nj->ni", pose.rotation, np.cross(pose.rate_radps, arm))
    return position, velocity


def touching_point(motion: Motion, runner: RunnerProfile, foot: Foot, time_s: Floats) -> Floats:
    """Contact point of the sole in the foot frame, (n, 3)."""
    pitch = motion.trajectories[foot].at(time_s).euler_rad[:, 1]
    ahead = contact_ahead_m(pitch, runner.ball_m, runner.toe_m)
    height = heel_motion(pitch, np.zeros_like(pitch), np.zeros_like(pitch), runner.ball_m, runner.toe_m).height_m
    zero = np.zeros_like(pitch)
    world = np.stack([ahead, zero, -height], axis=1)
    tilt = orientation_from_angles(np.stack([zero, pitch, zero, zero], axis=1)[:, :, None] * [1.0, 0.0, 0.0]).rotation
    point: Floats = np.einsum("nji,nj->ni", tilt, world)
    return point


@pytest.mark.parametrize(
    "bout",
    [
        PlannedBout("run", 10.0, 2.2),
        PlannedBout("run", 10.0, 3.3),
        PlannedBout("run", 10.0, 6.0),
        PlannedBout("walk", 10.0, 1.2),
    ],
)
@pytest.mark.parametrize("foot", list(Foot))
def test_the_sole_touches_the_ground_at_rest_from_settling_to_terminal_contact(bout: PlannedBout, foot: Foot) -> None:
    runner = RunnerProfile(impact_scale=0.0, lift_scale=0.0)
    motion = simulate(runner, (bout,), seed=3)
    truth = motion.truth[foot]
    settled = truth.initial_contact_s + 0.04
    for part in (0.0, 0.3, 0.6, 0.9, 1.0):
        time_s = settled + part * (truth.terminal_contact_s - settled)
        position, velocity = point_on_sole(motion, foot, time_s, touching_point(motion, runner, foot, time_s))
        assert np.abs(position[:, 2]).max() < 0.002
        along, across, upward = np.abs(velocity).max(axis=0)
        assert max(along, upward) < 0.05
        assert across < 0.12  # as it lifts off, the foot rolls out over the rounded toe


@pytest.mark.parametrize(
    ("bout", "lift_mps"),
    [(PlannedBout("run", 10.0, 3.0), (0.6, 0.9)), (PlannedBout("walk", 10.0, 1.2), (0.78, 0.78))],
    ids=str,
)
@pytest.mark.parametrize("foot", list(Foot))
def test_the_leg_pulls_the_foot_forward_and_up_before_its_toes_leave(
    bout: PlannedBout, lift_mps: tuple[float, float], foot: Foot
) -> None:
    runner = RunnerProfile(impact_scale=0.0)
    motion = simulate(runner, (bout,), seed=3)
    truth = motion.truth[foot]
    for left_part, pulled in ((0.5, 0.0), (0.0, 1.0)):
        time_s = truth.terminal_contact_s - left_part * truth.ground_contact_time_s
        _, velocity = point_on_sole(motion, foot, time_s, touching_point(motion, runner, foot, time_s))
        assert velocity[:, [0, 2]].mean(axis=0) == pytest.approx(pulled * np.array(lift_mps), abs=0.05)


def test_the_sole_is_off_the_ground_just_after_terminal_and_just_before_initial_contact() -> None:
    runner = RunnerProfile()
    motion = simulate(runner, (PlannedBout("run", 10.0, 3.0),))
    truth = motion.truth[Foot.LEFT]
    for time_s in (truth.terminal_contact_s + 0.04, truth.next_initial_contact_s - 0.03):
        lowest = np.min(
            [
                point_on_sole(motion, Foot.LEFT, time_s, np.array([[x, 0.0, 0.0]]))[0][:, 2]
                for x in (0.0, runner.ball_m)
            ],
            0,
        )
        assert lowest.min() > 0.005


@pytest.mark.parametrize("speed_mps", [2.0, 3.0, 4.5, 6.0])
def test_running_has_a_flight_phase(speed_mps: float) -> None:
    assert overlap_s(simulate(RunnerProfile(), (PlannedBout("run", 30.0, speed_mps),))).max() < 0.0


@pytest.mark.parametrize("speed_mps", [0.6, 1.2, 1.9])
def test_walking_has_double_support(speed_mps: float) -> None:
    assert overlap_s(simulate(RunnerProfile(), (PlannedBout("walk", 30.0, speed_mps),))).min() > 0.0


@pytest.mark.parametrize(("speed_mps", "contact_s"), [(2.2, 0.28), (3.0, 0.24), (4.5, 0.19), (6.0, 0.16)])
def test_running_contact_times_are_usual_for_the_speed(speed_mps: float, contact_s: float) -> None:
    truth = simulate(EVEN, (PlannedBout("run", 10.0, speed_mps),)).truth[Foot.RIGHT]
    assert truth.ground_contact_time_s == pytest.approx(contact_s, abs=0.012)
    assert (120.0 / truth.stride_time_s > 160.0).all()
    assert (120.0 / truth.stride_time_s < 192.0).all()


def test_a_seed_gives_one_motion_and_another_seed_another() -> None:
    first, again, other = (simulate(RunnerProfile(), MIXED, seed=seed) for seed in (5, 5, 6))
    for foot in Foot:
        np.testing.assert_array_equal(first.trajectories[foot].nodes, again.trajectories[foot].nodes)
        assert not np.array_equal(first.truth[foot].terminal_contact_s, other.truth[foot].terminal_contact_s)


@pytest.mark.parametrize("foot", list(Foot))
def test_the_foot_travels_stride_time_times_speed(foot: Foot) -> None:
    runner = RunnerProfile(toe_out_deg=0.0)
    motion = simulate(runner, (PlannedBout("run", 20.0, 3.0),), seed=2)
    truth = motion.truth[foot]
    middle = truth.initial_contact_s[:-1] + 0.08, truth.next_initial_contact_s[:-1] + 0.08
    begin, end = (motion.trajectories[foot].at(time_s).ankle_m[:, 0] for time_s in middle)
    assert end - begin == pytest.approx(truth.stride_length_m[:-1], abs=0.02)
    assert truth.speed_mps == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("asked_pct", [-8.0, 5.0])
def test_asymmetry_of_contact_time_is_as_asked(asked_pct: float) -> None:
    motion = simulate(
        RunnerProfile(contact_asymmetry_pct=asked_pct, contact_time_sd_s=0.002), (PlannedBout("run", 120.0, 3.0),)
    )
    left, right = (float(np.mean(motion.truth[foot].ground_contact_time_s)) for foot in (Foot.LEFT, Foot.RIGHT))
    assert 100.0 * (right - left) / (0.5 * (left + right)) == pytest.approx(asked_pct, abs=0.4)


def test_scatter_of_stride_and_contact_time_is_as_asked() -> None:
    runner = RunnerProfile(contact_time_sd_s=0.006, stride_time_sd_pct=1.5)
    truth = simulate(runner, (PlannedBout("run", 400.0, 3.0),)).truth[Foot.LEFT]
    assert np.std(truth.ground_contact_time_s) == pytest.approx(0.006, rel=0.15)
    assert np.std(truth.stride_time_s) / np.mean(truth.stride_time_s) == pytest.approx(0.015, rel=0.15)


def strides_between(truth: TrueStrides, begin_s: float, end_s: float) -> set[str]:
    within = (truth.initial_contact_s >= begin_s) & (truth.next_initial_contact_s <= end_s)
    return set(truth.gait[within].tolist())


def test_bouts_follow_the_plan() -> None:
    truth = simulate(RunnerProfile(), MIXED, seed=1).truth[Foot.LEFT]
    assert strides_between(truth, 0.0, 4.0) == set()
    assert strides_between(truth, 6.5, 18.5) == {"walk"}
    assert strides_between(truth, 21.0, 38.5) == {"run"}
    assert strides_between(truth, 41.5, 46.5) == {"walk"}
    assert strides_between(truth, 48.0, 51.0) == set()


@pytest.mark.parametrize("runner", [RunnerProfile(), RunnerProfile(strike="mid"), RunnerProfile(strike="fore")])
def test_the_pose_is_smooth_through_every_change_of_gait(runner: RunnerProfile) -> None:
    motion = simulate(runner, MIXED, seed=4)
    time_s = np.arange(0.0, motion.duration_s, 0.0005)
    for foot in Foot:
        pose = motion.trajectories[foot].at(time_s)
        speed = pose.ankle_velocity_mps
        assert np.abs(np.diff(pose.ankle_m, axis=0) / 0.0005 - 0.5 * (speed[1:] + speed[:-1])).max() < 0.01
        assert np.linalg.norm(pose.ankle_acc_mps2, axis=1).max() < 200.0
        assert np.abs(pose.rate_radps).max() < 20.0


def test_a_standing_foot_is_flat_and_stays() -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("still", 10.0), PlannedBout("run", 5.0, 3.0)))
    pose = motion.trajectories[Foot.LEFT].at(np.linspace(0.0, 9.5, 200))
    assert np.abs(pose.euler_rad[:, 1]).max() < 1e-6
    assert np.ptp(pose.ankle_m, axis=0).max() < 0.005


def test_feet_land_half_a_stride_apart() -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("run", 60.0, 3.0),))
    left, right = (motion.truth[foot] for foot in (Foot.LEFT, Foot.RIGHT))
    after = np.searchsorted(right.initial_contact_s, left.initial_contact_s[:-2])
    lag = (right.initial_contact_s[after] - left.initial_contact_s[:-2]) / left.stride_time_s[:-2]
    assert lag == pytest.approx(0.5, abs=0.04)


def test_the_pitch_at_landing_is_the_strike_angle() -> None:
    for strike_angle_deg in (18.0, -6.0):
        motion = simulate(RunnerProfile(strike_angle_deg=strike_angle_deg), (PlannedBout("run", 8.0, 3.0),))
        truth = motion.truth[Foot.RIGHT]
        pitch = motion.trajectories[Foot.RIGHT].at(truth.initial_contact_s).euler_rad[:, 1]
        assert -np.degrees(pitch) == pytest.approx(truth.strike_angle_deg, abs=1e-6)
        assert truth.strike_angle_deg == pytest.approx(strike_angle_deg, abs=4.0)


def test_a_foot_lands_inverted_on_either_side() -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("run", 8.0, 3.0),))
    for foot, sign in ((Foot.LEFT, -1.0), (Foot.RIGHT, 1.0)):
        truth = motion.truth[foot]
        roll_deg = np.degrees(motion.trajectories[foot].at(truth.initial_contact_s).euler_rad[:, 0])
        assert sign * roll_deg == pytest.approx(truth.inversion_deg, abs=0.3)


bouts = st.one_of(
    st.builds(PlannedBout, st.just("still"), st.floats(0.5, 6.0)),
    st.builds(PlannedBout, st.just("walk"), st.floats(0.5, 6.0), st.floats(0.4, 2.3)),
    st.builds(PlannedBout, st.just("run"), st.floats(0.5, 6.0), st.floats(1.5, 9.0)),
)
runners = st.builds(
    RunnerProfile,
    strike=st.sampled_from(["rear", "mid", "fore"]),
    contact_asymmetry_pct=st.floats(-15.0, 15.0),
    cadence_change_pct=st.floats(-10.0, 10.0),
    push_off_delay_s=st.floats(-0.01, 0.01),
)


@settings(max_examples=40, deadline=None)
@given(runner=runners, plan=st.lists(bouts, min_size=1, max_size=5), seed=st.integers(0, 1000))
def test_any_plan_gives_a_continuous_foot_with_contacts_in_order(
    runner: RunnerProfile, plan: list[PlannedBout], seed: int
) -> None:
    motion = simulate(runner, plan, seed=seed)
    for foot in Foot:
        trajectory, truth = motion.trajectories[foot], motion.truth[foot]
        assert (np.diff(trajectory.knot_s) > 0.0).all()
        assert trajectory.knot_s[0] < 0.0
        assert trajectory.knot_s[-1] > motion.duration_s
        assert (truth.initial_contact_s < truth.terminal_contact_s).all()
        assert (truth.terminal_contact_s < truth.next_initial_contact_s).all()
        pose = trajectory.at(np.arange(0.0, motion.duration_s, 0.001))
        assert np.abs(np.diff(pose.ankle_m, axis=0)).max() < 0.025
        assert np.abs(pose.euler_rad).max() < np.radians(170.0)


def test_bouts_and_plans_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="speed_mps of a run bout must lie in"):
        PlannedBout("run", 10.0)
    with pytest.raises(ValueError, match="duration_s must be positive"):
        PlannedBout("still", 0.0)
    with pytest.raises(ValueError, match="at least one bout"):
        simulate(RunnerProfile(), ())


@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.6])
def test_contacts_of_both_feet_scatter_together_as_far_as_they_are_told_to(correlation: float) -> None:
    runner = RunnerProfile(contact_correlation=correlation)
    truth = simulate(runner, (PlannedBout("run", 900.0, 3.0),), seed=3).truth
    left, right = truth[Foot.LEFT], truth[Foot.RIGHT]
    row = np.searchsorted(right.initial_contact_s, left.initial_contact_s[:-1])
    both_s = left.ground_contact_time_s[:-1], right.ground_contact_time_s[row]
    assert np.cov(both_s / np.std(both_s, axis=1, keepdims=True))[0, 1] == pytest.approx(correlation, abs=0.08)
    assert np.std(both_s, axis=1) == pytest.approx([runner.contact_time_sd_s] * 2, rel=0.08)


def test_a_flat_landing_does_not_jolt_the_foots_rotation_and_its_impact_lasts_about_40_ms() -> None:
    def after_landing(strike: FootStrike) -> tuple[Floats, Floats]:
        """Vertical acceleration of the ankle and toes-down acceleration of the shoe in 60 ms after each landing."""
        runner = RunnerProfile(strike=strike, strike_angle_sd_deg=0.0)
        motion = simulate(runner, [PlannedBout("run", 12.0, 3.5)], seed=5)
        time_s = motion.truth[Foot.LEFT].initial_contact_s[1:-1, None] + np.linspace(0.0, 0.06, 61)
        pose = motion.trajectories[Foot.LEFT].at(time_s.ravel())
        return pose.ankle_acc_mps2[:, 2].reshape(time_s.shape), pose.angular_acc_radps2[:, 1].reshape(time_s.shape)

    rising, turning = after_landing("flat")
    assert np.all(np.abs(rising.argmax(axis=1) - 19) <= 4)
    assert np.all(np.abs(rising[:, 46:]) < 0.15 * rising.max(axis=1, keepdims=True))
    ringing = after_landing("mid")[1]
    assert np.abs(turning).max() < 0.25 * np.abs(ringing).max()


def asymmetry_pct(runner: RunnerProfile, seed: int) -> float:
    """Right against left in the truth of a short run."""
    plan = (PlannedBout("run", 8.0, 2.8), PlannedBout("run", 8.0, 2.8, contact_asymmetry_pct=2.0))
    truth = simulate(runner, plan, seed).truth
    left_s, right_s = (float((rows.terminal_contact_s - rows.initial_contact_s).mean()) for rows in truth.values())
    return 200.0 * (right_s - left_s) / (right_s + left_s)


def test_runs_of_the_same_runner_differ_by_the_scatter_that_is_asked_for() -> None:
    steady = RunnerProfile(contact_asymmetry_pct=2.0, contact_time_sd_s=0.0)
    found = [asymmetry_pct(replace(steady, run_to_run_sd_pct=1.0), seed) for seed in range(60)]
    assert np.mean(found) == pytest.approx(2.0, abs=0.4)
    assert np.std(found, ddof=1) == pytest.approx(1.0, abs=0.27)  # 3 standard errors
    assert found[7] == asymmetry_pct(replace(steady, run_to_run_sd_pct=1.0), 7)
    assert {round(asymmetry_pct(steady, seed), 2) for seed in range(3)} == {2.0}


def test_all_else_of_a_run_is_drawn_as_without_it() -> None:
    plan = (PlannedBout("run", 8.0, 2.8),)
    one, other = (simulate(RunnerProfile(run_to_run_sd_pct=sd_pct), plan, 3).truth for sd_pct in (0.0, 1.0))
    for foot in Foot:
        np.testing.assert_array_equal(one[foot].strike_angle_deg, other[foot].strike_angle_deg)
