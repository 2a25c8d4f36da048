"""Findings of synthetic runs, run by run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.drift.monitor import DriftMonitor
from surefoot.analysis.findings import Finding, Kind, Severity, finding_id, latest
from surefoot.analysis.model import Foot
from tests.drift.runs import strides_of
from tests.drift.scenarios import SUDDEN_S, Scenario

FEET = tuple(Foot)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of all runs of a scenario.

    Parameters
    ----------
    alarms : kind → how many runs had one.
    found, right_side : runs with what was to be found, and with the right foot among these.
    delays_s : (found,) from when it was due until it was known.
    """

    scenario: Scenario
    runs: int
    alarms: Counter[Kind]
    any_alarm: int
    found: int
    right_side: int
    delays_s: Sequence[float]


def measure(scenario: Scenario, runs: int, seed: int) -> Outcome:
    """Simulate and analyse; the same seed gives the same runs."""
    runs *= scenario.times
    reported = [findings_of(scenario, np.random.default_rng([seed, k])) for k in range(runs)]
    alarms = Counter(kind for findings in reported for kind in {finding.kind for finding in latest(findings)})
    hits = [hit for findings in reported if (hit := _hit(scenario, findings)) is not None]
    return Outcome(
        scenario, runs, alarms, sum(bool(findings) for findings in reported), len(hits),
        sum(finding.foot is scenario.foot for _, finding in hits), [known_s - scenario.due_s for known_s, _ in hits],
    )  # fmt: skip


def findings_of(scenario: Scenario, rng: np.random.Generator) -> list[Finding]:
    """Alarms of one run: everything but what is only worth knowing."""
    profile = scenario.profile
    monitor = DriftMonitor(FEET)
    if scenario.inversion_event and scenario.foot is not None:
        monitor.add_events([_inversion_event(scenario.foot)])
    moved_s = [] if np.isnan(profile.moved_s) else [profile.moved_s]
    found = monitor.push(strides_of(profile, rng), moved_s, 0.0, np.inf)
    return [finding for finding in found if finding.severity.rank]


def _inversion_event(foot: Foot) -> Finding:
    kind = Kind.INVERSION_EVENT
    return Finding(
        finding_id(kind, foot, SUDDEN_S),
        kind,
        foot,
        SUDDEN_S,
        SUDDEN_S + 1.0,
        Severity.ROLL,
        30.0,
        0.0,
        "°",
        1.0,
        "",
        {},
    )


def _hit(scenario: Scenario, findings: Sequence[Finding]) -> tuple[float, Finding] | None:
    """When the expected finding was first reported, and its last revision."""
    for finding in latest(findings):
        if finding.kind in scenario.kinds:
            return min(finding.known_s for finding in findings if finding.id == finding.id), finding
    return None
