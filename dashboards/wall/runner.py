"""One runner at length."""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Foot
from surefoot.dashboards.charts.foot import sole
from surefoot.dashboards.charts.sides import Event, balance, last_strides, levels
from surefoot.dashboards.data_source import RunnerNow
from surefoot.dashboards.finding_card import finding_card
from surefoot.dashboards.formatting import UNKNOWN, clock
from surefoot.dashboards.html import Markup, element, join
from surefoot.dashboards.live_snapshot import COMPARED, Moment
from surefoot.dashboards.reference_band import own_band
from surefoot.dashboards.wall.attention import Attention, counts
from surefoot.dashboards.wall.cards import cadence, compared, gauge, sides

IMPACT, PUSH_OFF = "impact_peak_30hz_g", "push_off_rate_dps"
MINUTE_S = 60.0
LEAST_SPAN_S = 300.0
UNDER_FEET = ("foot_strike_angle_deg", "eversion_excursion_deg", IMPACT, PUSH_OFF)


def parts(runner: RunnerNow, attention: Attention) -> dict[str, Markup]:
    """The view in pieces, each sent anew only when it has changed."""
    now = Moment.last_known(runner)
    return {
        "head": _head(runner, now, attention),
        "minute": _figures(
            (_label(key), last_strides(runner.strides, key, runner.now_s, MINUTE_S)) for key in (COMPARED, IMPACT)
        ),
        "feet": _feet(now),
        "course": _course(runner),
        "findings": _findings(runner),
        "pods": _pods(runner),
    }


def _head(runner: RunnerNow, now: Moment, attention: Attention) -> Markup:
    return element(
        "div",
        element(
            "p",
            element("span", Moment.of(runner).gait, class_="gait"),
            f" · {clock(runner.now_s - runner.origin_s)} · {runner.count} strides ",
            element("span", class_="age"),
        ),
        element(
            "p",
            cadence(now),
            sides(now, COMPARED, "contact"),
            sides(now, IMPACT, "impact"),
            class_="numbers",
        ),
        element(
            "p",
            compared(now.newest),
            gauge(now.newest, own_band(runner.windows, COMPARED)),
            class_="balance",
        ),
        class_=f"head rank-{attention.rank}",
    )


def _feet(now: Moment) -> Markup:
    return element(
        "div",
        *(
            element(
                "figure",
                element("figcaption", foot.capitalize()),
                sole(now, foot),
                element("ul", *(element("li", f"{_label(key)} {now.median(foot, key)}") for key in UNDER_FEET)),
            )
            for foot in Foot
        ),
        element("p", "Where the foot lands and how it rolls, by the pod's angles. Larger spots: harder landing, faster "
                "push-off. Pressure is not measured.", class_="small"),
        class_="soles",
    )  # fmt: skip


def _course(runner: RunnerNow) -> Markup:
    span_s = (runner.origin_s, max(runner.now_s, runner.origin_s + LEAST_SPAN_S))
    events = [Event(finding.time_s, "") for finding in runner.findings if finding.severity.rank > 0]
    place = (span_s, runner.origin_s, events)
    return _figures(
        [
            (f"{_label(COMPARED)}, left and right", levels(runner.windows, COMPARED, *place)),
            *(
                (f"{_label(key)}, right vs left", balance(runner.windows, own_band(runner.windows, key), key, *place))
                for key in (COMPARED, IMPACT, PUSH_OFF)
            ),
        ]
    )


def _findings(runner: RunnerNow) -> Markup:
    found = sorted(runner.findings, key=lambda each: (not counts(each, runner.now_s), -each.time_s))
    if not found:
        return element("p", "Nothing so far.", class_="nothing")
    return join(finding_card(finding, runner.origin_s) for finding in found)


def _pods(runner: RunnerNow) -> Markup:
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
    drawn = (element("figure", element("figcaption", name), picture) for name, picture in figures)
    return element("div", *drawn, class_="figures")


def _label(key: str) -> str:
    return STRIDE_METRICS[key].label
