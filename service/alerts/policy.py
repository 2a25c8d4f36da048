"""Findings to alerts by severity, hold, cool-down and quiet hours; reads no clock, so a replay decides the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from surefoot.analysis.findings import Finding, Kind, State
from surefoot.analysis.model import Foot
from surefoot.service.settings import AlertSettings

MOMENTARY = frozenset({Kind.INVERSION_EVENT, Kind.ASYMMETRY_SPIKE})
"""Kinds without duration: no hold, and the alert clears by itself after `MOMENTARY_ALERT_S`."""
MOMENTARY_ALERT_S = 60.0


class AlertEvent(StrEnum):
    """What happens to an alert."""

    RAISED = "raised"
    WORSENED = "worsened"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert about a finding.

    Parameters
    ----------
    at_s : session time at which it was due.
    quiet : due in quiet hours; stored and published, but without noise.
    """

    event: AlertEvent
    finding: Finding
    at_s: float
    quiet: bool

    @property
    def key(self) -> str:
        """Identifies the event; the same in a replay."""
        severity = "" if self.event is AlertEvent.CLEARED else f"-{self.finding.severity}"
        return f"{self.finding.id}-{self.event}{severity}"


@dataclass(slots=True)
class _Episode:
    finding: Finding
    due_s: float
    raised: Finding | None = None
    clear_s: float | None = None


class AlertPolicy:
    """One runner's alerts over a run.

    Parameters
    ----------
    local_time : session time → local time of day.
    """

    def __init__(self, settings: AlertSettings, local_time: Callable[[float], time]) -> None:
        self._settings = settings
        self._local_time = local_time
        self._episodes: dict[str, _Episode] = {}
        self._cool_down: dict[tuple[Kind, Foot | None], tuple[float, int]] = {}

    def push(self, findings: Iterable[Finding], now_s: float) -> list[Alert]:
        """Alerts due after new revisions; `now_s` is the session time up to which all revisions are known."""
        alerts: list[Alert] = []
        for finding in sorted(findings, key=lambda each: (each.known_s, each.id, each.revision)):
            alerts += self._advance(finding.known_s)
            alerts += self._revise(finding)
        return alerts + self._advance(now_s)

    def end(self, now_s: float) -> list[Alert]:
        """Alerts due at the end of the run; every open alert is cleared."""
        alerts = self._advance(now_s)
        alerts += [self._clear(episode, now_s) for episode in self._episodes.values() if episode.raised is not None]
        self._episodes.clear()
        return alerts

    def _revise(self, finding: Finding) -> list[Alert]:
        episode = self._episodes.get(finding.id)
        if finding.severity.rank < self._settings.severity.rank and episode is None:
            return []
        if episode is None:
            hold_s = 0.0 if finding.kind in MOMENTARY else self._settings.hold_s
            episode = self._episodes[finding.id] = _Episode(finding, finding.known_s + hold_s)
        episode.finding = finding
        if episode.raised is None:
            return self._advance(finding.known_s)
        if finding.severity.rank > episode.raised.severity.rank:
            episode.raised = finding
            return [self._alert(AlertEvent.WORSENED, finding, finding.known_s)]
        if finding.state is State.RESOLVED and finding.kind not in MOMENTARY:
            episode.clear_s = finding.known_s
        return self._advance(finding.known_s)

    def _advance(self, now_s: float) -> list[Alert]:
        """Alerts that have come due."""
        alerts: list[Alert] = []
        for key, episode in list(self._episodes.items()):
            if episode.raised is None and episode.due_s <= now_s:
                alerts += self._raise(key, episode)
            if episode.clear_s is not None and episode.clear_s <= now_s:
                alerts.append(self._clear(episode, episode.clear_s))
                del self._episodes[key]
        return alerts

    def _raise(self, key: str, episode: _Episode) -> list[Alert]:
        finding = episode.finding
        momentary = finding.kind in MOMENTARY
        over = finding.state is State.RESOLVED and not momentary
        free_s, rank = self._cool_down.get((finding.kind, finding.foot), (episode.due_s, -1))
        if over or (episode.due_s < free_s and finding.severity.rank <= rank and momentary):
            del self._episodes[key]
            return []
        if episode.due_s < free_s and finding.severity.rank <= rank:
            episode.due_s = free_s
            return []
        episode.raised = finding
        episode.clear_s = episode.due_s + MOMENTARY_ALERT_S if momentary else None
        until_s = episode.due_s + self._settings.cool_down_s
        self._cool_down[finding.kind, finding.foot] = until_s, finding.severity.rank
        return [self._alert(AlertEvent.RAISED, finding, episode.due_s)]

    def _clear(self, episode: _Episode, at_s: float) -> Alert:
        return self._alert(AlertEvent.CLEARED, episode.finding, at_s)

    def _alert(self, event: AlertEvent, finding: Finding, at_s: float) -> Alert:
        return Alert(event, finding, at_s, self._is_quiet(at_s))

    def _is_quiet(self, at_s: float) -> bool:
        if self._settings.quiet_hours is None:
            return False
        start, end = self._settings.quiet_hours
        now = self._local_time(at_s)
        return start <= now < end if start <= end else now >= start or now < end
