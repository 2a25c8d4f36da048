"""The sensor of a pod: chunked reading, and standing still after the plan."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.imu import Imu
from surefoot.firmware_sim.pod.sensor import Sensor


def test_a_sensor_stands_still_after_the_plan() -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("run", 10.0, 3.0),), seed=1)
    sensor = Sensor(motion, Foot.LEFT, Imu(), start_s=9.0)
    reading = sensor.take_until(12.0)
    step_s = np.diff(reading.time_s)
    assert (step_s.min(), step_s.max()) == pytest.approx((1 / 208, 1 / 208))
    after = reading.counts[reading.time_s > 10.0]
    assert np.abs(after.astype(float) - [0, 0, 2048, 0, 0, 0]).max() < 20
    assert np.abs(reading.counts[reading.time_s < 10.0]).max() > 5000


def test_a_sensor_reads_the_same_however_it_is_asked() -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("run", 20.0, 3.0),), seed=1)
    whole = Sensor(motion, Foot.LEFT, Imu(), seed=3).take_until(15.0)
    pieced = Sensor(motion, Foot.LEFT, Imu(), seed=3)
    pieces = [pieced.take_until(until_s) for until_s in (0.0, 0.001, 2.5, 2.5, 11.0, 15.0)]
    np.testing.assert_array_equal(np.concatenate([piece.counts for piece in pieces]), whole.counts)
    np.testing.assert_array_equal(np.concatenate([piece.time_s for piece in pieces]), whole.time_s)
