"""The asymmetry that a runner starts with: reported once, without alarm, compared with healthy runners."""

from __future__ import annotations

from dataclasses import replace
from math import erf, sqrt

import numpy as np

from surefoot.analysis.drift.ewma import Deviation, EwmaChart
from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, MONITORED_KEYS
from surefoot.analysis.findings import Evidence, Finding, Kind, Severity, State, finding_id
from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Foot
from surefoot.analysis.uncertainty import Z95

HEALTHY_SD_PCT = 5.6
"""Standard deviation of contact asymmetry among healthy runners: 40 % of them lie within 3 %, 90 % within 9 % (contact
balance of up to 50.7 % and 52.2 %)."""
WARM_UP_S = 20 * 60.0
"""An asymmetry that eases with warming up does so within this time."""
_CONTACT_ROW = MONITORED_KEYS.index(CONTACT)


class StandingAsymmetry:
    """Reports the standing asymmetry once the baseline is known, and once more if it eases as the runner warms up."""

    def __init__(self) -> None:
        self._reported: Finding | None = None
        self._done = False
        self._easing_minutes = 0

    def add_minute(self, deviation: Deviation, chart: EwmaChart, *, idle: bool) -> list[Finding]:
        """Findings of a minute."""
        baseline_pct = float(chart.baseline.rows[_CONTACT_ROW, ASYMMETRY])
        if np.isfinite(baseline_pct) and not self._done:
            self._done = True
            if abs(baseline_pct) >= chart.parameters.min_standing_pct and np.isfinite(chart.baseline.end_s):
                self._reported = _new_finding(baseline_pct, deviation, chart)
                return [self._reported]
        return self._check_easing(baseline_pct, deviation, chart) if idle else []

    def _check_easing(self, baseline_pct: float, deviation: Deviation, chart: EwmaChart) -> list[Finding]:
        change_pct = float(deviation.estimate.change_pct[_CONTACT_ROW])
        warming = self._reported is not None and deviation.end_s - chart.baseline.start_s <= WARM_UP_S
        smaller = baseline_pct * change_pct < 0.0 and abs(baseline_pct + change_pct) < abs(baseline_pct)
        is_easing = warming and bool(deviation.beyond[_CONTACT_ROW]) and smaller
        self._easing_minutes = self._easing_minutes + 1 if is_easing else 0
        if self._reported is None or self._easing_minutes < 2:
            return []
        self._reported = _eased_finding(self._reported, baseline_pct, change_pct, deviation)
        chart.rebase(deviation.end_s)
        self._easing_minutes = 0
        return [self._reported]


def healthy_share(asymmetry_pct: float) -> float:
    """Share of healthy runners whose contact is more even."""
    return erf(abs(asymmetry_pct) / (HEALTHY_SD_PCT * sqrt(2.0)))


def _new_finding(baseline_pct: float, deviation: Deviation, chart: EwmaChart) -> Finding:
    foot = Foot.RIGHT if baseline_pct > 0.0 else Foot.LEFT
    baseline, share = chart.baseline, healthy_share(baseline_pct)
    error_pct = float(baseline.error_pct[_CONTACT_ROW])
    message = (
        f"From the start the {foot} foot stays on the ground {abs(baseline_pct):.1f} % longer than the {foot.other}. "
        f"About {100.0 * (1.0 - share):.0f} in 100 healthy runners differ as much; it is how this run began, "
        "and a drift is a change from it."
    )
    evidence: Evidence = {
        "metric": CONTACT,
        "asymmetry_pct": baseline_pct,
        "asymmetry_low_pct": baseline_pct - Z95 * error_pct,
        "asymmetry_high_pct": baseline_pct + Z95 * error_pct,
        "baseline_start_s": baseline.start_s,
        "baseline_end_s": baseline.end_s,
        "baseline_strides": baseline.strides,
        "healthy_more_even_share": share,
        "warm_up": False,
        "wrong_if": ["the road sloped to one side", "the two pods sit differently on their shoes"],
    }
    return Finding(
        finding_id(Kind.STANDING_ASYMMETRY, foot, baseline.start_s), Kind.STANDING_ASYMMETRY, foot, baseline.start_s,
        deviation.end_s, Severity.INFO, baseline_pct, 0.0, "%", 1.0 - _p_opposite(baseline_pct, error_pct), message,
        evidence,
    )  # fmt: skip


def _p_opposite(value: float, error: float) -> float:
    """Probability that the true value has the other sign."""
    return 0.5 * (1.0 - erf(abs(value) / (max(error, 1e-6) * sqrt(2.0))))


def _eased_finding(finding: Finding, baseline_pct: float, change_pct: float, deviation: Deviation) -> Finding:
    assert finding.foot is not None
    now_pct = baseline_pct + change_pct
    message = (
        f"The {finding.foot} foot began with {abs(baseline_pct):.1f} % longer ground contact and eased to "
        f"{abs(now_pct):.1f} % while warming up. If it is also stiff or sore at first, mention it to a physio."
    )
    return replace(
        finding, known_s=deviation.end_s, value=now_pct, reference=baseline_pct, message=message, state=State.RESOLVED,
        revision=finding.revision + 1, evidence={**finding.evidence, "warm_up": True, "asymmetry_now_pct": now_pct},
    )  # fmt: skip
