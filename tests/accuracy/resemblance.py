"""The simulated runner beside real feet: shoe markers over a stride, and a gyroscope's and accelerometer's peaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from surefoot.analysis.model import Floats, Foot, Samples
from surefoot.firmware_sim.body import gait_parameters
from surefoot.firmware_sim.body.foot_point import point_position_m
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from tests.accuracy.force_belts import RATE_HZ, RIGID, markers_m, turns_of
from tests.accuracy.recordings import analysed, samples_of, table
from tests.accuracy.report import Finding

MARKERS_MPS = 4.1
MARKED = RunnerProfile(
    contact_change_pct=19.0,
    cadence_change_pct=-1.5,
    strike_angle_deg=27.0,
    landing_inversion_deg=12.5,
    eversion_excursion_deg=12.5,
)
"""The runner on the force belts: what he was told is what his markers and forces show."""
TREADMILL = tuple(f"treadmill/{speed_kmh}kmh.csv" for speed_kmh in range(7, 13))
PEAKS_WITHIN_PCT = 25
CLUSTER_M = (0.07, 0.0, 0.065)
"""The middle of the shoe's rigid markers, from the heel point of the sole."""
PART = np.linspace(0.0, 1.0, 101)
MID_STANCE = 0.4


@dataclass(frozen=True, slots=True)
class Strides:
    """One foot, mirrored to a left one.

    Parameters
    ----------
    rate_dps : (101, 3) mean turn rate over a stride, in the axes of the foot at mid-stance.
    inversion_deg : (s, 101) frontal angle over each stance, against mid-stance.
    contact_s : (s,)
    axis : (3,) about which the foot turns most.
    leaving_mps : (3,) median velocity at terminal contact against that at mid-stance; forward, left, up.
    """

    rate_dps: Floats
    inversion_deg: Floats
    contact_s: Floats
    axis: Floats
    leaving_mps: Floats

    @property
    def eversion_deg(self) -> float:
        """Median excursion."""
        return float(np.median(self.inversion_deg[:, 0] - self.inversion_deg.min(axis=1)))

    @property
    def eversion_dps(self) -> float:
        """Median fastest rate of eversion."""
        rate = np.gradient(self.inversion_deg, axis=1) / (self.contact_s[:, None] / 100.0)
        return float(np.median(-rate.min(axis=1)))

    @property
    def everted_pct(self) -> float:
        """Median time of contact until nine tenths of the excursion are done."""
        left = self.inversion_deg - self.inversion_deg.min(axis=1, keepdims=True)
        return float(np.median((left < 0.1 * left[:, :1]).argmax(axis=1)))

    @property
    def inward_deg(self) -> float:
        """Direction of the main turning axis, seen from above, from square to the foot."""
        return float(np.degrees(np.arctan2(self.axis[0], self.axis[1])))

    @property
    def raised_deg(self) -> float:
        """How far its outer end is raised."""
        return float(np.degrees(np.arcsin(self.axis[2])))


def strides_of(
    time_s: Floats, turns: Rotation, place_m: Floats, contacts_s: Floats, toes: Floats, foot: Foot
) -> Strides:
    """Strides from the orientation (in any axes fixed to the foot), place and the way the toes point at mid-stance.

    Parameters
    ----------
    place_m : (n, 3) of the same point of the foot.
    contacts_s : (s, 2) initial and terminal contact.
    toes : (n, 3) from heel to toes, world.
    """
    mirror = np.array([1.0, 1.0, 1.0] if foot is Foot.LEFT else [-1.0, 1.0, -1.0])
    middle = np.searchsorted(time_s, contacts_s[:, 0] + MID_STANCE * np.diff(contacts_s, axis=1)[:, 0])
    lifted = np.searchsorted(time_s, contacts_s[:, 1])
    ahead = toes[middle].mean(axis=0)
    flat = Rotation.from_euler("z", np.arctan2(ahead[1], ahead[0]))
    turns = turns * (turns[middle].mean().inv() * flat)
    rate = np.degrees((turns[:-2].inv() * turns[2:]).as_rotvec()) * (mirror / (time_s[2:] - time_s[:-2])[:, None])
    inversion = -mirror[0] * (flat.inv() * turns).as_euler("YZX", degrees=True)[:, 2]
    stride_s = np.linspace(contacts_s[:-1, 0], contacts_s[1:, 0], len(PART), axis=1)[1:]
    stance_s = np.linspace(contacts_s[1:-1, 0], contacts_s[1:-1, 1], len(PART), axis=1)
    velocity_mps = flat.inv().apply(np.gradient(place_m, time_s, axis=0))
    main = np.linalg.eigh(rate.T @ rate)[1][:, -1]
    return Strides(
        np.stack([np.interp(stride_s, time_s[1:-1], each).mean(axis=0) for each in rate.T], axis=1),
        np.interp(stance_s, time_s, inversion),
        np.diff(contacts_s, axis=1)[1:-1, 0],
        main * np.sign(main[1]),
        np.median(velocity_mps[lifted] - velocity_mps[middle], axis=0),
    )


def marked(foot: Foot) -> Strides:
    """The shoe's markers."""
    forward_left_up = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    cluster_m, sole_m = (markers_m(foot, names) @ forward_left_up.T for names in (RIGID, ("heel_T", "toe")))
    time_s = np.arange(len(cluster_m)) / RATE_HZ
    contacts = table("force_belts/contacts.csv")
    both_s = np.stack([contacts["contact_start_s"], contacts["contact_end_s"]], axis=1)
    height_m = np.interp(both_s.mean(axis=1), time_s, cluster_m[:, :, 2].mean(axis=1))
    own_s = both_s[height_m < 0.5 * (height_m.min() + height_m.max())]
    return strides_of(time_s, turns_of(cluster_m), cluster_m.mean(axis=1), own_s, sole_m[:, 1] - sole_m[:, 0], foot)


def simulated(foot: Foot, runner: RunnerProfile, speed_mps: float) -> Strides:
    """The simulator's foot, read as often as the markers."""
    motion = simulate(runner, (PlannedBout("run", 20.0, speed_mps),), seed=1)
    truth, time_s = motion.truth[foot], np.arange(0.0, 20.0, 1.0 / RATE_HZ)
    pose = motion.trajectories[foot].foot_pose_at(time_s)
    contacts_s = np.stack([truth.initial_contact_s, truth.terminal_contact_s], axis=1)
    turns, place_m = Rotation.from_matrix(pose.rotation), point_position_m(pose, CLUSTER_M)
    return strides_of(time_s, turns, place_m, contacts_s, pose.rotation[:, :, 0], foot)


def findings() -> Iterator[Finding]:
    """Turn rates about each axis of the foot, the frontal plane in stance, lift-off, peaks of acceleration and rate."""
    yield from _like_markers()
    yield from _like_treadmill()


def _like_markers() -> Iterator[Finding]:
    for foot in Foot:
        real, made = marked(foot), simulated(foot, MARKED, MARKERS_MPS)
        name = f"simulator, force_belts {foot}"
        for axis, what in enumerate(("roll", "pitch", "yaw")):
            a, b = real.rate_dps[:, axis], made.rate_dps[:, axis]
            like, size = float(np.corrcoef(a, b)[0, 1]), float(b.std() / a.std())
            found = f"correlation {like:.2f}, size {size:.2f}"
            yield Finding(
                name, f"{what} rate over the stride", found, "≥ 0.9, 0.75–1.25", like >= 0.9 and abs(size - 1) <= 0.25
            )
        for what, x, y, unit, within in (
            ("eversion excursion", real.eversion_deg, made.eversion_deg, "°", 1.5),
            ("fastest eversion", real.eversion_dps, made.eversion_dps, "°/s", 0.25 * real.eversion_dps),
            ("everted, of contact", real.everted_pct, made.everted_pct, " %", 8.0),
            ("forward as it leaves", real.leaving_mps[0], made.leaving_mps[0], " m/s", 0.25 * real.leaving_mps[0]),
            ("upward as it leaves", real.leaving_mps[2], made.leaving_mps[2], " m/s", 0.25 * real.leaving_mps[2]),
            ("main axis, inward", real.inward_deg, made.inward_deg, "°", 3.0),
            ("main axis, outer end raised", real.raised_deg, made.raised_deg, "°", 3.0),
        ):
            yield Finding(name, what, f"{y:.1f}{unit}", f"{x:.1f} ± {within:.3g}{unit}", abs(x - y) <= within)


def _like_treadmill() -> Iterator[Finding]:
    """Medians over strides of the greatest readings, of a runner told the same contact and stride times."""
    real = [peaks(samples_of(name), strides_at(name)) for name in TREADMILL]
    made = [peaks(*as_on_treadmill(name)) for name in TREADMILL]
    for what in real[0]:
        off_pct = [100.0 * (b[what] / a[what] - 1.0) for a, b in zip(real, made, strict=True)]
        found = f"{min(off_pct):+.0f} … {max(off_pct):+.0f} %"
        yield Finding(
            "simulator, treadmill 7–12 km/h",
            f"peak {what}",
            found,
            f"±{PEAKS_WITHIN_PCT} %",
            max(map(abs, off_pct)) <= PEAKS_WITHIN_PCT,
        )


def strides_at(name: str) -> Floats:
    """(s, 3) initial, terminal and next initial contact of the running strides of a recording."""
    strides = analysed(name).strides()
    times = np.stack([strides.initial_contact_s, strides.terminal_contact_s, strides.next_initial_contact_s], axis=1)
    return times[strides.running & np.isfinite(times).all(axis=1)]


def as_on_treadmill(name: str) -> tuple[Samples, Floats]:
    """A simulated runner with the contact and stride times of a recording, and the true times of his strides."""
    landed_s, lifted_s, next_s = strides_at(name).T
    bout = PlannedBout("run", 40.0, float(name.rpartition("/")[2].removesuffix("kmh.csv")) / 3.6)
    code, speed = np.array([bout.code]), np.array([bout.speed_mps])
    stride_s = gait_parameters.stride_time_s(code, speed)
    longer = np.median(lifted_s - landed_s) / gait_parameters.contact_time_s(code, speed, stride_s)[0] - 1.0
    quicker = stride_s[0] / np.median(next_s - landed_s) - 1.0
    runner = RunnerProfile(contact_change_pct=100.0 * float(longer), cadence_change_pct=100.0 * float(quicker))
    motion = simulate(runner, (bout,), seed=1)
    truth = motion.truth[Foot.LEFT]
    times = (truth.initial_contact_s, truth.terminal_contact_s, truth.next_initial_contact_s)
    return read_imu(motion, Foot.LEFT, Imu(167.0), seed=1), np.stack(times, axis=1)


def peaks(samples: Samples, strides_s: Floats) -> dict[str, float]:
    """Medians over strides of the greatest acceleration (m/s²) and rate (rad/s) in each part of a stride."""
    landed_s, lifted_s, next_s = strides_s.T
    acc, rate = (np.linalg.norm(each, axis=1) for each in (samples.acc_mps2, samples.gyr_radps))
    spans = {
        "impact": (acc, landed_s - 0.03, landed_s + 0.05),
        "swing acceleration": (acc, lifted_s + 0.08, next_s - 0.06),
        "acceleration before landing": (acc, next_s - 0.06, next_s - 0.02),
        "landing rate": (rate, landed_s - 0.03, landed_s + 0.08),
        "push-off rate": (rate, lifted_s - 0.10, lifted_s + 0.05),
        "swing rate": (rate, lifted_s + 0.10, next_s - 0.04),
    }
    return {what: _median_of_greatest(samples.time_s, *span) for what, span in spans.items()}


def _median_of_greatest(time_s: Floats, size: Floats, begin_s: Floats, end_s: Floats) -> float:
    first, last = np.searchsorted(time_s, begin_s), np.searchsorted(time_s, end_s)
    return float(np.median([size[a:b].max() for a, b in zip(first, last, strict=True) if b > a]))
