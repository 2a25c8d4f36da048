"""From shifts and steps to findings: each story opens, worsens and resolves as revisions of one finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import erf, sqrt

import numpy as np

from analysis.drift.onset import onset_of
from analysis.drift.steps import Step
from analysis.drift.telling import Account, message, wrong_if
from analysis.drift.trend import INTERVAL, Shift, Trend
from analysis.drift.watched import IMPACT, KEYS, LEAST_PCT, LOAD, STEP_PCT, WATCHED
from analysis.findings import Evidence, Finding, Kind, Severity, State, finding_id
from analysis.model import Bools, Floats, Foot

HELD_MINUTES = 2
"""Minutes in a row beyond the threshold before a drift is told."""
JOINS_SHARE, JOINS_SURE = 0.4, 3.2
"""A metric that moves the same way joins at two fifths of its own threshold, if that is so many standard errors."""
WORSE, WARNING = 1.5, 2.0
"""A story is told anew at one and a half times what was told, and warned of at twice the smallest change."""
CALM_SHARE, CALM_MINUTES = 0.5, 4
"""It is over when the change has stayed below half the threshold for so long."""
SETTLED_S = 300.0
"""After a step the moving average takes minutes to follow; before that nothing is said about its end."""
SUDDEN = 3.0
"""A change that came within minutes, as sure as this, is no drift: it must be as large as a step. Turning round on a
tilted road changes left against right at once, and by little."""
ONE_SIDED = 1.0 / 3.0
"""If the mean of both feet has moved by this part of half the difference, one foot has moved, else both have."""


@dataclass(slots=True)
class Story:
    """A finding that goes on: what it is about, what it is held against, and how it has been since."""

    finding: Finding
    foot: Foot
    metrics: Bools
    lead: int
    sign: float
    reference: Floats
    roll_s: float | None
    told_pct: float
    threshold_pct: float
    calm: int = 0

    @property
    def stays(self) -> bool:
        """What follows an ankle roll stays a spike, and offloading is the widest a story gets."""
        return self.finding.kind is Kind.OFFLOADING or self.roll_s is not None


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
        sign = np.where(shift.beyond, np.sign(shift.change_pct), 0.0)
        self._held = np.where((sign != 0.0) & (np.sign(self._held) * sign >= 0.0), self._held + sign, sign)
        ready = np.abs(self._held) >= HELD_MINUTES
        for metrics, direction in _groups(ready, self._held):
            if not self._known(metrics, direction):
                told += self._drift(metrics, direction, shift, trend)
        return told

    def step(self, step: Step, trend: Trend) -> list[Finding]:
        """A sudden change, unless it belongs to an open story."""
        told: list[Finding] = []
        for metrics, direction in _groups(step.beyond, step.change_pct):
            if any((story.metrics & metrics).any() for story in self._open):
                continue
            told.append(self._spike(metrics, direction, step, trend))
        return told

    def _known(self, metrics: Bools, direction: float) -> bool:
        """Whether the metrics belong to an open story, which then goes on."""
        return any(story.sign == direction and (story.metrics & metrics).any() for story in self._open)

    def _drift(self, metrics: Bools, direction: float, shift: Shift, trend: Trend) -> list[Finding]:
        lead = _lead(metrics, shift.change_pct / shift.threshold_pct)
        onset = onset_of(*trend.course(lead), float(trend.slopes.scatter_pct[lead]))
        sudden = onset.sudden > SUDDEN and abs(shift.change_pct[lead]) < STEP_PCT[lead]
        if sudden or not (LOAD[lead] or _rises(shift, lead)):
            return []
        metrics = metrics | _joining(shift, LOAD[lead], direction)
        kind = _kind(metrics, lead)
        since_s = onset.start_s
        foot = _foot(kind, float(shift.change_pct[lead]), float(shift.common_pct[lead]))
        account = Account(
            kind, foot, tuple(np.flatnonzero(metrics)), lead, shift.change_pct, shift.error_pct, shift.common_pct,
            since_s - self.origin_s,
        )  # fmt: skip
        return [self._tell_new(account, since_s, shift.end_s, metrics, direction, trend.baseline.rows, trend,
                               float(shift.threshold_pct[lead]))]  # fmt: skip

    def _spike(self, metrics: Bools, direction: float, step: Step, trend: Trend) -> Finding:
        lead = _lead(metrics, step.change_pct / step.error_pct)
        groups = int(metrics.sum())
        kind = Kind.OFFLOADING if groups > 1 and step.roll_s is None else Kind.ASYMMETRY_SPIKE
        foot = _foot(kind, float(step.change_pct[lead]), float(step.common_pct[lead]))
        account = Account(
            kind, foot, tuple(np.flatnonzero(metrics)), lead, step.change_pct, step.error_pct, step.common_pct,
            step.time_s - self.origin_s, None if step.roll_s is None else step.roll_s - self.origin_s,
        )  # fmt: skip
        return self._tell_new(
            account, step.time_s, step.known_s, metrics, direction, step.before, trend, float(LEAST_PCT[lead])
        )

    def _tell_new(
        self, account: Account, time_s: float, known_s: float, metrics: Bools, direction: float,
        reference: Floats, trend: Trend, threshold_pct: float,
    ) -> Finding:  # fmt: skip
        value = account.change(account.lead)
        finding = Finding(
            finding_id(account.kind, account.foot, time_s), account.kind, account.foot, time_s, known_s,
            _severity(account, value), value, float(reference[account.lead, 0]), "%",
            _confidence(value, threshold_pct, float(account.error_pct[account.lead])),
            message(account), _evidence(account, trend),
        )  # fmt: skip
        self._open.append(
            Story(
                finding,
                account.foot,
                metrics,
                account.lead,
                direction,
                reference,
                account.roll_s,
                abs(value),
                threshold_pct,
            )
        )
        return finding

    def _go_on(self, story: Story, shift: Shift, trend: Trend) -> Iterable[Finding]:
        """A revision of an open story, if there is something new to say."""
        change = trend.away_from(story.reference)
        value = float(change[story.lead])
        if not np.isfinite(value):
            return
        since = shift.end_s - story.finding.known_s
        spiked = story.finding.kind is Kind.ASYMMETRY_SPIKE
        calm = story.sign * value < CALM_SHARE * story.threshold_pct and not (spiked and since < SETTLED_S)
        story.calm = story.calm + 1 if calm else 0
        joined = story.metrics | _joining(shift, LOAD[story.lead], story.sign)
        wider = _kind(joined, story.lead) is Kind.OFFLOADING and not story.stays
        if story.calm >= CALM_MINUTES:
            self._open.remove(story)
            yield self._revise(story, change, shift, trend, State.RESOLVED)
        elif wider or abs(value) >= WORSE * story.told_pct:
            story.metrics = joined
            yield self._revise(story, change, shift, trend, State.OPEN)

    def _revise(self, story: Story, change: Floats, shift: Shift, trend: Trend, state: State) -> Finding:
        old = story.finding
        wider = _kind(story.metrics, story.lead) is Kind.OFFLOADING and not story.stays
        kind = Kind.OFFLOADING if wider else old.kind
        value = float(change[story.lead])
        foot = story.foot if kind is old.kind else _foot(kind, value, float(shift.common_pct[story.lead]))
        account = Account(
            kind, foot, tuple(np.flatnonzero(story.metrics)), story.lead, change, shift.error_pct, shift.common_pct,
            old.time_s - self.origin_s, story.roll_s, state is State.RESOLVED,
        )  # fmt: skip
        story.told_pct = max(abs(value), story.told_pct)
        severity = old.severity if state is State.RESOLVED else max(
            old.severity, _severity(account, value), key=lambda each: each.rank
        )  # fmt: skip
        story.foot = foot
        story.finding = replace(
            old, kind=kind, foot=foot, known_s=shift.end_s, severity=severity, value=value,
            confidence=_confidence(value, story.threshold_pct, float(shift.error_pct[story.lead])),
            message=message(account), evidence=_evidence(account, trend), state=state, revision=old.revision + 1,
        )  # fmt: skip
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
    size = direction * shift.change_pct
    with np.errstate(invalid="ignore"):
        joins: Bools = (
            (load == LOAD) & (size >= JOINS_SHARE * shift.threshold_pct) & (size >= JOINS_SURE * shift.error_pct)
        )
    return joins


def _rises(shift: Shift, lead: int) -> bool:
    """Whether the side that is larger now has risen, rather than the other fallen."""
    return bool(shift.common_pct[lead] + 0.5 * abs(shift.change_pct[lead]) >= 0.5 * abs(shift.change_pct[lead]) * 0.6)


def _kind(metrics: Bools, lead: int) -> Kind:
    if not LOAD[lead]:
        return Kind.FRONTAL_INSTABILITY
    if metrics.sum() > 1:
        return Kind.OFFLOADING
    return Kind.IMPACT_DRIFT if KEYS[lead] == IMPACT else Kind.ASYMMETRY_DRIFT


def _foot(kind: Kind, change_pct: float, common_pct: float) -> Foot:
    """The foot that has moved; of offloading the one with less load, and where both have moved the one with more."""
    more = Foot.RIGHT if change_pct > 0.0 else Foot.LEFT
    if kind is Kind.OFFLOADING:
        return more.other
    if kind is Kind.FRONTAL_INSTABILITY:
        return more
    fell = common_pct < -ONE_SIDED * 0.5 * abs(change_pct)
    return more.other if fell else more


def _severity(account: Account, value: float) -> Severity:
    grave = account.kind is Kind.OFFLOADING or account.roll_s is not None
    return Severity.WARNING if grave or abs(value) >= WARNING * LEAST_PCT[account.lead] else Severity.NOTICE


def _confidence(value: float, threshold_pct: float, error_pct: float) -> float:
    """Probability that the true change exceeds half the threshold, as far as the scatter tells."""
    z = (abs(value) - 0.5 * threshold_pct) / max(error_pct, 1e-6)
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))


def _evidence(account: Account, trend: Trend) -> Evidence:
    """What the sentence rests on, for a plot and for someone who doubts it."""
    lead, base = account.lead, trend.baseline
    time_s, away = trend.course(lead)
    own = float(base.rows[lead, 0])
    band = 2.0 * float(trend.slopes.scatter_pct[lead])
    change, error, common = (
        float(values[lead]) for values in (account.change_pct, account.error_pct, account.common_pct)
    )
    return {
        "metric": WATCHED[lead].key,
        "metrics": [KEYS[k] for k in account.metrics],
        "changes_pct": [account.change(k) for k in account.metrics],
        "change_low_pct": change - INTERVAL * error,
        "change_high_pct": change + INTERVAL * error,
        "left_change_pct": common - 0.5 * change,
        "right_change_pct": common + 0.5 * change,
        "baseline_start_s": base.start_s,
        "baseline_end_s": base.end_s,
        "baseline_strides": base.strides,
        "baseline_asymmetry_pct": own,
        "times_s": time_s.tolist(),
        "asymmetry_pct": (own + away).tolist(),
        "band_low_pct": own - band,
        "band_high_pct": own + band,
        "after_roll_s": account.roll_s,
        "wrong_if": list(wrong_if(account)),
    }
