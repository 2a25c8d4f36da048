"""Pods that are moved or knocked in mid-run: how many strides the angles take to come back, and what is reported
meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.kinematics import true_kinematics
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, MountingShift, random_mounting, read_imu
from tests.accuracy.report import Finding
from tests.analysis.simulated import analyse, match

AT_S = 40.0
AXES = {"rolled": (1.0, 0.0, 0.0), "pitched": (0.0, 1.0, 0.0), "turned": (0.0, 0.0, 1.0)}
MOVED_DEG = 20.0
WRONG_DEG = 3.0


def after(imu: Imu, seed: int) -> tuple[Floats, int]:
    """Errors of the eversion excursion in the strides after `AT_S`, and how many rolls were reported."""
    motion = simulate(RunnerProfile(), [PlannedBout("run", 80.0, 3.0)], seed=seed)
    found = analyse([read_imu(motion, Foot.LEFT, imu, seed=seed)])
    truth, strides = motion.truth[Foot.LEFT], found.strides()
    rows = match(truth, strides)
    true_deg = true_kinematics(motion, Foot.LEFT).eversion_excursion_deg[rows.true]
    error_deg = strides.metrics["eversion_excursion_deg"][rows.found] - true_deg
    told = sum(finding.kind is Kind.INVERSION_EVENT for finding in found.results.findings)
    return error_deg[truth.initial_contact_s[rows.true] > AT_S], told


def findings() -> Iterator[Finding]:
    """A move about each axis both ways, and a knock."""
    for number, (name, axis) in enumerate(AXES.items()):
        for sign in (1.0, -1.0):
            turn = Rotation.from_rotvec(np.radians(sign * MOVED_DEG) * np.array(axis)).as_matrix()
            imu = Imu(mounting=random_mounting(60 + number), mounting_shifts=(MountingShift(AT_S, turn),))
            yield _line(f"pod {name} by {sign * MOVED_DEG:+.0f}°", *after(imu, number))
    yield _line("pod knocked once", *after(Imu(mounting=random_mounting(70), knocks_s=(AT_S,)), 9))


def _line(name: str, error_deg: Floats, told: int) -> Finding:
    wrong = int((np.abs(error_deg) > WRONG_DEG).sum())
    unknown = np.flatnonzero(np.isnan(error_deg))
    recovered = int(unknown[-1]) + 1 if len(unknown) else 0
    value = f"angles back after {recovered} strides, wrong meanwhile {wrong}, rolls told {told}"
    return Finding(name, "recovery", value, "≤ 20 strides, none, none", recovered <= 20 and not wrong and not told)
