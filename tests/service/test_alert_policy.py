"""Findings become alerts by severity, hold, cool-down and quiet hours, the same however they come in."""

from __future__ import annotations

from datetime import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.analysis.findings import Finding, Kind, Severity, State
from surefoot.service.alerts.policy import MOMENTARY_ALERT_S, Alert, AlertEvent, AlertPolicy
from surefoot.service.settings import AlertSettings
from tests.service.stored_runs import finding

PLAIN = AlertSettings(hold_s=30.0, cool_down_s=120.0)
DRIFT = Kind.ASYMMETRY_DRIFT


def told(findings: list[Finding], settings: AlertSettings = PLAIN, *, cuts: list[float] | None = None) -> list[Alert]:
    """Alerts of a run of 1000 s; findings come at the ends of pieces."""
    policy = AlertPolicy(settings, lambda at_s: time(int(at_s // 3600) % 24))
    alerts: list[Alert] = []
    for start_s, end_s in pairwise([-1.0, *sorted(cuts or []), 1000.0]):
        alerts += policy.push([each for each in findings if start_s < each.known_s <= end_s], end_s)
    return alerts + policy.end(1000.0)


def events(alerts: list[Alert]) -> list[tuple[AlertEvent, float]]:
    return [(alert.event, round(alert.at_s, 3)) for alert in alerts]


def test_a_roll_is_told_at_once_and_lingers() -> None:
    assert events(told([finding(at_s=30.0)])) == [
        (AlertEvent.RAISED, 30.2),
        (AlertEvent.CLEARED, 30.2 + MOMENTARY_ALERT_S),
    ]


def test_a_drift_is_told_when_it_has_stayed_open_and_ends_when_it_does() -> None:
    drift = finding(DRIFT, 100.0, Severity.NOTICE)
    over = finding(DRIFT, 100.0, Severity.NOTICE, State.RESOLVED, 1, 400.0)
    assert events(told([drift, over])) == [(AlertEvent.RAISED, 130.2), (AlertEvent.CLEARED, 400.0)]


def test_a_drift_that_passes_is_not_told() -> None:
    drift = finding(DRIFT, 100.0, Severity.NOTICE)
    assert told([drift, finding(DRIFT, 100.0, Severity.NOTICE, State.RESOLVED, 1, 120.0)]) == []


def test_what_gets_worse_is_told_again() -> None:
    worse = finding(at_s=30.0, severity=Severity.SEVERE, revision=1, known_s=34.0)
    assert events(told([finding(at_s=30.0), worse]))[:2] == [(AlertEvent.RAISED, 30.2), (AlertEvent.WORSENED, 34.0)]


def test_what_is_not_severe_enough_is_not_told() -> None:
    assert told([finding(severity=Severity.NEAR_MISS)], AlertSettings(severity=Severity.ROLL)) == []


def test_after_an_alert_the_same_is_not_told_again_so_soon_unless_it_is_worse() -> None:
    rolls = [finding(at_s=30.0), finding(at_s=50.0), finding(at_s=60.0, severity=Severity.SEVERE), finding(at_s=200.0)]
    raised = [alert.finding.time_s for alert in told(rolls) if alert.event is AlertEvent.RAISED]
    assert raised == [30.0, 60.0, 200.0]


@pytest.mark.parametrize(("hours", "quiet"), [("22:00-07:00", [True, False]), ("07:00-22:00", [False, True])])
def test_quiet_hours_make_no_noise(hours: str, quiet: list[bool]) -> None:
    policy = AlertPolicy(
        AlertSettings.model_validate({"quiet_hours": hours, "cool_down_s": 0}),
        lambda at_s: time(3) if at_s < 100.0 else time(12),
    )
    alerts = policy.push([finding(at_s=30.0), finding(at_s=500.0)], 1000.0)
    assert [alert.quiet for alert in alerts if alert.event is AlertEvent.RAISED] == quiet


SOME = [
    finding(at_s=30.0),
    finding(at_s=30.0, severity=Severity.SEVERE, revision=1, known_s=33.0),
    finding(at_s=90.0),
    finding(DRIFT, 20.0, Severity.WARNING),
    finding(DRIFT, 20.0, Severity.WARNING, State.RESOLVED, 1, 61.0),
    finding(DRIFT, 80.0, Severity.WARNING),
    finding(Kind.OFFLOADING, 300.0, Severity.NOTICE),
]


@given(st.lists(st.floats(0.0, 999.0), max_size=20))
def test_any_pieces_give_the_same_alerts(cuts: list[float]) -> None:
    once, pieces = told(SOME), told(SOME, cuts=cuts)
    assert sorted((alert.key, alert.at_s) for alert in once) == sorted((alert.key, alert.at_s) for alert in pieces)
    assert len({alert.key for alert in once}) == len(once)
