"""What changes in mid-recording: the gait, the place of the pod, a landing that was not recorded, a clock."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from surefoot.analysis import Session
from surefoot.analysis.gait.resampling import Resampler, UniformSamples
from surefoot.analysis.model import Flag, Foot, MountingStatus, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.simulated import Recording, analyse, match, record, turned, without

MOVED_S = 45.0


@lru_cache(maxsize=1)
def run() -> Recording:
    return record(RunnerProfile(), (PlannedBout("run", 100.0, 3.0),), seed=11)


def moved(samples: Samples, rotation: Rotation) -> Samples:
    """The pod is turned on the shoe in mid-run."""
    after = samples.time_s >= MOVED_S
    other = turned(samples, rotation.as_matrix())
    return replace(
        samples,
        acc_mps2=np.where(after[:, None], other.acc_mps2, samples.acc_mps2),
        gyr_radps=np.where(after[:, None], other.gyr_radps, samples.gyr_radps),
    )


@pytest.mark.parametrize(("run_mps", "walk_mps"), [(3.0, 1.0), (4.5, 1.2), (2.4, 1.6)])
@pytest.mark.parametrize("foot", list(Foot))
def test_both_feet_keep_their_strides_when_running_becomes_walking(run_mps: float, walk_mps: float, foot: Foot) -> None:
    plan = (PlannedBout("run", 30.0, run_mps), PlannedBout("walk", 40.0, walk_mps)) * 2
    recording = record(RunnerProfile(), plan, seed=3)
    found = match(recording.truth(foot), analyse(recording.feet).strides(foot))
    assert len(found.missed) <= 8


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("angle_deg", [90.0, 180.0])
def test_a_pod_that_is_moved_gives_no_wrong_contact_and_finds_its_axes_again(axis: str, angle_deg: float) -> None:
    samples = run().samples[Foot.LEFT]
    analysed = analyse((moved(samples, Rotation.from_euler(axis, angle_deg, degrees=True)),))
    truth, strides = run().truth(Foot.LEFT), analysed.strides()
    pairs = match(truth, strides)
    error_s = strides.metrics["ground_contact_time_s"][pairs.found] - truth.ground_contact_time_s[pairs.true]
    assert np.nanmax(np.abs(error_s)) < 0.04
    assert strides.running.all()
    late = strides.initial_contact_s > MOVED_S + 5.0
    assert np.isfinite(strides.metrics["ground_contact_time_s"][late]).mean() > 0.95


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_moved_pod_is_reported(axis: str) -> None:
    samples = run().samples[Foot.LEFT]
    mounting = analyse((moved(samples, Rotation.from_euler(axis, 100.0, degrees=True)),)).mountings[Foot.LEFT]
    assert mounting.status is MountingStatus.UNSURE
    assert "the pod was moved on the shoe at 4" in mounting.note


def test_strides_that_meet_in_a_gap_have_no_times() -> None:
    landing_s = float(run().truth(Foot.LEFT).initial_contact_s[60])
    strides = analyse((without(run().samples[Foot.LEFT], (landing_s - 0.03, landing_s + 0.07)),)).strides()
    near = (np.abs(strides.initial_contact_s - landing_s) < 0.3) | (
        np.abs(strides.next_initial_contact_s - landing_s) < 0.3
    )
    assert np.isnan(strides.metrics["stride_time_s"][near]).all()
    assert strides.has(Flag.GAP)[near].all()
    assert np.isfinite(strides.metrics["stride_time_s"][~near][1:-1]).all()


def test_feet_on_different_clocks_have_no_step_time() -> None:
    left, right = run().feet
    results = analyse((left, replace(right, time_s=right.time_s + 0.30))).results
    for foot in Foot:
        assert np.isnan(results.strides[foot].metrics["step_time_s"]).mean() > 0.9


@pytest.mark.parametrize("rate_hz", [100.0, 125.0, 200.0, 250.0, 400.0, 500.0, 1000.0])
def test_stamps_that_fall_on_cells_give_the_same_cells_in_pieces(rate_hz: float) -> None:
    chance = np.random.default_rng(4)
    kept = np.flatnonzero(chance.random(2000) > 0.01)
    values = chance.normal(size=(2000, 6))[kept]
    samples = Samples(Foot.LEFT, kept / rate_hz, values[:, :3], values[:, 3:], chance.random(len(kept)) < 0.01)
    whole, pieces = Resampler().push(samples), Resampler()
    found = UniformSamples.join([pieces.push(samples[k : k + 1]) for k in range(len(samples))])
    for name in ("time_s", "acc_mps2", "gyr_radps", "valid", "clipped"):
        assert np.array_equal(getattr(whole, name), getattr(found, name)), name


def test_a_session_tells_of_one_foot_what_it_tells_of_it_among_two() -> None:
    left, _ = run().feet
    alone = Session((Foot.LEFT,))
    found = [alone.push(left), alone.flush()]
    both = analyse(run().feet).strides(Foot.LEFT)
    assert np.array_equal(
        np.concatenate([part.strides[Foot.LEFT].initial_contact_s for part in found]), both.initial_contact_s
    )
