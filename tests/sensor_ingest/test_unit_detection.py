"""Units, missing sensors and swapped columns."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.errors import (
    AccelerationUnitUnknownError,
    ColumnsSwappedError,
    GravityUnlikelyError,
    RowsUnreadableError,
)
from tests.sensor_ingest.synthetic import walk

G_NOTE = "Acceleration is in g: converted to m/s²."
DEGREES_NOTE = "The gyroscope is in °/s: converted to rad/s."


def read(acc: Floats, gyr: Floats | None, time_s: Floats | None = None) -> Recording:
    return clean(Table(np.arange(len(acc)) / 200 if time_s is None else time_s, acc, gyr), Foot.LEFT)


@pytest.mark.parametrize("speed", [0.3, 1.0, 2.0])
@pytest.mark.parametrize(("factor", "unit"), [(1 / STANDARD_GRAVITY_MPS2, "g"), (1e3 / STANDARD_GRAVITY_MPS2, "mg")])
def test_acceleration_in_g_is_converted(speed: float, factor: float, unit: str) -> None:
    rows = walk(speed=speed)
    recording = read(rows[:, 1:4] * factor, rows[:, 4:7])
    np.testing.assert_allclose(recording.samples.acc_mps2, rows[:, 1:4])
    assert recording.notes == (f"Acceleration is in {unit}: converted to m/s².",)


@pytest.mark.parametrize("speed", [0.3, 1.0, 2.0])
def test_gyroscope_in_degrees_is_converted(speed: float) -> None:
    rows = walk(speed=speed)
    recording = read(rows[:, 1:4], np.degrees(rows[:, 4:7]))
    np.testing.assert_allclose(recording.samples.gyr_radps, rows[:, 4:7])
    assert recording.notes == (DEGREES_NOTE,)


@pytest.mark.parametrize("factor", [16.4, 131.0, 1e3])
@pytest.mark.parametrize("speed_mps", [2.2, 5.0])
def test_a_gyroscope_in_counts_or_thousandths_is_left_out(factor: float, speed_mps: float) -> None:
    time_s, acc_g, gyr_radps = run_without_rest(speed_mps)
    recording = read(acc_g * STANDARD_GRAVITY_MPS2, np.degrees(gyr_radps) * factor, time_s)
    assert not recording.has_gyroscope
    assert recording.notes[0].startswith("The gyroscope is neither in rad/s nor in °/s, since no foot turns so fast")


def test_slow_gyroscope_in_degrees_shows_in_how_gravity_turns() -> None:
    time_s = np.arange(4000) / 200
    angle_rad = 0.2 * np.sin(2 * np.pi * 0.25 * time_s)
    noise = np.random.default_rng(3).normal(0, 0.02, (2, 4000, 3))
    acc = STANDARD_GRAVITY_MPS2 * np.stack([np.sin(angle_rad), 0 * angle_rad, np.cos(angle_rad)], axis=1) + noise[0]
    gyr = np.stack([0 * angle_rad, -np.gradient(angle_rad, time_s), 0 * angle_rad], axis=1)
    assert DEGREES_NOTE in read(acc, np.degrees(gyr) + noise[1]).notes
    assert DEGREES_NOTE not in read(acc, gyr * 6).notes


def test_both_units_may_be_wrong_at_once() -> None:
    rows = walk()
    assert read(rows[:, 1:4] / STANDARD_GRAVITY_MPS2, np.degrees(rows[:, 4:7])).notes == (G_NOTE, DEGREES_NOTE)


@pytest.mark.parametrize("counts_per_g", [2048.0, 16384.0])
def test_raw_counts_are_no_unit(counts_per_g: float) -> None:
    rows = walk()
    with pytest.raises(
        AccelerationUnitUnknownError, match="neither m/s², g nor mg for a foot under gravity; say the unit"
    ):
        read(rows[:, 1:4] / STANDARD_GRAVITY_MPS2 * counts_per_g, rows[:, 4:7])


def run_without_rest(speed_mps: float) -> tuple[Floats, Floats, Floats]:
    """Times, acceleration in g and angular rate of a run whose standing start and end are cut off."""
    motion = simulate(RunnerProfile(), [PlannedBout("run", 16.0, speed_mps)], seed=5)
    samples = read_imu(motion, Foot.LEFT, Imu(rate_hz=104.0, mounting=random_mounting(5)))
    running = (samples.time_s > 3.0) & (samples.time_s < 13.0)
    acc_g = samples.acc_mps2[running] / STANDARD_GRAVITY_MPS2
    return samples.time_s[running], acc_g, samples.gyr_radps[running]


@pytest.mark.parametrize("speed_mps", [2.2, 3.0, 5.0])
@pytest.mark.parametrize("counts_per_g", [256, 512, 2048])
def test_counts_of_a_run_without_a_pause_are_refused(speed_mps: float, counts_per_g: int) -> None:
    time_s, acc_g, gyr_radps = run_without_rest(speed_mps)
    with pytest.raises((GravityUnlikelyError, AccelerationUnitUnknownError), match=r"--unit acc="):
        read(np.round(acc_g * counts_per_g), gyr_radps, time_s)


@pytest.mark.parametrize("speed_mps", [2.2, 3.0, 5.0])
@pytest.mark.parametrize("factor", [1.0, 1e3])
def test_a_run_in_g_without_a_pause_is_converted(speed_mps: float, factor: float) -> None:
    time_s, acc_g, gyr_radps = run_without_rest(speed_mps)
    recording = read(acc_g * factor, gyr_radps, time_s)
    np.testing.assert_allclose(recording.samples.acc_mps2, acc_g * STANDARD_GRAVITY_MPS2)


def test_missing_gyroscope_is_noted_and_nan() -> None:
    recording = read(walk()[:, 1:4], None)
    assert not recording.has_gyroscope
    assert np.isnan(recording.samples.gyr_radps).all()
    assert recording.notes == ("There is no gyroscope: measures that need one are left out.",)


@pytest.mark.parametrize(("value", "word"), [(0.0, "is zero throughout"), (np.nan, "columns are empty")])
def test_silent_gyroscope_counts_as_missing(value: float, word: str) -> None:
    rows = walk()
    recording = read(rows[:, 1:4], np.full((len(rows), 3), value))
    assert not recording.has_gyroscope
    assert recording.notes == (f"The gyroscope {word}: treated as having no gyroscope.",)


def test_removed_gravity_is_noted() -> None:
    rows = walk()
    angle = -np.cumsum(rows[:, 5]) / 200
    gravity = STANDARD_GRAVITY_MPS2 * np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=1)
    recording = read(rows[:, 1:4] - gravity, rows[:, 4:7])
    assert recording.has_gravity is False
    assert recording.notes == (
        "Gravity was removed from the acceleration, which rests near 0 instead of 9.81 m/s²: kept as it is.",
    )


def test_gravity_is_unknown_without_a_quiet_moment() -> None:
    rows = walk()
    shaking = np.random.default_rng(4).normal((0, 0, 12.0), 2.0, (len(rows), 3))
    assert read(shaking, rows[:, 4:7]).has_gravity is None


def test_scale_is_noted_beyond_five_percent_and_never_changed() -> None:
    rows = walk()
    assert read(rows[:, 1:4] * 1.03, rows[:, 4:7]).notes == ()
    recording = read(rows[:, 1:4] * 1.08, rows[:, 4:7])
    np.testing.assert_array_equal(recording.samples.acc_mps2, rows[:, 1:4] * 1.08)
    assert recording.notes == ("Standing still reads 10.59 m/s², +8 % off gravity: not rescaled.",)


@pytest.mark.parametrize("acc_factor", [1.0, 1 / STANDARD_GRAVITY_MPS2])
@pytest.mark.parametrize("gyr_factor", [1.0, 180 / np.pi])
def test_exchanged_sensors_are_refused(acc_factor: float, gyr_factor: float) -> None:
    rows = walk()
    with pytest.raises(ColumnsSwappedError, match="the acc_ and gyr_ columns look swapped"):
        read(rows[:, 4:7] * gyr_factor, rows[:, 1:4] * acc_factor)


def test_rows_of_zero_acceleration_are_dropouts() -> None:
    rows = walk()
    rows[300:310, 1:4] = 0.0
    recording = read(rows[:, 1:4], rows[:, 4:7], rows[:, 0])
    assert len(recording.samples) == len(rows) - 10
    assert recording.notes[0].startswith("10 rows with zero acceleration on all axes left out as sensor dropouts")


def test_mostly_zero_acceleration_is_refused() -> None:
    rows = walk()
    rows[300:1500, 1:4] = 0.0
    with pytest.raises(RowsUnreadableError):
        read(rows[:, 1:4], rows[:, 4:7], rows[:, 0])
