"""Detects inversion events of one foot; a finding is revised when the strides after it are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.findings import Finding
from surefoot.analysis.gait.filters import GRID_HZ, dot, squared_norm
from surefoot.analysis.gait.strapdown import StrideKinematics
from surefoot.analysis.gait.stride_parameters import AlignedStride
from surefoot.analysis.inversion.aftermath import AFTERMATH_STRIDES, RecentStrides
from surefoot.analysis.inversion.chirality import ChiralityCourse, ChiralityEstimator, judged
from surefoot.analysis.inversion.frontal_curves import FIRST_PEAK_INDEX, FrontalCurves, frontal_curves
from surefoot.analysis.inversion.roll_finding import roll_finding, with_aftermath
from surefoot.analysis.inversion.roll_watch import BothWaysWatch
from surefoot.analysis.inversion.stance_reference import POPULATION_REFERENCE, StanceReference
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Bools, Flag, Floats, Foot, Ints, MountingStatus, Strides
from surefoot.analysis.parameters import DEFAULTS, Parameters

MIN_EVENT_TRAVEL_M = 0.5
"""Least way of the foot since mid-stance; a stumble on the spot is no event."""
MIN_FORWARD_SHARE = 0.5
"""Least share of that way towards the toes; a foot that steps backward or sideways lands otherwise."""


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

    def facts(self, k: int) -> tuple[float, float, float]:
        """Time of contact, when it was known, and confidence, of one."""
        return float(self.time_s[k]), float(self.known_s[k]), float(self.confidence[k])

    @property
    def usual(self) -> Bools:
        """(n,) whether the whole stance was seen."""
        return self.visible & self.curves.complete

    @property
    def unwatched(self) -> Ints:
        """(n,) the `Flag` that says why an event could not be seen, if it could not; 0 otherwise."""
        reasons = [~self.curves.complete, self.curves.clipped[:, 0], ~self.axes_known]
        flags = [int(Flag.UNWATCHED_GAP), int(Flag.UNWATCHED_CLIPPED), int(Flag.UNWATCHED_AXES)]
        return np.select(reasons, flags, 0)


class InversionDetector:
    """Aligned and measured strides in, findings out; any cut gives the same findings."""

    def __init__(
        self,
        foot: Foot,
        prior: StanceReference = POPULATION_REFERENCE,
        parameters: Parameters = DEFAULTS,
        *,
        side_confirmed: bool = False,
    ) -> None:
        self._foot = foot
        self._parameters = parameters
        self._watch = BothWaysWatch(prior, parameters, side_confirmed=side_confirmed)
        self._chirality = ChiralityEstimator()
        self._course: list[ChiralityCourse] = []
        self._recent = RecentStrides()
        self._open: list[Finding] = []
        self._last_stance = (-1, True)
        self._last_confidence = 0.0
        self._event_cell = -1

    @property
    def reference(self) -> StanceReference:
        """The foot's usual stances, as known now."""
        return self._watch.reference

    @property
    def rolled_in_deg(self) -> float:
        """How far the foot rolls in, which shows its side, as known now."""
        return self._chirality.rolled_in_deg

    def take_chirality(self) -> ChiralityCourse:
        """What the stances said since the last call; those whose time is not known left out."""
        course, self._course = ChiralityCourse.join(self._course), []
        return course[np.isfinite(course.time_s)]

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
        rolled_in_deg = self._chirality.push(stances.curves, stances.usual)
        self._course.append(ChiralityCourse(stances.time_s, stances.known_s, rolled_in_deg))
        suspect = stances.visible & self._watch.suspects(stances.curves, rolled_in_deg)
        for k in np.flatnonzero(suspect).tolist():
            self._learn(stances, learned, k)
            roll = self._watch.roll(stances.curves, k, judged(rolled_in_deg[k]))
            if roll is not None:
                found.append(roll_finding(self._foot, *stances.facts(k), roll, self._parameters))
                rows.append(k)
            learned = k + (roll is not None)
        self._learn(stances, learned, len(stances.time_s))
        return found, rows

    def _learn(self, stances: ObservedStances, first: int, last: int) -> None:
        rows = slice(first, last)
        self._watch.learn(stances.curves[rows], stances.usual[rows])

    def _revise(self, *, at_end: bool) -> list[Finding]:
        """Findings whose strides afterwards are all known."""
        found, still_open = [], []
        for finding in self._open:
            contact_s = float(finding.evidence["initial_contact_s"])  # type: ignore[arg-type]
            aftermath = self._recent.around(contact_s)
            if aftermath.complete or (at_end and aftermath.compared):
                found.append(with_aftermath(finding, aftermath))
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
