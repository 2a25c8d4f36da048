"""The sensor reads the pose, no more and no less."""

from __future__ import annotations

import numpy as np
import pytest
import vqf
from scipy.spatial.transform import Rotation

from analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from firmware_sim.imu import Imu, ideal, place_of, random_mounting, read, read_pieces
from firmware_sim.runner import Bout, Motion, Runner, simulate

RUN = (Bout("still", 2.0), Bout("walk", 6.0, 1.4), Bout("run", 10.0, 3.3))


@pytest.fixture(scope="module")
def motion() -> Motion:
    return simulate(Runner(), RUN, seed=7)


def quiet(rate_hz: float = 208.0, mounting: Floats | None = None) -> Imu:
    return Imu(rate_hz, np.eye(3) if mounting is None else mounting, acc_noise_mps2=0.0, gyr_noise_radps=0.0)


def running_integral(rate: Floats, step_s: float) -> Floats:
    return np.concatenate([np.zeros((1, 3)), np.cumsum(0.5 * step_s * (rate[1:] + rate[:-1]), axis=0)])


@pytest.mark.parametrize("foot", list(Foot))
def test_strapdown_of_the_ideal_sensor_returns_the_pose_over_each_stride(motion: Motion, foot: Foot) -> None:
    truth, step_s = motion.truth[foot], 0.0005
    up = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
    for begin, end in zip(truth.initial_contact_s[::3], truth.next_initial_contact_s[::3], strict=True):
        time_s = np.arange(begin, end, step_s)
        pose = motion.tracks[foot].at(time_s)
        acc, gyr = ideal(pose)
        turns = Rotation.from_rotvec(0.5 * (gyr[1:] + gyr[:-1]) * step_s).as_matrix()
        rotation = [pose.rotation[0]]
        for turn in turns:
            rotation.append(rotation[-1] @ turn)
        angle = Rotation.from_matrix(rotation[-1].T @ pose.rotation[-1]).magnitude()
        assert np.degrees(angle) < 0.1
        felt: Floats = np.einsum("nij,nj->ni", np.array(rotation), acc) - up
        first = place_of(motion.tracks[foot].at(np.array([begin - 1e-5, begin + 1e-5])))
        velocity: Floats = np.diff(first, axis=0) / 2e-5 + running_integral(felt, step_s)
        way = running_integral(velocity, step_s)
        assert np.abs(way - (place_of(pose) - place_of(pose)[0])).max() < 0.005


def test_a_standing_sensor_reads_gravity_upward_and_no_turning(motion: Motion) -> None:
    samples = read(motion, Foot.LEFT, quiet())[: int(208 * 1.2)]
    assert samples.acc_mps2[:, 2] == pytest.approx(STANDARD_GRAVITY_MPS2, abs=0.01)
    assert np.abs(samples.acc_mps2[:, :2]).max() < 0.05
    assert np.abs(samples.gyr_radps).max() < 0.01


def test_mounting_only_rotates(motion: Motion) -> None:
    mounting = random_mounting(3)
    plain, mounted = read(motion, Foot.RIGHT, quiet()), read(motion, Foot.RIGHT, quiet(mounting=mounting))
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
    whole = read(motion, Foot.LEFT, imu, seed=9)
    pieces = list(read_pieces(motion, Foot.LEFT, imu, seed=9, piece_s=1.7))
    np.testing.assert_array_equal(whole.time_s, np.concatenate([piece.time_s for piece in pieces]))
    np.testing.assert_array_equal(whole.acc_mps2, np.concatenate([piece.acc_mps2 for piece in pieces]))
    assert max(len(piece) for piece in pieces) <= 1.7 * imu.rate_hz


@pytest.mark.parametrize("rate_hz", [50.0, 208.0, 1000.0])
def test_sampling_is_at_the_rate_and_strictly_increasing_in_spite_of_jitter(motion: Motion, rate_hz: float) -> None:
    samples = read(motion, Foot.LEFT, Imu(rate_hz, jitter_s=0.2 / rate_hz))
    assert len(samples) == int(motion.duration_s * rate_hz)
    assert (np.diff(samples.time_s) > 0.0).all()
    assert np.std(np.diff(samples.time_s)) > 0.1 / rate_hz


def test_readings_beyond_the_range_are_cut_off_and_marked(motion: Motion) -> None:
    samples = read(motion, Foot.LEFT, Imu(acc_range_g=4.0, gyr_range_dps=500.0))
    assert 0 < samples.clipped.sum() < 0.5 * len(samples)
    assert np.abs(samples.acc_mps2).max() <= 4.0 * STANDARD_GRAVITY_MPS2 + 1e-9
    assert np.degrees(np.abs(samples.gyr_radps).max()) <= 500.0 + 1e-9


def test_noise_and_bias_are_as_asked(motion: Motion) -> None:
    imu = Imu(
        acc_noise_mps2=0.05, gyr_noise_radps=0.01, acc_bias_mps2=(0.1, 0.0, -0.2), gyr_bias_radps=(0.0, 0.02, 0.0)
    )
    clean, noisy = read(motion, Foot.LEFT, quiet()), read(motion, Foot.LEFT, imu)
    inside = ~clean.clipped & ~noisy.clipped
    acc, gyr = (noisy.acc_mps2 - clean.acc_mps2)[inside], (noisy.gyr_radps - clean.gyr_radps)[inside]
    assert acc.mean(axis=0) == pytest.approx([0.1, 0.0, -0.2], abs=0.01)
    assert gyr.mean(axis=0) == pytest.approx([0.0, 0.02, 0.0], abs=0.002)
    assert acc.std(axis=0) == pytest.approx(0.05, rel=0.1)
    assert gyr.std(axis=0) == pytest.approx(0.01, rel=0.1)


def test_the_same_seed_reads_the_same_and_feet_do_not_share_noise(motion: Motion) -> None:
    first, again = (read(motion, Foot.LEFT, Imu(), seed=1) for _ in range(2))
    np.testing.assert_array_equal(first.acc_mps2, again.acc_mps2)
    noise = [read(motion, foot, Imu(), seed=1)[:200].acc_mps2[:, 0] for foot in Foot]
    assert abs(np.corrcoef(noise[0], noise[1])[0, 1]) < 0.3


def test_an_independent_filter_recovers_the_orientation() -> None:
    motion = simulate(Runner(), (Bout("still", 5.0), Bout("run", 30.0, 3.0)), seed=2)
    samples = read(motion, Foot.LEFT, Imu(gyr_noise_radps=0.002))
    found = vqf.VQF(1.0 / 208.0).updateBatch(
        np.ascontiguousarray(samples.gyr_radps), np.ascontiguousarray(samples.acc_mps2)
    )
    up_found = Rotation.from_quat(found["quat6D"], scalar_first=True).as_matrix()[:, 2]
    up_true = motion.tracks[Foot.LEFT].at(samples.time_s).rotation[:, 2]
    angle_deg = np.degrees(np.arccos(np.clip(np.sum(up_found * up_true, axis=1), -1.0, 1.0)))
    assert np.median(angle_deg[208 * 8 :]) < 4.0


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="rate_hz must lie in"):
        Imu(20.0)
    with pytest.raises(ValueError, match="mounting must be a 3×3 rotation"):
        Imu(mounting=2.0 * np.eye(3))
    with pytest.raises(ValueError, match="got a reflection"):
        Imu(mounting=np.diag([1.0, 1.0, -1.0]))
    with pytest.raises(ValueError, match="jitter_s must lie in"):
        Imu(jitter_s=0.1)
