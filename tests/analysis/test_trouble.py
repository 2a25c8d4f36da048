"""Gaps, missing sensors, clipping, short and broken input: what can be measured is, and the rest says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from surefoot.analysis import Session
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Flag, Foot, MountingStatus, Samples, Strides
from surefoot.analysis.rhythm import cadence
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from tests.analysis.simulated import Analysed, Recording, analyse, match, record, without, without_gyroscope

FEET = tuple(Foot)
GAP_S = 0.06
PHASES = np.linspace(0.02, 0.98, 17)
CONTACTS = ("ground_contact_time_s", "swing_time_s", "flight_time_s", "duty_factor")


@lru_cache(maxsize=1)
def run() -> Recording:
    return record(
        RunnerProfile(), (PlannedBout("still", 4.0), PlannedBout("run", 40.0, 3.1), PlannedBout("still", 4.0)), seed=2
    )


@lru_cache(maxsize=1)
def walk() -> Recording:
    return record(
        RunnerProfile(), (PlannedBout("still", 4.0), PlannedBout("walk", 40.0, 1.3), PlannedBout("still", 4.0)), seed=2
    )


@lru_cache(maxsize=1)
def whole() -> Analysed:
    return analyse(run().feet)


def left_with_gap(start_s: float, end_s: float) -> Strides:
    return analyse((without(run().samples[Foot.LEFT], (start_s, end_s)),)).strides()


def stride_at(strides: Strides, time_s: float) -> int:
    """Row of the stride under way at an instant."""
    return int(np.flatnonzero((strides.initial_contact_s <= time_s) & (time_s < strides.next_initial_contact_s))[0])


@pytest.mark.parametrize("phase", PHASES)
def test_a_short_gap_flags_its_stride_and_loses_none(phase: float) -> None:
    plain = whole().strides()
    k = 25
    middle_s = plain.initial_contact_s[k] + phase * plain.metrics["stride_time_s"][k]
    strides = left_with_gap(middle_s - GAP_S / 2, middle_s + GAP_S / 2)
    assert len(strides) == len(plain)
    assert strides.has(Flag.GAP)[stride_at(strides, middle_s)]
    assert strides.has(Flag.GAP).sum() <= 2
    assert np.flatnonzero(strides.has(Flag.CONTACT_WITHHELD)).tolist() in ([], [k - 1], [k], [k + 1])


@pytest.mark.parametrize("phase", PHASES)
def test_contact_is_withheld_where_a_gap_hides_touch_or_lift_and_kept_where_it_is_far_from_both(phase: float) -> None:
    truth, k = run().truth(Foot.LEFT), 25
    middle_s = truth.initial_contact_s[k] + phase * truth.stride_time_s[k]
    strides = left_with_gap(middle_s - GAP_S / 2, middle_s + GAP_S / 2)
    withheld = strides.has(Flag.CONTACT_WITHHELD)
    assert np.array_equal(withheld, np.isnan(strides.metrics["ground_contact_time_s"]))
    assert np.array_equal(withheld, np.isnan(strides.terminal_contact_s))
    for row, true in zip(*_matched_rows(strides), strict=True):
        events_s = np.array([truth.initial_contact_s[true], truth.terminal_contact_s[true]])
        distance_s = np.abs(events_s - middle_s).min() - GAP_S / 2
        if distance_s < -0.005:
            assert withheld[row]
        if distance_s > 0.12:
            assert not withheld[row]


@pytest.mark.parametrize("phase", PHASES)
def test_a_short_gap_moves_no_contact_that_is_given(phase: float) -> None:
    plain, k = whole().strides(), 25
    middle_s = plain.initial_contact_s[k] + phase * plain.metrics["stride_time_s"][k]
    strides = left_with_gap(middle_s - GAP_S / 2, middle_s + GAP_S / 2)
    known = np.isfinite(strides.terminal_contact_s)
    moved_s = strides.metrics["ground_contact_time_s"][known] - plain.metrics["ground_contact_time_s"][known]
    assert np.abs(moved_s).max() < 0.01


def _matched_rows(strides: Strides) -> tuple[list[int], list[int]]:
    pairs = match(run().truth(Foot.LEFT), strides)
    return pairs.found.tolist(), pairs.true.tolist()


@pytest.mark.parametrize("start_s", [14.0, 14.2, 14.4, 14.6])
def test_nothing_is_measured_across_ten_lost_seconds_and_strides_resume(start_s: float) -> None:
    truth, end_s = run().truth(Foot.LEFT), start_s + 10.0
    strides = left_with_gap(start_s, end_s)
    assert np.nanmax(strides.metrics["stride_time_s"]) < 1.0
    assert not ((strides.next_initial_contact_s > start_s + 0.1) & (strides.initial_contact_s < end_s - 0.1)).any()
    outside = (truth.next_initial_contact_s < start_s - 0.1) | (truth.initial_contact_s > end_s + 0.1)
    missed = match(truth, strides).missed
    assert outside[missed].sum() <= 1


@pytest.mark.parametrize("lost_s", [0.5, 1.0, 2.0, 3.5, 6.0])
def test_bouts_cover_lost_stretches_too(lost_s: float) -> None:
    feet = [without(each, (20.0, 20.0 + lost_s)) for each in run().feet]
    bouts = analyse(feet).results.bouts
    assert [bout.end_s for bout in bouts[:-1]] == [bout.start_s for bout in bouts[1:]]
    assert (bouts[0].start_s, bouts[-1].end_s) == (feet[0].time_s[0], feet[0].time_s[-1])
    assert not any(bout.kind == "still" and bout.start_s < 20.0 + lost_s and bout.end_s > 20.0 for bout in bouts)


@pytest.mark.parametrize("make", [run, walk], ids=["run", "walk"])
def test_without_a_gyroscope_cadence_is_right_and_contact_withheld(make: Callable[[], Recording]) -> None:
    made = make()
    analysed = analyse(without_gyroscope(each) for each in made.feet)
    true_s = np.concatenate([made.truth(foot).stride_time_s for foot in FEET])
    measured = cadence([analysed.strides(foot) for foot in FEET]).value
    assert measured == pytest.approx(120.0 / true_s.mean(), rel=0.005)
    for foot in FEET:
        strides = analysed.strides(foot)
        assert len(match(made.truth(foot), strides).missed) <= 2
        assert all(np.isnan(strides.metrics[key]).all() for key in CONTACTS)
        assert (strides.has(Flag.NO_GYROSCOPE) & strides.has(Flag.CONTACT_WITHHELD)).all()
        assert analysed.mountings[foot].status is MountingStatus.FAILED
        assert "no gyroscope" in analysed.mountings[foot].note
        assert np.isnan(analysed.mountings[foot].sensor_to_foot).all()


def test_before_any_gait_the_mounting_is_unknown() -> None:
    for mounting in Session().mountings.values():
        assert mounting.status is MountingStatus.FAILED
        assert mounting.note == "no walking or running found"


def weightless(recording: Recording) -> list[Samples]:
    """Both feet's samples as a device gives them that takes gravity out."""
    feet = []
    for foot, samples in recording.samples.items():
        up_in_foot = recording.motion.trajectories[foot].at(samples.time_s).rotation[:, 2]
        gravity_mps2 = STANDARD_GRAVITY_MPS2 * up_in_foot @ recording.imus[foot].mounting.T
        feet.append(replace(samples, acc_mps2=samples.acc_mps2 - gravity_mps2))
    return feet


@pytest.mark.parametrize("make", [run, walk], ids=["run", "walk"])
def test_without_gravity_the_mounting_fails_but_contacts_are_given(make: Callable[[], Recording]) -> None:
    made = make()
    analysed = analyse(weightless(made))
    for foot in FEET:
        mounting, strides, truth = analysed.mountings[foot], analysed.strides(foot), made.truth(foot)
        assert mounting.status is MountingStatus.FAILED
        assert "gravity" in mounting.note
        assert np.isnan(mounting.sensor_to_foot).all()
        assert np.isfinite(mounting.pitch_axis).all()
        pairs = match(truth, strides)
        assert len(pairs.missed) <= 2
        error_s = strides.metrics["ground_contact_time_s"][pairs.found] - truth.ground_contact_time_s[pairs.true]
        assert abs(np.median(error_s)) < 0.015


def test_a_clipped_sample_flags_the_stride_it_lies_in_alone() -> None:
    samples, plain = run().samples[Foot.LEFT], analyse((run().samples[Foot.LEFT],)).strides()
    already, k = plain.has(Flag.CLIPPED), 30
    middle_s = 0.5 * (plain.initial_contact_s[k] + plain.next_initial_contact_s[k])
    clipped = samples.clipped.copy()
    clipped[np.searchsorted(samples.time_s, middle_s)] = True
    strides = analyse((replace(samples, clipped=clipped),)).strides()
    assert np.flatnonzero(strides.has(Flag.CLIPPED) & ~already).tolist() == [k]
    assert strides.confidence[k] < plain.confidence[k]
    assert np.array_equal(strides.terminal_contact_s, plain.terminal_contact_s, equal_nan=True)


def test_a_sensor_of_small_range_still_gives_contacts_and_flags_its_strides() -> None:
    made = record(
        RunnerProfile(), (PlannedBout("run", 30.0, 3.4),), 3, Imu(mounting=random_mounting(3), acc_range_g=4.0)
    )
    strides, truth = analyse(made.feet).strides(), made.truth(Foot.LEFT)
    pairs = match(truth, strides)
    assert strides.has(Flag.CLIPPED).mean() > 0.9
    error_s = strides.metrics["ground_contact_time_s"][pairs.found] - truth.ground_contact_time_s[pairs.true]
    assert abs(np.nanmedian(error_s)) < 0.015


@pytest.mark.parametrize("count", [0, 1, 2, 10, 64, 65, 208])
@pytest.mark.parametrize("gyroscope", [True, False])
def test_a_second_or_less_gives_no_strides_and_no_windows(count: int, gyroscope: bool) -> None:
    feet = [each[3000 : 3000 + count] for each in run().feet]
    analysed = analyse(feet if gyroscope else [without_gyroscope(each) for each in feet])
    assert all(len(strides) == 0 for strides in analysed.results.strides.values())
    assert analysed.results.windows == ()
    assert all(bout.kind in ("still", "other") for bout in analysed.results.bouts)


def test_a_session_without_samples_has_no_results() -> None:
    results = Session().flush()
    assert set(results.strides) == set(FEET)
    assert (results.windows, results.bouts) == ((), ())
    assert all(len(strides) == 0 for strides in results.strides.values())


@pytest.mark.parametrize("foot", FEET)
def test_one_foot_alone_has_strides_and_cadence_but_no_step_and_no_flight(foot: Foot) -> None:
    analysed, both = analyse((run().samples[foot],)), whole()
    assert set(analysed.results.strides) == {foot}
    strides = analysed.strides(foot)
    assert np.array_equal(strides.initial_contact_s, both.strides(foot).initial_contact_s)
    assert np.isnan(strides.metrics["step_time_s"]).all()
    assert np.isnan(strides.metrics["flight_time_s"]).all()
    assert all(set(window.feet) == {foot} and not window.asymmetry_pct for window in analysed.results.windows)
    assert {bout.kind for bout in analysed.results.bouts} >= {"run"}


@pytest.mark.parametrize("early", FEET)
def test_when_one_foot_ends_early_the_flush_gives_all_of_the_other(early: Foot) -> None:
    feet = {foot: samples[: 20 * 208] if foot is early else samples for foot, samples in run().samples.items()}
    analysed, alone = analyse(feet.values()), analyse((feet[early.other],))
    strides = analysed.strides(early.other)
    assert np.array_equal(strides.initial_contact_s, alone.strides(early.other).initial_contact_s)
    late = strides.initial_contact_s > 21.0
    assert late.sum() > 20
    assert np.isnan(strides.metrics["step_time_s"][late]).all()
    assert analysed.results.bouts[-1].end_s == feet[early.other].time_s[-1]


@pytest.mark.parametrize("early", FEET)
def test_standing_is_seen_even_if_one_foot_ended_early(early: Foot) -> None:
    made = record(RunnerProfile(), (PlannedBout("run", 20.0, 3.1), PlannedBout("still", 20.0)), seed=2)
    feet: Mapping[Foot, Samples] = {
        foot: samples[: 15 * 208] if foot is early else samples for foot, samples in made.samples.items()
    }
    bouts = analyse(feet.values()).results.bouts
    assert sum(bout.end_s - bout.start_s for bout in bouts if bout.kind == "still") > 15.0


def test_a_missing_foot_means_silence_until_the_flush_and_then_everything() -> None:
    session, left = Session(), run().samples[Foot.LEFT]
    assert len(session.push(left).strides[Foot.LEFT]) == 0
    assert len(session.flush().strides[Foot.LEFT]) == len(whole().strides())


def test_a_session_refuses_a_foot_it_does_not_have() -> None:
    with pytest.raises(ValueError, match="push: this session has no right foot"):
        Session((Foot.LEFT,)).push(run().samples[Foot.RIGHT])


def test_a_session_refuses_to_have_no_feet() -> None:
    with pytest.raises(ValueError, match="Session: name at least one foot"):
        Session(())


@pytest.mark.parametrize("start", [0, 50, 99])
def test_a_session_refuses_samples_that_do_not_follow(start: int) -> None:
    session, left = Session(), run().samples[Foot.LEFT]
    session.push(left[:100])
    with pytest.raises(ValueError, match=r"push: left samples begin at .* s, not after those before"):
        session.push(left[start : start + 10])


def test_a_refused_push_changes_nothing() -> None:
    session, left = Session((Foot.LEFT,)), run().samples[Foot.LEFT]
    parts = [session.push(left[:4000])]
    with pytest.raises(ValueError, match="not after those before"):
        session.push(left[:10])
    parts += [session.push(left[4000:]), session.flush()]
    found = np.concatenate([part.strides[Foot.LEFT].initial_contact_s for part in parts])
    assert np.array_equal(found, whole().strides().initial_contact_s)


def test_samples_refuse_columns_of_unequal_length() -> None:
    left = run().samples[Foot.LEFT]
    with pytest.raises(ValueError, match=r"Samples: 5 times, but acc_mps2 \(4, 3\)"):
        Samples(Foot.LEFT, left.time_s[:5], left.acc_mps2[:4], left.gyr_radps[:5], left.clipped[:5])


def test_the_input_is_not_changed() -> None:
    left = run().samples[Foot.LEFT]
    kept = (left.time_s.copy(), left.acc_mps2.copy(), left.gyr_radps.copy(), left.clipped.copy())
    analyse((left,))
    for before, after in zip(kept, (left.time_s, left.acc_mps2, left.gyr_radps, left.clipped), strict=True):
        assert np.array_equal(before, after)
