"""Axes of the charts: scales, ticks, grid lines, and the shapes drawn on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from surefoot.analysis.model import Floats
from surefoot.dashboards.formatting import clock, signed
from surefoot.dashboards.html import Markup, compact_number, element, join

WIDTH, HEIGHT = 440.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 10.0, 24.0
CLOCK_STEPS_S = (10, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200)
MAX_TICKS = 6
ROW_HEIGHT, LETTER_WIDTH = 16.0, 7.0
"""Of labels."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Data limits of a chart; maps data to SVG coordinates."""

    x: tuple[float, float]
    y: tuple[float, float]
    height: float = HEIGHT

    def px(self, x: float) -> float:
        """Horizontal SVG coordinate of a value."""
        return LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)

    def py(self, y: float) -> float:
        """Vertical SVG coordinate of a value."""
        return self.height - BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (self.height - TOP - BOTTOM)


def padded_limits(values: Iterable[float], *, min_span: float, margin_share: float = 0.08) -> tuple[float, float]:
    """Limits around all finite values with a margin on each side, at least `min_span` apart."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    margin = max(margin_share * (high - low), 0.5 * (min_span - (high - low)))
    return low - margin, high + margin


def chart(axes: Axes, label: str, *parts: str) -> Markup:
    """A whole chart; `label` describes it for screen readers."""
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {compact_number(WIDTH)} {compact_number(axes.height)}",
        role="img",
        aria_label=label,
        class_="chart",
    )


def frame(axes: Axes, *, unit: str, x_ticks: Sequence[tuple[float, str]], y_count: int = 4) -> Markup:
    """Grid lines with their values, and the unit at the top."""
    ticks = round_ticks(axes.y, y_count)
    decimals = max(0, -math.floor(math.log10(ticks[1] - ticks[0]) + 1e-9)) if len(ticks) > 1 else 0
    lines = [element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=axes.py(y), y2=axes.py(y), class_="grid") for y in ticks]
    values = [
        element("text", signed(y, decimals), x=LEFT - 6, y=axes.py(y) + 4, text_anchor="end", class_="tick")
        for y in ticks
    ]
    top = element("text", unit, x=LEFT + 3, y=TOP + 4, class_="tick unit")
    below = [
        element("text", text, x=axes.px(x), y=axes.height - 6, text_anchor=_text_anchor(axes, x), class_="tick")
        for x, text in x_ticks
    ]
    return join([*lines, *values, *below, top])


def _text_anchor(axes: Axes, x: float) -> str:
    return "end" if axes.px(x) > WIDTH - RIGHT - 14 else "middle"


def round_ticks(limits: tuple[float, float], count: int) -> list[float]:
    """About `count` round values (1, 2 or 5 × 10ⁿ apart) inside the limits."""
    raw = (limits[1] - limits[0]) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= raw * (1.0 - 1e-9))
    first = math.ceil(limits[0] / step - 1e-9)
    return [k * step for k in range(first, math.floor(limits[1] / step + 1e-9) + 1)]


def clock_ticks(limits: tuple[float, float], origin_s: float) -> list[tuple[float, str]]:
    """(session time, text) of round times after `origin_s`, at most about `MAX_TICKS`."""
    span_s = limits[1] - limits[0]
    step = next((step for step in CLOCK_STEPS_S if span_s / step <= MAX_TICKS), CLOCK_STEPS_S[-1])
    first = math.ceil((limits[0] - origin_s) / step)
    last = math.floor((limits[1] - origin_s) / step)
    return [(origin_s + k * step, clock(k * step)) for k in range(first, last + 1)]


def line(axes: Axes, x: Sequence[float] | Floats, y: Sequence[float] | Floats, class_: str) -> Markup:
    """A line through the points, interrupted where a value is not finite."""
    moves, pen = [], "M"
    for at, value in zip(x, y, strict=True):
        if math.isfinite(value):
            moves.append(f"{pen}{compact_number(axes.px(at))} {compact_number(axes.py(value))}")
        pen = "L" if math.isfinite(value) else "M"
    return element("path", d="".join(moves), class_=f"line {class_}") if moves else Markup()


def ribbon(
    axes: Axes, x: Sequence[float] | Floats, low: Sequence[float] | Floats, high: Sequence[float] | Floats, class_: str
) -> Markup:
    """The area between two lines; points that are not finite are skipped."""
    known = [each for each in zip(x, low, high, strict=True) if all(map(math.isfinite, each))]
    if len(known) < 2:
        return Markup()
    upper = [f"{compact_number(axes.px(at))} {compact_number(axes.py(top))}" for at, _, top in known]
    lower = [f"{compact_number(axes.px(at))} {compact_number(axes.py(bottom))}" for at, bottom, _ in reversed(known)]
    return element("path", d=f"M{'L'.join(upper + lower)}Z", class_=f"ribbon {class_}")


def band_area(axes: Axes, low: float, high: float, label: str) -> Markup:
    """A horizontal band across the chart, with its label."""
    top, bottom = axes.py(min(high, axes.y[1])), axes.py(max(low, axes.y[0]))
    return join(
        [
            element("rect", x=LEFT, y=top, width=WIDTH - LEFT - RIGHT, height=max(bottom - top, 0.0), class_="own"),
            element("text", label, x=WIDTH - RIGHT - 4, y=bottom - 5, text_anchor="end", class_="tick own-label"),
        ]
    )


def event_marker(axes: Axes, x: float, text: str, class_: str = "event", row: int = 0) -> Markup:
    """A vertical line at `x`, with its label; labels that could meet have rows of their own, counted from the top."""
    at = axes.px(x)
    late = at > 0.7 * WIDTH
    return join(
        [
            element("line", x1=at, x2=at, y1=TOP, y2=axes.height - BOTTOM, class_=f"mark {class_}"),
            element(
                "text", text, x=at + (-5 if late else 5), y=TOP + 15 + ROW_HEIGHT * row,
                text_anchor="end" if late else "start", class_=f"tick {class_}",
            ),
        ]
    )  # fmt: skip
