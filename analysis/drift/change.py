"""What has moved, on which foot, held against what: all that a finding of a change rests on."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.monitored_metrics import IS_LOAD, MIN_DRIFT_PCT, MONITORED_KEYS
from surefoot.analysis.findings import Kind, Severity
from surefoot.analysis.metrics import IMPACT
from surefoot.analysis.model import Bools, Floats, Foot

WARNING_RATIO = 2.0
"""A change is warned of at twice the smallest one that is worth telling."""
ONE_SIDED_RATIO = 1.0 / 3.0
"""If the mean of both feet has moved by this part of half the difference, one foot has moved, else both have."""


@dataclass(frozen=True, slots=True)
class ChangeEstimate:
    """How left against right has changed; (metrics,) each, NaN where unknown.

    Parameters
    ----------
    change_pct : of the asymmetry, positive where the right has gained.
    error_pct : its standard error.
    common_pct : change of the mean of both feet.
    road_deg : by how much the road has come to fall off to the right, as far as both feet show it.
    """

    change_pct: Floats
    error_pct: Floats
    common_pct: Floats
    camber_deg: Floats


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be told.

    Parameters
    ----------
    metrics : (metrics,) marks of the watched metrics that have moved; `lead` is the clearest of them.
    against : what was usual before, in the run's first minutes, just before a `sudden` change, or in earlier runs.
    since_s, roll_s : from the start of the recording.
    over : whether it has gone again.
    """

    kind: Kind
    foot: Foot
    metrics: Bools
    lead: int
    estimate: ChangeEstimate
    reference: Baseline
    since_s: float
    sudden: bool = False
    event_s: float | None = None
    over: bool = False

    @property
    def indices(self) -> list[int]:
        """Of the metrics that have moved."""
        return np.flatnonzero(self.metrics).tolist()

    @property
    def value_pct(self) -> float:
        """Change of the lead's asymmetry."""
        return float(self.estimate.change_pct[self.lead])

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        serious = self.kind is Kind.OFFLOADING or self.event_s is not None
        large = abs(self.value_pct) >= WARNING_RATIO * MIN_DRIFT_PCT[self.lead]
        return Severity.WARNING if serious or large else Severity.NOTICE

    def confidence(self, threshold_pct: float) -> float:
        """Probability that the true change exceeds half the threshold, as far as the scatter tells."""
        excess_pct = abs(self.value_pct) - 0.5 * threshold_pct
        z = excess_pct / max(float(self.estimate.error_pct[self.lead]), 1e-6)
        return 0.5 * (1.0 + erf(z / sqrt(2.0)))


def classify_drift(metrics: Bools, lead: int) -> Kind:
    """Of a drift, by what has moved."""
    if not IS_LOAD[lead]:
        return Kind.FRONTAL_INSTABILITY
    if metrics.sum() > 1:
        return Kind.OFFLOADING
    return Kind.IMPACT_DRIFT if MONITORED_KEYS[lead] == IMPACT else Kind.ASYMMETRY_DRIFT


def affected_foot(kind: Kind, lead: int, estimate: ChangeEstimate) -> Foot:
    """The foot that has moved; of offloading the one with less load, and where both have moved the one with more."""
    change_pct, common_pct = float(estimate.change_pct[lead]), float(estimate.common_pct[lead])
    more = Foot.RIGHT if change_pct > 0.0 else Foot.LEFT
    if kind is Kind.OFFLOADING:
        return more.other
    if kind is Kind.FRONTAL_INSTABILITY:
        return more
    one_foot_fell = common_pct < -ONE_SIDED_RATIO * 0.5 * abs(change_pct)
    return more.other if one_foot_fell else more
