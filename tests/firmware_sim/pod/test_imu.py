"""IMU samples agree with the pose they were read from, up to the configured errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import vqf
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.pod.imu import Imu, MountingShift, random_mounting, read_imu, read_imu_chunks
from tests.firmware_sim.strapdown import strapdown_error

RUN = (PlannedBout("still", 2.0), PlannedBout("walk", 6.0, 1.4), PlannedBout("run", 10.0, 3.3))


@pytest.fixture(scope="module")
def motion() -> Motion:
    return simulate(RunnerProfile(), RUN, seed=7)


def quiet(rate_hz: float = 208.0, mounting: Floats | None = None) -> Imu:
    return Imu(rate_hz, np.eye(3) if mounting is None else mounting, acc_noise_mps2=0.0, gyr_noise_radps=0.0)


@pytest.mark.parametrize("foot", list(Foot))
def test_strapdown_of_the_ideal_sensor_returns_the_pose_over_each_stride(motion: Motion, foot: Foot) -> None:
    truth = motion.truth[foot]
    for begin_s, end_s in zip(truth.initial_contact_s[::3], truth.next_initial_contact_s[::3], strict=True):
        found = strapdown_error(motion, foot, begin_s, end_s)
        assert found.angle_deg < 0.1
        assert found.position_m < 0.005


def test_a_standing_sensor_reads_gravity_upward_and_no_turning(motion: Motion) -> None:
    samples = read_imu(motion, Foot.LEFT, quiet())[: int(208 * 1.2)]
    assert samples.acc_mps2[:, 2] == pytest.approx(STANDARD_GRAVITY_MPS2, abs=0.01)
    assert np.abs(samples.acc_mps2[:, :2]).max() < 0.05
    assert np.abs(samples.gyr_radps).max() < 0.01


def test_mounting_only_rotates(motion: Motion) -> None:
    mounting = random_mounting(3)
    plain, mounted = read_imu(motion, Foot.RIGHT, quiet()), read_imu(motion, Foot.RIGHT, quiet(mounting=mounting))
    inside = ~plain.clipped & ~mounted.clipped
    np.testing.assert_allclose(mounted.acc_mps2[inside], (plain.acc_mps2 @ mounting.T)[inside], atol=0.02)
    np.testing.assert_allclose(mounted.gyr_radps[inside], (plain.gyr_radps @ mounting.T)[inside], atol=0.005)


def test_random_mountings_are_rotations_and_differ() -> None:
    mountings = np.stack([random_mounting(seed) for seed in range(200)])
    np.testing.assert_allclose(
        mountings @ mountings.transpose(0, 2, 1), np.broadcast_to(np.eye(3), (200, 3, 3)), atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(mountings), 1.0)
    assert np.abs(mountings.mean(axis=0)).max() < 0.15


def test_pieces_are_the_whole(motion: Motion) -> None:
    imu = Imu(jitter_s=0.0005)
    whole = read_imu(motion, Foot.LEFT, imu, seed=9)
    chunks = list(read_imu_chunks(motion, Foot.LEFT, imu, seed=9, chunk_s=1.7))
    np.testing.assert_array_equal(whole.time_s, np.concatenate([chunk.time_s for chunk in chunks]))
    np.testing.assert_array_equal(whole.acc_mps2, np.concatenate([chunk.acc_mps2 for chunk in chunks]))
    assert max(len(chunk) for chunk in chunks) <= 1.7 * imu.rate_hz


@pytest.mark.parametrize("rate_hz", [50.0, 208.0, 1000.0])
def test_sampling_is_at_the_rate_and_strictly_increasing_in_spite_of_jitter(motion: Motion, rate_hz: float) -> None:
    samples = read_imu(motion, Foot.LEFT, Imu(rate_hz, jitter_s=0.2 / rate_hz))
    assert len(samples) == int(motion.duration_s * rate_hz)
    assert (np.diff(samples.time_s) > 0.0).all()
    assert np.std(np.diff(samples.time_s)) > 0.1 / rate_hz


def test_readings_beyond_the_range_are_cut_off_and_marked(motion: Motion) -> None:
    samples = read_imu(motion, Foot.LEFT, Imu(acc_range_g=4.0, gyr_range_dps=500.0))
    assert 0 < samples.clipped.sum() < 0.5 * len(samples)
    assert np.abs(samples.acc_mps2).max() <= 4.0 * STANDARD_GRAVITY_MPS2 + 1e-9
    assert np.degrees(np.abs(samples.gyr_radps).max()) <= 500.0 + 1e-9


def test_noise_and_bias_are_as_asked(motion: Motion) -> None:
    imu = Imu(
        acc_noise_mps2=0.05, gyr_noise_radps=0.01, acc_bias_mps2=(0.1, 0.0, -0.2), gyr_bias_radps=(0.0, 0.02, 0.0)
    )
    clean, noisy = read_imu(motion, Foot.LEFT, quiet()), read_imu(motion, Foot.LEFT, imu)
    inside = ~clean.clipped & ~noisy.clipped
    acc, gyr = (noisy.acc_mps2 - clean.acc_mps2)[inside], (noisy.gyr_radps - clean.gyr_radps)[inside]
    assert acc.mean(axis=0) == pytest.approx([0.1, 0.0, -0.2], abs=0.01)
    assert gyr.mean(axis=0) == pytest.approx([0.0, 0.02, 0.0], abs=0.002)
    assert acc.std(axis=0) == pytest.approx(0.05, rel=0.1)
    assert gyr.std(axis=0) == pytest.approx(0.01, rel=0.1)


def test_the_same_seed_reads_the_same_and_feet_do_not_share_noise(motion: Motion) -> None:
    first, again = (read_imu(motion, Foot.LEFT, Imu(), seed=1) for _ in range(2))
    np.testing.assert_array_equal(first.acc_mps2, again.acc_mps2)
    noise = [read_imu(motion, foot, Imu(), seed=1)[:200].acc_mps2[:, 0] for foot in Foot]
    assert abs(np.corrcoef(noise[0], noise[1])[0, 1]) < 0.3


@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
@pytest.mark.parametrize(
    "bout",
    [
        PlannedBout("run", 30.0, 2.0),
        PlannedBout("run", 30.0, 4.0, slope_pct=6.0),
        PlannedBout("run", 30.0, 6.0),
        PlannedBout("walk", 30.0, 1.4),
    ],
    ids=str,
)
def test_an_independent_filter_recovers_the_orientation(strike: FootStrike, bout: PlannedBout) -> None:
    motion = simulate(RunnerProfile(strike=strike), (PlannedBout("still", 5.0), bout), seed=2)
    samples = read_imu(motion, Foot.LEFT, Imu(gyr_noise_radps=0.002, acc_range_g=32.0))
    found = vqf.VQF(1.0 / 208.0).updateBatch(
        np.ascontiguousarray(samples.gyr_radps), np.ascontiguousarray(samples.acc_mps2)
    )
    up_found = Rotation.from_quat(found["quat6D"], scalar_first=True).as_matrix()[:, 2]
    up_true = motion.trajectories[Foot.LEFT].at(samples.time_s).rotation[:, 2]
    angle_deg = np.degrees(np.arccos(np.clip(np.sum(up_found * up_true, axis=1), -1.0, 1.0)))
    assert np.median(angle_deg[208 * 8 :]) < 4.0


def test_a_pod_that_is_turned_on_the_shoe_reads_in_its_new_frame_from_then_on(motion: Motion) -> None:
    turn = Rotation.from_euler("x", 20.0, degrees=True).as_matrix()
    still, moved = (
        read_imu(motion, Foot.LEFT, replace(quiet(), mounting_shifts=moves))
        for moves in ((), (MountingShift(9.0, turn),))
    )
    after = (still.time_s >= 9.0) & ~still.clipped & ~moved.clipped
    np.testing.assert_array_equal(moved.acc_mps2[still.time_s < 9.0], still.acc_mps2[still.time_s < 9.0])
    np.testing.assert_allclose(moved.acc_mps2[after], (still.acc_mps2 @ turn.T)[after], atol=0.02)
    np.testing.assert_allclose(moved.gyr_radps[after], (still.gyr_radps @ turn.T)[after], atol=0.005)


def test_a_knock_is_felt_for_a_moment_only(motion: Motion) -> None:
    clean, knocked = (read_imu(motion, Foot.LEFT, replace(quiet(), knocks_s=knocks)) for knocks in ((), (9.1,)))
    apart = np.linalg.norm(knocked.acc_mps2 - clean.acc_mps2, axis=1)
    felt = (clean.time_s > 9.1) & (clean.time_s < 9.112)
    assert apart[felt].max() > 10.0 * STANDARD_GRAVITY_MPS2
    assert (apart[~felt] == 0.0).all()


def test_scale_and_warming_are_as_asked() -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("still", 2.0), PlannedBout("run", 1200.0, 3.0)), seed=7)
    imu = replace(quiet(), acc_scale=1.03, gyr_scale=0.95, gyr_warmup_radps=(0.0, 0.05, 0.0), acc_range_g=32.0)
    clean, off = (read_imu(motion, Foot.LEFT, each) for each in (replace(quiet(), acc_range_g=32.0), imu))
    inside = ~clean.clipped & ~off.clipped
    np.testing.assert_allclose(off.acc_mps2[inside], 1.03 * clean.acc_mps2[inside], atol=0.03)
    gained = (off.gyr_radps - 0.95 * clean.gyr_radps)[:, 1]
    at_s = np.array([10.0, 600.0, 1200.0])
    found = [np.mean(gained[inside & (np.abs(clean.time_s - middle) < 5.0)]) for middle in at_s]
    assert found == pytest.approx(0.05 * (1.0 - np.exp(-at_s / 600.0)), abs=1e-3)


def test_a_loose_pod_rocks_after_landing_more_and_more_slowly(motion: Motion) -> None:
    rocks = {times: replace(quiet(1000.0), rocking_ratio=times, rocking_hz=22.0) for times in (0.0, 2.5)}
    tight, none, loose = (read_imu(motion, Foot.LEFT, imu).gyr_radps for imu in (quiet(1000.0), rocks[0.0], rocks[2.5]))
    assert np.std(loose - none) == pytest.approx(2.5 * np.std(tight - none), rel=0.25)
    assert _middle_hz((loose - none)[:, 0]) < 0.85 * _middle_hz((tight - none)[:, 0])


def _middle_hz(signal: Floats) -> float:
    """Median frequency of a signal sampled at 1000 Hz."""
    power = np.cumsum(np.abs(np.fft.rfft(signal)) ** 2)
    return float(np.fft.rfftfreq(len(signal), 1e-3)[np.searchsorted(power, 0.5 * power[-1])])


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="rate_hz must lie in"):
        Imu(5.0)
    with pytest.raises(ValueError, match="mounting must be a 3×3 rotation"):
        Imu(mounting=2.0 * np.eye(3))
    with pytest.raises(ValueError, match="got a reflection"):
        Imu(mounting=np.diag([1.0, 1.0, -1.0]))
    with pytest.raises(ValueError, match="jitter_s must lie in"):
        Imu(jitter_s=0.1)
