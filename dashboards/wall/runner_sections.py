"""Sections of one runner's page."""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.analysis.drift.reference_band import reference_band
from surefoot.analysis.metrics import IMPACT, PUSH_OFF, STRIDE_METRICS
from surefoot.analysis.model import Foot
from surefoot.dashboards.charts.left_right import EventMarker, asymmetry_chart, left_right_chart, recent_strides_chart
from surefoot.dashboards.charts.sole import sole_drawing
from surefoot.dashboards.data_source import RunnerState
from surefoot.dashboards.finding_card import finding_card
from surefoot.dashboards.formatting import UNKNOWN, clock
from surefoot.dashboards.html import Markup, element, join
from surefoot.dashboards.live_snapshot import COMPARED_METRIC, LiveSnapshot
from surefoot.dashboards.wall.attention import Attention, needs_attention
from surefoot.dashboards.wall.cards import (
    NO_PODS,
    NOT_OF_FEET,
    asymmetry_gauge,
    asymmetry_sentence,
    cadence_figure,
    companions_row,
    left_right_figure,
    speed_figure,
    timed_row,
)
from surefoot.dashboards.wall.freshness import activity, freshness

MINUTE_S = 60.0
MIN_SPAN_S = 300.0
"""Shortest time axis of the trend charts."""
SOLE_METRICS = ("foot_strike_angle_deg", "eversion_excursion_deg", IMPACT, PUSH_OFF)


def runner_sections(runner: RunnerState, attention: Attention) -> dict[str, Markup]:
    """Section id → HTML, as in `pages.SECTIONS`; an empty one is not shown."""
    if runner.has_timer_alone:
        return _timed_sections(runner, attention)
    snapshot = LiveSnapshot.last_known(runner)
    if snapshot.foot_pod is not None:
        return _told_sections(runner, snapshot, attention)
    return {
        "head": _head(runner, snapshot, attention),
        "minute": _figures(
            (_metric_label(key), recent_strides_chart(runner.strides, key, runner.now_s, MINUTE_S))
            for key in (COMPARED_METRIC, IMPACT)
        ),
        "feet": _soles(snapshot),
        "course": _trend_charts(runner),
        "findings": _findings(runner),
        "pods": _pods(runner),
    }


def _timed_sections(runner: RunnerState, attention: Attention) -> dict[str, Markup]:
    """Of a runner whose phone times a session, without pods."""
    head = element("div", element("p", NO_PODS), element("p", timed_row(runner)), class_=f"head rank-{attention.rank}")
    return {"head": head} | dict.fromkeys(("minute", "feet", "course", "findings", "pods"), Markup())


def _told_sections(runner: RunnerState, snapshot: LiveSnapshot, attention: Attention) -> dict[str, Markup]:
    """Of a runner of whom a foot pod of another maker tells alone."""
    head = element(
        "div",
        element(
            "p",
            element("span", activity(runner), class_="gait"),
            f" · {clock(runner.now_s - runner.origin_s)} ",
            element("span", class_="age"),
        ),
        element("p", cadence_figure(snapshot), speed_figure(snapshot), class_="numbers"),
        element("p", timed) if (timed := timed_row(runner)) else None,
        element("p", companions_row(runner)),
        element("p", NOT_OF_FEET, class_="balance"),
        class_=f"head rank-{attention.rank} {freshness(runner)}",
    )
    nothing = element("p", "A foot pod alone tells nothing of this.", class_="nothing")
    return {"head": head} | dict.fromkeys(("minute", "feet", "course", "findings", "pods"), nothing)


def _head(runner: RunnerState, snapshot: LiveSnapshot, attention: Attention) -> Markup:
    return element(
        "div",
        element(
            "p",
            element("span", activity(runner), class_="gait"),
            f" · {clock(runner.now_s - runner.origin_s)} · {runner.stride_count} strides ",
            element("span", class_="age"),
        ),
        element(
            "p",
            cadence_figure(snapshot),
            left_right_figure(snapshot, COMPARED_METRIC, "contact"),
            left_right_figure(snapshot, IMPACT, "impact"),
            class_="numbers",
        ),
        element("p", timed) if (timed := timed_row(runner)) else None,
        element("p", beside) if (beside := companions_row(runner)) else None,
        element(
            "p",
            asymmetry_sentence(snapshot),
            asymmetry_gauge(snapshot.asymmetry_pct, reference_band(runner.windows, COMPARED_METRIC)),
            class_="balance",
        ),
        class_=f"head rank-{attention.rank} {freshness(runner)}",
    )


def _soles(snapshot: LiveSnapshot) -> Markup:
    return element(
        "div",
        *(
            element(
                "figure",
                element("figcaption", foot.capitalize()),
                sole_drawing(snapshot, foot),
                element(
                    "ul",
                    *(element("li", f"{_metric_label(key)} {snapshot.median_text(foot, key)}") for key in SOLE_METRICS),
                ),
            )
            for foot in Foot
        ),
        element("p", "Where the foot lands and how it rolls, from the pod's angles. Larger spots: harder landing, "
                "faster push-off. Pressure is not measured.", class_="small"),
        class_="soles",
    )  # fmt: skip


def _trend_charts(runner: RunnerState) -> Markup:
    span_s = (runner.origin_s, max(runner.now_s, runner.origin_s + MIN_SPAN_S))
    events = [EventMarker(finding.time_s, "") for finding in runner.findings if finding.severity.rank > 0]
    time_axis = (span_s, runner.origin_s, events)
    return _figures(
        [
            (
                f"{_metric_label(COMPARED_METRIC)}, left and right",
                left_right_chart(runner.windows, COMPARED_METRIC, *time_axis),
            ),
            *(
                (
                    f"{_metric_label(key)}, right vs left",
                    asymmetry_chart(runner.windows, reference_band(runner.windows, key), key, *time_axis),
                )
                for key in (COMPARED_METRIC, IMPACT, PUSH_OFF)
            ),
        ]
    )


def _findings(runner: RunnerState) -> Markup:
    found = sorted(runner.findings, key=lambda each: (not needs_attention(each, runner.now_s), -each.time_s))
    if not found:
        return element("p", "No findings so far.", class_="nothing")
    return join(finding_card(finding, runner.origin_s) for finding in found)


def _pods(runner: RunnerState) -> Markup:
    heads = ("Pod", "", "battery", "signal", "lost")
    rows = [
        (
            pod.foot.capitalize(),
            pod.state,
            UNKNOWN if pod.battery_pct is None else f"{pod.battery_pct:.0f} %",
            UNKNOWN if pod.rssi_dbm is None else f"{pod.rssi_dbm:.0f} dBm".replace("-", "−"),
            f"{pod.loss_pct:.1f} %",
        )
        for pod in runner.pods
    ]
    return element(
        "table",
        element("thead", element("tr", *(element("th" if text else "td", text) for text in heads))),
        element("tbody", *(element("tr", *(element("td", text) for text in row)) for row in rows)),
    )


def _figures(figures: Iterable[tuple[str, Markup]]) -> Markup:
    drawn = (element("figure", element("figcaption", name), drawing) for name, drawing in figures)
    return element("div", *drawn, class_="figures")


def _metric_label(key: str) -> str:
    return STRIDE_METRICS[key].label
