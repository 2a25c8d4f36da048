"""A gyroscope out of step with its accelerometer, or read faster than it measures: put right, or left out."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.columns import Table


@cache
def gait(rate_hz: float, strike: FootStrike, speed_mps: float) -> Samples:
    """Half a minute of running, or below 2 m/s of walking, after some seconds of standing."""
    activity = PlannedBout("run" if speed_mps > 2.0 else "walk", 28.0, speed_mps)
    motion = simulate(RunnerProfile(strike=strike), [PlannedBout("still", 3.0), activity], seed=7)
    return read_imu(motion, Foot.LEFT, Imu(rate_hz=rate_hz, mounting=random_mounting(7)), seed=7)


def late(samples: Samples, lag_s: Floats | float) -> Floats:
    """(n, 3) angular rates that come `lag_s` late."""
    return np.stack([np.interp(samples.time_s - lag_s, samples.time_s, axis) for axis in samples.gyr_radps.T], axis=1)


def read(samples: Samples, gyr_radps: Floats) -> Recording:
    return clean(Table(samples.time_s, samples.acc_mps2, gyr_radps), Foot.LEFT)


def told(recording: Recording) -> list[str]:
    """What the notes say of the gyroscope."""
    return [note for note in recording.notes if note.startswith("The gyroscope ")]


def error_radps(recording: Recording, samples: Samples) -> float:
    """Root-mean-square error of the angular rates."""
    rows = np.searchsorted(samples.time_s, recording.samples.time_s)
    return rms(recording.samples.gyr_radps - samples.gyr_radps[rows])


def rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


@pytest.mark.parametrize("lag_ms", [-60, -33, -20, 20, 24, 48])
@pytest.mark.parametrize(
    ("rate_hz", "strike", "speed_mps"), [(104.0, "rear", 3.0), (208.0, "fore", 4.0), (104.0, "mid", 1.4)]
)
def test_a_steady_lag_is_taken_out(lag_ms: int, rate_hz: float, strike: FootStrike, speed_mps: float) -> None:
    samples = gait(rate_hz, strike, speed_mps)
    behind = late(samples, 1e-3 * lag_ms)
    recording = read(samples, behind)
    (note,) = told(recording)
    assert note.endswith("put in step.")
    assert ("late" if lag_ms > 0 else "early") in note
    assert int(note.split()[3]) == pytest.approx(abs(lag_ms), abs=6)
    assert error_radps(recording, samples) < 0.6 * rms(behind - samples.gyr_radps)
    assert recording.loss_pct == 0


@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 208.0])
@pytest.mark.parametrize("speed_mps", [0.8, 1.4, 2.2, 3.0, 5.0])
@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
def test_a_gyroscope_in_step_is_left_as_it_is(rate_hz: float, speed_mps: float, strike: FootStrike) -> None:
    samples = gait(rate_hz, strike, speed_mps)
    recording = read(samples, samples.gyr_radps)
    assert told(recording) == []
    np.testing.assert_array_equal(recording.samples.gyr_radps, samples.gyr_radps)


def test_a_lag_that_changes_leaves_no_gyroscope() -> None:
    samples = gait(208.0, "rear", 3.0)
    recording = read(samples, late(samples, np.linspace(0.0, 0.08, len(samples))))
    assert not recording.has_gyroscope
    assert told(recording)[0].startswith("The gyroscope is out of step with the accelerometer, by ")


def test_a_gyroscope_held_at_26_hz_counts_as_missing() -> None:
    samples = gait(104.0, "rear", 3.0)
    recording = read(samples, np.repeat(samples.gyr_radps[::4], 4, axis=0)[: len(samples)])
    assert not recording.has_gyroscope
    assert told(recording)[0] == (
        "The gyroscope gives 26 new readings a second and repeats them in between: too few to follow a foot, treated "
        "as having no gyroscope."
    )


@pytest.mark.parametrize("held", [2, 4])
def test_a_gyroscope_held_for_a_few_readings_is_interpolated(held: int) -> None:
    samples = gait(208.0, "rear", 3.0)
    stepped = np.repeat(samples.gyr_radps[::held], held, axis=0)[: len(samples)]
    recording = read(samples, stepped)
    assert told(recording) == [
        f"The gyroscope gives {208 / held:.0f} new readings a second and repeats them in between: interpolated.",
    ]
    assert error_radps(recording, samples) < 0.7 * rms(stepped - samples.gyr_radps)
