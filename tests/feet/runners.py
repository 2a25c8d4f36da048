"""Runners of every anatomy, and how far each of their feet is seen to roll in.

The full way, through an IMU and the session, costs a second a runner; the short way takes the true pose of a few
stances and looks at it as the analysis does: from the axes that gait shows, which know neither toe-out nor anatomy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.gait.angles import inversion_and_pitch
from surefoot.analysis.gait.sensor_alignment import TOE_OUT_RAD
from surefoot.analysis.inversion.frontal_curves import CURVE_TIME_S, FrontalCurves
from surefoot.analysis.model import Floats, Foot, Samples
from surefoot.analysis.session import Session
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from tests.analysis.simulated import sensed

EXCURSION_DEG, LANDING_DEG, TOE_OUT_DEG, CAMBER_PCT = (-3.0, 15.0), (-5.0, 12.0), (-5.0, 15.0), (-8.0, 8.0)
SPEED_MPS = (2.2, 5.0)
STRIKES: tuple[FootStrike, ...] = ("rear", "mid", "fore")
SHORT_S, FULL_S = 4.0, 20.0

RolledIn = Mapping[Foot, float]
"""By the foot that the pod is said to be on: degrees of the median stance."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who runs, how, and with which seed."""

    runner: RunnerProfile
    bout: PlannedBout
    seed: int

    def motion(self, duration_s: float) -> Motion:
        """Both feet for so long."""
        return simulate(self.runner, [replace(self.bout, duration_s=duration_s)], seed=self.seed)


def person(seed: int) -> Person:
    """One of the runners, drawn evenly from all ranges."""
    rng = np.random.default_rng([12, seed])
    runner = RunnerProfile(
        strike=STRIKES[int(rng.integers(len(STRIKES)))],
        eversion_excursion_deg=float(rng.uniform(*EXCURSION_DEG)),
        landing_inversion_deg=float(rng.uniform(*LANDING_DEG)),
        toe_out_deg=float(rng.uniform(*TOE_OUT_DEG)),
    )
    bout = PlannedBout("run", 1.0, float(rng.uniform(*SPEED_MPS)), camber_pct=float(rng.uniform(*CAMBER_PCT)))
    return Person(runner, bout, seed)


def seen_shortly(who: Person) -> tuple[RolledIn, RolledIn]:
    """Pods as worn, and exchanged, from the true pose of a few stances."""
    motion = who.motion(SHORT_S)
    worn = {foot: _median_rolled_in_deg(motion, foot, foot) for foot in Foot}
    return worn, {foot: _median_rolled_in_deg(motion, foot.other, foot) for foot in Foot}


def seen_fully(who: Person) -> tuple[RolledIn, RolledIn]:
    """The same through IMU and session."""
    pods = sensed(who.motion(FULL_S), who.seed).feet
    return _session(pods), _session(tuple(exchanged(each) for each in pods))


def exchanged(samples: Samples) -> Samples:
    """As read by a pod that is on the other foot than said."""
    return replace(samples, foot=samples.foot.other)


def _session(pods: tuple[Samples, ...]) -> RolledIn:
    session = Session()
    for each in pods:
        session.push(each)
    session.flush()
    return session.rolled_in_deg


def _median_rolled_in_deg(motion: Motion, foot: Foot, said: Foot) -> float:
    """How far a foot rolls in, on a pod that is said to be on the foot `said`."""
    truth, trajectory = motion.truth[foot], motion.trajectories[foot]
    stance_s = truth.initial_contact_s[:, None] + CURVE_TIME_S
    flat = trajectory.foot_pose_at(truth.foot_flat_s).rotation
    up = trajectory.foot_pose_at(stance_s.ravel()).rotation[:, 2].reshape(*stance_s.shape, 3)
    inversion, _ = inversion_and_pitch(np.moveaxis(up, 2, 0), _seen_axes(flat, said), said)
    degrees = np.degrees(inversion)
    none, whole = np.zeros(degrees.shape, bool), np.full(len(degrees), degrees.shape[1])
    return float(np.median(FrontalCurves(degrees, np.zeros_like(degrees), whole, none).rolled_in_deg))


def _seen_axes(flat: Floats, said: Foot) -> Floats:
    """(3, 3, n) toes, left and up as gait shows them, in the foot's own frame; `flat` (n, 3, 3) is foot to world."""
    up = np.median(flat[:, 2], axis=0)
    up /= np.linalg.norm(up)
    ahead = np.median(flat[:, 0], axis=0)
    ahead = ahead - up * (ahead @ up)
    ahead /= np.linalg.norm(ahead)
    left = np.cross(up, ahead)
    turn = TOE_OUT_RAD if said is Foot.LEFT else -TOE_OUT_RAD
    axes = [ahead * np.cos(turn) + left * np.sin(turn), left * np.cos(turn) - ahead * np.sin(turn), up]
    return np.repeat(np.stack(axes)[:, :, None], len(flat), axis=2)
