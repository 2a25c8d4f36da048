"""Steps are seen where a foot walks or runs, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.sensor_ingest.recording.steps import StepsSeen

PLAN = (
    PlannedBout("still", 8.0),
    PlannedBout("walk", 20.0, 1.0),
    PlannedBout("still", 10.0),
    PlannedBout("run", 20.0, 3.6),
    PlannedBout("still", 10.0),
)
BOUTS_S = ((8.0, 29.5), (38.0, 59.0))
"""A bout ends with the step that it is in."""


@pytest.fixture(scope="module")
def samples() -> Samples:
    return read_imu(simulate(RunnerProfile(), PLAN, 1), Foot.LEFT, Imu(), 1)


def piece(samples: Samples, begin: int, end: int) -> Samples:
    cut = slice(begin, end)
    return Samples(
        samples.foot,
        samples.time_s[cut],
        samples.acc_mps2[cut],
        samples.gyr_radps[cut],
        samples.clipped[cut],
        samples.gyr_clipped[cut],
    )


def seen(samples: Samples, cuts: list[int]) -> list[float | None]:
    """The last step after each sample at which the samples are cut."""
    steps, told = StepsSeen(), []
    for begin, end in zip([0, *cuts], [*cuts, len(samples)], strict=True):
        steps.push(piece(samples, begin, end))
        told.append(steps.last_s)
    return told


def test_walking_and_running_are_seen_and_standing_is_not(samples: Samples) -> None:
    times = [each for each in dict.fromkeys(seen(samples, list(range(20, len(samples), 20)))) if each is not None]
    inside = [begin_s <= each <= end_s for each in times for begin_s, end_s in BOUTS_S]
    assert sum(inside) == len(times)
    for begin_s, end_s in BOUTS_S:
        bout = [each for each in times if begin_s <= each <= end_s]
        assert bout[0] < begin_s + 7.0
        assert bout[-1] > end_s - 4.0
        assert max(np.diff(bout)) < 2.5


def test_cuts_do_not_matter(samples: Samples) -> None:
    whole = seen(samples, [])[-1]
    rng = np.random.default_rng(5)
    for _ in range(5):
        cuts = sorted(int(each) for each in rng.choice(np.arange(1, len(samples)), 60, replace=False))
        assert seen(samples, cuts)[-1] == whole


def test_a_few_turns_of_the_foot_are_no_steps(samples: Samples) -> None:
    gyr = np.zeros((len(samples), 3))
    gyr[(samples.time_s % 10.0 < 3.0) & (samples.time_s % 1.0 < 0.3), 1] = 6.0
    shaken = Samples(samples.foot, samples.time_s, samples.acc_mps2, gyr, samples.clipped, samples.gyr_clipped)
    steps = StepsSeen()
    steps.push(shaken)
    assert steps.last_s is None
