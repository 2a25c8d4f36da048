"""The page as one self-contained HTML file that prints on A4."""

from __future__ import annotations

from collections.abc import Collection

from surefoot.analysis.weeks.words import day_name
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.physio import measured_sections as measured
from surefoot.dashboards.physio import told_sections as told
from surefoot.dashboards.physio.slots import slots
from surefoot.dashboards.physio_facts import WEEKS, PhysioFacts
from surefoot.dashboards.report.page import stylesheet
from surefoot.dashboards.viewers import Scope

EVERYTHING = frozenset(Scope)
SCOPES = {Scope.RUNS: "runs", Scope.FINDINGS: "findings", Scope.PAIN_AND_PLAN: "pain and plan"}
TOLD = (told.signs, told.injuries, told.plan, told.exercises, told.diary)
NOT_CLAIMED = (
    "This page is not a diagnosis and gives no probability of an injury. It shows what pods measured and what the "
    "runner told; what nobody told or measured is a dash, never a zero."
)


def physio_html(facts: PhysioFacts, shown: Collection[Scope] = EVERYTHING, up: str = "") -> str:
    """The whole HTML file; the same facts give the same bytes.

    Parameters
    ----------
    shown : what the runner lets whoever reads it see; of the rest only that it is not shown.
    up : address of the page that leads here; empty in a file.
    """
    body = element(
        "main",
        element("p", element("a", "← over weeks", href=up), class_="way-back") if up else None,
        _head(facts, shown),
        *(part(facts) for part in TOLD if Scope.PAIN_AND_PLAN in shown),
        *((measured.load_by_week(facts), measured.evenness(facts)) if Scope.RUNS in shown else ()),
        measured.rolls(facts) if {Scope.RUNS, Scope.FINDINGS} <= set(shown) else None,
        element("footer", element("p", NOT_CLAIMED)),
        slots(),
    )
    head = element(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", f"{facts.name}, for the physio, {facts.today:%d %B %Y}"),
        element("style", Markup("".join(map(stylesheet, ("theme.css", "report.css", "physio.css"))))),
    )
    return f"<!doctype html>\n{element('html', head, element('body', body), lang='en')}\n"


def _head(facts: PhysioFacts, shown: Collection[Scope]) -> Markup:
    missing = [words for scope, words in SCOPES.items() if scope not in shown]
    not_shown = f"Not shown to you: {', '.join(missing)}. The runner gives that on the page Account." if missing else ""
    return element(
        "header",
        element("p", "For the physio", class_="who"),
        element("h1", facts.name),
        element(
            "p", f"{WEEKS} weeks, {day_name(facts.first)} to {facts.today.day} {facts.today:%B %Y}.", class_="lead"
        ),
        element("p", not_shown, class_="not-shown") if not_shown else None,
    )
