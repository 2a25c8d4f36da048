"""Detects inversion events of one foot; a finding is revised when the strides after it are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.findings import Evidence, Finding, Kind, Severity, State, finding_id
from surefoot.analysis.gait.filters import GRID_HZ, dot, squared_norm
from surefoot.analysis.gait.strapdown import StrideKinematics
from surefoot.analysis.gait.stride_parameters import AlignedStride
from surefoot.analysis.inversion.aftermath import AFTERMATH_STRIDES, Aftermath, RecentStrides
from surefoot.analysis.inversion.criteria import (
    Excursion,
    is_inversion_event,
    is_suspect,
    measure_excursion,
)
from surefoot.analysis.inversion.frontal_curves import CURVE_TIME_S, FIRST_PEAK_INDEX, FrontalCurves, frontal_curves
from surefoot.analysis.inversion.messages import roll_message
from surefoot.analysis.inversion.stance_reference import (
    POPULATION_REFERENCE,
    StanceReference,
    StanceReferenceEstimator,
)
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Bools, Flag, Floats, Foot, Ints, MountingStatus, Strides
from surefoot.analysis.parameters import DEFAULTS, Parameters

MIN_EVENT_TRAVEL_M = 0.5
"""Least way of the foot since mid-stance; a stumble on the spot is no event."""
MIN_FORWARD_SHARE = 0.5
"""Least share of that way towards the toes; a foot that steps backward or sideways lands otherwise."""
WRONG_IF = ["the pod was knocked or is loose on the shoe", "the step was a deliberate sideways one"]


@dataclass(frozen=True, slots=True)
class ObservedStances:
    """The stances after n strides, as far as an event in them can be seen.

    Parameters
    ----------
    time_s, known_s : (n,) of initial contact, and of the last sample that the decision takes.
    axes_known : (n,) whether the foot's frame was trusted before the landing, and the foot had travelled forward.
    confidence : (n,) that there are strides at all.
    """

    curves: FrontalCurves
    time_s: Floats
    known_s: Floats
    axes_known: Bools
    confidence: Floats

    @property
    def visible(self) -> Bools:
        """(n,) whether an event would be seen, at least until a reading is missing or the gyroscope clips."""
        return self.axes_known & (self.curves.seen > FIRST_PEAK_INDEX) & ~self.curves.clipped[:, 0]

    @property
    def unwatched(self) -> Ints:
        """(n,) the `Flag` that says why an event could not be seen, if it could not; 0 otherwise."""
        reasons = [~self.curves.complete, self.curves.clipped[:, 0], ~self.axes_known]
        flags = [int(Flag.UNWATCHED_GAP), int(Flag.UNWATCHED_CLIPPED), int(Flag.UNWATCHED_AXES)]
        return np.select(reasons, flags, 0)


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
        self._last_confidence = 0.0
        self._event_cell = -1

    @property
    def reference(self) -> StanceReference:
        """The foot's usual stances, as known now."""
        return self._reference.estimate()

    def push(
        self, aligned: list[AlignedStride], strides: Strides, time_s: Floats, known_s: Floats
    ) -> tuple[list[Finding], Strides]:
        """New findings and revisions, and the strides with flags at the landings that were not watched.

        Parameters
        ----------
        aligned, strides : the same n strides before and after measuring.
        time_s, known_s : (n,) of the landings that end them, and of the last cells that decided on those.
        """
        if not aligned:
            return [], strides
        stances = self._observe(aligned, strides, time_s, known_s)
        found, rows = self._detect(stances)
        tilted = self._follows_event(aligned, rows)
        flags = np.where(tilted & (stances.unwatched == 0), int(Flag.UNWATCHED_AXES), stances.unwatched)
        flags[rows] = 0
        self._recent.add(strides, known_s, 2 * (AFTERMATH_STRIDES + 1) + len(strides))
        self._open += found
        return found + self._revise(at_end=False), replace(strides, flags=strides.flags | flags)

    def flush(self) -> list[Finding]:
        """Revisions of findings that the end of the run leaves short of strides."""
        return self._revise(at_end=True)

    def _observe(
        self, aligned: list[AlignedStride], strides: Strides, time_s: Floats, known_s: Floats
    ) -> ObservedStances:
        frames = np.stack([each.mounting.sensor_to_foot for each in aligned], axis=-1)
        kinematics = StrideKinematics.join([each.kinematics for each in aligned])
        contact_s = strides.next_initial_contact_s
        contact_offset = (contact_s - time_s) * GRID_HZ
        curves = frontal_curves(kinematics, np.nan_to_num(contact_offset), frames, self._foot)
        known = np.isfinite(curves.inversion_deg).all(axis=1) & np.isfinite(contact_s)
        known &= self._frame_trusted(aligned) & _travels_forward(kinematics, frames)
        return ObservedStances(curves, contact_s, known_s, known, self._confidence(strides))

    def _confidence(self, strides: Strides) -> Floats:
        """(n,) of each stride or the one before, since the landing of an event does not resemble the last."""
        before = np.concatenate([[self._last_confidence], strides.confidence[:-1]])
        self._last_confidence = float(strides.confidence[-1])
        return np.maximum(strides.confidence, before)

    def _frame_trusted(self, aligned: list[AlignedStride]) -> Bools:
        """(n,) whether the stride before each stood where the mounting has it, or there was none."""
        trusted = np.zeros(len(aligned), bool)
        for k, each in enumerate(aligned):
            last, before = self._last_stance
            trusted[k] = each.mounting.status is MountingStatus.OK and (before or last != each.candidate.start_cell)
            self._last_stance = each.candidate.end_cell, each.pitch_fits and each.orientation_fits
        return trusted

    def _follows_event(self, aligned: list[AlignedStride], rows: list[int]) -> Bools:
        """(n,) whether each stride begins with the stance of an event, whose mid-stance is not flat."""
        events = {self._event_cell, *(aligned[k].candidate.end_cell for k in rows)}
        self._event_cell = max(events)
        return np.array([each.candidate.start_cell in events for each in aligned])

    def _detect(self, stances: ObservedStances) -> tuple[list[Finding], list[int]]:
        """Findings, and the rows of their stances.

        A suspect is compared with the stances before it; all that are no event become part of the reference.
        """
        found, rows, learned = [], [], 0
        for k in np.flatnonzero(stances.visible & is_suspect(stances.curves, self._parameters)).tolist():
            self._learn(stances, learned, k)
            reference = self._reference.estimate()
            excursion = measure_excursion(stances.curves, k, reference)
            is_event = is_inversion_event(excursion, reference, self._parameters)
            if is_event:
                severity = _severity(excursion.excess_deg, self._parameters)
                found.append(_finding(self._foot, stances, k, excursion, reference, severity))
                rows.append(k)
            learned = k + is_event
        self._learn(stances, learned, len(stances.time_s))
        return found, rows

    def _learn(self, stances: ObservedStances, first: int, last: int) -> None:
        rows = slice(first, last)
        usual = stances.visible & stances.curves.complete
        self._reference.update(stances.curves[rows], usual[rows])

    def _revise(self, *, at_end: bool) -> list[Finding]:
        """Findings whose strides afterwards are all known."""
        found, still_open = [], []
        for finding in self._open:
            contact_s = float(finding.evidence["initial_contact_s"])  # type: ignore[arg-type]
            aftermath = self._recent.around(contact_s)
            if aftermath.complete or (at_end and aftermath.compared):
                found.append(_revision(finding, aftermath))
            else:
                still_open.append(finding)
        self._open = still_open
        return found


def _travels_forward(kinematics: StrideKinematics, frames: Floats) -> Bools:
    """(n,) whether the foot came far, and towards its toes, from mid-stance to the landing."""
    measured = kinematics.gravity_mps2 / np.sqrt(squared_norm(kinematics.gravity_mps2))
    up = np.where(kinematics.valid, measured, frames[2])
    way_m = kinematics.swing_moment_m - 0.5 * STANDARD_GRAVITY_MPS2 * kinematics.swing_s**2 * up
    length_m = np.sqrt(squared_norm(way_m))
    return (length_m >= MIN_EVENT_TRAVEL_M) & (dot(way_m, frames[0]) >= MIN_FORWARD_SHARE * length_m)


def _finding(
    foot: Foot, stances: ObservedStances, k: int, excursion: Excursion, reference: StanceReference, severity: Severity
) -> Finding:
    contact_s = float(stances.time_s[k])
    time_s = contact_s + excursion.peak_s
    confidence = _confidence(excursion, float(stances.confidence[k]))
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
        confidence=confidence,
        message=roll_message(foot, excursion, severity, confidence),
        evidence={
            "initial_contact_s": contact_s,
            "peak_after_contact_s": excursion.peak_s,
            "is_lower_bound": excursion.clipped,
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


def _revision(finding: Finding, aftermath: Aftermath) -> Finding:
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


def _confidence(excursion: Excursion, stride_confidence: float) -> float:
    """0.5 at the limits of the criteria, rising to the stride's own confidence for a clear event."""
    clear = min((excursion.excess_deg - 15.0) / 15.0, (excursion.rate_dps - 200.0) / 200.0, 1.0)
    return float(np.clip(stride_confidence, 0.5, 1.0)) * (0.5 + 0.5 * max(clear, 0.0))
