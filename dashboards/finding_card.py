"""One finding for people: what, when, how sure, the evidence drawn, and what would make it wrong."""

from __future__ import annotations

from typing import Any

from surefoot.analysis.findings import Finding, Kind, Severity, State
from surefoot.dashboards.charts.evidence import evidence_charts, evidence_lines
from surefoot.dashboards.formatting import clock, with_unbroken_units
from surefoot.dashboards.html import Markup, element, join

MAX_CONFIDENCE_PCT = 99
INSTANT_KINDS = frozenset({Kind.INVERSION_EVENT, Kind.ASYMMETRY_SPIKE})
KIND_TITLES = {
    Kind.INVERSION_EVENT: "Ankle roll",
    Kind.ASYMMETRY_DRIFT: "One side is drifting",
    Kind.ASYMMETRY_SPIKE: "A sudden change of side",
    Kind.OFFLOADING: "Load is moving to the other side",
    Kind.FRONTAL_INSTABILITY: "An ankle less steady",
    Kind.IMPACT_DRIFT: "Landing harder on one side",
    Kind.STANDING_ASYMMETRY: "How you run today",
}
SEVERITY_WORDS = {
    Severity.INFO: "for information",
    Severity.NOTICE: "notice",
    Severity.WARNING: "warning",
    Severity.NEAR_MISS: "near miss",
    Severity.ROLL: "roll",
    Severity.SEVERE: "severe",
}


def finding_title(finding: Finding) -> str:
    """What it is, with the foot."""
    return f"{KIND_TITLES[finding.kind]}, {finding.foot}" if finding.foot else KIND_TITLES[finding.kind]


def when_text(finding: Finding, origin_s: float) -> str:
    """To the second what happened in a moment, by the minute what began slowly."""
    if finding.kind in INSTANT_KINDS:
        return f"at {clock(finding.time_s - origin_s)}"
    minute = round((finding.time_s - origin_s) / 60.0)
    return f"from minute {minute}" if minute else "from the start"


def finding_card(finding: Finding, origin_s: float) -> Markup:
    """Everything that is known of a finding; times count from the start of the recording."""
    drawn = evidence_charts(finding, origin_s)
    return element(
        "article",
        element(
            "header",
            element("h3", finding_title(finding)),
            severity_badge(finding),
            element("p", f"{when_text(finding, origin_s)}{_resolved_suffix(finding)}", class_="when"),
        ),
        element("p", with_unbroken_units(finding.message), class_="message"),
        element("div", *(_figure(*each) for each in drawn), class_="figures") if drawn else None,
        _evidence(finding),
        class_=f"finding rank-{finding.severity.rank}",
        id=f"finding-{finding.id}",
    )


def severity_badge(finding: Finding) -> Markup:
    """How much it matters, in a word and a shape."""
    shape = "●▲◆■"[finding.severity.rank]
    text = SEVERITY_WORDS[finding.severity]
    return element(
        "span", element("span", shape, aria_hidden="true"), f" {text}", class_=f"badge rank-{finding.severity.rank}"
    )


def _resolved_suffix(finding: Finding) -> str:
    return ", over" if finding.state is State.RESOLVED and finding.kind is not Kind.INVERSION_EVENT else ""


def _confidence_text(share: float) -> str:
    return with_unbroken_units(
        f"over {MAX_CONFIDENCE_PCT} %" if 100.0 * share > MAX_CONFIDENCE_PCT else f"{100.0 * share:.0f} %"
    )


def _figure(caption: str, drawing: Markup) -> Markup:
    return element("figure", element("figcaption", caption), drawing)


def _evidence(finding: Finding) -> Markup:
    doubts: Any = finding.evidence.get("wrong_if") or ()
    return element(
        "div",
        element(
            "ul",
            *(element("li", with_unbroken_units(text)) for text in evidence_lines(finding)),
            element("li", f"Confidence {_confidence_text(finding.confidence)}."),
        ),
        element("p", "It would be wrong if ", join(" or ".join(map(str, doubts))), ".", class_="doubt")
        if doubts
        else None,
        class_="evidence",
    )
