"""Ankle rolls that were put into simulated runs are found, at once and with the right severity; nothing else is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from surefoot.analysis.findings import Finding, Kind, Severity, State, latest
from surefoot.analysis.inversion.stance_reference import POPULATION_REFERENCE, StanceReference
from surefoot.analysis.model import Foot
from surefoot.analysis.session import Session
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.body.truth import TrueInversionEvent
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from tests.analysis.simulated import Analysed, Recording, analyse, sensed, turned

SEVERITIES = {Severity.NEAR_MISS: (20.0, 25.0), Severity.ROLL: (25.0, 45.0), Severity.SEVERE: (45.0, 90.0)}
MARGIN_DEG = 4.0
ROLLS = (
    InversionEvent(Foot.LEFT, 20.3, peak_deg=22.0, rise_s=0.06),
    InversionEvent(Foot.RIGHT, 26.1, peak_deg=34.0, rise_s=0.09),
    InversionEvent(Foot.LEFT, 33.0, peak_deg=62.0, rise_s=0.11, onset_s=0.02),
)


@cache
def run(
    strike: FootStrike = "rear", speed_mps: float = 3.0, inversion_events: tuple[InversionEvent, ...] = ROLLS
) -> tuple[Recording, Analysed]:
    motion = simulate(
        RunnerProfile(strike=strike), [PlannedBout("run", 48.0, speed_mps)], seed=4, inversion_events=inversion_events
    )
    recording = sensed(motion, seed=4)
    return recording, analyse(recording.feet)


def events(found: Analysed) -> list[Finding]:
    return [finding for finding in found.results.findings if finding.kind is Kind.INVERSION_EVENT]


def true_rolls(recording: Recording) -> list[TrueInversionEvent]:
    return sorted(
        (roll for foot in Foot for roll in recording.truth(foot).inversion_events), key=lambda roll: roll.peak_s
    )


@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
@pytest.mark.parametrize("speed_mps", [2.2, 3.0, 4.5])
def test_every_roll_is_found_once_where_and_as_badly_as_it_happened(strike: FootStrike, speed_mps: float) -> None:
    recording, found = run(strike, speed_mps)
    found_events, true = latest(events(found)), true_rolls(recording)
    assert [each.foot for each in found_events] == [each.foot for each in true]
    for each, roll in zip(found_events, true, strict=True):
        assert each.time_s == pytest.approx(roll.peak_s, abs=0.05)
        assert each.value == pytest.approx(roll.excursion_deg, abs=6.0)
        low, high = SEVERITIES[each.severity]
        assert low - MARGIN_DEG <= roll.excursion_deg <= high + MARGIN_DEG


def test_a_roll_is_known_before_the_next_stride_is_far_on() -> None:
    """A quarter of a second after the landing that closes its stride."""
    recording, found = run()
    for roll in true_rolls(recording):
        truth = recording.truth(roll.foot)
        closing_s = truth.next_initial_contact_s[np.abs(truth.initial_contact_s - roll.initial_contact_s).argmin()]
        (first,) = (f for f in events(found) if f.revision == 0 and abs(f.time_s - roll.peak_s) < 0.1)
        assert first.known_s - closing_s < 0.15


def test_the_strides_after_it_come_as_a_revision() -> None:
    """They are shorter and softer in the simulated aftermath, and were as usual without one."""
    careful, careless = (
        latest(
            events(
                run(inversion_events=(InversionEvent(Foot.LEFT, 20.3, peak_deg=40.0, aftermath_strides=strides),))[1]
            )
        )
        for strides in (10, 0)
    )
    assert careful[0].state is State.RESOLVED
    assert careful[0].revision == 1
    assert 7.0 < careful[0].known_s - careful[0].time_s < 10.0
    assert float(careful[0].evidence["ground_contact_time_change_pct"]) < -3.0  # type: ignore[arg-type]
    assert "contact was" in careful[0].message
    assert "ground_contact_time_change_pct" not in careless[0].evidence
    assert careful[0].id == careless[0].id


def test_evidence_holds_the_curve_and_the_own_course() -> None:
    (_, roll, _) = latest(events(run()[1]))
    curves = [
        roll.evidence[key] for key in ("curve_time_s", "curve_inversion_deg", "curve_usual_deg", "curve_spread_deg")
    ]
    assert len({len(curve) for curve in curves}) == 1  # type: ignore[arg-type]
    beyond = np.subtract(curves[1], curves[2])  # type: ignore[arg-type]
    assert beyond.max() == pytest.approx(roll.value, abs=1e-6)
    assert roll.value > roll.reference
    assert 0.5 <= roll.confidence <= 1.0


@pytest.mark.parametrize("piece_s", [0.05, 0.31, 7.0])
def test_any_cut_gives_the_same_events(piece_s: float) -> None:
    recording, found = run()
    session = Session()
    parts: list[Finding] = []
    for start_s in np.arange(0.0, recording.motion.duration_s, piece_s):
        for samples in recording.feet:
            rows = slice(*np.searchsorted(samples.time_s, [start_s, start_s + piece_s]))
            parts += session.push(samples[rows]).findings
    parts += session.flush().findings
    assert sorted(map(repr, parts)) == sorted(map(repr, found.results.findings))


def test_a_turned_pod_tells_the_same() -> None:
    recording, found = run()
    rotation = np.array([[0.0, -1.0, 0.0], [0.6, 0.0, -0.8], [0.8, 0.0, 0.6]])
    again = analyse([turned(samples, rotation) for samples in recording.feet])
    assert [each.id for each in events(again)] == [each.id for each in events(found)]
    for one, other in zip(events(found), events(again), strict=True):
        assert other.value == pytest.approx(one.value, abs=0.01)


def test_a_frozen_band_is_what_the_first_stances_are_held_against() -> None:
    """A band learned in one run, written and read, tells a runner whose ordinary stance it would be a roll to."""
    recording, _ = run()
    session = Session()
    for samples in recording.feet:
        session.push(samples)
    references = {
        foot: StanceReference.from_dict(reference.to_dict()) for foot, reference in session.stance_references.items()
    }
    assert references[Foot.LEFT].strides >= 40
    again = Session(stance_references=references)
    found_events = [finding for samples in recording.feet for finding in again.push(samples).findings]
    assert len({finding.id for finding in found_events if finding.kind is Kind.INVERSION_EVENT}) == len(ROLLS)


@pytest.mark.parametrize("change", [{"strides": None}, {"course_deg": [1.0]}, {"rate_dps": float("nan")}])
def test_a_band_that_is_none_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="band of stances"):
        StanceReference.from_dict({**POPULATION_REFERENCE.to_dict(), **change})


def test_a_walker_rolls_too() -> None:
    motion = simulate(
        RunnerProfile(),
        [PlannedBout("walk", 60.0, 1.4)],
        seed=2,
        inversion_events=(InversionEvent(Foot.RIGHT, 30.0, peak_deg=40.0, rise_s=0.1),),
    )
    (event,) = latest(events(analyse(sensed(motion, seed=2).feet)))
    assert event.foot is Foot.RIGHT
    assert event.severity is Severity.ROLL


@pytest.mark.parametrize(
    "bout", [PlannedBout("run", 60.0, 2.4), PlannedBout("run", 60.0, 5.5), PlannedBout("walk", 60.0, 1.5)], ids=str
)
@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
def test_an_ordinary_run_has_none(bout: PlannedBout, strike: FootStrike) -> None:
    assert not events(analyse(sensed(simulate(RunnerProfile(strike=strike), [bout], seed=9), seed=9).feet))


def test_a_clipped_sprint_has_none() -> None:
    motion = simulate(RunnerProfile(), [PlannedBout("still", 3.0), PlannedBout("run", 20.0, 7.5)], seed=3)
    narrow = Imu(rate_hz=104.0, mounting=random_mounting(4), acc_range_g=8.0, gyr_range_dps=1000.0)
    right = read_imu(motion, Foot.RIGHT, narrow, seed=4)
    found = analyse([right])
    assert not events(found)
    assert len(found.results.strides[Foot.RIGHT]) > 25


def test_a_foot_without_a_gyroscope_tells_nothing() -> None:
    recording, _ = run()
    blind = [replace(samples, gyr_radps=np.full_like(samples.gyr_radps, np.nan)) for samples in recording.feet]
    assert not events(analyse(blind))
