"""Findings in, alerts out: severity, hold, cool-down and quiet hours. Pure, so that a replay decides the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from surefoot.analysis.findings import Finding, Kind, State
from surefoot.analysis.model import Foot
from surefoot.service.settings import AlertSettings

MOMENTARY = frozenset({Kind.INVERSION_EVENT, Kind.ASYMMETRY_SPIKE})
"""Over before anybody is told: no hold, and its alert ends by itself."""
LINGER_S = 60.0


class Event(StrEnum):
    """What becomes of an alert."""

    RAISED = "raised"
    WORSENED = "worsened"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell.

    Parameters
    ----------
    at_s : session time at which it was due.
    quiet : it falls into quiet hours; recorded and shown, but without noise.
    """

    event: Event
    finding: Finding
    at_s: float
    quiet: bool

    @property
    def key(self) -> str:
        """The same for the same event, whoever finds it and however often."""
        severity = "" if self.event is Event.CLEARED else f"-{self.finding.severity}"
        return f"{self.finding.id}-{self.event}{severity}"


@dataclass(slots=True)
class _Story:
    finding: Finding
    due_s: float
    raised: Finding | None = None
    clear_s: float | None = None


class AlertPolicy:
    """One runner's alerts over a run.

    Parameters
    ----------
    local_time : time of day of a session time.
    """

    def __init__(self, settings: AlertSettings, local_time: Callable[[float], time]) -> None:
        self._settings = settings
        self._local_time = local_time
        self._stories: dict[str, _Story] = {}
        self._last: dict[tuple[Kind, Foot | None], tuple[float, int]] = {}

    def push(self, findings: Iterable[Finding], now_s: float) -> list[Alert]:
        """Take new revisions; `now_s` is the session time up to which all of them are known."""
        alerts: list[Alert] = []
        for finding in sorted(findings, key=lambda each: (each.known_s, each.id, each.revision)):
            alerts += self._until(finding.known_s)
            alerts += self._revise(finding)
        return alerts + self._until(now_s)

    def end(self, now_s: float) -> list[Alert]:
        """The run is over, and with it everything that was still on."""
        alerts = self._until(now_s)
        alerts += [self._clear(story, now_s) for story in self._stories.values() if story.raised is not None]
        self._stories.clear()
        return alerts

    def _revise(self, finding: Finding) -> list[Alert]:
        story = self._stories.get(finding.id)
        if finding.severity.rank < self._settings.severity.rank and story is None:
            return []
        if story is None:
            hold_s = 0.0 if finding.kind in MOMENTARY else self._settings.hold_s
            story = self._stories[finding.id] = _Story(finding, finding.known_s + hold_s)
        story.finding = finding
        if story.raised is None:
            return self._until(finding.known_s)
        if finding.severity.rank > story.raised.severity.rank:
            story.raised = finding
            return [self._alert(Event.WORSENED, finding, finding.known_s)]
        if finding.state is State.RESOLVED and finding.kind not in MOMENTARY:
            story.clear_s = finding.known_s
        return self._until(finding.known_s)

    def _until(self, now_s: float) -> list[Alert]:
        """Everything that has come due."""
        alerts: list[Alert] = []
        for key, story in list(self._stories.items()):
            if story.raised is None and story.due_s <= now_s:
                alerts += self._raise(key, story)
            if story.clear_s is not None and story.clear_s <= now_s:
                alerts.append(self._clear(story, story.clear_s))
                del self._stories[key]
        return alerts

    def _raise(self, key: str, story: _Story) -> list[Alert]:
        finding = story.finding
        momentary = finding.kind in MOMENTARY
        over = finding.state is State.RESOLVED and not momentary
        free_s, rank = self._last.get((finding.kind, finding.foot), (story.due_s, -1))
        if over or (story.due_s < free_s and finding.severity.rank <= rank and momentary):
            del self._stories[key]
            return []
        if story.due_s < free_s and finding.severity.rank <= rank:
            story.due_s = free_s
            return []
        story.raised = finding
        story.clear_s = story.due_s + LINGER_S if momentary else None
        until_s = story.due_s + self._settings.cool_down_s
        self._last[finding.kind, finding.foot] = until_s, finding.severity.rank
        return [self._alert(Event.RAISED, finding, story.due_s)]

    def _clear(self, story: _Story, at_s: float) -> Alert:
        return self._alert(Event.CLEARED, story.finding, at_s)

    def _alert(self, event: Event, finding: Finding, at_s: float) -> Alert:
        return Alert(event, finding, at_s, self._is_quiet(at_s))

    def _is_quiet(self, at_s: float) -> bool:
        if self._settings.quiet_hours is None:
            return False
        start, end = self._settings.quiet_hours
        now = self._local_time(at_s)
        return start <= now < end if start <= end else now >= start or now < end
