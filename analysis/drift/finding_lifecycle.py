"""Opening, escalation and resolution of findings about changes between left and right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from surefoot.analysis.drift.change import Change, ChangeEstimate, affected_foot, classify_drift
from surefoot.analysis.drift.change_points import ChangePoint
from surefoot.analysis.drift.ewma import Deviation, EwmaChart
from surefoot.analysis.drift.messages import change_evidence, message
from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, IS_LOAD, MIN_DRIFT_PCT, MIN_SUDDEN_PCT, MONITORED_KEYS
from surefoot.analysis.drift.onset import find_onset
from surefoot.analysis.drift.trend import Trend, trend_of
from surefoot.analysis.findings import Finding, Kind, State, finding_id
from surefoot.analysis.model import Bools, Floats

MIN_HELD_MINUTES = 2
"""Minutes in a row beyond the threshold before a drift is reported, or a metric joins it."""
JOIN_RATIO, JOIN_Z = 0.4, 3.2
"""A metric that changes the same way joins at this share of its own threshold, if that is so many standard errors."""
FOLLOW_RATIO = 0.25
"""The value of an open finding is revised when it has changed by this share of the threshold."""
RESOLVED_RATIO, RESOLVED_MINUTES = 0.5, 4
"""A finding is resolved when the change has stayed below this share of the threshold for so many minutes."""
SPIKE_SETTLING_S = 300.0
"""After a sudden change the moving average takes minutes to follow; its end is not looked for before."""
SUDDEN_EVIDENCE = 3.0
"""Suddenness from which a change is no drift and must be as large as a sudden one: turning round on a cambered road
changes left against right at once, and by little."""


@dataclass(slots=True)
class Episode:
    """An open finding.

    Parameters
    ----------
    sign : of the change.
    threshold_pct : what the change of the lead had to reach.
    calm_minutes : minutes in a row in which the change was below `RESOLVED_RATIO`.
    """

    change: Change
    finding: Finding
    sign: float
    threshold_pct: float
    calm_minutes: int = 0

    def involves(self, metrics: Bools) -> bool:
        """Whether any of the marked metrics is part of it."""
        return bool((self.change.metrics & metrics).any())

    def kind(self, metrics: Bools) -> Kind:
        """Its kind with these metrics; what follows an inversion event stays a spike."""
        old = self.change
        wider = classify_drift(metrics, old.lead) is Kind.OFFLOADING and old.event_s is None
        return Kind.OFFLOADING if wider else old.kind


@dataclass(slots=True)
class EpisodeTracker:
    """The open episodes of one run."""

    origin_s: float = 0.0
    _open: list[Episode] = field(default_factory=list)
    _held: Floats = field(default_factory=lambda: np.zeros(len(MONITORED_KEYS)))
    _clear: Floats = field(default_factory=lambda: np.zeros(len(MONITORED_KEYS)))

    @property
    def idle(self) -> bool:
        """Whether no episode is open."""
        return not self._open

    def add_minute(self, deviation: Deviation, chart: EwmaChart) -> list[Finding]:
        """Findings of a minute: revisions of open episodes and new drifts."""
        self._held = _minutes_in_a_row(self._held, deviation.beyond, deviation)
        self._clear = _minutes_in_a_row(self._clear, _is_clear(deviation), deviation)
        findings = [finding for episode in list(self._open) for finding in self._update(episode, deviation, chart)]
        ready = np.abs(self._held) >= MIN_HELD_MINUTES
        for metrics, direction in _groups(ready, self._held):
            if not any(episode.sign == direction and episode.involves(metrics) for episode in self._open):
                findings += self._open_drift(metrics, direction, deviation, chart)
        return findings

    def add_change_point(self, change_point: ChangePoint, chart: EwmaChart) -> list[Finding]:
        """Findings of a change point, unless it belongs to an open episode."""
        groups = _groups(change_point.beyond, change_point.estimate.change_pct)
        return [
            self._open_spike(metrics, direction, change_point, chart)
            for metrics, direction in groups
            if not any(episode.involves(metrics) for episode in self._open)
        ]

    def _open_drift(self, metrics: Bools, direction: float, deviation: Deviation, chart: EwmaChart) -> list[Finding]:
        estimate = deviation.estimate
        lead = _lead(metrics, estimate.change_pct / deviation.threshold_pct)
        onset = find_onset(*chart.history(lead), float(chart.covariates.scatter_pct[lead]))
        small = abs(estimate.change_pct[lead]) < chart.parameters.drift_threshold_ratio * MIN_SUDDEN_PCT[lead]
        if (onset.suddenness > SUDDEN_EVIDENCE and small) or not (IS_LOAD[lead] or _larger_side_rose(estimate, lead)):
            return []
        chart.end_baseline(onset.start_s)
        metrics = metrics | self._joining(lead, direction)
        kind = classify_drift(metrics, lead)
        since_s = onset.start_s - self.origin_s
        foot = affected_foot(kind, lead, estimate)
        change = _as_now(Change(kind, foot, metrics, lead, estimate, chart.baseline, since_s), chart, onset.start_s)
        threshold_pct = float(deviation.threshold_pct[lead])
        return [self._open_episode(change, onset.start_s, deviation.end_s, direction, threshold_pct, chart)]

    def _open_spike(self, metrics: Bools, direction: float, change_point: ChangePoint, chart: EwmaChart) -> Finding:
        estimate = change_point.estimate
        event_s = None if change_point.event_s is None else change_point.event_s - self.origin_s
        lead = _lead(metrics, estimate.change_pct / estimate.error_pct)
        kind = Kind.OFFLOADING if metrics.sum() > 1 and event_s is None else Kind.ASYMMETRY_SPIKE
        foot, since_s = affected_foot(kind, lead, estimate), change_point.time_s - self.origin_s
        change = Change(kind, foot, metrics, lead, estimate, change_point.before, since_s, sudden=True, event_s=event_s)
        threshold_pct = chart.parameters.drift_threshold_ratio * float(MIN_DRIFT_PCT[lead])
        return self._open_episode(change, change_point.time_s, change_point.known_s, direction, threshold_pct, chart)

    def _open_episode(
        self, change: Change, time_s: float, known_s: float, sign: float, threshold_pct: float, chart: EwmaChart
    ) -> Finding:
        finding = Finding(
            id=finding_id(change.kind, change.foot, time_s),
            kind=change.kind,
            foot=change.foot,
            time_s=time_s,
            known_s=known_s,
            severity=change.severity,
            value=change.value_pct,
            reference=float(change.reference.rows[change.lead, ASYMMETRY]),
            unit="%",
            confidence=change.confidence(threshold_pct),
            message=message(change),
            evidence={**change_evidence(change, chart), "first_known_s": known_s},
        )
        self._open.append(Episode(change, finding, sign, threshold_pct))
        return finding

    def _update(self, episode: Episode, deviation: Deviation, chart: EwmaChart) -> Iterable[Finding]:
        """A revision of an open episode, if something has changed."""
        old = episode.change
        estimate = replace(deviation.estimate, change_pct=chart.deviation_from(old.reference.rows))
        value_pct = float(estimate.change_pct[old.lead])
        if not np.isfinite(value_pct):
            return
        settling = old.kind is Kind.ASYMMETRY_SPIKE and deviation.end_s - episode.finding.known_s < SPIKE_SETTLING_S
        now = _as_now(replace(old, estimate=estimate), chart, episode.finding.time_s)
        moved_pct = abs(now.value_pct - episode.finding.value)
        calm_minutes = episode.sign * value_pct < RESOLVED_RATIO * episode.threshold_pct and not settling
        episode.calm_minutes = episode.calm_minutes + 1 if calm_minutes else 0
        joined = old.metrics | self._joining(old.lead, episode.sign)
        if episode.calm_minutes >= RESOLVED_MINUTES:
            self._open.remove(episode)
            yield _revise(episode, replace(now, over=True), deviation.end_s, chart)
            return
        kind, turned = episode.kind(joined), now.trend not in (old.trend, Trend.UNCLEAR)
        if kind is not old.kind or turned or moved_pct >= FOLLOW_RATIO * episode.threshold_pct:
            foot = old.foot if kind is old.kind else affected_foot(kind, old.lead, estimate)
            yield _revise(episode, replace(now, kind=kind, foot=foot, metrics=joined), deviation.end_s, chart)

    def _joining(self, lead: int, direction: float) -> Bools:
        """Metrics of the lead's group that change the same way."""
        alike = IS_LOAD if IS_LOAD[lead] else ~IS_LOAD
        joins: Bools = alike & (direction * self._clear >= MIN_HELD_MINUTES)
        return joins

    def finish(self, end_s: float, chart: EwmaChart) -> list[Finding]:
        """Last revisions at the end of the run: each open finding as it is then, its evidence to the last minute."""
        changes = [(each, _as_now(each.change, chart, each.finding.time_s)) for each in self._open]
        return [_revise(episode, replace(change, at_end=True), end_s, chart) for episode, change in changes]


def _as_now(change: Change, chart: EwmaChart, onset_s: float) -> Change:
    """The change of the latest minutes, and whether it still grows."""
    now = replace(change, estimate=chart.latest_change(change.reference, change.estimate))
    time_s, change_pct = chart.history(change.lead)
    since = time_s >= onset_s
    trend = trend_of(
        time_s[since],
        np.sign(now.value_pct) * change_pct[since],
        float(chart.covariates.scatter_pct[change.lead]),
        chart.parameters.drift_threshold_ratio * float(MIN_DRIFT_PCT[change.lead]),
    )
    return replace(now, trend=trend)


def _revise(episode: Episode, change: Change, known_s: float, chart: EwmaChart) -> Finding:
    """The episode's next revision; it never becomes milder until it is over."""
    old = episode.finding
    severity = max(old.severity, change.severity, key=lambda each: each.rank)
    episode.change = change
    episode.finding = replace(
        old,
        kind=change.kind,
        foot=change.foot,
        known_s=known_s,
        severity=old.severity if change.over else severity,
        value=change.value_pct,
        confidence=change.confidence(episode.threshold_pct),
        message=message(change),
        evidence={**change_evidence(change, chart), "first_known_s": old.evidence["first_known_s"]},
        state=State.RESOLVED if change.over else State.OPEN,
        revision=old.revision + 1,
    )
    return episode.finding


def _groups(marked: Bools, signed: Floats) -> Iterable[tuple[Bools, float]]:
    """Marked metrics that belong together: load or frontal plane, and the same direction."""
    for load in (True, False):
        for direction in (1.0, -1.0):
            metrics = marked & (load == IS_LOAD) & (np.sign(signed) == direction)
            if metrics.any():
                yield metrics, direction


def _lead(metrics: Bools, strength: Floats) -> int:
    return int(np.argmax(np.where(metrics, np.abs(strength), -1.0)))


def _is_clear(deviation: Deviation) -> Bools:
    """Metrics that change clearly enough to be part of an episode."""
    least_pct = np.maximum(JOIN_RATIO * deviation.threshold_pct, JOIN_Z * deviation.estimate.error_pct)
    clear: Bools = np.abs(deviation.estimate.change_pct) >= least_pct
    return clear


def _minutes_in_a_row(before: Floats, marked: Bools, deviation: Deviation) -> Floats:
    """(metrics,) minutes for which a metric has been marked without a break, with the sign of its change."""
    sign = np.where(marked, np.sign(deviation.estimate.change_pct), 0.0)
    return np.where((sign != 0.0) & (np.sign(before) * sign >= 0.0), before + sign, sign)


def _larger_side_rose(estimate: ChangeEstimate, lead: int) -> bool:
    """Whether the larger side has risen, rather than the other fallen."""
    half_pct = 0.5 * abs(estimate.change_pct[lead])
    return bool(estimate.common_pct[lead] + half_pct >= 0.6 * half_pct)
