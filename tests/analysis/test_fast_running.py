"""Fast running, read by a sensor that is too small for it, stays running, and no contact is made up."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from tests.analysis.simulated import Analysed, Recording, analyse, sensed

SPEEDS_MPS = (2.0, 3.5, 5.0, 6.5, 8.0, 8.5)
CLIPPING_IMU = Imu(mounting=random_mounting(7), acc_range_g=8.0, gyr_range_dps=1000.0)
MAX_CONTACT_ERROR_S = 0.03
MAX_LANDING_ERROR_S = 0.06
"""A push-off is twice as far from its landing."""


@cache
def clipped_run(strike: FootStrike, speed_mps: float) -> tuple[Recording, Analysed]:
    motion = simulate(RunnerProfile(strike=strike), [PlannedBout("run", 15.0, speed_mps)], seed=3)
    recording = sensed(motion, 3, CLIPPING_IMU)
    return recording, analyse(recording.feet)


@pytest.mark.parametrize("speed_mps", SPEEDS_MPS)
@pytest.mark.parametrize("strike", ["rear", "fore", "flat"])
def test_jog_run_and_sprint_are_running(strike: FootStrike, speed_mps: float) -> None:
    recording, found = clipped_run(strike, speed_mps)
    for foot in Foot:
        true_s, found_s = recording.truth(foot).initial_contact_s, found.strides(foot).initial_contact_s
        off_s = np.abs(found_s[:, None] - true_s).min(axis=0)
        assert (off_s < MAX_LANDING_ERROR_S).mean() > 0.9
        assert len(found_s) <= len(true_s) + 1
        assert found.strides(foot).running.all()
    assert {bout.kind for bout in found.results.bouts} <= {"run", "other"}


@pytest.mark.parametrize("speed_mps", SPEEDS_MPS)
@pytest.mark.parametrize("strike", ["rear", "fore"])
def test_a_contact_of_most_of_a_quick_stride_is_withheld(strike: FootStrike, speed_mps: float) -> None:
    recording, found = clipped_run(strike, speed_mps)
    for foot in Foot:
        truth, contact_s = recording.truth(foot), found.strides(foot).metrics["ground_contact_time_s"]
        true_s = float(np.median(truth.terminal_contact_s - truth.initial_contact_s))
        assert np.abs(contact_s[np.isfinite(contact_s)] - true_s).max(initial=0.0) < MAX_CONTACT_ERROR_S
