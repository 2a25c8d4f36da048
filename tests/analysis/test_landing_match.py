"""Stride time needs no instant of contact: landings are matched as a whole, also where readings are missing."""

from __future__ import annotations

from functools import lru_cache
from typing import get_args

import numpy as np
import pytest

from surefoot.analysis.model import Flag, Floats, Foot, Samples, Strides
from surefoot.analysis.summary import summarise
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from tests.analysis.simulated import Recording, analyse, match, record, rows, without_gyroscope

LOST_SHARE = 0.13


@lru_cache(maxsize=4)
def run(strike: FootStrike, rate_hz: float = 208.0) -> Recording:
    return record(
        RunnerProfile(strike=strike), (PlannedBout("run", 40.0, 3.0),), seed=3, imu=Imu(rate_hz, random_mounting(3))
    )


def with_losses(samples: Samples, packet: int) -> Samples:
    """The samples without packets of so many readings, lost at random."""
    rng = np.random.default_rng(packet)
    lost = np.repeat(rng.random(len(samples) // packet + 1) < LOST_SHARE, packet)[: len(samples)]
    return rows(samples, ~lost)


def errors_pct(recording: Recording, strides: Strides) -> Floats:
    """Stride times against the truth, stride by stride."""
    truth = recording.truth(strides.foot)
    matched = match(truth, strides)
    stride_s = strides.metrics["stride_time_s"][matched.found]
    errors: Floats = 100.0 * (stride_s / truth.stride_time_s[matched.true] - 1.0)
    return errors


@pytest.mark.parametrize("strike", get_args(FootStrike))
def test_single_stride_times_are_within_a_fifth_of_a_percent(strike: FootStrike) -> None:
    errors = errors_pct(run(strike), analyse(run(strike).feet).strides())
    assert len(errors) > 50
    assert np.std(errors) < 0.25
    assert abs(np.mean(errors)) < 0.05


@pytest.mark.parametrize(("rate_hz", "packet"), [(104.0, 1), (208.0, 2), (208.0, 18)])
def test_with_readings_missing_everywhere_there_is_a_cadence(rate_hz: float, packet: int) -> None:
    recording = run("rear", rate_hz)
    analysed = analyse(with_losses(each, packet) for each in recording.feet)
    known = np.concatenate([errors_pct(recording, analysed.strides(foot)) for foot in Foot])
    true_spm = 120.0 / np.mean([recording.truth(foot).stride_time_s.mean() for foot in Foot])
    assert np.isfinite(known).mean() > 0.75
    assert np.nanstd(known) < 0.5
    assert summarise(analysed.results)["cadence_spm"] == pytest.approx(true_spm, rel=0.004)


def test_a_landing_with_missing_readings_times_a_stride_but_no_step() -> None:
    analysed = analyse(with_losses(each, 2) for each in run("rear").feet)
    strides = analysed.strides()
    beside_gap = strides.has(Flag.LANDING_GAP)
    assert np.isfinite(strides.metrics["stride_time_s"][beside_gap]).all()
    assert np.isnan(strides.metrics["step_time_s"][beside_gap]).all()
    assert np.isfinite(strides.metrics["step_time_s"][~beside_gap]).any()


def test_an_accelerometer_alone_times_strides_as_well() -> None:
    errors = errors_pct(run("rear"), analyse([without_gyroscope(run("rear").samples[Foot.LEFT])]).strides())
    assert np.std(errors) < 0.3
