"""The finding that an ankle rolled, and its revision when the strides after it are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surefoot.analysis.findings import Evidence, Finding, Kind, Severity, State, finding_id
from surefoot.analysis.inversion.aftermath import Aftermath
from surefoot.analysis.inversion.criteria import Excursion
from surefoot.analysis.inversion.frontal_curves import CURVE_TIME_S
from surefoot.analysis.inversion.messages import MAX_DOUBTFUL_CONFIDENCE, roll_message
from surefoot.analysis.inversion.roll_watch import Roll
from surefoot.analysis.model import Foot
from surefoot.analysis.parameters import Parameters

WRONG_IF = ["the pod was knocked or is loose on the shoe", "the step was a deliberate sideways one"]


def roll_finding(
    foot: Foot, contact_s: float, known_s: float, stride_confidence: float, roll: Roll, parameters: Parameters
) -> Finding:
    """The first revision: a roll at the landing at `contact_s`, known at `known_s`."""
    excursion = roll.excursion
    time_s = contact_s + excursion.peak_s
    severity = _severity(excursion.excess_deg, parameters)
    confidence = _confidence(roll, stride_confidence)
    return Finding(
        id=finding_id(Kind.INVERSION_EVENT, foot, time_s),
        kind=Kind.INVERSION_EVENT,
        foot=foot,
        time_s=time_s,
        known_s=known_s,
        severity=severity,
        value=excursion.excess_deg,
        reference=0.0,
        unit="°",
        confidence=confidence,
        message=roll_message(foot, excursion, severity, confidence, side_known=roll.side_known),
        evidence={
            "initial_contact_s": contact_s,
            "peak_after_contact_s": excursion.peak_s,
            "is_lower_bound": excursion.clipped,
            "inversion_deg": excursion.inversion_deg,
            "inversion_velocity_dps": excursion.rate_dps,
            "side_known": roll.side_known,
            "usual_velocity_dps": roll.reference.rate_dps,
            "own_strides": roll.reference.strides,
            "curve_time_s": CURVE_TIME_S.tolist(),
            "curve_inversion_deg": roll.curve_deg.tolist(),
            "curve_velocity_dps": roll.rate_dps.tolist(),
            "curve_usual_deg": roll.reference.curve_deg.tolist(),
            "curve_spread_deg": roll.reference.spread_deg.tolist(),
            "wrong_if": WRONG_IF,
        },
    )


def with_aftermath(finding: Finding, aftermath: Aftermath) -> Finding:
    """The last revision, with how the strides changed."""
    evidence = {**finding.evidence, **(_compared(aftermath) if aftermath.compared else {})}
    return replace(
        finding,
        message=" ".join(part for part in (finding.message, aftermath.sentence) if part),
        evidence=evidence,
        known_s=aftermath.known_s,
        state=State.RESOLVED,
        revision=finding.revision + 1,
    )


def _compared(aftermath: Aftermath) -> Evidence:
    return {
        **{f"{key[: key.rindex('_')]}_change_pct": value for key, value in aftermath.change_pct.items()},
        "contact_before_s": aftermath.before[0].tolist(),
        "contact_after_s": aftermath.after[0].tolist(),
        "impact_before_g": aftermath.before[2].tolist(),
        "impact_after_g": aftermath.after[2].tolist(),
    }


def _severity(excess_deg: float, parameters: Parameters) -> Severity:
    if excess_deg > parameters.severe_limit_deg:
        return Severity.SEVERE
    return Severity.ROLL if excess_deg >= parameters.near_miss_limit_deg else Severity.NEAR_MISS


def _confidence(roll: Roll, stride_confidence: float) -> float:
    """0.5 at the limits of the criteria, rising to the stride's own confidence for a clear event on a known side."""
    confidence = _clearness(roll.excursion) * float(np.clip(stride_confidence, 0.5, 1.0))
    return confidence if roll.side_known else min(confidence, MAX_DOUBTFUL_CONFIDENCE)


def _clearness(excursion: Excursion) -> float:
    """0.5 at the limits of the criteria … 1."""
    clear = min((excursion.excess_deg - 15.0) / 15.0, (excursion.rate_dps - 200.0) / 200.0, 1.0)
    return 0.5 + 0.5 * max(clear, 0.0)
