"""Words for gaits, bouts, findings and severities, shared by the report, the wall, the boards and the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from surefoot.analysis.findings import Finding, Kind, Severity
from surefoot.analysis.inversion.chirality import Chirality
from surefoot.analysis.model import Gait, MountingStatus, Reason
from surefoot.analysis.time_watched import Aspect, TimeWatched
from surefoot.analysis.weeks.exercises import Did
from surefoot.analysis.weeks.injuries import Injury, InjuryKind, Onset
from surefoot.analysis.weeks.measured_legs import PodsCan
from surefoot.analysis.weeks.plan import PlanKind
from surefoot.dashboards.formatting import clock, duration

GAIT_WORDS = {Gait.RUN: "Running", Gait.WALK: "Walking"}
BOUT_WORDS = {"run": "running", "walk": "walking", "still": "standing", "other": "other movement"}
MOUNTING_WORDS = {
    MountingStatus.OK: "mounting ok",
    MountingStatus.UNSURE: "mounting unsure",
    MountingStatus.FAILED: "mounting unknown",
}
SIDE_WORDS = {
    Chirality.AGREES: "fits how the foot lands",
    Chirality.UNKNOWN: "cannot be told, rolls are watched both ways",
    Chirality.OPPOSITE: "looks like the other foot",
}
DIFFERENCE_WORDS = {
    Reason.RATE: "the pods read at different rates",
    Reason.SLOW_RATE: "the pods read at different rates",
    Reason.SELDOM: "the pods read too seldom",
    Reason.VERY_SELDOM: "the pods read too seldom",
    Reason.RANGE: "many landings reach the end of a sensor's range",
    Reason.PLACE: "the pods sit at different places along their shoes",
}
"""Why left and right are not compared."""
ASPECT_WORDS = {Aspect.ROLLS: "ankle rolls", Aspect.CONTACT: "contact", Aspect.ANGLES: "angles"}
INJURY_KINDS: Mapping[str, str] = {
    InjuryKind.SPRAIN: "sprain",
    InjuryKind.TENDON: "tendon",
    InjuryKind.STRESS_FRACTURE: "stress fracture",
    InjuryKind.MUSCLE: "muscle",
    InjuryKind.OTHER: "something else",
    InjuryKind.DONT_KNOW: "I don't know",
}
PLAN_KINDS: Mapping[PlanKind, str] = {
    PlanKind.SPRAIN: "The walk–run table after a sprain",
    PlanKind.TENDON: "Running on under caps",
    PlanKind.CLINICIAN: "Rows that a clinician has made",
}
DID_WORDS: Mapping[Did, str] = {Did.DONE: "done", Did.PARTLY: "partly", Did.NOT: "not done"}
PODS_CAN: Mapping[str, str] = {
    "": "nothing",
    PodsCan.CALF_RAISES: "calf raises on one leg",
    PodsCan.BALANCE: "balance on one leg",
}
BESIDE = "What pods measured was tried on simulated feet alone. It stands beside what is told, and is never counted."
ONSETS: Mapping[str, str] = {Onset.SUDDEN: "suddenly", Onset.GRADUAL: "bit by bit"}
MIN_NOT_WATCHED_S, MIN_NOT_WATCHED_SHARE = 2.0, 0.02
"""Less is not worth a word: every stretch of gait begins and ends with a stride that is not followed."""
KIND_TITLES = {
    Kind.INVERSION_EVENT: "Ankle roll",
    Kind.ASYMMETRY_DRIFT: "Left/right balance is shifting",
    Kind.ASYMMETRY_SPIKE: "Sudden left/right change",
    Kind.OFFLOADING: "Less load on one foot",
    Kind.FRONTAL_INSTABILITY: "Less stable ankle",
    Kind.IMPACT_DRIFT: "Landing harder on one side",
    Kind.STANDING_ASYMMETRY: "Left/right difference today",
    Kind.UNLIKE_USUAL: "Different from usual",
    Kind.EXCHANGED_PODS: "Are the pods exchanged?",
}
ALERT_TITLES = {**{kind.value: title for kind, title in KIND_TITLES.items()}, "post_run": "After the run"}
"""By kind of alert: that of its finding, or that of a whole run."""
SEVERITY_WORDS = {
    Severity.INFO: "info",
    Severity.NOTICE: "notice",
    Severity.WARNING: "warning",
    Severity.NEAR_MISS: "near miss",
    Severity.ROLL: "roll",
    Severity.SEVERE: "severe",
}
INSTANT_KINDS = frozenset({Kind.INVERSION_EVENT, Kind.ASYMMETRY_SPIKE})
"""Kinds of finding that happen within a moment; the others begin gradually."""


def finding_title(finding: Finding) -> str:
    """Title of the finding's kind, with the foot where there is one: "Ankle roll, left"."""
    return f"{KIND_TITLES[finding.kind]}, {finding.foot}" if finding.foot else KIND_TITLES[finding.kind]


def not_watched_text(watched: TimeWatched) -> str:
    """For how long what was not watched: "ankle rolls 21 s, angles 40 s of 2:00 min"; empty if hardly at all."""
    least_s = max(MIN_NOT_WATCHED_S, MIN_NOT_WATCHED_SHARE * watched.gait_s)
    blind = [
        f"{ASPECT_WORDS[aspect]} {duration(time_s)}"
        for aspect, time_s in watched.not_watched_s.items()
        if time_s > least_s
    ]
    return f"{', '.join(blind)} of {duration(watched.gait_s)}" if blind else ""


def when_text(finding: Finding, origin_s: float) -> str:
    """Start of the finding after `origin_s`: "at 2:30" for instant kinds, else "from about 8:30"."""
    since = clock(max(finding.time_s - origin_s, 0.0))
    return f"at {since}" if finding.kind in INSTANT_KINDS else f"from about {since}"


def verdict(finding: Finding) -> str:
    """First sentence of the finding's message, without its full stop."""
    return finding.message.split(". ")[0].removesuffix(".")


def injury_name(injury: Injury) -> str:
    """What it is: "left sprain, grade 2"."""
    kind = "injury, kind not known" if injury.kind is InjuryKind.DONT_KNOW else INJURY_KINDS[injury.kind]
    return f"{injury.foot} {kind}{f', grade {injury.grade}' if injury.grade else ''}"


def injury_course(injury: Injury) -> str:
    """How it went, as the runner tells: "since 2 Jan 2026, began suddenly – on the stairs"."""
    began = f", began {ONSETS[injury.onset]}" if injury.onset else ""
    until = f" to {injury.over:%d %b %Y}" if injury.over else ""
    note = f" – {injury.note}" if injury.note else ""
    return f"{'' if injury.over else 'since '}{injury.day:%d %b %Y}{until}{began}{note}"
