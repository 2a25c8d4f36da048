"""An axis that stands still while the others move is not measured with."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.errors import DeadAxisError

ROWS = slice(None), slice(600, None)
"""A whole recording, and one in which the axis dies early."""


@pytest.fixture(scope="module")
def run() -> Samples:
    motion = simulate(RunnerProfile(), [PlannedBout("still", 2.0), PlannedBout("run", 16.0, 3.0)], seed=5)
    return read_imu(motion, Foot.LEFT, Imu(rate_hz=104.0, mounting=random_mounting(5)))


def read(run: Samples, *, acc: np.ndarray | None = None, gyr: np.ndarray | None = None) -> Recording:
    acc_mps2, gyr_radps = run.acc_mps2 if acc is None else acc, run.gyr_radps if gyr is None else gyr
    return clean(Table(run.time_s, acc_mps2, gyr_radps), Foot.LEFT)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_dead_axis_of_the_gyroscope_is_told_and_not_used(run: Samples, axis: int, rows: slice) -> None:
    gyr = run.gyr_radps.copy()
    gyr[rows, axis] = gyr[rows, axis][0]
    found = read(run, gyr=gyr)
    assert not found.has_gyroscope
    assert f"The gyroscope's {'xyz'[axis]} axis stands still" in found.notes[0]


@pytest.mark.parametrize("rows", ROWS)
def test_a_dead_axis_of_the_accelerometer_is_refused(run: Samples, rows: slice) -> None:
    acc = run.acc_mps2.copy()
    acc[rows, 1] = 0.0
    with pytest.raises(DeadAxisError, match=r"stands still while the others move \(acc_y\)"):
        read(run, acc=acc)


def test_a_gyroscope_that_hardly_turns_in_gait_is_told_and_not_used(run: Samples) -> None:
    found = read(run, gyr=np.radians(run.gyr_radps))
    assert not found.has_gyroscope
    assert "although the accelerometer is shaken" in found.notes[0]


def test_sound_axes_are_left_alone(run: Samples) -> None:
    assert read(run).notes == ()
