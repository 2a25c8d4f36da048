"""Where gravity is not right over a stride, what is said names the sensor that is wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from surefoot.analysis.gait.gravity_check import gravity_note
from surefoot.analysis.metrics import SCALES_WITH, STRIDE_METRICS
from surefoot.analysis.model import Foot, MountingStatus, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from tests.analysis.simulated import analyse, record

REST, RUN = PlannedBout("still", 6.0), PlannedBout("run", 14.0, 3.0)
AT_REST = "the accelerometer is right, 9.8 m/s² at rest, but over a stride gravity reads"
UNTOLD = "accelerometer or gyroscope is wrong, and only a second at rest could tell which"


@cache
def samples(*plan: PlannedBout, acc_range_g: float = 16.0, gyr_range_dps: float = 2000.0) -> Samples:
    imu = Imu(mounting=random_mounting(7), acc_range_g=acc_range_g, gyr_range_dps=gyr_range_dps)
    return record(RunnerProfile(), plan, 3, imu).samples[Foot.LEFT]


def note_of(left: Samples) -> str:
    mounting = analyse([left]).mountings[Foot.LEFT]
    assert mounting.status is MountingStatus.FAILED
    return mounting.note


def late_gyroscope(left: Samples, lag_s: float) -> Samples:
    rates = [np.interp(left.time_s - lag_s, left.time_s, axis) for axis in left.gyr_radps.T]
    return replace(left, gyr_radps=np.stack(rates, axis=1))


@pytest.mark.parametrize("scale", [0.7, 1.3])
def test_a_gyroscope_of_wrong_scale_is_no_fault_of_the_accelerometer(scale: float) -> None:
    left = samples(REST, RUN)
    assert AT_REST in note_of(replace(left, gyr_radps=scale * left.gyr_radps))


@pytest.mark.parametrize("lag_s", [-0.06, 0.06])
def test_nor_is_a_gyroscope_out_of_step(lag_s: float) -> None:
    note = note_of(late_gyroscope(samples(REST, RUN), lag_s))
    assert AT_REST in note
    assert "the gyroscope's scale is wrong, or the two are out of step" in note


@pytest.mark.parametrize("scale", [0.6, 1.25, 2.0])
def test_an_accelerometer_that_is_wrong_at_rest_is_named(scale: float) -> None:
    left = samples(REST, RUN)
    note = note_of(replace(left, acc_mps2=scale * left.acc_mps2))
    assert f"gravity reads {scale * 9.807:.1f} m/s² instead of 9.8 at rest, an error of the accelerometer" in note


def test_without_rest_nobody_is_blamed() -> None:
    left = samples(RUN)
    assert UNTOLD in note_of(replace(left, gyr_radps=0.7 * left.gyr_radps))
    assert UNTOLD in note_of(replace(left, acc_mps2=1.25 * left.acc_mps2))


def test_readings_beyond_the_range_are_named_before_a_sensor() -> None:
    left = samples(REST, PlannedBout("run", 14.0, 4.5), acc_range_g=4.0, gyr_range_dps=500.0)
    assert note_of(left).startswith("most strides exceed the sensor's range")


@pytest.mark.parametrize("wrong", [{"acc_mps2": 2.0}, {"gyr_radps": 0.6}, {"gyr_radps": 1.4}])
def test_what_scales_with_a_wrong_sensor_is_withheld_and_times_are_not(wrong: dict[str, float]) -> None:
    left = samples(REST, RUN)
    scaled = replace(left, **{name: scale * getattr(left, name) for name, scale in wrong.items()})
    metrics = analyse([scaled]).strides(Foot.LEFT).metrics
    told = {key for key, values in metrics.items() if np.isfinite(values).any()}
    assert told & SCALES_WITH.keys() == set()
    assert {"stride_time_s", "ground_contact_time_s", "swing_time_s", "duty_factor"} <= told


def test_every_metric_is_a_time_or_scales_with_a_sensor() -> None:
    times = {"stride_time_s", "step_time_s", "ground_contact_time_s", "swing_time_s", "flight_time_s", "duty_factor"}
    assert times | SCALES_WITH.keys() == STRIDE_METRICS.keys()
    assert not times & SCALES_WITH.keys()


def test_where_many_strides_have_gaps_these_may_be_the_cause() -> None:
    assert "too many strides have missing readings" in gravity_note(7.7, None, 0.0, 0.4)
    assert UNTOLD in gravity_note(7.7, None, 0.0, 0.1)
