"""Headline of the report, and advice on when to have a finding assessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.analysis.findings import Finding, Kind, Severity, State, latest
from surefoot.analysis.foot_pod_run import FOOT_POD_ALONE
from surefoot.analysis.inversion.messages import ankle_phrase, roll_phrase
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.formatting import duration
from surefoot.dashboards.vocabulary import verdict, when_text

MIN_RUN_S = 120.0
"""Less running than this is not judged."""
MIN_COMPARABLE_RUN_S = 11 * 60.0
"""Less running is too short for a baseline plus something to compare with it."""
RED_FLAGS = (
    "standing and walking four steps is not possible",
    "it hurts on the bone, grows while running, or is there at night or at rest",
    "it swells without a known cause, or something snaps at the outer ankle",
    "there was a pop or a kick at the heel, and standing on tiptoe is not possible",
    "it is out of shape, or the foot is numb or cold",
    "a joint is hot and red with fever, or a calf is swollen and tender",
    "it is no better after three weeks",
)
"""The same as in `analysis.weeks.red_flags`, for whoever keeps no diary."""

NO_SHIFT = frozenset({Kind.INVERSION_EVENT, Kind.STANDING_ASYMMETRY, Kind.EXCHANGED_PODS})
"""Kinds of finding that are no shift of load to one side."""


@dataclass(frozen=True, slots=True)
class Headline:
    """First lines of the report.

    Parameters
    ----------
    sentence : what was analysed; empty if there are findings.
    rank : severity rank of the most severe finding, 0 (none) to 3.
    """

    text: str
    sentence: str
    rank: int


def report_headline(run: AnalysedRun) -> Headline:
    """Headline of a run: its two most severe kinds of finding, or what was analysed."""
    run_s = run.summary["run_time_s"] or 0.0
    if not run.results.strides:
        return Headline("How long and how far, without the feet.", FOOT_POD_ALONE, 0)
    found = most_severe_first(latest(run.results.findings))
    reported = [finding for finding in found if finding.severity is not Severity.INFO]
    if reported:
        return Headline(_findings_text(reported, run.origin_s), "", reported[0].severity.rank)
    if run_s < MIN_RUN_S:
        return Headline("Too little running to judge.", _coverage_sentence(run_s, run), 0)
    return Headline("Nothing stood out in this run.", _coverage_sentence(run_s, run), 0)


def most_severe_first(findings: Sequence[Finding]) -> list[Finding]:
    """Findings by falling severity, then by time."""
    return sorted(findings, key=lambda each: (-each.severity.rank, each.time_s))


def assessment_advice(findings: Sequence[Finding]) -> list[str]:
    """Sentences on when to have a finding assessed; `RED_FLAGS` apply in any case, also where there are none."""
    advice = []
    rolls = [finding for finding in findings if finding.kind is Kind.INVERSION_EVENT]
    if any(finding.severity.rank >= Severity.ROLL.rank for finding in rolls):
        advice.append(
            "An ankle that has rolled should be checked even if it feels fine now: look for swelling tonight and "
            "tomorrow morning. If any point below applies, have it examined before the next run."
        )
    lasting = [
        finding for finding in findings
        if finding.kind not in NO_SHIFT and finding.state is State.OPEN
    ]  # fmt: skip
    if lasting:
        advice.append(
            "A shift to one side in a single run says little: bends that all turn one way, tired legs or a stone in "
            "the shoe look the same. If the same side shifts in the next two runs as well, or if that side hurts, "
            "show this report to a physiotherapist."
        )
    return advice


def _findings_text(reported: Sequence[Finding], origin_s: float) -> str:
    first = reported[0]
    other = next((each for each in reported[1:] if each.kind is not first.kind), None)
    head = _finding_clause(first, origin_s)
    if other is None:
        return f"{head}."
    second = _finding_clause(other, origin_s)
    return f"{head}; {second[0].lower()}{second[1:]}."


def _finding_clause(finding: Finding, origin_s: float) -> str:
    """One finding as a clause of the headline: a change as it is told everywhere, the others in short."""
    if finding.kind is Kind.EXCHANGED_PODS:
        return "The pods may be exchanged, left for right"
    if finding.kind is not Kind.INVERSION_EVENT:
        return verdict(finding)
    whose = ankle_phrase(finding.foot, side_known=bool(finding.evidence.get("side_known", True)))
    return f"{whose} {roll_phrase(finding.severity, finding.confidence)} {when_text(finding, origin_s)}"


def _coverage_sentence(run_s: float, run: AnalysedRun) -> str:
    feet = " and ".join(run.quality) or "no"
    if run_s < MIN_RUN_S:
        return f"{duration(run_s)} of running from the {feet} pod; at least two minutes are needed."
    if len(run.quality) < 2:
        return (
            f"{duration(run_s)} of running were checked for ankle rolls, from the {feet} pod alone; left and right "
            "cannot be compared."
        )
    if run_s < MIN_COMPARABLE_RUN_S:
        return f"{duration(run_s)} of running were checked for ankle rolls; detecting a gradual change takes longer."
    return f"{duration(run_s)} of running were checked for ankle rolls, and for load shifting to one side."
