"""The asymmetry that a runner brings along: told once, without alarm, with its place among healthy runners."""

from __future__ import annotations

from dataclasses import replace
from math import erf, sqrt

import numpy as np

from surefoot.analysis.drift.ewma import Shift, Trend
from surefoot.analysis.drift.monitored_metrics import ASYMMETRY, CONTACT, KEYS
from surefoot.analysis.findings import Evidence, Finding, Kind, Severity, State, finding_id
from surefoot.analysis.model import Foot

HEALTHY_SPREAD_PCT = 5.6
"""Contact asymmetry of healthy runners scatters like this around none: 40 % of them lie within 3 %, 90 % within 9 %
(contact balance of up to 50.7 % and 52.2 %)."""
WORTH_TELLING_PCT = 3.0
WARM_UP_S = 20 * 60.0
"""A side that starts worse and eases does so within the first twenty minutes."""
_ROW = KEYS.index(CONTACT)


class Standing:
    """Tells the standing asymmetry once its baseline is known, and once more if it eases as the runner warms up."""

    def __init__(self) -> None:
        self._told: Finding | None = None
        self._done = False
        self._eases = 0

    def minute(self, shift: Shift, trend: Trend, *, quiet: bool) -> list[Finding]:
        """What a minute adds."""
        own_pct = float(trend.baseline.rows[_ROW, ASYMMETRY])
        if np.isfinite(own_pct) and not self._done:
            self._done = True
            if abs(own_pct) >= WORTH_TELLING_PCT and np.isfinite(trend.baseline.end_s):
                self._told = _tell(own_pct, shift, trend)
                return [self._told]
        return self._easing(own_pct, shift, trend) if quiet else []

    def _easing(self, own_pct: float, shift: Shift, trend: Trend) -> list[Finding]:
        change_pct = float(shift.moved.change_pct[_ROW])
        warming = self._told is not None and shift.end_s - trend.baseline.start_s <= WARM_UP_S
        eases = warming and bool(shift.beyond[_ROW]) and own_pct * change_pct < 0.0
        self._eases = self._eases + 1 if eases and abs(own_pct + change_pct) < abs(own_pct) else 0
        if self._told is None or self._eases < 2:
            return []
        self._told = _eased(self._told, own_pct, change_pct, shift)
        trend.rebase(shift.end_s)
        self._eases = 0
        return [self._told]


def healthy_share(asymmetry_pct: float) -> float:
    """Share of healthy runners whose contact is more even."""
    return erf(abs(asymmetry_pct) / (HEALTHY_SPREAD_PCT * sqrt(2.0)))


def _tell(own_pct: float, shift: Shift, trend: Trend) -> Finding:
    foot = Foot.RIGHT if own_pct > 0.0 else Foot.LEFT
    base, share = trend.baseline, healthy_share(own_pct)
    error_pct = float(base.error_pct[_ROW])
    message = (
        f"From the start your {foot} foot stays on the ground {abs(own_pct):.1f} % longer than the {foot.other}. "
        f"About {100.0 * (1.0 - share):.0f} in 100 healthy runners differ as much; it is how you run today, "
        "and only a change from it is watched."
    )
    evidence: Evidence = {
        "metric": CONTACT,
        "asymmetry_pct": own_pct,
        "asymmetry_low_pct": own_pct - 1.96 * error_pct,
        "asymmetry_high_pct": own_pct + 1.96 * error_pct,
        "baseline_start_s": base.start_s,
        "baseline_end_s": base.end_s,
        "baseline_strides": base.strides,
        "healthy_more_even_share": share,
        "warm_up": False,
        "wrong_if": ["the road was tilted to one side", "the two pods sit differently on their shoes"],
    }
    return Finding(
        finding_id(Kind.STANDING_ASYMMETRY, foot, base.start_s), Kind.STANDING_ASYMMETRY, foot, base.start_s,
        shift.end_s, Severity.INFO, own_pct, 0.0, "%", 1.0 - _opposite(own_pct, error_pct), message, evidence,
    )  # fmt: skip


def _opposite(value: float, error: float) -> float:
    """Probability that the true value has the other sign."""
    return 0.5 * (1.0 - erf(abs(value) / (max(error, 1e-6) * sqrt(2.0))))


def _eased(told: Finding, own_pct: float, change_pct: float, shift: Shift) -> Finding:
    assert told.foot is not None
    now_pct = own_pct + change_pct
    message = (
        f"Your {told.foot} foot began with {abs(own_pct):.1f} % longer ground contact and eased to "
        f"{abs(now_pct):.1f} % as you warmed up. If it is also stiff or sore at first, mention it to a physio."
    )
    return replace(
        told, known_s=shift.end_s, value=now_pct, reference=own_pct, message=message, state=State.RESOLVED,
        revision=told.revision + 1, evidence={**told.evidence, "warm_up": True, "asymmetry_now_pct": now_pct},
    )  # fmt: skip
