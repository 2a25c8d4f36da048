"""Changes between left and right, found in strides whose truth is made."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.monitor import DriftMonitor
from surefoot.analysis.drift.monitored_metrics import COLUMN_COUNT, TILTS, camber_change_deg
from surefoot.analysis.drift.trend import Trend, trend_of
from surefoot.analysis.findings import Finding, Kind, Severity, State, latest
from surefoot.analysis.model import Floats, Foot, Strides
from tests.drift.coverage import changes, windows
from tests.drift.measure import findings_of, measure
from tests.drift.runs import CONTACT, Curve, RunProfile, strides_of
from tests.drift.scenarios import DUE_S, QUIET, REPORTED, SUDDEN_S, Scenario, ramp, sudden

FEET = tuple(Foot)
CLEARLY_QUIET = [each for each in QUIET if "do not see" not in each.name]
"""Ground that moves contact by 2 % and does not show in the feet's tilt is as large as what is to be found."""
CLEARLY_TOLD = [each for each in REPORTED if "camber" not in each.name and "a minute" not in each.name]
"""What the road may do is allowed for: of drifts on camber only some are found."""


def monitored(strides: dict[Foot, Strides], baseline: Baseline | None = None) -> list[Finding]:
    return DriftMonitor(FEET, baseline).push(strides, [], 0.0, np.inf)


def run(profile: RunProfile, seed: int = 1, baseline: Baseline | None = None) -> list[Finding]:
    return monitored(strides_of(profile, np.random.default_rng(seed)), baseline)


def even(profile: RunProfile, own_pct: float, seed: int = 1) -> dict[Foot, Strides]:
    """A run of somebody whose contact asymmetry is known."""
    drawn: dict[str, float] = {}
    strides_of(profile, np.random.default_rng(seed), drawn)
    to_own = ramp(own_pct - drawn[CONTACT], -1.0, 0.0)
    return strides_of(RunProfile(profile.minutes, shift_pct={CONTACT: to_own}, change_pct=profile.change_pct),
                      np.random.default_rng(seed))  # fmt: skip


@settings(max_examples=20, deadline=None, derandomize=True)
@given(cuts=st.lists(st.integers(0, 2600), max_size=30), late_s=st.floats(0.0, 20.0))
def test_pieces_give_the_same_findings_as_the_whole(cuts: list[int], late_s: float) -> None:
    profile = RunProfile(30.0, stops_s=((300.0, 330.0),))
    profile = profile.with_change(Foot.LEFT, contact=ramp(4.0, 10.0, 20.0), impact=ramp(12.0, 10.0, 20.0))
    strides = strides_of(profile, np.random.default_rng(1))
    monitor, found = DriftMonitor(FEET), list[Finding]()
    for first, last in itertools.pairwise([0, *sorted(cuts), 2600]):
        pieces = {foot: rows[first:last] for foot, rows in strides.items()}
        following_s = [rows.initial_contact_s[last] for rows in strides.values() if last < len(rows)]
        found += monitor.push(pieces, [], 0.0, min(following_s, default=1e5) - late_s)
    found += monitor.push({}, [], 0.0, np.inf)
    assert repr(found) == repr(monitored(strides))
    assert any(finding.kind is Kind.OFFLOADING for finding in found)


@pytest.mark.parametrize("scenario", CLEARLY_QUIET, ids=lambda each: each.name)
def test_a_quiet_run_has_no_alarm(scenario: Scenario) -> None:
    assert findings_of(scenario, np.random.default_rng(7)) == []


@pytest.mark.parametrize("scenario", CLEARLY_TOLD, ids=lambda each: each.name)
def test_what_happens_is_told_once_and_of_the_right_foot(scenario: Scenario) -> None:
    found = findings_of(scenario, np.random.default_rng(7))
    (finding,) = latest(found)
    assert finding.kind in scenario.kinds
    assert finding.foot is scenario.foot
    assert [finding.revision for finding in found] == list(range(len(found)))
    assert 0.5 <= finding.confidence <= 1.0
    assert str(finding.foot) in finding.message


def test_a_step_after_a_roll_is_told_within_a_minute() -> None:
    (scenario,) = (each for each in REPORTED if each.inversion_event and each.foot is Foot.LEFT)
    outcome = measure(scenario, 10, seed=3)
    assert outcome.found == 10
    assert max(outcome.delays_s) <= 60.0


def test_a_step_is_held_against_the_minutes_before_it_and_a_drift_against_the_first() -> None:
    spike, *_ = run(RunProfile(60.0).with_change(Foot.LEFT, contact=sudden(-6.0)))
    drift, *_ = run(RunProfile(60.0).with_change(Foot.LEFT, contact=ramp(4.0)))
    assert spike.kind is Kind.ASYMMETRY_SPIKE
    assert "than in the minutes just before" in spike.message
    assert SUDDEN_S - 330.0 < float(spike.evidence["baseline_start_s"]) < float(spike.evidence["baseline_end_s"])  # type: ignore[arg-type]
    assert spike.evidence["baseline_end_s"] == pytest.approx(SUDDEN_S, abs=20.0)
    assert "than in the first minutes" in drift.message
    assert drift.evidence["baseline_start_s"] == pytest.approx(0.0, abs=60.0)


def test_a_foot_that_tilts_alone_is_not_the_road() -> None:
    away = np.zeros((3, COLUMN_COUNT))
    away[:, TILTS] = [(-2.0, 1.5), (2.0, 0.1), (1.0, 1.0)]  # both to the right, the left alone, both outward
    assert camber_change_deg(away).tolist() == pytest.approx([1.2, 0.0, 0.0])


@pytest.mark.parametrize("told", [True, False])
def test_a_drift_names_a_treadmill_that_has_been_made_steeper(told: bool) -> None:
    steeper: Curve = lambda time_s: np.where(time_s > 900.0, 6.0, 0.0)  # noqa: E731
    profile = replace(RunProfile(50.0), slope_pct=steeper).with_change(Foot.LEFT, contact=ramp(12.0))
    monitor = DriftMonitor(FEET)
    times_s = np.arange(0.0, 3000.0 if told else 0.0, 5.0)
    for time_s, slope_pct in zip(times_s.tolist(), steeper(times_s).tolist(), strict=True):
        monitor.add_inclination(time_s, slope_pct)
    *_, last = monitor.push(strides_of(profile, np.random.default_rng(1)), [], 0.0, np.inf)
    reasons = last.evidence["wrong_if"]
    assert isinstance(reasons, list)
    assert ("the treadmill is 6.0 % steeper than in the first minutes, which may be why." in last.message) == told
    assert any("% steeper than" in str(each) for each in reasons) == told
    assert last.evidence.get("inclination_change_pct") == (pytest.approx(6.0, abs=0.1) if told else None)


def test_a_treadmill_s_slope_finds_and_hides_no_drift() -> None:
    strides = strides_of(RunProfile(50.0).with_change(Foot.LEFT, contact=ramp(6.0)), np.random.default_rng(1))
    found = []
    for slope_pct in (0.0, 6.0):
        monitor = DriftMonitor(FEET)
        for time_s in np.arange(0.0, 3000.0, 5.0):
            monitor.add_inclination(float(time_s), slope_pct if time_s > 900.0 else 0.0)
        found.append([(each.kind, each.time_s, each.value) for each in monitor.push(strides, [], 0.0, np.inf)])
    assert found[0] == found[1] == [(each.kind, each.time_s, each.value) for each in monitored(strides)]


@pytest.mark.parametrize(
    ("camber_deg", "words"),
    [(0.0, "the sideways slope of the road has not changed"), (2.0, "the sideways slope of the road has changed by ")],
)
def test_a_drift_says_what_the_road_did(camber_deg: float, words: str) -> None:
    drift = RunProfile(50.0).with_change(Foot.LEFT, contact=ramp(12.0))
    *_, last = run(replace(drift, camber_deg=lambda time_s: np.where(time_s > 900.0, camber_deg, 0.0)))
    assert words in last.message
    assert last.evidence["road_tilt_deg"] == pytest.approx(camber_deg, abs=0.6)
    reasons = last.evidence["wrong_if"]
    assert isinstance(reasons, list)
    assert ("the slope of the road has more effect than was allowed for" in reasons) == (camber_deg > 0.0)


def test_a_drift_that_goes_back_is_resolved() -> None:
    there_and_back = lambda time_s: ramp(5.0, 12.0, 20.0)(time_s) - ramp(5.0, 25.0, 30.0)(time_s)  # noqa: E731
    found = run(RunProfile(50.0).with_change(Foot.RIGHT, contact=there_and_back))
    (finding,) = latest(found)
    assert finding.state is State.RESOLVED
    assert found[0].state is State.OPEN
    assert abs(finding.value) < 2.0


def test_a_larger_drift_becomes_a_warning() -> None:
    found = [each for each in run(RunProfile(50.0).with_change(Foot.LEFT, contact=ramp(8.0))) if each.severity.rank]
    assert found[0].severity is Severity.NOTICE
    assert found[-1].severity is Severity.WARNING
    assert found[-1].revision > 0
    assert len({each.id for each in found}) == 1


def test_the_value_follows_a_drift_and_the_last_one_is_what_is_there() -> None:
    drift = RunProfile(60.0).with_change(Foot.LEFT, contact=ramp(6.0))
    first, *_, last = run(drift)
    assert (first.id, first.known_s) == (last.id, last.evidence["first_known_s"])
    assert abs(first.value) < 4.0
    assert last.value == pytest.approx(-6.0, abs=1.2)
    assert first.message.startswith(f"Now the left foot stays on the ground {abs(first.value):.1f} ± ")
    assert last.message.startswith(f"At the end the left foot stays on the ground {abs(last.value):.1f} ± ")
    assert last.revision < 16
    assert last.known_s == pytest.approx(3600.0, abs=60.0)


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_minutes_after_the_onset_are_no_part_of_the_baseline(seed: int) -> None:
    profile = RunProfile(30.0, scatter_ratio=0.4).with_change(Foot.LEFT, contact=ramp(6.0, 6.0, 16.0))
    (finding,) = latest(run(profile, seed))
    assert finding.time_s == pytest.approx(360.0, abs=60.0)
    assert finding.evidence["baseline_end_s"] == pytest.approx(finding.time_s + 30.0)
    assert finding.evidence["baseline_strides"] == pytest.approx((finding.time_s + 30.0) / 0.70, rel=0.1)
    assert finding.value == pytest.approx(-6.0 / 1.03, abs=0.5)  # ten minutes of baseline would leave −5.3 %


def test_the_more_evenly_somebody_runs_the_sooner_a_drift_is_found() -> None:
    profile = RunProfile(45.0, scatter_ratio=0.4).with_change(Foot.LEFT, contact=ramp(3.0))
    delays_min = [(run(profile, seed)[0].known_s - DUE_S) / 60.0 for seed in (1, 2, 3)]
    assert max(delays_min) <= 3.0


def there_and_half_back(time_s: Floats) -> Floats:
    return ramp(8.0, 10.0, 18.0)(time_s) - ramp(4.0, 32.0, 42.0)(time_s)


@pytest.mark.parametrize(
    ("curve", "words"),
    [(ramp(6.0, 15.0, 45.0), "still growing"), (ramp(6.0, 10.0, 20.0), "settled"), (there_and_half_back, "easing")],
)
def test_a_drift_says_whether_it_still_grows(curve: Curve, words: str) -> None:
    *_, last = run(RunProfile(42.0, scatter_ratio=0.4).with_change(Foot.LEFT, contact=curve))
    assert last.message.split(". ")[0].endswith(f"than in the first minutes, against the right, {words}")
    assert last.evidence["trend"] == words


def test_where_the_scatter_hides_a_trend_none_is_told() -> None:
    minute_s, level, growth = np.linspace(0.0, 540.0, 10), np.full(10, 3.0), np.linspace(3.0, 3.9, 10)
    assert trend_of(minute_s, growth, 0.4, 2.1) is Trend.GROWING
    assert trend_of(minute_s, growth, 1.0, 2.1) is Trend.UNCLEAR
    assert trend_of(minute_s, level, 0.4, 2.1) is Trend.SETTLED
    assert trend_of(minute_s, level, 1.0, 2.1) is Trend.UNCLEAR
    assert trend_of(minute_s[:3], growth[:3], 0.01, 2.1) is Trend.UNCLEAR


def test_evidence_can_be_plotted_and_doubted() -> None:
    (finding,) = latest(run(RunProfile(50.0).with_change(Foot.LEFT, contact=ramp(4.0))))
    evidence = finding.evidence
    assert evidence["metrics"] == [CONTACT]
    assert len(evidence["times_s"]) == len(evidence["asymmetry_pct"]) > 30  # type: ignore[arg-type]
    assert evidence["wrong_if"]
    assert evidence["left_change_pct"] == pytest.approx(4.0, abs=1.2)
    assert abs(float(evidence["right_change_pct"])) < 1.2  # type: ignore[arg-type]
    assert 900.0 < finding.time_s < 1700.0


@pytest.mark.parametrize(("own_pct", "reported"), [(0.5, False), (6.0, True), (-6.0, True)])
def test_a_standing_asymmetry_is_told_once_without_alarm(own_pct: float, reported: bool) -> None:
    found = monitored(even(RunProfile(40.0), own_pct))
    assert [(each.kind, each.severity) for each in found] == [(Kind.STANDING_ASYMMETRY, Severity.INFO)] * reported
    if reported:
        assert found[0].foot is (Foot.RIGHT if own_pct > 0.0 else Foot.LEFT)
        assert found[0].value == pytest.approx(own_pct, abs=1.0)


def test_a_side_that_eases_as_it_warms_is_no_drift() -> None:
    eases = RunProfile(40.0).with_change(Foot.RIGHT, contact=ramp(-5.0, 6.0, 12.0))
    found = monitored(even(eases, 7.0))
    assert {each.kind for each in found} == {Kind.STANDING_ASYMMETRY}
    assert found[-1].evidence["warm_up"] is True


def test_a_baseline_handed_in_is_held_against_from_the_start() -> None:
    monitor = DriftMonitor(FEET)
    monitor.push(even(RunProfile(20.0), 0.0), [], 0.0, np.inf)
    frozen = Baseline.from_dict(json.loads(json.dumps(monitor.baseline.to_dict())))
    held = slice(TILTS.start)  # how the feet are tilted counts from the first strides of each run
    assert frozen.rows[:, held] == pytest.approx(monitor.baseline.rows[:, held], nan_ok=True)
    found = monitored(even(RunProfile(15.0), 5.0), frozen)
    assert Kind.ASYMMETRY_SPIKE not in {each.kind for each in found}
    assert Kind.ASYMMETRY_DRIFT in {each.kind for each in found}
    assert Kind.ASYMMETRY_DRIFT not in {each.kind for each in monitored(even(RunProfile(15.0), 5.0))}


@pytest.mark.parametrize("values", [{}, {"metrics": [], "strides": 3}, {"metrics": {}}])
def test_what_is_no_baseline_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="baseline: expected"):
        Baseline.from_dict(values)


def test_one_foot_alone_has_no_asymmetry() -> None:
    strides = strides_of(RunProfile(20.0), np.random.default_rng(1))
    assert DriftMonitor((Foot.LEFT,)).push({Foot.LEFT: strides[Foot.LEFT]}, [], 0.0, np.inf) == []


@pytest.mark.slow
def test_intervals_hold_the_truth_in_nineteen_of_twenty() -> None:
    for row in [*windows(6, 21), *changes(40, 21)]:
        assert 92.5 <= row.inside_pct <= 97.5, row
