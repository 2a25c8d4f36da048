"""Simulated recordings with known truth, analysed by the session as the product does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis import Results, Session
from surefoot.analysis.findings import Finding
from surefoot.analysis.model import Bools, Floats, Foot, Ints, Mounting, Samples, Strides
from surefoot.analysis.pairing import Spans
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.truth import TrueStrides
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu

STRIDE_COLUMNS = (
    "initial_contact_s",
    "terminal_contact_s",
    "next_initial_contact_s",
    "running",
    "confidence",
    "flags",
)


@dataclass(frozen=True, slots=True)
class Analysed:
    """What the session made of a recording."""

    results: Results
    mountings: Mapping[Foot, Mounting]

    def strides(self, foot: Foot = Foot.LEFT) -> Strides:
        """One foot's strides."""
        return self.results.strides[foot]


@dataclass(frozen=True, slots=True)
class Recording:
    """A simulated motion, both pods' samples of it, and how the pods sit."""

    motion: Motion
    samples: Mapping[Foot, Samples]
    imus: Mapping[Foot, Imu]

    @property
    def feet(self) -> tuple[Samples, ...]:
        """Left, then right."""
        return tuple(self.samples[foot] for foot in Foot)

    def truth(self, foot: Foot) -> TrueStrides:
        """One foot's true strides."""
        return self.motion.truth[foot]


@dataclass(frozen=True, slots=True)
class Matched:
    """True strides beside the found ones: row `found[k]` of the strides is true stride `true[k]`."""

    true: Ints
    found: Ints
    missed: Ints


def record(runner: RunnerProfile, plan: Sequence[PlannedBout], seed: int, imu: Imu | None = None) -> Recording:
    """A plan as two pods read it, each mounted at random unless an `imu` says how."""
    return sensed(simulate(runner, plan, seed=seed), seed, imu)


def sensed(motion: Motion, seed: int, imu: Imu | None = None) -> Recording:
    """A motion as two pods read it."""
    imus = {foot: imu or Imu(mounting=random_mounting(2 * seed + side)) for side, foot in enumerate(Foot)}
    return Recording(motion, {foot: read_imu(motion, foot, imus[foot], seed=seed) for foot in Foot}, imus)


def analyse(feet: Iterable[Samples], clocks_unknown_s: Spans = ()) -> Analysed:
    """The session over one or two feet, each pushed whole."""
    feet = tuple(feet)
    session = Session(tuple(each.foot for each in feet), clocks_unknown_s=clocks_unknown_s)
    return Analysed(Results.join([*(session.push(each) for each in feet), session.flush()]), session.mountings)


def analyse_pieces(feet: tuple[Foot, ...], pieces: Iterable[Samples], clocks_unknown_s: Spans = ()) -> Analysed:
    """The session over pieces in the order in which they come."""
    session = Session(feet, clocks_unknown_s=clocks_unknown_s)
    parts = [session.push(piece) for piece in pieces]
    return Analysed(Results.join([*parts, session.flush()]), session.mountings)


def match(truth: TrueStrides, strides: Strides) -> Matched:
    """Pair each true stride with the found one that begins within a fifth of a stride of it."""
    if not len(strides):
        return Matched(np.empty(0, np.int64), np.empty(0, np.int64), np.arange(len(truth)))
    found = np.abs(truth.initial_contact_s[:, None] - strides.initial_contact_s).argmin(axis=1)
    near = np.abs(strides.initial_contact_s[found] - truth.initial_contact_s) < 0.2 * truth.stride_time_s
    return Matched(np.flatnonzero(near), found[near], np.flatnonzero(~near))


def rows(samples: Samples, keep: Bools) -> Samples:
    """The samples that are kept; the others were lost on the way."""
    return Samples(
        samples.foot,
        samples.time_s[keep],
        samples.acc_mps2[keep],
        samples.gyr_radps[keep],
        samples.clipped[keep],
        samples.gyr_clipped[keep],
    )


def without(samples: Samples, *gaps: tuple[float, float]) -> Samples:
    """The samples with those between each `(start_s, end_s)` lost."""
    lost = np.zeros(len(samples), bool)
    for start_s, end_s in gaps:
        lost |= (samples.time_s >= start_s) & (samples.time_s < end_s)
    return rows(samples, ~lost)


def without_gyroscope(samples: Samples) -> Samples:
    """The same pod without a gyroscope."""
    return replace(samples, gyr_radps=np.full_like(samples.gyr_radps, np.nan))


def turned(samples: Samples, rotation: Floats) -> Samples:
    """The same movement read by a pod that is mounted another way."""
    return replace(samples, acc_mps2=samples.acc_mps2 @ rotation.T, gyr_radps=samples.gyr_radps @ rotation.T)


def angles_deg(a: Floats, b: Floats) -> Floats:
    """(n,) angles between the rows of two (n, 3) sets of unit vectors."""
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), (a * b).sum(axis=1)))


def differences(a: Analysed, b: Analysed) -> list[str]:
    """Names of everything in which two analyses are not the same to the last bit; NaN is the same as NaN."""
    names = [f"{foot} {name}" for foot in a.results.strides for name in _unlike(a.strides(foot), b.strides(foot))]
    if repr(_in_order(a.results.findings)) != repr(_in_order(b.results.findings)):
        names.append("findings")
    for name in ("windows", "live", "bouts"):
        if repr(getattr(a.results, name)) != repr(getattr(b.results, name)):
            names.append(name)
    for foot, mounting in a.mountings.items():
        other = b.mountings[foot]
        if repr(mounting) != repr(other) or not np.array_equal(
            mounting.sensor_to_foot, other.sensor_to_foot, equal_nan=True
        ):
            names.append(f"{foot} mounting")
    return names


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By when each was known; those of either foot and of both come in the order in which pieces were pushed."""
    return sorted(findings, key=lambda each: (each.known_s, each.id, each.revision))


def _unlike(a: Strides, b: Strides) -> list[str]:
    if len(a) != len(b) or a.metrics.keys() != b.metrics.keys():
        return [f"{len(a)} and {len(b)} strides with {sorted(a.metrics)} and {sorted(b.metrics)}"]
    columns = {name: (getattr(a, name), getattr(b, name)) for name in STRIDE_COLUMNS}
    columns |= {key: (a.metrics[key], b.metrics[key]) for key in a.metrics}
    return [name for name, pair in columns.items() if not np.array_equal(*pair, equal_nan=True)]
