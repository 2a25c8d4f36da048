"""Charts of a finding's evidence: inversion curve, strides around it, drift by minutes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from surefoot.analysis.findings import Finding, Kind
from surefoot.analysis.metrics import CONTACT, IMPACT, STRIDE_METRICS
from surefoot.analysis.model import Foot
from surefoot.dashboards.charts.axes import (
    LEFT,
    LETTER_WIDTH,
    WIDTH,
    Axes,
    band_area,
    chart,
    clock_ticks,
    event_marker,
    frame,
    line,
    padded_limits,
    ribbon,
)  # fmt: skip
from surefoot.dashboards.charts.left_right import foot_markers
from surefoot.dashboards.formatting import signed
from surefoot.dashboards.html import Markup, element, join

CURVE_TICKS = ((0.0, "landing"), (0.05, "50"), (0.1, "100"), (0.15, "150"), (0.2, "200 ms"))
BAND_SCATTERS = 2.0
"""Half-width of the shaded area, in scatters of the runner's usual stances."""
AROUND_METRICS = {"contact": CONTACT, "impact": IMPACT}
"""Name in the evidence of the strides before and after → metric key."""


def evidence_charts(finding: Finding, origin_s: float) -> list[tuple[str, Markup]]:
    """(title, chart) for each part of the evidence."""
    evidence: Mapping[str, Any] = finding.evidence
    drawn: list[tuple[str, Markup]] = []
    if finding.kind is Kind.INVERSION_EVENT and "curve_time_s" in evidence:
        drawn.append(("This stance and the usual ones", inversion_chart(evidence)))
        drawn += [
            (
                f"{STRIDE_METRICS[key].label}, the strides before and after",
                strides_around_chart(evidence, name, finding.foot),
            )
            for name, key in AROUND_METRICS.items()
            if f"{name}_before_{_unit_of_key(key)}" in evidence
        ]
    if len(evidence.get("times_s") or ()) > 1:
        drawn.append((f"{_metric_label(evidence)}, right vs left by minute", drift_chart(finding, evidence, origin_s)))
    if len(evidence.get("changes_pct") or ()) > 1:
        drawn.append((f"Changes from {evidence['compared_with']}", change_bars(evidence)))
    return drawn


def inversion_chart(evidence: Mapping[str, Any]) -> Markup:
    """Frontal angle of one stance, over the runner's usual stances ± `BAND_SCATTERS` scatters; the angle that the text
    tells is drawn between the two."""
    time_s, usual = np.asarray(evidence["curve_time_s"]), np.asarray(evidence["curve_usual_deg"])
    scatter, measured = np.asarray(evidence["curve_spread_deg"]), np.asarray(evidence["curve_inversion_deg"])
    low, high = usual - BAND_SCATTERS * scatter, usual + BAND_SCATTERS * scatter
    axes = Axes((0.0, float(time_s[-1])), padded_limits([*measured, *low, *high], min_span=20.0))
    peak_s, peak_deg = float(evidence["peak_after_contact_s"]), float(evidence["inversion_deg"])
    usual_deg = float(np.interp(peak_s, time_s, usual))
    least = "at least " if evidence.get("is_lower_bound") else ""
    return chart(
        axes,
        f"Inversion of the foot after landing: {least}{peak_deg - usual_deg:.0f}° farther outward than usual, "
        f"{1000.0 * peak_s:.0f} ms after contact",
        frame(axes, unit="° inversion", x_ticks=CURVE_TICKS),
        ribbon(axes, time_s, low, high, "usual"),
        line(axes, time_s, usual, "usual"),
        line(axes, time_s, measured, "alarm"),
        line(axes, (peak_s, peak_s), (usual_deg, peak_deg), "alarm"),
        element("circle", cx=axes.px(peak_s), cy=axes.py(peak_deg), r=4, class_="peak"),
        _label_above(axes, peak_s, peak_deg, f"{least}{peak_deg - usual_deg:.0f}° beyond usual", "alarm"),
        _label_beside(axes, float(time_s[-1]), float(usual[-1]), "the usual stance", "usual"),
    )


def strides_around_chart(evidence: Mapping[str, Any], name: str, foot: Foot | None) -> Markup:
    """A metric of the ten strides before and after an event, with their medians."""
    key = AROUND_METRICS[name]
    metric = STRIDE_METRICS[key]
    sides = [
        metric.scale * np.array(evidence[f"{name}_{side}_{_unit_of_key(key)}"], dtype=np.float64)
        for side in ("before", "after")
    ]
    places = [np.arange(-len(sides[0]), 0, dtype=np.float64), np.arange(1, len(sides[1]) + 1, dtype=np.float64)]
    known = [float(value) for side in sides for value in side if math.isfinite(value)]
    axes = Axes((-10.8, 10.8), padded_limits(known, min_span=0.2 * max(map(abs, known), default=1.0)))
    medians = [(places[k], float(np.nanmedian(side))) for k, side in enumerate(sides) if np.isfinite(side).any()]
    return chart(
        axes,
        f"{metric.label} of the strides before and after the event, in {metric.unit}",
        frame(axes, unit=metric.unit, x_ticks=[(at, signed(at, 0, plus=True)) for at in (-10.0, -5.0, 5.0, 10.0)]),
        event_marker(axes, 0.0, "", "alarm"),
        *(foot_markers(axes, at, side, foot or Foot.LEFT) for at, side in zip(places, sides, strict=True)),
        *(line(axes, (at[0], at[-1]), (middle, middle), "median") for at, middle in medians),
        *(_label_above(axes, float(at.mean()), middle, signed(middle, metric.decimals)) for at, middle in medians),
    )


def drift_chart(finding: Finding, evidence: Mapping[str, Any], origin_s: float) -> Markup:
    """Asymmetry by minutes, the reference band of the evidence, start and report time of the change; at the end
    the change that the text tells."""
    time_s, values = evidence["times_s"], evidence["asymmetry_pct"]
    end_s, now_pct = float(time_s[-1]), finding.reference + finding.value
    low, high = float(evidence["band_low_pct"]), float(evidence["band_high_pct"])
    span_s = (origin_s, max(float(time_s[-1]), finding.known_s))
    axes = Axes(span_s, padded_limits([*values, low, high, now_pct], min_span=6.0))
    return chart(
        axes,
        f"{_metric_label(evidence)}, right vs left by minute, in percent, and the baseline",
        frame(axes, unit="%", x_ticks=clock_ticks(span_s, origin_s)),
        band_area(axes, low, high, "the baseline"),
        event_marker(axes, finding.time_s, "began", "alarm"),
        event_marker(axes, float(evidence.get("first_known_s", finding.known_s)), "reported", row=1),
        line(axes, time_s, values, "both"),
        *(
            element("circle", cx=axes.px(at), cy=axes.py(value), r=2.6, class_="dot both")
            for at, value in zip(time_s, values, strict=True)
        ),
        line(axes, (end_s, end_s), (finding.reference, now_pct), "alarm"),
        _label_beside(axes, end_s, now_pct, f"{signed(finding.value, 1, plus=True)} %", "alarm"),
    )


def change_bars(evidence: Mapping[str, Any]) -> Markup:
    """Change of each metric's left–right difference, as bars."""
    moved = list(zip(evidence["metrics"], evidence["changes_pct"], strict=True))
    most = max(abs(change) for _, change in moved) or 1.0
    rows = [
        element(
            "div",
            element("span", STRIDE_METRICS[key].label, class_="name"),
            element("span", f"{signed(abs(change), 1)} % towards the {Foot.RIGHT if change > 0 else Foot.LEFT}"),
            element("meter", value=abs(change), min=0, max=most, aria_label=f"{STRIDE_METRICS[key].label}: change",
                    class_=str(Foot.RIGHT if change > 0 else Foot.LEFT)),
            class_="change",
        )
        for key, change in moved
    ]  # fmt: skip
    return element("div", join(rows), class_="changes")


def _label_beside(axes: Axes, x: float, y: float, text: str, class_: str) -> Markup:
    at = axes.px(x)
    late = at > 300.0
    return element(
        "text", text, x=at + (-7 if late else 7), y=axes.py(y) - 6, text_anchor="end" if late else "start",
        class_=f"tick {class_}",
    )  # fmt: skip


def _label_above(axes: Axes, x: float, y: float, text: str, class_: str = "median") -> Markup:
    half = 0.5 * LETTER_WIDTH * len(text)
    at = min(max(axes.px(x), LEFT + half), WIDTH - half)
    return element("text", text, x=at, y=axes.py(y) - 7, text_anchor="middle", class_=f"tick {class_}")


def _metric_label(evidence: Mapping[str, Any]) -> str:
    return STRIDE_METRICS[str(evidence["metric"])].label


def then_and_now(finding: Finding) -> tuple[str, str]:
    """Right vs left before a change and with it, in percent, rounded so that they are as far apart as is told."""
    then_pct = round(finding.reference, 1)
    return signed(then_pct, 1, plus=True), signed(then_pct + round(finding.value, 1), 1, plus=True)


def _unit_of_key(key: str) -> str:
    return key[key.rindex("_") + 1 :]


def evidence_lines(finding: Finding) -> Sequence[str]:
    """Sentences with the numbers behind a finding."""
    evidence: Mapping[str, Any] = finding.evidence
    lines: list[str] = []
    if "inversion_velocity_dps" in evidence:
        lines.append(
            f"Turned outward at {'more than' if evidence.get('is_lower_bound') else 'up to'} "
            f"{evidence['inversion_velocity_dps']:.0f} °/s; the usual stances reach "
            f"{evidence['usual_velocity_dps']:.0f} °/s ({evidence['own_strides']} strides compared)."
        )
    if "change_low_pct" in evidence:
        then, now = then_and_now(finding)
        lines.append(
            f"{_metric_label(evidence)}, right vs left: {then} % in {evidence['compared_with']}, {now} % in the "
            f"latest ones, what pace and road explain left out: a change of {signed(finding.value, 1, plus=True)} % "
            f"(95 % interval {signed(evidence['change_low_pct'], 1)} to {signed(evidence['change_high_pct'], 1)} %), "
            f"left {signed(evidence['left_change_pct'], 1, plus=True)} %, "
            f"right {signed(evidence['right_change_pct'], 1, plus=True)} %."
        )
    if "usual_runs" in evidence:
        lines.append(
            f"{_metric_label(evidence)}, right vs left: {signed(evidence['usual_asymmetry_pct'], 1, plus=True)} % in "
            f"{evidence['usual_runs']} healthy runs like it, confirmed as usual up to {evidence['usual_confirmed']}; "
            f"{signed(evidence['usual_asymmetry_pct'] + evidence['change_pct'], 1, plus=True)} % in this one."
        )
    if "compared_with" in evidence:
        lines.append(f"Compared with {evidence['baseline_strides']} strides of {evidence['compared_with']}.")
    return lines
