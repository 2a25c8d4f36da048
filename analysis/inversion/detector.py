"""Watches one foot for ankle rolls and tells them, at once and again when the strides after them are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.findings import Finding, Kind, Severity, State, finding_id
from surefoot.analysis.gait.filters import GRID_HZ
from surefoot.analysis.gait.stride_parameters import MountedLink
from surefoot.analysis.inversion.aftermath import FEWEST, STRIDES, Aftermath, Recent
from surefoot.analysis.inversion.criteria import (
    COURSE_S,
    POPULATION,
    Band,
    Courses,
    Excess,
    OwnBand,
    courses_of,
    excess_of,
    is_roll,
    suspects,
)
from surefoot.analysis.model import Bools, Floats, Foot, MountingStatus, Strides

ROLL_DEG, SEVERE_DEG = 25.0, 45.0
"""Beyond the own course: below is a near miss, above severe."""
LEAST_TRAVEL_M = 0.5
"""A stumble on the spot is no roll: the foot came from somewhere."""
NAMES = {
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
class Landings:
    """The landings that end n strides, as far as a roll in them can be seen.

    Parameters
    ----------
    time_s, known_s : (n,) of contact, and of the last sample that a decision takes.
    visible : (n,) whether the foot's frame was sure before the landing, and the foot on its way.
    """

    courses: Courses
    time_s: Floats
    known_s: Floats
    visible: Bools
    confidence: Floats


class RollWatch:
    """Strides with their evidence in, findings out; any cut gives the same findings."""

    def __init__(self, foot: Foot, known: Band = POPULATION) -> None:
        self._foot = foot
        self._own = OwnBand(known)
        self._recent = Recent()
        self._open: list[Finding] = []
        self._sure_to = (-1, True)

    @property
    def band(self) -> Band:
        """The foot's usual stances, as known now."""
        return self._own.band()

    def push(self, links: list[MountedLink], strides: Strides, time_s: Floats, known_s: Floats) -> list[Finding]:
        """New findings and revisions.

        Parameters
        ----------
        links, strides : the same n strides in the rough and measured.
        time_s, known_s : (n,) of the cells of the landings that end them, and of the last cells that decided on those.
        """
        if not links:
            return []
        found = self._rolls(self._landings(links, strides, time_s, known_s))
        self._recent.add(strides, known_s, 2 * STRIDES + len(strides))
        self._open += found
        return found + self._revised(at_end=False)

    def flush(self) -> list[Finding]:
        """Revisions that the end of the run leaves short of strides."""
        return self._revised(at_end=True)

    def _landings(self, links: list[MountedLink], strides: Strides, time_s: Floats, known_s: Floats) -> Landings:
        frames = np.stack([each.mounting.sensor_to_foot for each in links], axis=-1)
        turns = np.concatenate([each.evidence.stance_turn for each in links], axis=1)
        contact_s = strides.next_initial_contact_s
        touch = (contact_s - time_s) * GRID_HZ
        courses = courses_of(turns, np.nan_to_num(touch), frames, self._foot)
        visible = self._sure(links) & np.isfinite(courses.inversion_deg).all(axis=1) & np.isfinite(contact_s)
        visible &= np.array([np.linalg.norm(each.evidence.travel_m) >= LEAST_TRAVEL_M for each in links])
        return Landings(courses, contact_s, known_s, visible, strides.confidence)

    def _sure(self, links: list[MountedLink]) -> Bools:
        """(n,) whether the stride before each link stood where the mounting has it, or there was none."""
        sure = np.zeros(len(links), bool)
        for k, each in enumerate(links):
            last, before = self._sure_to
            sure[k] = each.mounting.status is MountingStatus.OK and (before or last != each.link.first)
            self._sure_to = each.link.last, each.fits and each.settled
        return sure

    def _rolls(self, landings: Landings) -> list[Finding]:
        """Between suspects all stances are taken for usual; a suspect is held against those before it."""
        found, done = [], 0
        for k in np.flatnonzero(landings.visible & suspects(landings.courses)).tolist():
            self._learn(landings, done, k)
            band = self._own.band()
            excess = excess_of(landings.courses, k, band)
            rolled = is_roll(excess, band)
            if rolled:
                found.append(_finding(self._foot, landings, k, excess, band))
            done = k + rolled
        self._learn(landings, done, len(landings.time_s))
        return found

    def _learn(self, landings: Landings, first: int, last: int) -> None:
        rows = slice(first, last)
        courses = Courses(landings.courses.inversion_deg[rows], landings.courses.rate_dps[rows])
        self._own.add(courses, landings.visible[rows])

    def _revised(self, *, at_end: bool) -> list[Finding]:
        """Findings whose strides after are all known, with what they say."""
        found, still_open = [], []
        for finding in self._open:
            contact_s = float(finding.evidence["initial_contact_s"])  # type: ignore[arg-type]
            after, known_s = self._recent.after(contact_s)
            if after.shape[1] >= (FEWEST if at_end else STRIDES):
                aftermath = Aftermath(self._recent.before(contact_s), after)
                found.append(_revision(finding, aftermath, known_s))
            else:
                still_open.append(finding)
        self._open = still_open
        return found


def _finding(foot: Foot, landings: Landings, k: int, excess: Excess, band: Band) -> Finding:
    contact_s = float(landings.time_s[k])
    time_s = contact_s + excess.peak_s
    severity = _severity(excess.beyond_deg)
    message = (
        f"Your {foot} ankle {NAMES[severity]}: {excess.beyond_deg:.0f}° farther outward than you usually stand, at up "
        f"to {excess.rate_dps:.0f} °/s, {1000.0 * excess.peak_s:.0f} ms after landing.{ADVICE[severity]}"
    )
    return Finding(
        id=finding_id(Kind.INVERSION_EVENT, foot, time_s),
        kind=Kind.INVERSION_EVENT,
        foot=foot,
        time_s=time_s,
        known_s=float(landings.known_s[k]),
        severity=severity,
        value=excess.beyond_deg,
        reference=0.0,
        unit="°",
        confidence=_confidence(excess, float(landings.confidence[k])),
        message=message,
        evidence={
            "initial_contact_s": contact_s,
            "peak_after_contact_s": excess.peak_s,
            "inversion_deg": excess.inversion_deg,
            "inversion_velocity_dps": excess.rate_dps,
            "usual_velocity_dps": band.rate_dps,
            "own_strides": band.strides,
            "curve_time_s": COURSE_S.tolist(),
            "curve_inversion_deg": landings.courses.inversion_deg[k].tolist(),
            "curve_velocity_dps": landings.courses.rate_dps[k].tolist(),
            "curve_usual_deg": band.course_deg.tolist(),
            "curve_spread_deg": band.spread_deg.tolist(),
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


def _severity(beyond_deg: float) -> Severity:
    if beyond_deg > SEVERE_DEG:
        return Severity.SEVERE
    return Severity.ROLL if beyond_deg >= ROLL_DEG else Severity.NEAR_MISS


def _confidence(excess: Excess, stride_confidence: float) -> float:
    """0.5 at the edge of the conditions, rising to that of the stride itself for a clear roll."""
    clear = min((excess.beyond_deg - 15.0) / 15.0, (excess.rate_dps - 200.0) / 200.0, 1.0)
    return float(np.clip(stride_confidence, 0.5, 1.0)) * (0.5 + 0.5 * max(clear, 0.0))
