"""Findings: what is reported to a runner, in revisions with the same id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from surefoot.analysis.model import Foot

Evidence = Mapping[str, float | int | str | bool | list[float] | list[str] | None]
"""Named numbers and curves behind a finding, as they go into JSON; units are part of the names."""


class Kind(StrEnum):
    """Kind of a finding."""

    INVERSION_EVENT = "inversion_event"
    ASYMMETRY_DRIFT = "asymmetry_drift"
    ASYMMETRY_SPIKE = "asymmetry_spike"
    OFFLOADING = "offloading"
    FRONTAL_INSTABILITY = "frontal_instability"
    IMPACT_DRIFT = "impact_drift"
    STANDING_ASYMMETRY = "standing_asymmetry"
    UNLIKE_USUAL = "unlike_usual"
    """Different from the runs that the runner has confirmed as usual."""
    EXCHANGED_PODS = "exchanged_pods"
    """A question, not a fact."""


class Severity(StrEnum):
    """Severity of a finding: near miss, roll or severe for inversion events, info, notice or warning for all others."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"
    NEAR_MISS = "near_miss"
    ROLL = "roll"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """0 (never an alarm) … 3, on the same scale for every kind."""
        return _RANK[self]


_RANK = {
    Severity.INFO: 0,
    Severity.NOTICE: 1,
    Severity.NEAR_MISS: 1,
    Severity.WARNING: 2,
    Severity.ROLL: 2,
    Severity.SEVERE: 3,
}


class State(StrEnum):
    """Whether the finding may still be revised."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as known at one time; what becomes known later is a revision with the same id.

    Parameters
    ----------
    id : the same for every revision, and for the same input.
    foot : whose; None for both.
    time_s : when it happened or began.
    known_s : session time of the last sample that this revision is based on.
    value, reference : the measured value and what it is compared with, in `unit`.
    confidence : 0 … 1.
    message : one plain sentence for the runner.
    """

    id: str
    kind: Kind
    foot: Foot | None
    time_s: float
    known_s: float
    severity: Severity
    value: float
    reference: float
    unit: str
    confidence: float
    message: str
    evidence: Evidence
    state: State = State.OPEN
    revision: int = 0


def finding_id(kind: Kind, foot: Foot | None, time_s: float) -> str:
    """An id from kind, foot and the time of the first revision."""
    return f"{kind}-{foot or 'both'}-{round(1000.0 * time_s)}"


def latest(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The last revision of each finding, in order of time."""
    newest: dict[str, Finding] = {}
    for finding in findings:
        if finding.id not in newest or finding.revision >= newest[finding.id].revision:
            newest[finding.id] = finding
    return tuple(sorted(newest.values(), key=lambda each: (each.time_s, each.id)))
