"""A change between left and right: its size, its error, and the foot it is about."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.monitored_metrics import IS_LOAD, MIN_DRIFT_PCT, MONITORED_KEYS
from surefoot.analysis.drift.trend import Trend
from surefoot.analysis.findings import Kind, Severity
from surefoot.analysis.metrics import IMPACT
from surefoot.analysis.model import Bools, Floats, Foot

WARNING_RATIO = 2.0
"""A change becomes a warning at this multiple of the smallest one reported."""
ONE_SIDED_RATIO = 1.0 / 3.0
"""If the mean of both feet has changed by this share of half the difference, one foot has changed, else both."""


@dataclass(frozen=True, slots=True)
class ChangeEstimate:
    """How asymmetry has changed; (metrics,) each, NaN where unknown.

    Parameters
    ----------
    change_pct : of the asymmetry, positive where the right has gained.
    error_pct : its standard error.
    common_pct : change of the mean of both feet.
    camber_deg : change of the camber, positive where the road falls off to the right.
    inclination_pct : by how much a treadmill is steeper; NaN where none told it both times.
    """

    change_pct: Floats
    error_pct: Floats
    common_pct: Floats
    camber_deg: Floats
    inclination_pct: Floats


@dataclass(frozen=True, slots=True)
class Change:
    """A change to be reported.

    Parameters
    ----------
    metrics : (metrics,) marks of the monitored metrics that have changed; `lead` is the clearest of them.
    reference : what it is compared with: the run's first minutes, those before a `sudden` change, or earlier runs.
    since_s, event_s : from the start of the recording; `event_s` of the inversion event that it follows.
    trend : whether it still grows.
    at_end, over : whether the run has ended with it, and whether it has gone again before.
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
    trend: Trend = Trend.UNCLEAR
    at_end: bool = False
    over: bool = False

    @property
    def indices(self) -> list[int]:
        """Indices of the metrics that have changed."""
        return np.flatnonzero(self.metrics).tolist()

    @property
    def value_pct(self) -> float:
        """Change of the lead's asymmetry."""
        return float(self.estimate.change_pct[self.lead])

    @property
    def severity(self) -> Severity:
        """A warning for offloading, after an inversion event, or from `WARNING_RATIO` on; else a notice."""
        serious = self.kind is Kind.OFFLOADING or self.event_s is not None
        large = abs(self.value_pct) >= WARNING_RATIO * MIN_DRIFT_PCT[self.lead]
        return Severity.WARNING if serious or large else Severity.NOTICE

    def confidence(self, threshold_pct: float) -> float:
        """Probability that the true change exceeds half the threshold, given its standard error."""
        excess_pct = abs(self.value_pct) - 0.5 * threshold_pct
        z = excess_pct / max(float(self.estimate.error_pct[self.lead]), 1e-6)
        return 0.5 * (1.0 + erf(z / sqrt(2.0)))


def classify_drift(metrics: Bools, lead: int) -> Kind:
    """Finding kind of a drift, from the marks of the metrics that changed, (metrics,)."""
    if not IS_LOAD[lead]:
        return Kind.FRONTAL_INSTABILITY
    if metrics.sum() > 1:
        return Kind.OFFLOADING
    return Kind.IMPACT_DRIFT if MONITORED_KEYS[lead] == IMPACT else Kind.ASYMMETRY_DRIFT


def affected_foot(kind: Kind, lead: int, estimate: ChangeEstimate) -> Foot:
    """The foot that has changed. For offloading the one with less load; where both have changed the one with more."""
    change_pct, common_pct = float(estimate.change_pct[lead]), float(estimate.common_pct[lead])
    more = Foot.RIGHT if change_pct > 0.0 else Foot.LEFT
    if kind is Kind.OFFLOADING:
        return more.other
    if kind is Kind.FRONTAL_INSTABILITY:
        return more
    one_foot_fell = common_pct < -ONE_SIDED_RATIO * 0.5 * abs(change_pct)
    return more.other if one_foot_fell else more
