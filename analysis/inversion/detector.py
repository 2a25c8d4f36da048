"""Detects inversion events of one foot; a finding is revised when the strides after it are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.findings import Finding, Kind, Severity, State, finding_id
from surefoot.analysis.gait.filters import GRID_HZ
from surefoot.analysis.gait.stride_parameters import AlignedStride
from surefoot.analysis.inversion.aftermath import AFTERMATH_STRIDES, MIN_AFTERMATH_STRIDES, Aftermath, RecentStrides
from surefoot.analysis.inversion.criteria import (
    Excursion,
    is_inversion_event,
    is_suspect,
    measure_excursion,
)
from surefoot.analysis.inversion.frontal_curves import CURVE_TIME_S, FrontalCurves, frontal_curves
from surefoot.analysis.inversion.stance_reference import (
    POPULATION_REFERENCE,
    StanceReference,
    StanceReferenceEstimator,
)
from surefoot.analysis.model import Bools, Floats, Foot, MountingStatus, Strides
from surefoot.analysis.parameters import DEFAULTS, Parameters

MIN_EVENT_TRAVEL_M = 0.5
"""Least displacement of the stride before; a stumble on the spot is no event."""
SEVERITY_PHRASES = {
    Severity.NEAR_MISS: "nearly rolled over",
    Severity.ROLL: "rolled over",
    Severity.SEVERE: "rolled over badly",
}
ADVICE = {
    Severity.NEAR_MISS: "",
    Severity.ROLL: " If it hurts, stop.",
    Severity.SEVERE: " Stop; if it hurts to stand on it or it swells, have it assessed.",
}
WRONG_IF = ["the pod was knocked or is loose on the shoe", "the step was a deliberate sideways one"]


@dataclass(frozen=True, slots=True)
class ObservedStances:
    """The stances after n strides, as far as an event in them can be seen.

    Parameters
    ----------
    time_s, known_s : (n,) of initial contact, and of the last sample that the decision takes.
    visible : (n,) whether the foot's frame was trusted before the landing, and the foot had travelled.
    confidence : (n,) of the strides.
    """

    curves: FrontalCurves
    time_s: Floats
    known_s: Floats
    visible: Bools
    confidence: Floats


class InversionDetector:
    """Aligned and measured strides in, findings out; any cut gives the same findings."""

    def __init__(
        self, foot: Foot, prior: StanceReference = POPULATION_REFERENCE, parameters: Parameters = DEFAULTS
    ) -> None:
        self._foot = foot
        self._parameters = parameters
        self._reference = StanceReferenceEstimator(prior)
        self._recent = RecentStrides()
        self._open: list[Finding] = []
        self._last_stance = (-1, True)

    @property
    def reference(self) -> StanceReference:
        """The foot's usual stances, as known now."""
        return self._reference.estimate()

    def push(self, aligned: list[AlignedStride], strides: Strides, time_s: Floats, known_s: Floats) -> list[Finding]:
        """New findings and revisions.

        Parameters
        ----------
        aligned, strides : the same n strides before and after measuring.
        time_s, known_s : (n,) of the landings that end them, and of the last cells that decided on those.
        """
        if not aligned:
            return []
        found = self._detect(self._observe(aligned, strides, time_s, known_s))
        self._recent.add(strides, known_s, 2 * AFTERMATH_STRIDES + len(strides))
        self._open += found
        return found + self._revise(at_end=False)

    def flush(self) -> list[Finding]:
        """Revisions of findings that the end of the run leaves short of strides."""
        return self._revise(at_end=True)

    def _observe(
        self, aligned: list[AlignedStride], strides: Strides, time_s: Floats, known_s: Floats
    ) -> ObservedStances:
        frames = np.stack([each.mounting.sensor_to_foot for each in aligned], axis=-1)
        orientation = np.concatenate([each.kinematics.stance_orientation for each in aligned], axis=1)
        contact_s = strides.next_initial_contact_s
        contact_offset = (contact_s - time_s) * GRID_HZ
        curves = frontal_curves(orientation, np.nan_to_num(contact_offset), frames, self._foot)
        visible = self._frame_trusted(aligned) & np.isfinite(curves.inversion_deg).all(axis=1) & np.isfinite(contact_s)
        visible &= np.array([np.linalg.norm(each.kinematics.displacement_m) >= MIN_EVENT_TRAVEL_M for each in aligned])
        return ObservedStances(curves, contact_s, known_s, visible, strides.confidence)

    def _frame_trusted(self, aligned: list[AlignedStride]) -> Bools:
        """(n,) whether the stride before each stood where the mounting has it, or there was none."""
        trusted = np.zeros(len(aligned), bool)
        for k, each in enumerate(aligned):
            last, before = self._last_stance
            trusted[k] = each.mounting.status is MountingStatus.OK and (before or last != each.candidate.start_cell)
            self._last_stance = each.candidate.end_cell, each.pitch_fits and each.orientation_fits
        return trusted

    def _detect(self, stances: ObservedStances) -> list[Finding]:
        """A suspect is compared with the stances before it; all that are no event become part of the reference."""
        found, learned = [], 0
        for k in np.flatnonzero(stances.visible & is_suspect(stances.curves, self._parameters)).tolist():
            self._learn(stances, learned, k)
            reference = self._reference.estimate()
            excursion = measure_excursion(stances.curves, k, reference)
            is_event = is_inversion_event(excursion, reference, self._parameters)
            if is_event:
                severity = _severity(excursion.excess_deg, self._parameters)
                found.append(_finding(self._foot, stances, k, excursion, reference, severity))
            learned = k + is_event
        self._learn(stances, learned, len(stances.time_s))
        return found

    def _learn(self, stances: ObservedStances, first: int, last: int) -> None:
        rows = slice(first, last)
        self._reference.update(stances.curves[rows], stances.visible[rows])

    def _revise(self, *, at_end: bool) -> list[Finding]:
        """Findings whose strides afterwards are all known."""
        found, still_open = [], []
        for finding in self._open:
            contact_s = float(finding.evidence["initial_contact_s"])  # type: ignore[arg-type]
            after, known_s = self._recent.after(contact_s)
            if after.shape[1] >= (MIN_AFTERMATH_STRIDES if at_end else AFTERMATH_STRIDES):
                aftermath = Aftermath(self._recent.before(contact_s), after)
                found.append(_revision(finding, aftermath, known_s))
            else:
                still_open.append(finding)
        self._open = still_open
        return found


def _finding(
    foot: Foot, stances: ObservedStances, k: int, excursion: Excursion, reference: StanceReference, severity: Severity
) -> Finding:
    contact_s = float(stances.time_s[k])
    time_s = contact_s + excursion.peak_s
    message = (
        f"Your {foot} ankle {SEVERITY_PHRASES[severity]}: {excursion.excess_deg:.0f}° farther outward than you "
        f"usually stand, at up to {excursion.rate_dps:.0f} °/s, "
        f"{1000.0 * excursion.peak_s:.0f} ms after landing.{ADVICE[severity]}"
    )
    return Finding(
        id=finding_id(Kind.INVERSION_EVENT, foot, time_s),
        kind=Kind.INVERSION_EVENT,
        foot=foot,
        time_s=time_s,
        known_s=float(stances.known_s[k]),
        severity=severity,
        value=excursion.excess_deg,
        reference=0.0,
        unit="°",
        confidence=_confidence(excursion, float(stances.confidence[k])),
        message=message,
        evidence={
            "initial_contact_s": contact_s,
            "peak_after_contact_s": excursion.peak_s,
            "inversion_deg": excursion.inversion_deg,
            "inversion_velocity_dps": excursion.rate_dps,
            "usual_velocity_dps": reference.rate_dps,
            "own_strides": reference.strides,
            "curve_time_s": CURVE_TIME_S.tolist(),
            "curve_inversion_deg": stances.curves.inversion_deg[k].tolist(),
            "curve_velocity_dps": stances.curves.rate_dps[k].tolist(),
            "curve_usual_deg": reference.curve_deg.tolist(),
            "curve_spread_deg": reference.spread_deg.tolist(),
            "wrong_if": WRONG_IF,
        },
    )


def _revision(finding: Finding, aftermath: Aftermath, known_s: float) -> Finding:
    change_pct = aftermath.change_pct
    evidence = {
        **finding.evidence,
        **{f"{key[: key.rindex('_')]}_change_pct": value for key, value in change_pct.items()},
        "contact_before_s": aftermath.before[0].tolist(),
        "contact_after_s": aftermath.after[0].tolist(),
        "impact_before_g": aftermath.before[2].tolist(),
        "impact_after_g": aftermath.after[2].tolist(),
    }
    return replace(
        finding,
        message=f"{finding.message} {aftermath.sentence}",
        evidence=evidence,
        known_s=known_s,
        state=State.RESOLVED,
        revision=finding.revision + 1,
    )


def _severity(excess_deg: float, parameters: Parameters) -> Severity:
    if excess_deg > parameters.severe_limit_deg:
        return Severity.SEVERE
    return Severity.ROLL if excess_deg >= parameters.near_miss_limit_deg else Severity.NEAR_MISS


def _confidence(excursion: Excursion, stride_confidence: float) -> float:
    """0.5 at the limits of the criteria, rising to the stride's own confidence for a clear event."""
    clear = min((excursion.excess_deg - 15.0) / 15.0, (excursion.rate_dps - 200.0) / 200.0, 1.0)
    return float(np.clip(stride_confidence, 0.5, 1.0)) * (0.5 + 0.5 * max(clear, 0.0))
