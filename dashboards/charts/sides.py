"""Left and right over time, as two lines that differ in colour and in their marks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Estimate, Floats, Foot, Gait, Strides, Window
from surefoot.dashboards.charts.axes import Axes, around, band, clock_ticks, frame, line, mark, picture, ribbon
from surefoot.dashboards.html import Markup, element, join
from surefoot.dashboards.reference_band import Band

GAP_S = 45.0
"""Windows farther apart are not joined by a line."""
LEAST_SHARE = 0.12
"""A chart spans at least this part of its values, so that scatter does not look like change."""


@dataclass(frozen=True, slots=True)
class Event:
    """A moment worth marking."""

    time_s: float
    text: str


@dataclass(frozen=True, slots=True)
class _Course:
    """Estimates over time, with a row that is not finite wherever the line is interrupted."""

    time_s: list[float]
    value: list[float]
    low: list[float]
    high: list[float]


def levels(
    windows: Sequence[Window], key: str, span_s: tuple[float, float], origin_s: float, events: Iterable[Event] = ()
) -> Markup:
    """A metric's running medians of each foot with their 95 % intervals."""
    metric = STRIDE_METRICS[key]
    courses = {
        foot: _course([(window, window.feet.get(foot, {}).get(key)) for window in running(windows)], metric.scale)
        for foot in Foot
    }
    known = [value for course in courses.values() for value in course.value if math.isfinite(value)]
    if not known:
        return nothing(f"{metric.label} is not known.")
    ends = [end for course in courses.values() for end in (*course.low, *course.high)]
    axes = Axes(span_s, around(ends, least=LEAST_SHARE * max(map(abs, known))))
    return picture(
        axes,
        f"{metric.label} of left and right over the run, in {metric.unit}",
        frame(axes, unit=metric.unit, x_ticks=clock_ticks(span_s, origin_s)),
        *(mark(axes, event.time_s, event.text) for event in events),
        *(ribbon(axes, course.time_s, course.low, course.high, foot) for foot, course in courses.items()),
        *(line(axes, course.time_s, course.value, foot) for foot, course in courses.items()),
        *(dots(axes, course.time_s, course.value, foot) for foot, course in courses.items()),
    )


def balance(
    windows: Sequence[Window], own: Band | None, key: str, span_s: tuple[float, float], origin_s: float,
    events: Iterable[Event] = (),
) -> Markup:  # fmt: skip
    """A metric's asymmetry against the runner's own band."""
    metric = STRIDE_METRICS[key]
    course = _course([(window, window.asymmetry_pct.get(key)) for window in running(windows)], 1.0)
    known = [value for value in course.value if math.isfinite(value)]
    if not known:
        return nothing(f"Left and right of {metric.label.lower()} cannot be compared.")
    axes = Axes(span_s, around([*course.low, *course.high, *((own.low, own.high) if own else ())], least=6.0))
    return picture(
        axes,
        f"{metric.label}, right vs left over the run, in percent; above zero the right is larger",
        frame(axes, unit="%", x_ticks=clock_ticks(span_s, origin_s)),
        band(axes, own.low, own.high, "your own band") if own else Markup(),
        _zero(axes),
        *(mark(axes, event.time_s, event.text) for event in events),
        ribbon(axes, course.time_s, course.low, course.high, "both"),
        line(axes, course.time_s, course.value, "both"),
    )


def single(windows: Sequence[Window], span_s: tuple[float, float], origin_s: float) -> Markup:
    """Cadence of both feet together."""
    course = _course([(window, window.cadence_spm) for window in running(windows)], 1.0)
    known = [value for value in course.value if math.isfinite(value)]
    if not known:
        return nothing("Cadence is not known.")
    axes = Axes(span_s, around(known, least=12.0))
    return picture(
        axes,
        "Cadence over the run, in steps per minute",
        frame(axes, unit="steps/min", x_ticks=clock_ticks(span_s, origin_s)),
        ribbon(axes, course.time_s, course.low, course.high, "both"),
        line(axes, course.time_s, course.value, "both"),
    )


def last_strides(strides: Mapping[Foot, Strides], key: str, now_s: float, lasts_s: float) -> Markup:
    """Each stride of the last minute."""
    metric = STRIDE_METRICS[key]
    span_s = (now_s - lasts_s, now_s)
    recent = {foot: rows[rows.initial_contact_s >= span_s[0]] for foot, rows in strides.items()}
    values = {foot: rows.metrics[key] * metric.scale if len(rows) else np.empty(0) for foot, rows in recent.items()}
    known = [float(value) for each in values.values() for value in each if math.isfinite(value)]
    if not known:
        return nothing("No strides in the last minute.")
    axes = Axes(span_s, around(known, least=0.25 * max(map(abs, known))))
    seconds = [(now_s - ago, "now" if not ago else f"−{ago} s") for ago in (60, 40, 20, 0) if ago <= lasts_s]
    return picture(
        axes,
        f"{metric.label} of every stride in the last minute, in {metric.unit}",
        frame(axes, unit=metric.unit, x_ticks=seconds),
        *(dots(axes, recent[foot].initial_contact_s, values[foot], foot) for foot in recent),
    )


def running(windows: Sequence[Window]) -> list[Window]:
    """Those of running."""
    return [window for window in windows if window.gait is Gait.RUN]


def dots(axes: Axes, x: Sequence[float] | Floats, y: Sequence[float] | Floats, foot: Foot) -> Markup:
    """A mark for each value: a disc for the left, a diamond for the right."""
    return join(_dot(axes.px(at), axes.py(value), foot) for at, value in zip(x, y, strict=True) if math.isfinite(value))


def key_of_sides() -> Markup:
    """What the colours and marks mean."""
    return element(
        "span",
        *(
            element("span", element("span", class_=f"swatch {foot}", aria_hidden="true"), foot, class_="key")
            for foot in Foot
        ),
        class_="keys",
    )


def nothing(text: str) -> Markup:
    """In place of a picture."""
    return element("p", text, class_="nothing")


def _dot(x: float, y: float, foot: Foot) -> Markup:
    if foot is Foot.LEFT:
        return element("circle", cx=x, cy=y, r=2.6, class_="dot left")
    return element("rect", x=x - 2.4, y=y - 2.4, width=4.8, height=4.8, class_="dot right")


def _zero(axes: Axes) -> Markup:
    return line(axes, axes.x, (0.0, 0.0), "zero") if axes.y[0] < 0.0 < axes.y[1] else Markup()


def _course(known: Iterable[tuple[Window, Estimate | None]], scale: float) -> _Course:
    course, last_s = _Course([], [], [], []), -math.inf
    for window, estimate in known:
        middle_s = 0.5 * (window.start_s + window.end_s)
        if middle_s - last_s > GAP_S and course.time_s:
            _add(course, middle_s, Estimate(math.nan, math.nan, math.nan, 0), 1.0)
        if estimate is not None:
            _add(course, middle_s, estimate, scale)
            last_s = middle_s
    return course


def _add(course: _Course, time_s: float, estimate: Estimate, scale: float) -> None:
    course.time_s.append(time_s)
    course.value.append(estimate.value * scale)
    course.low.append(estimate.low * scale)
    course.high.append(estimate.high * scale)
