"""Kinematics of each stride agree with the runner profile, the plan and the sensor, on both feet."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Foot
from surefoot.firmware_sim.body.foot_point import LACES_M
from surefoot.firmware_sim.body.kinematics import true_kinematics
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.pod.imu import Imu, read_imu


@pytest.mark.parametrize("foot", list(Foot))
@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
def test_angles_are_what_the_runner_was_told(foot: Foot, strike: FootStrike) -> None:
    motion = simulate(RunnerProfile(strike=strike), (PlannedBout("run", 30.0, 3.0),), seed=2)
    truth, found = motion.truth[foot], true_kinematics(motion, foot)
    assert found.toes_up_at_contact_deg == pytest.approx(truth.strike_angle_deg, abs=0.01)
    assert found.toes_up_at_flat_deg == pytest.approx(0.0, abs=2.5)
    assert found.inversion_at_contact_deg == pytest.approx(truth.inversion_deg, abs=0.7)
    assert found.eversion_excursion_deg == pytest.approx(truth.eversion_excursion_deg, abs=0.7)
    assert (found.peak_inversion_deg >= found.inversion_at_contact_deg).all()
    assert (found.inversion_at_flat_deg < found.inversion_at_contact_deg).all()


@pytest.mark.parametrize(
    "bout", [PlannedBout("walk", 30.0, 1.3), PlannedBout("run", 30.0, 2.5), PlannedBout("run", 30.0, 5.0)], ids=str
)
def test_way_and_speed_are_those_of_the_plan(bout: PlannedBout) -> None:
    motion = simulate(RunnerProfile(), (bout,), seed=2)
    for foot in Foot:
        truth, found = motion.truth[foot], true_kinematics(motion, foot)
        assert found.stride_length_m == pytest.approx(truth.stride_length_m, abs=0.05)
        assert found.speed_mps.mean() == pytest.approx(bout.speed_mps, rel=0.01)
        assert (found.clearance_m > 0.05).all()
        assert (found.clearance_m < 0.6).all()


def test_the_impact_is_the_peak_that_the_sensor_there_reads() -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("run", 20.0, 3.0),), seed=2)
    quiet = Imu(1000.0, position_m=(0.0, 0.0, 0.03), acc_range_g=32.0, acc_noise_mps2=0.0)
    samples = read_imu(motion, Foot.RIGHT, quiet)
    size_g = np.linalg.norm(samples.acc_mps2, axis=1) / STANDARD_GRAVITY_MPS2
    peak_g = [
        size_g[(samples.time_s >= begin) & (samples.time_s <= begin + 0.05)].max()
        for begin in motion.truth[Foot.RIGHT].initial_contact_s
    ]
    assert true_kinematics(motion, Foot.RIGHT, quiet.position_m).impact_peak_g == pytest.approx(peak_g, rel=0.02)
    assert not np.allclose(true_kinematics(motion, Foot.RIGHT, LACES_M).impact_peak_g, peak_g, rtol=0.02)
