"""IMU on the shoe: converter counts and samples from the pose, with noise, bias, clipping and mounting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot, Samples
from surefoot.firmware_sim.body.foot_point import LACES_M, ideal_readings
from surefoot.firmware_sim.body.foot_trajectory import FootTrajectory
from surefoot.firmware_sim.body.motion import Motion
from surefoot.firmware_sim.body.pose import Pose, pose_from_channels

FULL_SCALE_COUNTS = 32768
"""Counts at full scale; readings stop at ±`MAX_COUNTS`."""
MAX_COUNTS = 32767
WARMUP_S = 600.0
"""Time constant of the gyroscope's warm-up drift."""
KNOCK_DURATION_S, KNOCK_MPS2, KNOCK_RADPS = 0.012, np.array([200.0, -150.0, 180.0]), np.array([12.0, 18.0, -9.0])


@dataclass(frozen=True, slots=True)
class MountingShift:
    """The pod shifts on the shoe: from `at_s` on, `rotation` (3, 3) maps the old sensor frame to the new one."""

    at_s: float
    rotation: Floats


@dataclass(frozen=True, slots=True)
class Imu:
    """A six-axis sensor; the defaults are those of an LSM6DS on the laces.

    Parameters
    ----------
    rate_hz : samples per second, 10…8000.
    mounting : (3, 3) rotation from the foot frame to the sensor frame.
    position_m : on the foot, from the heel point of the sole.
    acc_range_g, gyr_range_dps : full scale; readings beyond are cut off and marked as clipped.
    acc_noise_mps2, gyr_noise_radps : standard deviation of white noise per sample.
    acc_bias_mps2, gyr_bias_radps : (3,) constant, sensor frame.
    jitter_s : standard deviation of the sampling instants, at most 0.2 of a sample interval.
    gyr_warmup_radps : (3,) bias gained while the pod warms up, with time constant `WARMUP_S`.
    acc_scale, gyr_scale : scale errors, as factors.
    rocking_ratio, rocking_hz : amplitude after landing of a loose pod relative to a tight one, and its frequency;
        None is tight.
    mounting_shifts : rotations of the pod on the shoe.
    knocks_s : times at which the pod is hit without being shifted.
    """

    rate_hz: float = 208.0
    mounting: Floats = field(default_factory=lambda: np.eye(3))
    position_m: tuple[float, float, float] = LACES_M
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0
    acc_noise_mps2: float = 0.02
    gyr_noise_radps: float = 0.002
    acc_bias_mps2: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyr_bias_radps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    jitter_s: float = 0.0
    gyr_warmup_radps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    acc_scale: float = 1.0
    gyr_scale: float = 1.0
    rocking_ratio: float = 1.0
    rocking_hz: float | None = None
    mounting_shifts: tuple[MountingShift, ...] = ()
    knocks_s: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 10.0 <= self.rate_hz <= 8000.0:
            raise ValueError(f"rate_hz must lie in 10…8000, got {self.rate_hz}")
        if self.mounting.shape != (3, 3) or not np.allclose(self.mounting @ self.mounting.T, np.eye(3), atol=1e-6):
            raise ValueError(f"mounting must be a 3×3 rotation, got {self.mounting.tolist()}")
        if np.linalg.det(self.mounting) < 0.0:
            raise ValueError("mounting must be a rotation, got a reflection")
        if not 0.0 <= self.jitter_s <= 0.2 / self.rate_hz:
            raise ValueError(
                f"jitter_s must lie in 0…{0.2 / self.rate_hz:.6f} at {self.rate_hz} Hz, got {self.jitter_s}"
            )


def random_mounting(seed: int) -> Floats:
    """Uniformly distributed random rotation, (3, 3)."""
    return Rotation.random(rng=np.random.default_rng(seed)).as_matrix()


def read_imu(motion: Motion, foot: Foot, imu: Imu, seed: int = 0) -> Samples:
    """Samples of one foot over the whole plan, sensor frame."""
    chunks = list(read_imu_chunks(motion, foot, imu, seed=seed))
    return Samples(
        foot,
        np.concatenate([chunk.time_s for chunk in chunks]),
        np.concatenate([chunk.acc_mps2 for chunk in chunks]),
        np.concatenate([chunk.gyr_radps for chunk in chunks]),
        np.concatenate([chunk.clipped for chunk in chunks]),
        np.concatenate([chunk.gyr_clipped for chunk in chunks]),
    )


def read_imu_chunks(motion: Motion, foot: Foot, imu: Imu, seed: int = 0, chunk_s: float = 60.0) -> Iterator[Samples]:
    """The samples of `read_imu` in chunks of `chunk_s`; the chunk length does not change them."""
    for time_s, counts in count_chunks(motion, foot, imu, seed, chunk_s):
        yield Samples(
            foot,
            time_s,
            counts[:, :3] * (imu.acc_range_g * STANDARD_GRAVITY_MPS2 / FULL_SCALE_COUNTS),
            counts[:, 3:] * (float(np.radians(imu.gyr_range_dps)) / FULL_SCALE_COUNTS),
            np.max(np.abs(counts), axis=1) >= MAX_COUNTS,
            np.max(np.abs(counts[:, 3:]), axis=1) >= MAX_COUNTS,
        )


def count_chunks(
    motion: Motion, foot: Foot, imu: Imu, seed: int = 0, chunk_s: float = 60.0, start_s: float = 0.0
) -> Iterator[tuple[Floats, Floats]]:
    """Converter output from `start_s` on, in chunks: times (n,), counts of accelerometer and gyroscope (n, 6)."""
    first = max(int(np.ceil(start_s * imu.rate_hz - 0.5)), 0)
    count = int(np.floor(motion.duration_s * imu.rate_hz))
    chunk_size = max(int(chunk_s * imu.rate_hz), 1)
    timing, noise = np.random.default_rng([seed, list(Foot).index(foot)]).spawn(2)
    for begin in range(first, count, chunk_size):
        ticks = np.arange(begin, min(begin + chunk_size, count))
        time_s = (ticks + 0.5) / imu.rate_hz
        jitter = np.clip(timing.standard_normal(len(ticks)), -2.4, 2.4)
        time_s = time_s + imu.jitter_s * jitter
        yield (
            time_s,
            _sensed_counts(
                time_s, _shoe_pose(motion.trajectories[foot], imu, time_s), imu, noise.standard_normal((len(ticks), 6))
            ),
        )


def counts_at_rest(imu: Imu, time_s: Floats, noise: Floats) -> Floats:
    """Counts on a shoe that stands flat, (n, 6)."""
    return _sensed_counts(time_s, pose_from_channels(np.zeros((len(time_s), 7, 3))), imu, noise)


def _shoe_pose(trajectory: FootTrajectory, imu: Imu, time_s: Floats) -> Pose:
    return trajectory.at(
        time_s, None if imu.rocking_hz is None else trajectory.ringing.on_loose_pod(imu.rocking_ratio, imu.rocking_hz)
    )


def _sensed_counts(time_s: Floats, pose: Pose, imu: Imu, noise: Floats) -> Floats:
    mounting = _mounting_at(time_s, imu)
    knock = sum((_knock_wave(time_s - at_s) for at_s in imu.knocks_s), np.zeros(len(time_s)))[:, None]
    force, turn = (np.einsum("nij,nj->ni", mounting, reading) for reading in ideal_readings(pose, imu.position_m))
    warm = 1.0 - np.exp(-time_s / WARMUP_S)
    bias = imu.gyr_bias_radps + warm[:, None] * imu.gyr_warmup_radps
    acc = imu.acc_scale * (force + knock * KNOCK_MPS2) + imu.acc_bias_mps2 + imu.acc_noise_mps2 * noise[:, :3]
    gyr = imu.gyr_scale * (turn + knock * KNOCK_RADPS) + bias + imu.gyr_noise_radps * noise[:, 3:]
    full_scale = imu.acc_range_g * STANDARD_GRAVITY_MPS2, float(np.radians(imu.gyr_range_dps))
    return np.concatenate([_quantised(acc, full_scale[0]), _quantised(gyr, full_scale[1])], axis=1)


def _mounting_at(time_s: Floats, imu: Imu) -> Floats:
    """Rotation from foot to sensor frame at each time, (n, 3, 3)."""
    mounting = np.broadcast_to(imu.mounting, (len(time_s), 3, 3))
    for shift in imu.mounting_shifts:
        mounting = np.where((time_s >= shift.at_s)[:, None, None], shift.rotation @ mounting, mounting)
    return mounting


def _knock_wave(since_s: Floats) -> Floats:
    """One sine period of length `KNOCK_DURATION_S`, (n,); its integral is zero."""
    wave: Floats = np.where(
        (since_s > 0.0) & (since_s < KNOCK_DURATION_S), np.sin(2.0 * np.pi * since_s / KNOCK_DURATION_S), 0.0
    )
    return wave


def _quantised(reading: Floats, full_scale: float) -> Floats:
    """Counts of a 16-bit converter, rounded and clipped."""
    return np.clip(np.rint(reading * (FULL_SCALE_COUNTS / full_scale)), -MAX_COUNTS, MAX_COUNTS)
