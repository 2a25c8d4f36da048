"""Non-gait activities move the pods, hold no stride, and end where they began."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Foot
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import NonGaitActivity, OneLegActivity
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from tests.firmware_sim.strapdown import strapdown_error

AnyActivity = NonGaitActivity | OneLegActivity
ACTIVITIES: tuple[AnyActivity, ...] = (*get_args(NonGaitActivity), *get_args(OneLegActivity))
every_activity = pytest.mark.parametrize("activity", ACTIVITIES)


def played(activity: AnyActivity) -> Motion:
    return simulate(
        RunnerProfile(),
        (PlannedBout("run", 10.0, 3.0), PlannedBout(activity, 40.0), PlannedBout("run", 10.0, 3.0)),
        seed=3,
    )


@every_activity
def test_a_non_gait_activity_holds_no_stride_and_comes_back_to_where_it_began(activity: AnyActivity) -> None:
    motion = played(activity)
    for foot in Foot:
        initial_s = motion.truth[foot].initial_contact_s
        assert not ((initial_s > 11.5) & (initial_s < 50.0)).any()
        pose = motion.trajectories[foot].at(np.array([11.75, 49.65]))
        assert np.abs(np.diff(pose.ankle_m, axis=0)).max() < 0.003
        assert np.abs(np.diff(pose.euler_rad, axis=0)).max() < np.radians(0.5)


@every_activity
def test_a_non_gait_activity_moves_both_pods_as_their_poses_move(activity: AnyActivity) -> None:
    motion = played(activity)
    for foot in Foot:
        samples = read_imu(motion, foot, Imu())
        inside = (samples.time_s > 12.0) & (samples.time_s < 49.5)
        assert np.ptp(samples.acc_mps2[inside], axis=0).max() > 0.4 * STANDARD_GRAVITY_MPS2
        assert np.linalg.norm(samples.acc_mps2[inside], axis=1).max() < 16.0 * STANDARD_GRAVITY_MPS2
        for begin_s in np.arange(14.0, 48.0, 8.1):
            found = strapdown_error(motion, foot, float(begin_s), float(begin_s) + 0.7)
            assert found.angle_deg < 0.1
            assert found.position_m < 0.01


def test_a_run_is_the_same_whatever_is_done_in_its_break() -> None:
    still, jumping = (
        simulate(
            RunnerProfile(),
            (PlannedBout("run", 9.0, 3.0), PlannedBout(what, 20.0), PlannedBout("run", 9.0, 3.0)),
            seed=3,
        )
        for what in ("still", "jump")
    )
    for foot in Foot:
        np.testing.assert_array_equal(still.trajectories[foot].nodes, jumping.trajectories[foot].nodes)
