"""A simulated run with a known truth: a runner whose left foot stays on the ground longer and longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from analysis.model import Foot, Ints, Samples
from firmware_sim.imu import Imu, random_mounting, read
from firmware_sim.runner import Bout, Motion, Runner, Truth, simulate
from sensor_ingest.recording import Recording

POD = Imu()
STILL_S, WALK_SHARE = 5.0, 0.12
WALK_MPS, RUN_MPS = 1.4, 2.9
DRIFT_PCT = (0.0, -1.5, -3.0, -4.5, -6.0)
"""Contact asymmetry in equal parts of the run; negative is longer on the left."""
SWITCH_PHASE = 0.5
"""Part of a contact after which the next asymmetry holds: the foot is flat, so both movements agree there."""


@dataclass(frozen=True, slots=True)
class SimulatedRun:
    """What both pods record, and what is true."""

    duration_s: float
    samples: Mapping[Foot, Samples]
    truth: Mapping[Foot, Truth]

    @property
    def recordings(self) -> Mapping[Foot, Recording]:
        """As if they had been read from files."""
        return {
            foot: Recording(rows, POD.rate_hz, loss_pct=0.0, has_gyroscope=True, has_gravity=True, notes=())
            for foot, rows in self.samples.items()
        }


def simulated_run(minutes: float, seed: int) -> SimulatedRun:
    """Stand, walk, run easily with the left foot's contact growing, walk; pods sit on the shoes any way round."""
    bouts = plan(60.0 * minutes)
    motions = [simulate(Runner(contact_asymmetry_pct=percent), bouts, seed) for percent in DRIFT_PCT]
    run_start_s = bouts[0].duration_s + bouts[1].duration_s
    parts_s = run_start_s + bouts[2].duration_s * np.arange(1, len(DRIFT_PCT)) / len(DRIFT_PCT)
    starts = {foot: np.searchsorted(motions[0].truth[foot].initial_contact_s, parts_s) for foot in Foot}
    return SimulatedRun(
        motions[0].duration_s,
        {foot: _samples(motions, foot, starts[foot], _mounted(foot, seed), seed) for foot in Foot},
        {foot: _truth([motion.truth[foot] for motion in motions], starts[foot]) for foot in Foot},
    )


def plan(duration_s: float) -> tuple[Bout, Bout, Bout, Bout]:
    """The bouts of a run of a given length; sensible from half a minute on."""
    walk_s = WALK_SHARE * duration_s
    run_s = duration_s - STILL_S - 2.0 * walk_s
    walk = Bout("walk", walk_s, WALK_MPS)
    return Bout("still", STILL_S), walk, Bout("run", run_s, RUN_MPS), walk


def _mounted(foot: Foot, seed: int) -> Imu:
    return replace(POD, mounting=random_mounting(2 * seed + list(Foot).index(foot)))


def _samples(motions: Sequence[Motion], foot: Foot, starts: Ints, imu: Imu, seed: int) -> Samples:
    """Readings of the first movement, from the middle of the contact `starts[0]` on those of the next, and so on."""
    truth = motions[0].truth[foot]
    switch_s = truth.initial_contact_s[starts] + SWITCH_PHASE * truth.ground_contact_time_s[starts]
    edges_s = [-np.inf, *switch_s, np.inf]
    parts = [
        _between(read(motion, foot, imu, seed), begin_s, end_s)
        for motion, begin_s, end_s in zip(motions, edges_s[:-1], edges_s[1:], strict=True)
    ]
    columns = ("time_s", "acc_mps2", "gyr_radps", "clipped")
    return Samples(foot, *(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def _between(samples: Samples, begin_s: float, end_s: float) -> Samples:
    """A copy, so that the rest can go."""
    begin, end = np.searchsorted(samples.time_s, [begin_s, end_s])
    rows = np.arange(begin, end)
    return Samples(
        samples.foot, samples.time_s[rows], samples.acc_mps2[rows], samples.gyr_radps[rows], samples.clipped[rows]
    )


def _truth(truths: Sequence[Truth], starts: Ints) -> Truth:
    """Each stride's row of the movement that it ended in; the rhythm is the same in all."""
    rows = np.arange(len(truths[0]))
    part = np.searchsorted(starts, rows, side="right")
    columns = {field.name: np.stack([getattr(truth, field.name) for truth in truths]) for field in fields(Truth)}
    return Truth(**{name: values[part, rows] for name, values in columns.items()})
