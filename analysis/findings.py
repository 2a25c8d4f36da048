"""What is worth telling a runner: one finding per story, revised as the story goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from surefoot.analysis.model import Foot

Evidence = Mapping[str, float | int | str | bool | list[float] | list[str] | None]
"""Named numbers and curves behind a finding, as they go into JSON; units are part of the names."""


class Kind(StrEnum):
    """What was found."""

    INVERSION_EVENT = "inversion_event"
    ASYMMETRY_DRIFT = "asymmetry_drift"
    ASYMMETRY_SPIKE = "asymmetry_spike"
    OFFLOADING = "offloading"
    FRONTAL_INSTABILITY = "frontal_instability"
    IMPACT_DRIFT = "impact_drift"
    STANDING_ASYMMETRY = "standing_asymmetry"


class Severity(StrEnum):
    """How much it matters; an ankle roll is a near miss, a roll or severe, everything else info, notice or warning."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"
    NEAR_MISS = "near_miss"
    ROLL = "roll"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """0 (worth knowing, never an alarm) … 3, the same scale for every kind."""
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
    """Whether the story goes on."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Finding:
    """One story as known at one time; what becomes known later is a revision with the same id.

    Parameters
    ----------
    id : the same for every revision, and for the same input.
    foot : whose, None for both.
    time_s : when it happened or began.
    known_s : session time of the last sample it took to know this revision.
    value, reference : the figure and what it is held against, in `unit`.
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
    """An id that depends on what happened alone: kind, foot and the time it was first placed at."""
    return f"{kind}-{foot or 'both'}-{round(1000.0 * time_s)}"


def latest(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The last revision of each finding, in order of time."""
    newest: dict[str, Finding] = {}
    for finding in findings:
        if finding.id not in newest or finding.revision >= newest[finding.id].revision:
            newest[finding.id] = finding
    return tuple(sorted(newest.values(), key=lambda each: (each.time_s, each.id)))
