"""From shifts and steps to findings: each story opens, worsens and resolves as revisions of one finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from surefoot.analysis.drift.change import Account, Moved, foot_of, kind_of
from surefoot.analysis.drift.change_points import Step
from surefoot.analysis.drift.ewma import Shift, Trend
from surefoot.analysis.drift.messages import evidence_of, message
from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, KEYS, LEAST_PCT, LOAD, STEP_PCT
from surefoot.analysis.drift.onset import onset_of
from surefoot.analysis.findings import Finding, Kind, State, finding_id
from surefoot.analysis.model import Bools, Floats

HELD_MINUTES = 2
"""Minutes in a row beyond the threshold before a drift is told."""
JOINS_SHARE, JOINS_SURE = 0.4, 3.2
"""A metric that moves the same way joins at two fifths of its own threshold, if that is so many standard errors."""
WORSE = 1.5
"""A story is told anew at one and a half times what was told."""
CALM_SHARE, CALM_MINUTES = 0.5, 4
"""It is over when the change has stayed below half the threshold for so long."""
SETTLED_S = 300.0
"""After a step the moving average takes minutes to follow; before that nothing is said about its end."""
SUDDEN = 3.0
"""A change that came within minutes, as sure as this, is no drift: it must be as large as a step. Turning round on a
tilted road changes left against right at once, and by little."""


@dataclass(slots=True)
class Story:
    """A finding that goes on: what was last told, and how it has been since.

    Parameters
    ----------
    sign : of the change.
    threshold_pct : what the change of the lead had to reach.
    told_pct : the largest change told so far.
    calm : minutes in a row in which nothing was left of it.
    """

    account: Account
    finding: Finding
    sign: float
    threshold_pct: float
    told_pct: float
    calm: int = 0

    def about(self, metrics: Bools) -> bool:
        """Whether it is about some of these."""
        return bool((self.account.metrics & metrics).any())

    def kind(self, metrics: Bools) -> Kind:
        """What it becomes with these; what follows an ankle roll stays a spike."""
        old = self.account
        wider = kind_of(metrics, old.lead) is Kind.OFFLOADING and old.roll_s is None
        return Kind.OFFLOADING if wider else old.kind


@dataclass(slots=True)
class Stories:
    """The open stories of one run."""

    origin_s: float = 0.0
    _open: list[Story] = field(default_factory=list)
    _held: Floats = field(default_factory=lambda: np.zeros(len(KEYS)))

    @property
    def quiet(self) -> bool:
        """Nothing is going on."""
        return not self._open

    def minute(self, shift: Shift, trend: Trend) -> list[Finding]:
        """What a minute adds: new drifts, and how the open stories go on."""
        told = [finding for story in list(self._open) for finding in self._go_on(story, shift, trend)]
        sign = np.where(shift.beyond, np.sign(shift.moved.change_pct), 0.0)
        self._held = np.where((sign != 0.0) & (np.sign(self._held) * sign >= 0.0), self._held + sign, sign)
        ready = np.abs(self._held) >= HELD_MINUTES
        for metrics, direction in _groups(ready, self._held):
            if not any(story.sign == direction and story.about(metrics) for story in self._open):
                told += self._drift(metrics, direction, shift, trend)
        return told

    def step(self, step: Step, trend: Trend) -> list[Finding]:
        """A sudden change, unless it belongs to an open story."""
        groups = _groups(step.beyond, step.moved.change_pct)
        return [
            self._spike(metrics, direction, step, trend)
            for metrics, direction in groups
            if not any(story.about(metrics) for story in self._open)
        ]

    def _drift(self, metrics: Bools, direction: float, shift: Shift, trend: Trend) -> list[Finding]:
        moved = shift.moved
        lead = _lead(metrics, moved.change_pct / shift.threshold_pct)
        onset = onset_of(*trend.course(lead), float(trend.slopes.scatter_pct[lead]))
        small = abs(moved.change_pct[lead]) < STEP_PCT[lead]
        if (onset.sudden > SUDDEN and small) or not (LOAD[lead] or _rises(moved, lead)):
            return []
        metrics = metrics | _joining(shift, LOAD[lead], direction)
        kind = kind_of(metrics, lead)
        since_s = onset.start_s - self.origin_s
        account = Account(kind, foot_of(kind, lead, moved), metrics, lead, moved, trend.baseline, since_s)
        return [self._begin(account, onset.start_s, shift.end_s, direction, float(shift.threshold_pct[lead]), trend)]

    def _spike(self, metrics: Bools, direction: float, step: Step, trend: Trend) -> Finding:
        moved, roll_s = step.moved, None if step.roll_s is None else step.roll_s - self.origin_s
        lead = _lead(metrics, moved.change_pct / moved.error_pct)
        kind = Kind.OFFLOADING if metrics.sum() > 1 and roll_s is None else Kind.ASYMMETRY_SPIKE
        foot, since_s = foot_of(kind, lead, moved), step.time_s - self.origin_s
        account = Account(kind, foot, metrics, lead, moved, step.before, since_s, sudden=True, roll_s=roll_s)
        return self._begin(account, step.time_s, step.known_s, direction, float(LEAST_PCT[lead]), trend)

    def _begin(
        self, account: Account, time_s: float, known_s: float, sign: float, threshold_pct: float, trend: Trend
    ) -> Finding:
        finding = Finding(
            id=finding_id(account.kind, account.foot, time_s),
            kind=account.kind,
            foot=account.foot,
            time_s=time_s,
            known_s=known_s,
            severity=account.severity,
            value=account.value_pct,
            reference=float(account.against.rows[account.lead, ASYMMETRY]),
            unit="%",
            confidence=account.confidence(threshold_pct),
            message=message(account),
            evidence=evidence_of(account, trend),
        )
        self._open.append(Story(account, finding, sign, threshold_pct, abs(account.value_pct)))
        return finding

    def _go_on(self, story: Story, shift: Shift, trend: Trend) -> Iterable[Finding]:
        """A revision of an open story, if there is something new to say."""
        old = story.account
        moved = replace(shift.moved, change_pct=trend.away_from(old.against.rows))
        value_pct = float(moved.change_pct[old.lead])
        if not np.isfinite(value_pct):
            return
        settling = old.kind is Kind.ASYMMETRY_SPIKE and shift.end_s - story.finding.known_s < SETTLED_S
        calm = story.sign * value_pct < CALM_SHARE * story.threshold_pct and not settling
        story.calm = story.calm + 1 if calm else 0
        joined = old.metrics | _joining(shift, LOAD[old.lead], story.sign)
        if story.calm >= CALM_MINUTES:
            self._open.remove(story)
            yield _revised(story, replace(old, moved=moved, over=True), shift, trend)
        elif story.kind(joined) is not old.kind or abs(value_pct) >= WORSE * story.told_pct:
            kind = story.kind(joined)
            foot = old.foot if kind is old.kind else foot_of(kind, old.lead, moved)
            yield _revised(story, replace(old, kind=kind, foot=foot, metrics=joined, moved=moved), shift, trend)


def _revised(story: Story, account: Account, shift: Shift, trend: Trend) -> Finding:
    """The story told anew; it never becomes milder until it is over."""
    old = story.finding
    graver = max(old.severity, account.severity, key=lambda each: each.rank)
    story.account, story.told_pct = account, max(abs(account.value_pct), story.told_pct)
    story.finding = replace(
        old,
        kind=account.kind,
        foot=account.foot,
        known_s=shift.end_s,
        severity=old.severity if account.over else graver,
        value=account.value_pct,
        confidence=account.confidence(story.threshold_pct),
        message=message(account),
        evidence=evidence_of(account, trend),
        state=State.RESOLVED if account.over else State.OPEN,
        revision=old.revision + 1,
    )
    return story.finding


def _groups(marked: Bools, signed: Floats) -> Iterable[tuple[Bools, float]]:
    """Marked metrics that belong together: load or frontal plane, and the same direction."""
    for load in (True, False):
        for direction in (1.0, -1.0):
            metrics = marked & (load == LOAD) & (np.sign(signed) == direction)
            if metrics.any():
                yield metrics, direction


def _lead(metrics: Bools, strength: Floats) -> int:
    return int(np.argmax(np.where(metrics, np.abs(strength), -1.0)))


def _joining(shift: Shift, load: bool, direction: float) -> Bools:
    """Metrics of the same sort that move the same way, clearly enough to be part of the story."""
    size_pct = np.nan_to_num(direction * shift.moved.change_pct, nan=-np.inf)
    least_pct = np.maximum(JOINS_SHARE * shift.threshold_pct, JOINS_SURE * shift.moved.error_pct)
    joins: Bools = (load == LOAD) & (size_pct >= least_pct)
    return joins


def _rises(moved: Moved, lead: int) -> bool:
    """Whether the side that is larger now has risen, rather than the other fallen."""
    half_pct = 0.5 * abs(moved.change_pct[lead])
    return bool(moved.common_pct[lead] + half_pct >= 0.6 * half_pct)
