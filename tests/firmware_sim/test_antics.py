"""What is done on the spot moves the pod and the foot comes back; it is no gait."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Foot
from surefoot.firmware_sim.body.motion import Bout, Motion, Runner, simulate
from surefoot.firmware_sim.body.runner_profile import Antic
from surefoot.firmware_sim.pod.imu import Imu, read
from tests.firmware_sim.strapdown import drift

ANTICS: tuple[Antic, ...] = get_args(Antic)
every_antic = pytest.mark.parametrize("antic", ANTICS)


def played(antic: Antic) -> Motion:
    return simulate(Runner(), (Bout("run", 10.0, 3.0), Bout(antic, 40.0), Bout("run", 10.0, 3.0)), seed=3)


@every_antic
def test_an_antic_holds_no_stride_and_comes_back_to_where_it_began(antic: Antic) -> None:
    motion = played(antic)
    for foot in Foot:
        initial_s = motion.truth[foot].initial_contact_s
        assert not ((initial_s > 11.5) & (initial_s < 50.0)).any()
        pose = motion.tracks[foot].at(np.array([11.75, 49.65]))
        assert np.abs(np.diff(pose.ankle_m, axis=0)).max() < 0.003
        assert np.abs(np.diff(pose.euler_rad, axis=0)).max() < np.radians(0.5)


@every_antic
def test_an_antic_moves_both_pods_as_their_poses_move(antic: Antic) -> None:
    motion = played(antic)
    for foot in Foot:
        samples = read(motion, foot, Imu())
        inside = (samples.time_s > 12.0) & (samples.time_s < 49.5)
        assert np.ptp(samples.acc_mps2[inside], axis=0).max() > 0.4 * STANDARD_GRAVITY_MPS2
        assert np.linalg.norm(samples.acc_mps2[inside], axis=1).max() < 16.0 * STANDARD_GRAVITY_MPS2
        for begin_s in np.arange(14.0, 48.0, 8.1):
            found = drift(motion, foot, float(begin_s), float(begin_s) + 0.7)
            assert found.angle_deg < 0.1
            assert found.way_m < 0.01


def test_a_run_is_the_same_whatever_is_done_in_its_break() -> None:
    still, jumping = (
        simulate(Runner(), (Bout("run", 9.0, 3.0), Bout(what, 20.0), Bout("run", 9.0, 3.0)), seed=3)
        for what in ("still", "jump")
    )
    for foot in Foot:
        np.testing.assert_array_equal(still.tracks[foot].nodes, jumping.tracks[foot].nodes)
