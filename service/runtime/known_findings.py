"""Findings under the ids by which the store has them: whatever is found again is told under its first id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from surefoot.analysis.findings import Finding, Kind
from surefoot.service.store.reading import ToldFinding

SAME_EVENT_S = 0.1
SAME_CHANGE_S = 30.0
"""Found again from a recording with a hole, a finding's time may differ: an event's as much as a contact's, that of a
change by the strides that are missing."""


class KnownFindings:
    """One runner's findings of one run, as far as they are stored.

    Parameters
    ----------
    stored : every revision.
    told : those that alerts were about.
    """

    def __init__(self, stored: Iterable[Finding], told: Iterable[ToldFinding] = ()) -> None:
        first: dict[str, Finding | ToldFinding] = {}
        for finding in sorted(stored, key=lambda each: each.revision):
            first.setdefault(finding.id, finding)
        for each in told:
            first.setdefault(each.id, each)
        self._unclaimed = first
        self._ids: dict[str, str] = {}

    def under_first_id(self, finding: Finding) -> Finding:
        """The finding with the id of the stored one that it is: of its kind and foot, and nearest in time."""
        if finding.id not in self._ids:
            self._ids[finding.id] = self._claim(finding)
        return replace(finding, id=self._ids[finding.id])

    def _claim(self, finding: Finding) -> str:
        tolerance_s = SAME_EVENT_S if finding.kind is Kind.INVERSION_EVENT else SAME_CHANGE_S
        away_s = {
            known.id: abs(known.time_s - finding.time_s)
            for known in self._unclaimed.values()
            if (known.kind, known.foot) == (finding.kind, finding.foot)
        }
        nearest = min(away_s, key=lambda known: (known != finding.id, away_s[known]), default=None)
        if nearest is None or away_s[nearest] > tolerance_s:
            return finding.id
        return self._unclaimed.pop(nearest).id
