"""What a watch adds to a run: where it led, and the height and heart rate on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from surefoot.analysis.findings import Finding, latest
from surefoot.analysis.model import Floats
from surefoot.dashboards.charts.axes import Axes, chart, clock_ticks, frame, line, padded_limits
from surefoot.dashboards.charts.course_map import Spot, course_map
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.formatting import clock_ahead_text, with_unbroken_units
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.report.headline import most_severe_first
from surefoot.dashboards.report.heart_rate import heart_rate_at
from surefoot.dashboards.report.splits import distance_course
from surefoot.dashboards.vocabulary import finding_title, when_text

DRAWN_POINTS = 400


def where_text(run: AnalysedRun, finding: Finding) -> str:
    """Where a finding was, as far as a watch tells: "at 3.21 km, 512 m high, heart rate 158"; else empty."""
    if run.track is None:
        return ""
    moment = np.array([finding.time_s])
    times_s, covered_m = distance_course(run)
    covered = float(np.interp(finding.time_s, times_s, covered_m)) if len(times_s) else math.nan
    height_m = float(run.track.track.at("altitude_m", moment)[0])
    bpm = float(heart_rate_at(run, moment)[0])
    return ", ".join(
        text
        for value, text in (
            (covered, f"at {covered / 1000.0:.2f} km"),
            (height_m, f"{height_m:.0f} m high"),
            (bpm, f"heart rate {bpm:.0f}"),
        )
        if math.isfinite(value)
    )


def watch_section(run: AnalysedRun) -> Markup:
    """Map, heights and heart rate; empty without a watch's track."""
    if run.track is None:
        return Markup()
    findings = most_severe_first(latest(run.results.findings))
    spots = [
        Spot(
            finding.time_s,
            number,
            f"{finding_title(finding)}, {when_text(finding, run.origin_s)}",
            finding.severity.rank,
        )
        for number, finding in enumerate(findings, 1)
    ]
    drawn = course_map(run.track.track, spots)
    figures = [("Course, to scale", drawn)] if drawn else []
    figures += [each for each in _courses(run) if each[1]]
    return element(
        "section",
        element("h2", "Where the run went"),
        element("div", *(element("figure", element("figcaption", name), each) for name, each in figures),
                class_="figures"),
        _spot_list(run, findings) if findings else None,
        element("p", with_unbroken_units(_source_text(run))),
        class_="watch",
    )  # fmt: skip


def _spot_list(run: AnalysedRun, findings: Sequence[Finding]) -> Markup:
    return element(
        "ol",
        *(
            element(
                "li",
                ", ".join(filter(None, (finding_title(each), when_text(each, run.origin_s), where_text(run, each)))),
            )
            for each in findings
        ),
        class_="spots",
    )


def _source_text(run: AnalysedRun) -> str:
    assert run.track is not None
    joined = run.track
    return (
        f"By a watch ({joined.form.upper()}), put on the pods' clock by its {joined.compared}: its own clock was "
        f"{clock_ahead_text(joined.ahead_s, joined.sd_s)}. Places leave this computer only with a report, or a file "
        "that is exported."
    )


def _courses(run: AnalysedRun) -> list[tuple[str, Markup]]:
    assert run.track is not None
    span_s = run.origin_s, max(run.end_s, run.origin_s + 60.0)
    seconds = np.linspace(*span_s, DRAWN_POINTS)
    heights_m, bpm = run.track.track.at("altitude_m", seconds), heart_rate_at(run, seconds)
    return [
        ("Height", _line_chart(seconds, heights_m, span_s, "m", "Height over the run, in metres", 20.0)),
        ("Heart rate", _line_chart(seconds, bpm, span_s, "bpm", "Heart rate over the run, in beats per minute", 30.0)),
    ]


def _line_chart(
    time_s: Floats, values: Floats, span_s: tuple[float, float], unit: str, label: str, min_span: float
) -> Markup:
    if not np.isfinite(values).any():
        return Markup()
    axes = Axes(span_s, padded_limits(values.tolist(), min_span=min_span))
    ticks = clock_ticks(span_s, span_s[0])
    return chart(axes, label, frame(axes, unit=unit, x_ticks=ticks), line(axes, time_s, values, "both"))
