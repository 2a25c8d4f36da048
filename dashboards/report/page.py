"""The report as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.analysis.companions import is_on_treadmill
from surefoot.analysis.drift.reference_band import reference_band
from surefoot.analysis.findings import Finding, State, latest
from surefoot.analysis.metrics import CADENCE, CONTACT, IMPACT, PUSH_OFF, STRIDE_METRICS
from surefoot.analysis.model import Estimate, Gait
from surefoot.analysis.summary import compare
from surefoot.dashboards.charts.evidence import then_and_now
from surefoot.dashboards.charts.left_right import (
    EventMarker,
    asymmetry_chart,
    cadence_chart,
    left_right_chart,
    left_right_legend,
)
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.finding_card import finding_card, severity_badge
from surefoot.dashboards.formatting import UNKNOWN, asymmetry_text, duration, local_time, signed, with_unbroken_units
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.report.headline import RED_FLAGS, assessment_advice, most_severe_first, report_headline
from surefoot.dashboards.report.notes import METHOD, NOT_CLAIMED
from surefoot.dashboards.report.splits import distance_m, is_by_watch, splits_table
from surefoot.dashboards.report.tables import (
    companions_table,
    data_quality_block,
    metric_tables,
    opposite_impacts_note,
    timeline,
)
from surefoot.dashboards.report.watch import watch_section, where_text
from surefoot.dashboards.resources import resource_path
from surefoot.dashboards.vocabulary import finding_title, when_text


def report_html(run: AnalysedRun, question: Markup | None = None) -> str:
    """The whole HTML file; byte-identical for the same recording and version.

    Parameters
    ----------
    question : what whoever serves it asks below the findings.
    """
    findings = most_severe_first(latest(run.results.findings))
    body = element(
        "main",
        _first_screen(run, findings, question),
        *(_measured_sections(run, findings) if run.results.strides else _told_sections(run)),
        _assessment_section(findings),
        _section("Method and uncertainty", "method", *(element("p", text) for text in METHOD))
        if run.results.strides
        else None,
        element("footer", element("p", NOT_CLAIMED), element("p", _imprint(run))),
    )
    head = element(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        element("title", f"Run of {run.name}{_date(run, ', ')}" if run.name else "Run"),
        element("style", Markup(stylesheet("theme.css") + stylesheet("report.css"))),
    )
    return f"<!doctype html>\n{element('html', head, element('body', body), lang='en')}\n"


def _measured_sections(run: AnalysedRun, findings: Sequence[Finding]) -> list[Markup]:
    """What is known from pods, and beside them."""
    return [
        _findings_section(run, findings),
        watch_section(run),
        _over_time_section(run, findings),
        _section("Splits", "splits", _scrollable("Splits", splits_table(run)), _splits_note(findings)),
        _section(
            "All numbers",
            "numbers",
            *(_scrollable("All numbers", table) for table in metric_tables(run)),
            opposite_impacts_note(run),
        ),
        _companions_section(run),
        _section("Data quality", "quality", data_quality_block(run)),
    ]


def _told_sections(run: AnalysedRun) -> list[Markup]:
    """What a foot pod of another maker alone tells, and who was beside it."""
    return [
        watch_section(run),
        _section("Splits", "splits", _scrollable("Splits", splits_table(run))),
        _companions_section(run),
    ]


def stylesheet(name: str) -> str:
    """Text of a style sheet of the package."""
    return resource_path("styles", name).read_text(encoding="utf-8")


def _first_screen(run: AnalysedRun, findings: Sequence[Finding], question: Markup | None) -> Markup:
    headline = report_headline(run)
    marks = [(finding.time_s, finding_title(finding), finding.severity.rank) for finding in findings]
    return element(
        "header",
        element(
            "p",
            element("strong", run.name or "Run"),
            f"{_date(run, ' · ')} · {duration(run.summary['duration_s'] or 0.0)}"
            f"{' · treadmill' if is_on_treadmill(run.results.companions) else ''}",
            class_="who",
        ),
        element("h1", headline.text, class_=f"verdict rank-{headline.rank}"),
        element("p", headline.sentence, class_="lead") if headline.sentence else None,
        element("ol", *(_finding_entry(finding, run.origin_s) for finding in findings), class_="found")
        if findings
        else None,
        element("p", with_unbroken_units(run.looked.sentence), class_="lead") if run.looked else None,
        question,
        element("dl", *(_tile(*each) for each in _tiles(run, findings)), class_="tiles"),
        timeline(run, marks) if run.results.bouts else None,
        class_="first",
    )  # fmt: skip


def _finding_entry(finding: Finding, origin_s: float) -> Markup:
    return element(
        "li",
        element("span", when_text(finding, origin_s), class_="time"),
        element(
            "div",
            element("a", finding_title(finding), href=f"#finding-{finding.id}"),
            severity_badge(finding),
            element("p", with_unbroken_units(finding.message)),
        ),
    )


def _tile(name: str, text: str, unit: str = "") -> Markup:
    return element("div", element("dt", name), element("dd", text, element("small", f" {unit}") if unit else None))


def _tiles(run: AnalysedRun, findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    if not run.results.strides:
        return _told_tiles(run)
    gait = Gait.RUN if (run.summary["run_time_s"] or 0.0) > 0.0 else Gait.WALK
    contact = next(row for row in compare(run.results, gait) if row.key == CONTACT)
    sides = (contact.left, contact.right)
    known = (UNKNOWN if side is None else f"{side.value * STRIDE_METRICS[CONTACT].scale:.0f}" for side in sides)
    spm = run.summary["cadence_spm"]
    return [
        ("Running", duration(run.summary["run_time_s"] or 0.0)),
        _distance_tile(run),
        (CADENCE.label, UNKNOWN if spm is None else f"{spm:.1f}", CADENCE.unit),
        ("Contact, left | right", " | ".join(known), "ms"),
        _right_vs_left_tile(_lasting_contact_change(findings), contact.asymmetry_pct),
    ]


def _told_tiles(run: AnalysedRun) -> list[tuple[str, ...]]:
    covered_m, spm = distance_m(run), run.summary["cadence_spm"]
    name = "Distance, from the watch" if is_by_watch(run) else "Distance, from the foot pod"
    return [
        ("Running", duration(run.summary["run_time_s"] or 0.0)),
        (name, UNKNOWN if covered_m is None else f"{covered_m / 1000.0:.2f}", "km"),
        (CADENCE.label, UNKNOWN if spm is None else f"{spm:.1f}", CADENCE.unit),
    ]


def _distance_tile(run: AnalysedRun) -> tuple[str, str, str]:
    """Distance by the watch, else from the pods, with an interval where something has taught their scale."""
    covered_m, by_watch, scale = distance_m(run), is_by_watch(run), run.speed_scale
    if covered_m is None or by_watch or scale is None:
        name = "Distance, from the watch" if by_watch else "Distance, from pods"
        return name, UNKNOWN if covered_m is None else f"{covered_m / 1000.0:.1f}", "km"
    half_m = 0.01 * scale.half_width_pct * covered_m
    return "Distance, calibrated", f"{covered_m / 1000.0:.1f} ± {half_m / 1000.0:.1f}", "km"


def _right_vs_left_tile(change: Finding | None, whole_run_pct: Estimate | None) -> tuple[str, str, str]:
    """The two numbers between which the change that is told lies; without one that of the whole run."""
    if change is None:
        return "Contact, right vs left", asymmetry_text(whole_run_pct).removesuffix(" %"), "%"
    then, now = then_and_now(change)
    return f"Contact, right vs left: {change.evidence['compared_with']} → end", f"{then} → {now}", "%"


def _lasting_contact_change(findings: Sequence[Finding]) -> Finding | None:
    """The finding whose number leads, if it is about contact and was there at the end."""
    return next(
        (
            each
            for each in findings
            if each.evidence.get("metric") == CONTACT and "change_low_pct" in each.evidence and each.state is State.OPEN
        ),
        None,
    )


def _splits_note(findings: Sequence[Finding]) -> Markup:
    """Why the last split need not show the number that leads."""
    change = _lasting_contact_change(findings)
    if change is None:
        return Markup()
    return element(
        "p",
        "Right vs left of a split is as measured, over its whole length. The change of "
        f"{signed(change.value, 1, plus=True)} % is that of the last three minutes, from {then_and_now(change)[0]} % "
        f"in {change.evidence['compared_with']}, what pace and road explain left out.",
    )


def _findings_section(run: AnalysedRun, findings: Sequence[Finding]) -> Markup:
    if not findings:
        return Markup()
    return _section(
        "What was found", "findings", *(finding_card(each, run.origin_s, where_text(run, each)) for each in findings)
    )


def _companions_section(run: AnalysedRun) -> Markup:
    table = companions_table(run)
    return _section("Other sensors", "companions", _scrollable("Other sensors", table)) if table else Markup()


def _over_time_section(run: AnalysedRun, findings: Sequence[Finding]) -> Markup:
    windows, span_s, origin_s = run.results.windows, (run.origin_s, max(run.end_s, run.origin_s + 60.0)), run.origin_s
    events = [EventMarker(finding.time_s, "") for finding in findings if finding.severity.rank > 0]
    time_axis = (span_s, origin_s, events)
    figures = [
        *(
            (f"{_metric_label(key)}, left and right", left_right_chart(windows, key, *time_axis))
            for key in (CONTACT, IMPACT)
        ),
        *(
            (
                f"{_metric_label(key)}, right vs left",
                asymmetry_chart(windows, reference_band(windows, key), key, *time_axis),
            )
            for key in (CONTACT, IMPACT, PUSH_OFF)
        ),
        ("Cadence", cadence_chart(windows, span_s, origin_s)),
    ]
    return _section(
        "Left and right over time",
        "time",
        element("p", left_right_legend()),
        element("p", "Medians of each half minute of running, with their 95 % intervals; "
                "vertical lines mark findings. Green: the baseline from the first minutes, ± the smallest lasting "
                "change we report."),
        element("div", *(element("figure", element("figcaption", name), drawn) for name, drawn in figures),
                class_="figures"),
    )  # fmt: skip


def _assessment_section(findings: Sequence[Finding]) -> Markup:
    return _section(
        "When to have it checked",
        "looked-at",
        *(element("p", text) for text in assessment_advice(findings)),
        element(
            "p",
            "How it feels counts more than any number here. Do not run on it and have it seen if any of these applies:",
        ),
        element("ul", *(element("li", text) for text in RED_FLAGS)),
    )


def _section(heading: str, name: str, *parts: Markup) -> Markup:
    return element("section", element("h2", heading), *parts, class_=name)


def _scrollable(name: str, table: Markup) -> Markup:
    """Wrap a table so that it scrolls sideways on narrow screens, by keyboard too."""
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label=name)


def _metric_label(key: str) -> str:
    return STRIDE_METRICS[key].label


def _date(run: AnalysedRun, before: str) -> str:
    return "" if run.started_utc is None else before + local_time(run.started_utc, "%d %B %Y, %H:%M %Z")


def _imprint(run: AnalysedRun) -> str:
    of = f" from run {run.run}" if run.run else ""
    return f"Made{of} by surefoot {run.version}; the same recording gives the same report."
