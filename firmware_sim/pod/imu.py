"""The sensor on the shoe: what a perfect one would read, and what a real one makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot, Samples
from surefoot.firmware_sim.body.euler import lever_acceleration
from surefoot.firmware_sim.body.foot_trajectory import Track
from surefoot.firmware_sim.body.motion import Motion
from surefoot.firmware_sim.body.pose import Pose, pose_of
from surefoot.firmware_sim.body.stance import ANKLE_M

FULL_SCALE_COUNTS = 32768
MAX_COUNTS = 32767
LACES_M = (0.12, 0.0, 0.06)


WARMING_S = 600.0
KNOCK_S, KNOCK_MPS2, KNOCK_RADPS = 0.012, np.array([200.0, -150.0, 180.0]), np.array([12.0, 18.0, -9.0])


@dataclass(frozen=True, slots=True)
class Move:
    """The pod is turned on the shoe: from `at_s` on, `turn` (3, 3) leads from the sensor frame before to that after."""

    at_s: float
    turn: Floats


@dataclass(frozen=True, slots=True)
class Imu:
    """A six-axis sensor; the defaults are those of an LSM6DS on the laces.

    Parameters
    ----------
    rate_hz : samples per second, 50…1000.
    mounting : (3, 3) rotation from the foot frame to the sensor frame.
    position_m : on the foot, from the heel point of the sole.
    acc_range_g, gyr_range_dps : readings beyond are cut off and marked as clipped.
    acc_noise_mps2, gyr_noise_radps : standard deviation of white noise per sample.
    acc_bias_mps2, gyr_bias_radps : (3,) constant, sensor frame.
    jitter_s : standard deviation of the sampling instants about the even grid, at most 0.2 of a sample.
    gyr_warming_radps : (3,) bias gained while the pod warms up, to two thirds after `WARMING_S`.
    acc_scale, gyr_scale : readings of a sensor that is off in scale, relative to true ones.
    looseness, loose_hz : how much a pod that sits loosely rocks after landing, against a tight one, and how fast;
        None is tight.
    moves : when and how the pod is turned on the shoe.
    knocks_s : when something hits the pod, which does not move it.
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
    gyr_warming_radps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    acc_scale: float = 1.0
    gyr_scale: float = 1.0
    looseness: float = 1.0
    loose_hz: float | None = None
    moves: tuple[Move, ...] = ()
    knocks_s: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 50.0 <= self.rate_hz <= 1000.0:
            raise ValueError(f"rate_hz must lie in 50…1000, got {self.rate_hz}")
        if self.mounting.shape != (3, 3) or not np.allclose(self.mounting @ self.mounting.T, np.eye(3), atol=1e-6):
            raise ValueError(f"mounting must be a 3×3 rotation, got {self.mounting.tolist()}")
        if np.linalg.det(self.mounting) < 0.0:
            raise ValueError("mounting must be a rotation, got a reflection")
        if not 0.0 <= self.jitter_s <= 0.2 / self.rate_hz:
            raise ValueError(
                f"jitter_s must lie in 0…{0.2 / self.rate_hz:.6f} at {self.rate_hz} Hz, got {self.jitter_s}"
            )


def random_mounting(seed: int) -> Floats:
    """A rotation drawn uniformly from all, (3, 3)."""
    return Rotation.random(rng=np.random.default_rng(seed)).as_matrix()


def ideal(pose: Pose, position_m: tuple[float, float, float] = LACES_M) -> tuple[Floats, Floats]:
    """Specific force (m/s²) and angular rate (rad/s) in the foot frame at a point of the foot, (n, 3) each."""
    arm = np.asarray(position_m) - ANKLE_M
    rate = pose.rate_radps
    up = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
    carried = np.einsum("nji,nj->ni", pose.rotation, pose.ankle_acc_mps2 + up)
    return carried + lever_acceleration(rate, pose.angular_acc_radps2, arm), rate


def place_of(pose: Pose, position_m: tuple[float, float, float] = LACES_M) -> Floats:
    """(n, 3) where a point of the foot is in the world."""
    place: Floats = pose.ankle_m + pose.rotation @ (np.asarray(position_m) - ANKLE_M)
    return place


def read(motion: Motion, foot: Foot, imu: Imu, seed: int = 0) -> Samples:
    """Everything the sensor on one foot reads over the plan, sensor frame."""
    pieces = list(read_pieces(motion, foot, imu, seed=seed))
    return Samples(
        foot,
        np.concatenate([piece.time_s for piece in pieces]),
        np.concatenate([piece.acc_mps2 for piece in pieces]),
        np.concatenate([piece.gyr_radps for piece in pieces]),
        np.concatenate([piece.clipped for piece in pieces]),
    )


def read_pieces(motion: Motion, foot: Foot, imu: Imu, seed: int = 0, piece_s: float = 60.0) -> Iterator[Samples]:
    """The same readings in pieces of bounded length; how they are cut does not change them."""
    for time_s, counts in count_pieces(motion, foot, imu, seed, piece_s):
        yield Samples(
            foot,
            time_s,
            counts[:, :3] * (imu.acc_range_g * STANDARD_GRAVITY_MPS2 / FULL_SCALE_COUNTS),
            counts[:, 3:] * (float(np.radians(imu.gyr_range_dps)) / FULL_SCALE_COUNTS),
            np.max(np.abs(counts), axis=1) >= MAX_COUNTS,
        )


def count_pieces(
    motion: Motion, foot: Foot, imu: Imu, seed: int = 0, piece_s: float = 60.0, start_s: float = 0.0
) -> Iterator[tuple[Floats, Floats]]:
    """What the converter hands out from `start_s` on, in pieces: times (n,), accelerometer and gyroscope (n, 6)."""
    first = max(int(np.ceil(start_s * imu.rate_hz - 0.5)), 0)
    count = int(np.floor(motion.duration_s * imu.rate_hz))
    step = max(int(piece_s * imu.rate_hz), 1)
    timing, noise = np.random.default_rng([seed, list(Foot).index(foot)]).spawn(2)
    for begin in range(first, count, step):
        ticks = np.arange(begin, min(begin + step, count))
        time_s = (ticks + 0.5) / imu.rate_hz
        wander = np.clip(timing.standard_normal(len(ticks)), -2.4, 2.4)
        time_s = time_s + imu.jitter_s * wander
        yield (
            time_s,
            _sense(time_s, _shaken(motion.tracks[foot], imu, time_s), imu, noise.standard_normal((len(ticks), 6))),
        )


def counts_at_rest(imu: Imu, time_s: Floats, noise: Floats) -> Floats:
    """(n, 6) what the sensor reads on a shoe that stands flat."""
    return _sense(time_s, pose_of(np.zeros((len(time_s), 7, 3))), imu, noise)


def _shaken(track: Track, imu: Imu, time_s: Floats) -> Pose:
    return track.at(time_s, None if imu.loose_hz is None else track.ringing.loose(imu.looseness, imu.loose_hz))


def _sense(time_s: Floats, pose: Pose, imu: Imu, noise: Floats) -> Floats:
    mounting = _mounting(time_s, imu)
    knock = sum((_knock(time_s - at_s) for at_s in imu.knocks_s), np.zeros(len(time_s)))[:, None]
    force, turn = (np.einsum("nij,nj->ni", mounting, reading) for reading in ideal(pose, imu.position_m))
    warm = 1.0 - np.exp(-time_s / WARMING_S)
    bias = imu.gyr_bias_radps + warm[:, None] * imu.gyr_warming_radps
    acc = imu.acc_scale * (force + knock * KNOCK_MPS2) + imu.acc_bias_mps2 + imu.acc_noise_mps2 * noise[:, :3]
    gyr = imu.gyr_scale * (turn + knock * KNOCK_RADPS) + bias + imu.gyr_noise_radps * noise[:, 3:]
    full_scale = imu.acc_range_g * STANDARD_GRAVITY_MPS2, float(np.radians(imu.gyr_range_dps))
    return np.concatenate([_counts(acc, full_scale[0]), _counts(gyr, full_scale[1])], axis=1)


def _mounting(time_s: Floats, imu: Imu) -> Floats:
    """(n, 3, 3) foot to sensor frame at each instant."""
    mounting = np.broadcast_to(imu.mounting, (len(time_s), 3, 3))
    for move in imu.moves:
        mounting = np.where((time_s >= move.at_s)[:, None, None], move.turn @ mounting, mounting)
    return mounting


def _knock(since_s: Floats) -> Floats:
    """(n,) there and back within `KNOCK_S`, so that nothing remains of it."""
    wave: Floats = np.where((since_s > 0.0) & (since_s < KNOCK_S), np.sin(2.0 * np.pi * since_s / KNOCK_S), 0.0)
    return wave


def _counts(reading: Floats, full_scale: float) -> Floats:
    """Whole counts of a 16-bit converter, stopped at its ends."""
    return np.clip(np.rint(reading * (FULL_SCALE_COUNTS / full_scale)), -MAX_COUNTS, MAX_COUNTS)
