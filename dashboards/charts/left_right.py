"""Charts over time of left and right, of their asymmetry, and of cadence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.drift.reference_band import ReferenceBand
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Estimate, Floats, Foot, Gait, Strides, Window
from surefoot.dashboards.charts.axes import (
    Axes,
    band_area,
    chart,
    clock_ticks,
    event_marker,
    frame,
    line,
    padded_limits,
    ribbon,
)
from surefoot.dashboards.html import Markup, element, join

MAX_GAP_S = 45.0
"""Windows farther apart than this are not joined by a line."""
MIN_SPAN_SHARE = 0.12
"""A chart spans at least this share of its largest value, so that scatter does not look like change."""


@dataclass(frozen=True, slots=True)
class EventMarker:
    """An event to mark on a chart."""

    time_s: float
    text: str


@dataclass(frozen=True, slots=True)
class _Curve:
    """Estimates over time, with a NaN row wherever the line is interrupted."""

    time_s: list[float]
    value: list[float]
    low: list[float]
    high: list[float]


def left_right_chart(
    windows: Sequence[Window],
    key: str,
    span_s: tuple[float, float],
    origin_s: float,
    events: Iterable[EventMarker] = (),
) -> Markup:
    """A metric's medians per window of running, of each foot, with their 95 % intervals."""
    metric = STRIDE_METRICS[key]
    curves = {
        foot: _curve(
            [(window, window.feet.get(foot, {}).get(key)) for window in running_windows(windows)], metric.scale
        )
        for foot in Foot
    }
    known = [value for curve in curves.values() for value in curve.value if math.isfinite(value)]
    if not known:
        return empty_note(f"There is no data on {metric.label.lower()}.")
    ends = [end for curve in curves.values() for end in (*curve.low, *curve.high)]
    axes = Axes(span_s, padded_limits(ends, min_span=MIN_SPAN_SHARE * max(map(abs, known))))
    return chart(
        axes,
        f"{metric.label} of left and right over the run, in {metric.unit}",
        frame(axes, unit=metric.unit, x_ticks=clock_ticks(span_s, origin_s)),
        *(event_marker(axes, event.time_s, event.text) for event in events),
        *(ribbon(axes, curve.time_s, curve.low, curve.high, foot) for foot, curve in curves.items()),
        *(line(axes, curve.time_s, curve.value, foot) for foot, curve in curves.items()),
        *(foot_markers(axes, curve.time_s, curve.value, foot) for foot, curve in curves.items()),
    )


def asymmetry_chart(
    windows: Sequence[Window], reference: ReferenceBand | None, key: str, span_s: tuple[float, float], origin_s: float,
    events: Iterable[EventMarker] = (),
) -> Markup:  # fmt: skip
    """A metric's asymmetry per window of running, over the reference band."""
    metric = STRIDE_METRICS[key]
    curve = _curve([(window, window.asymmetry_pct.get(key)) for window in running_windows(windows)], 1.0)
    known = [value for value in curve.value if math.isfinite(value)]
    if not known:
        return empty_note(f"Left and right of {metric.label.lower()} cannot be compared.")
    axes = Axes(
        span_s,
        padded_limits([*curve.low, *curve.high, *((reference.low, reference.high) if reference else ())], min_span=6.0),
    )
    return chart(
        axes,
        f"{metric.label}, right vs left over the run, in percent; above zero the right is larger",
        frame(axes, unit="%", x_ticks=clock_ticks(span_s, origin_s)),
        band_area(axes, reference.low, reference.high, "the baseline") if reference else Markup(),
        _zero_line(axes),
        *(event_marker(axes, event.time_s, event.text) for event in events),
        ribbon(axes, curve.time_s, curve.low, curve.high, "both"),
        line(axes, curve.time_s, curve.value, "both"),
    )


def cadence_chart(windows: Sequence[Window], span_s: tuple[float, float], origin_s: float) -> Markup:
    """Cadence per window of running, with its 95 % interval."""
    curve = _curve([(window, window.cadence_spm) for window in running_windows(windows)], 1.0)
    known = [value for value in curve.value if math.isfinite(value)]
    if not known:
        return empty_note("There is no data on cadence.")
    axes = Axes(span_s, padded_limits(known, min_span=12.0))
    return chart(
        axes,
        "Cadence over the run, in steps per minute",
        frame(axes, unit="steps/min", x_ticks=clock_ticks(span_s, origin_s)),
        ribbon(axes, curve.time_s, curve.low, curve.high, "both"),
        line(axes, curve.time_s, curve.value, "both"),
    )


def recent_strides_chart(strides: Mapping[Foot, Strides], key: str, now_s: float, duration_s: float) -> Markup:
    """A metric of every stride of the last `duration_s` seconds."""
    metric = STRIDE_METRICS[key]
    span_s = (now_s - duration_s, now_s)
    recent = {foot: rows[rows.initial_contact_s >= span_s[0]] for foot, rows in strides.items()}
    values = {foot: rows.metrics[key] * metric.scale if len(rows) else np.empty(0) for foot, rows in recent.items()}
    known = [float(value) for each in values.values() for value in each if math.isfinite(value)]
    if not known:
        return empty_note("No strides in the last minute.")
    axes = Axes(span_s, padded_limits(known, min_span=0.25 * max(map(abs, known))))
    seconds = [(now_s - ago, "now" if not ago else f"−{ago} s") for ago in (60, 40, 20, 0) if ago <= duration_s]
    return chart(
        axes,
        f"{metric.label} of every stride in the last minute, in {metric.unit}",
        frame(axes, unit=metric.unit, x_ticks=seconds),
        *(foot_markers(axes, recent[foot].initial_contact_s, values[foot], foot) for foot in recent),
    )


def running_windows(windows: Sequence[Window]) -> list[Window]:
    """The windows of running."""
    return [window for window in windows if window.gait is Gait.RUN]


def foot_markers(axes: Axes, x: Sequence[float] | Floats, y: Sequence[float] | Floats, foot: Foot) -> Markup:
    """A marker for each finite value: a circle for the left foot, a square for the right."""
    return join(
        _foot_marker(axes.px(at), axes.py(value), foot) for at, value in zip(x, y, strict=True) if math.isfinite(value)
    )


def left_right_legend() -> Markup:
    """Legend of the feet's colours."""
    return element(
        "span",
        *(
            element("span", element("span", class_=f"swatch {foot}", aria_hidden="true"), foot, class_="key")
            for foot in Foot
        ),
        class_="keys",
    )


def empty_note(text: str) -> Markup:
    """Text in place of a chart."""
    return element("p", text, class_="nothing")


def _foot_marker(x: float, y: float, foot: Foot) -> Markup:
    if foot is Foot.LEFT:
        return element("circle", cx=x, cy=y, r=2.6, class_="dot left")
    return element("rect", x=x - 2.4, y=y - 2.4, width=4.8, height=4.8, class_="dot right")


def _zero_line(axes: Axes) -> Markup:
    return line(axes, axes.x, (0.0, 0.0), "zero") if axes.y[0] < 0.0 < axes.y[1] else Markup()


def _curve(known: Iterable[tuple[Window, Estimate | None]], scale: float) -> _Curve:
    curve, last_s = _Curve([], [], [], []), -math.inf
    for window, estimate in known:
        middle_s = 0.5 * (window.start_s + window.end_s)
        if middle_s - last_s > MAX_GAP_S and curve.time_s:
            _append(curve, middle_s, Estimate(math.nan, math.nan, math.nan, 0), 1.0)
        if estimate is not None:
            _append(curve, middle_s, estimate, scale)
            last_s = middle_s
    return curve


def _append(curve: _Curve, time_s: float, estimate: Estimate, scale: float) -> None:
    curve.time_s.append(time_s)
    curve.value.append(estimate.value * scale)
    curve.low.append(estimate.low * scale)
    curve.high.append(estimate.high * scale)
