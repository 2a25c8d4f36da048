"""HTML card of one finding: what, when, confidence, evidence, and what else would look the same."""

from __future__ import annotations

from typing import Any

from surefoot.analysis.findings import Finding, Kind, State
from surefoot.dashboards.charts.evidence import evidence_charts, evidence_lines
from surefoot.dashboards.formatting import with_unbroken_units
from surefoot.dashboards.html import Markup, element, join
from surefoot.dashboards.vocabulary import SEVERITY_WORDS, finding_title, when_text

MAX_CONFIDENCE_PCT = 99


def finding_card(finding: Finding, origin_s: float, where: str = "") -> Markup:
    """Card of a finding; times are shown relative to `origin_s`, `where` is what is known of the place."""
    drawn = evidence_charts(finding, origin_s)
    return element(
        "article",
        element(
            "header",
            element("h3", finding_title(finding)),
            severity_badge(finding),
            element(
                "p",
                f"{when_text(finding, origin_s)}{_resolved_suffix(finding)}{', ' if where else ''}{where}",
                class_="when",
            ),
        ),
        element("p", with_unbroken_units(finding.message), class_="message"),
        element("div", *(_figure(*each) for each in drawn), class_="figures") if drawn else None,
        _evidence(finding),
        class_=f"finding rank-{finding.severity.rank}",
        id=f"finding-{finding.id}",
    )


def severity_badge(finding: Finding) -> Markup:
    """Severity as a word and a shape."""
    shape = "●▲◆■"[finding.severity.rank]
    text = SEVERITY_WORDS[finding.severity]
    return element(
        "span", element("span", shape, aria_hidden="true"), f" {text}", class_=f"badge rank-{finding.severity.rank}"
    )


def _resolved_suffix(finding: Finding) -> str:
    return ", resolved" if finding.state is State.RESOLVED and finding.kind is not Kind.INVERSION_EVENT else ""


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
            element("li", f"Confidence: {_confidence_text(finding.confidence)}."),
        ),
        element("p", "Possible false alarm if ", join(" or ".join(map(str, doubts))), ".", class_="doubt")
        if doubts
        else None,
        class_="evidence",
    )
