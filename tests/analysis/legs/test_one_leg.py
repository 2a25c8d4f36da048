"""Calf raises and balance of simulated feet, with pods mounted anyhow, against what was simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from surefoot.analysis.legs.balance import began_on_one_leg, one_leg_stands
from surefoot.analysis.legs.calf_raises import CalfRaise, RaiseCount, calf_raises, in_sets
from surefoot.analysis.legs.foot_tilt import FootTilt, foot_tilts, unknown_s
from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.foot_point import point_position_m
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu

SEEDS = range(4)
STILL = PlannedBout("still", 5.0)


def mounted(seed: int) -> Imu:
    """A pod with a bias of 1 °/s, turned anyhow."""
    return Imu(
        mounting=Rotation.random(rng=np.random.default_rng(seed)).as_matrix(),
        gyr_bias_radps=(0.017, -0.01, 0.012),
        acc_bias_mps2=(0.1, -0.15, 0.2),
    )


def done(*plan: PlannedBout, seed: int = 0) -> tuple[Motion, dict[Foot, Samples]]:
    motion = simulate(RunnerProfile(), plan, seed)
    return motion, {foot: read_imu(motion, foot, mounted(seed + number), seed) for number, foot in enumerate(Foot)}


def tilts(samples: Mapping[Foot, Samples]) -> dict[Foot, FootTilt]:
    return dict(zip(Foot, foot_tilts([samples[foot] for foot in Foot]), strict=True))


def true_heights_m(motion: Motion, foot: Foot) -> list[float]:
    """By which the heel rose in each raise."""
    trajectory = motion.trajectories[foot]
    found = []
    for each in trajectory.non_gait.raises:
        at_s = np.array([each.start_s, each.top_s])
        low, high = point_position_m(trajectory.foot_pose_at(at_s), (0.0, 0.0, 0.0))[:, 2]
        found.append(float(high - low))
    return found


@pytest.fixture(scope="module", params=SEEDS)
def raised(request: pytest.FixtureRequest) -> tuple[Motion, Mapping[Foot, Sequence[CalfRaise]]]:
    motion, samples = done(STILL, PlannedBout("calf_raises", 90.0), STILL, seed=request.param)
    return motion, calf_raises(tilts(samples))


def test_every_raise_is_counted_on_the_leg_that_did_it(
    raised: tuple[Motion, Mapping[Foot, Sequence[CalfRaise]]],
) -> None:
    motion, found = raised
    for foot in Foot:
        true = motion.trajectories[foot].non_gait.raises
        assert len(true) > 8
        assert len(found[foot]) == len(true)
        for one, other in zip(found[foot], true, strict=True):
            assert other.start_s < one.start_s < other.top_s < one.end_s < other.end_s


def test_heights_tilts_and_tempo_are_those_simulated(
    raised: tuple[Motion, Mapping[Foot, Sequence[CalfRaise]]],
) -> None:
    motion, found = raised
    for foot in Foot:
        true = motion.trajectories[foot].non_gait.raises
        told_m = RunnerProfile().ball_m * np.sin(np.radians([each.tilt_deg for each in found[foot]]))
        np.testing.assert_allclose(told_m, true_heights_m(motion, foot), atol=0.007)
        np.testing.assert_allclose(
            [each.tilt_deg for each in found[foot]], [np.degrees(each.angle_rad) for each in true], atol=2.5
        )
        [told] = in_sets(found[foot])
        assert told.tempo_s == pytest.approx(np.mean(np.diff([each.start_s for each in true])), abs=0.06)


@pytest.mark.parametrize("seed", SEEDS)
def test_balance_is_timed_and_its_sway_told_on_the_leg_that_stood(seed: int) -> None:
    motion, samples = done(STILL, PlannedBout("balance", 60.0), STILL, seed=seed)
    found = one_leg_stands(tilts(samples))
    assert [each.foot for each in found] == list(Foot)
    for stand in found:
        trajectory = motion.trajectories[stand.foot]
        [true] = trajectory.non_gait.balances
        assert stand.length_s == pytest.approx(true.end_s - true.start_s, abs=1.5)
        rates = trajectory.foot_pose_at(np.linspace(true.start_s + 1.0, true.end_s - 1.0, 5000)).rate_radps
        sway_dps = np.degrees(np.sqrt((rates**2).sum(axis=1).mean()))
        assert stand.sway_dps == pytest.approx(sway_dps, rel=0.06)
    assert not any(calf_raises(tilts(samples)).values())


def test_on_one_leg_alone_the_other_counts_nothing() -> None:
    _, samples = done(STILL, PlannedBout("calf_raises", 40.0, foot=Foot.RIGHT), STILL)
    found = calf_raises(tilts(samples))
    assert not found[Foot.LEFT]
    assert len(found[Foot.RIGHT]) > 8


@pytest.mark.parametrize("activity", ["still", "fidget", "lift", "tap", "jump", "side_step"])
def test_what_is_no_raise_is_not_counted(activity: str) -> None:
    _, samples = done(STILL, PlannedBout(activity, 40.0), STILL, seed=3)  # type: ignore[arg-type]
    found = tilts(samples)
    assert not any(calf_raises(found).values())
    assert not one_leg_stands(found)


def test_a_hop_on_one_leg_is_no_raise() -> None:
    _, samples = done(STILL, PlannedBout("jump", 40.0), STILL, seed=3)
    found = tilts(samples)
    hanging = replace(found[Foot.LEFT], tilt_rad=np.full_like(found[Foot.LEFT].tilt_rad, np.radians(40.0)))
    assert not any(calf_raises(found | {Foot.LEFT: hanging}).values())


def test_raises_of_both_feet_at_once_are_on_no_single_leg() -> None:
    _, samples = done(STILL, PlannedBout("calf_raises", 40.0, foot=Foot.RIGHT), STILL)
    twice = {Foot.LEFT: replace(samples[Foot.RIGHT], foot=Foot.LEFT), Foot.RIGHT: samples[Foot.RIGHT]}
    assert not any(calf_raises(tilts(twice)).values())


def test_a_raise_in_which_readings_are_missing_is_not_counted() -> None:
    motion, samples = done(STILL, PlannedBout("calf_raises", 40.0, foot=Foot.RIGHT), STILL)
    true = motion.trajectories[Foot.RIGHT].non_gait.raises
    lost = samples[Foot.RIGHT]
    kept = np.abs(lost.time_s - true[4].top_s) > 0.2
    cut = Samples(Foot.RIGHT, lost.time_s[kept], lost.acc_mps2[kept], lost.gyr_radps[kept])
    found = calf_raises(tilts({Foot.LEFT: samples[Foot.LEFT], Foot.RIGHT: cut}))[Foot.RIGHT]
    assert len(true) - 5 <= len(found) < len(true)
    assert not any(each.start_s < true[4].top_s < each.end_s for each in found)


def raise_at(start_s: float, tilt_deg: float = 30.0) -> CalfRaise:
    return CalfRaise(start_s, start_s + 1.5, tilt_deg)


def test_raises_that_begin_more_than_ten_seconds_apart_are_of_two_sets() -> None:
    sets = in_sets([raise_at(at_s, tilt) for at_s, tilt in ((5, 20), (7, 30), (10, 25), (20, 28), (30.5, 30))])
    assert sets == (RaiseCount(4, 26.5, 5.0), RaiseCount(1, 30.0))
    assert in_sets([]) == ()


def cut(samples: Samples, *gaps: tuple[float, float]) -> Samples:
    """Without the readings in between."""
    kept = np.all([(samples.time_s < begin_s) | (samples.time_s >= end_s) for begin_s, end_s in gaps], axis=0)
    return Samples(samples.foot, samples.time_s[kept], samples.acc_mps2[kept], samples.gyr_radps[kept])


@pytest.mark.parametrize("foot", Foot)
def test_how_long_cannot_be_told_is_known_of_either_foot_and_not_asked_in_gait(foot: Foot) -> None:
    _, samples = done(STILL, PlannedBout("calf_raises", 50.0), STILL)

    def unknown(*gaps: tuple[float, float], gait: Sequence[tuple[float, float]] = ()) -> float:
        return unknown_s(tilts(samples | {foot: cut(samples[foot], *gaps)}).values(), gait)

    reach_s = 2.0 * 3.0  # before and after a gap the direction of gravity is not known
    assert unknown((-1.0, -0.5)) == 0.0
    assert unknown((20.0, 20.5)) == pytest.approx(0.5 + reach_s, abs=0.2)
    assert unknown((20.0, 30.0)) == pytest.approx(10.0 + reach_s, abs=0.2)
    assert unknown((20.0, 30.0), gait=[(10.0, 40.0)]) == 0.0
    assert unknown((54.0, 99.0)) == 0.0  # a pod that is taken off a little before the other
    assert unknown((30.0, 99.0)) == pytest.approx(20.0, abs=0.5)


def test_after_the_last_reading_of_the_other_foot_nothing_is_counted() -> None:
    _, samples = done(STILL, PlannedBout("calf_raises", 40.0, foot=Foot.RIGHT), STILL)
    found = calf_raises(tilts(samples | {Foot.LEFT: cut(samples[Foot.LEFT], (20.0, 99.0))}))[Foot.RIGHT]
    assert found
    assert all(each.end_s < 20.0 for each in found)


@pytest.mark.parametrize("seed", range(8))
def test_standing_after_a_recording_that_began_on_one_leg_is_no_balance(seed: int) -> None:
    motion, samples = done(PlannedBout("balance", 30.0, foot=Foot.LEFT), PlannedBout("still", 20.0), seed=seed)
    feet = tilts({foot: cut(samples[foot], (-1.0, 5.0)) for foot in Foot})
    found = one_leg_stands(feet)
    [true] = motion.trajectories[Foot.LEFT].non_gait.balances
    is_right = [each.end_s for each in found] == [pytest.approx(true.end_s, abs=1.5)]
    assert is_right != began_on_one_leg(feet, found)


@pytest.mark.parametrize("seed", range(8))
def test_a_recording_that_began_on_both_feet_is_known_as_such(seed: int) -> None:
    _, samples = done(STILL, PlannedBout("balance", 60.0), STILL, seed=seed)
    feet = tilts(samples)
    assert not began_on_one_leg(feet, one_leg_stands(feet))


def test_without_a_still_second_nothing_is_told() -> None:
    _, samples = done(PlannedBout("run", 20.0, 2.9))
    assert not foot_tilts(list(samples.values()))
