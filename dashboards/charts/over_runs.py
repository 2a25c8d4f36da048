"""Charts over weeks: a point per run, and how feet and legs felt by day."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from surefoot.analysis.metrics import CONTACT, STRIDE_METRICS
from surefoot.analysis.model import Estimate, Foot
from surefoot.analysis.weeks.feeling import MAX_SCORE
from surefoot.dashboards.charts.axes import Axes, chart, frame, line, padded_limits
from surefoot.dashboards.charts.left_right import empty_note, foot_markers
from surefoot.dashboards.history_source import PastRun
from surefoot.dashboards.html import Markup, element, join

ASIDE_DAYS = 0.12
"""By so much left and right stand beside each other."""
MAX_DATES = 5
MARK = 2.6
Points = Sequence[tuple[float, Estimate]]


def cadence_over_runs(runs: Sequence[PastRun]) -> Markup:
    """Cadence of each run."""
    return _over_runs(runs, {None: lambda run: run.gait.cadence_spm}, 1.0, "Cadence of each run", "steps/min", 12.0)


def contact_over_runs(runs: Sequence[PastRun]) -> Markup:
    """Ground contact of each run and foot."""
    metric = STRIDE_METRICS[CONTACT]
    of_foot: Mapping[Foot | None, Callable[[PastRun], Estimate | None]] = {
        Foot.LEFT: lambda run: run.gait.contact_s.get(Foot.LEFT),
        Foot.RIGHT: lambda run: run.gait.contact_s.get(Foot.RIGHT),
    }
    return _over_runs(runs, of_foot, metric.scale, "Ground contact of each run, left and right", metric.unit, 30.0)


def asymmetry_over_runs(runs: Sequence[PastRun]) -> Markup:
    """Ground contact of each run, right against left."""
    words = "Ground contact of each run, right vs left; above zero the right is longer"
    return _over_runs(runs, {None: lambda run: run.gait.asymmetry_pct}, 1.0, words, "%", 6.0)


def evenness_over_runs(runs: Sequence[tuple[datetime, Estimate]], label: str) -> Markup:
    """A metric of each run, right against left, with its 95 % interval.

    Parameters
    ----------
    runs : when each began, in local time.
    """
    return _drawn({None: [(_day(began), each) for began, each in runs]}, label, "%", 6.0)


def pain_by_day(worst: Mapping[date, int], until: date, days: int) -> Markup:
    """The worst pain of each day: a bar, a circle where the runner said "nothing", and no mark without an entry."""
    first = until - timedelta(days=days - 1)
    axes = Axes((-0.8, days - 0.2), (0.0, float(MAX_SCORE)), height=150.0)
    marks = [_pain(axes, (day - first).days, score) for day, score in sorted(worst.items()) if first <= day <= until]
    ticks = [(float(at), f"{first + timedelta(days=at):%d %b}") for at in range(0, days, max(days // 4, 1))]
    label = f"Worst pain by day, 0 to {MAX_SCORE}, {first:%d %B} to {until:%d %B}"
    return chart(axes, label, frame(axes, unit="worst pain", x_ticks=ticks, y_count=2), *marks)


def _pain(axes: Axes, at: int, score: int) -> Markup:
    x = axes.px(float(at))
    if score == 0:
        return element("circle", cx=x, cy=axes.py(0.0), r=MARK, class_="said-nothing")
    return element(
        "rect", x=x - MARK, y=axes.py(score), width=2 * MARK, height=axes.py(0) - axes.py(score), class_="pain"
    )


def _over_runs(
    runs: Sequence[PastRun],
    of_foot: Mapping[Foot | None, Callable[[PastRun], Estimate | None]],
    scale: float,
    label: str,
    unit: str,
    min_span: float,
) -> Markup:
    """A point per run at its date, with its interval; `of_foot` says where it is found, None for both feet."""
    return _drawn(
        {foot: _points(runs, known_of, scale, foot) for foot, known_of in of_foot.items()}, label, unit, min_span
    )


def _drawn(found: Mapping[Foot | None, Points], label: str, unit: str, min_span: float) -> Markup:
    every = [point for points in found.values() for point in points]
    if not every:
        return empty_note("There is no run with this number yet.")
    ends = [end for _, each in every for end in (each.value, each.low, each.high) if math.isfinite(end)]
    span = min(at for at, _ in every), max(at for at, _ in every)
    aside = max(0.04 * (span[1] - span[0]), 1.0)
    axes = Axes((span[0] - aside, span[1] + aside), padded_limits(ends, min_span=min_span))
    zero = line(axes, axes.x, (0.0, 0.0), "zero") if axes.y[0] < 0.0 < axes.y[1] else Markup()
    return chart(
        axes,
        label,
        frame(axes, unit=unit, x_ticks=_dates(span)),
        zero,
        *(_marks(axes, points, foot) for foot, points in found.items()),
    )


def _points(
    runs: Sequence[PastRun], known_of: Callable[[PastRun], Estimate | None], scale: float, foot: Foot | None
) -> Points:
    aside = 0.0 if foot is None else -ASIDE_DAYS if foot is Foot.LEFT else ASIDE_DAYS
    known = ((run, known_of(run)) for run in runs)
    return [
        (_day(run.began) + aside, replace(each, value=each.value * scale, low=each.low * scale, high=each.high * scale))
        for run, each in known
        if each is not None
    ]


def _day(began: datetime) -> float:
    """Local date and time, in days."""
    return began.toordinal() + (began.hour + began.minute / 60.0) / 24.0


def _dates(span: tuple[float, float]) -> list[tuple[float, str]]:
    first, last = math.floor(span[0]), math.floor(span[1])
    step = max(math.ceil((last - first + 1) / MAX_DATES), 1)
    return [(day + 0.5, f"{date.fromordinal(day):%d %b}") for day in range(first, last + 1, step)]


def _marks(axes: Axes, points: Points, foot: Foot | None) -> Markup:
    side = foot or "both"
    bars = [
        element("line", x1=axes.px(at), x2=axes.px(at), y1=axes.py(each.low), y2=axes.py(each.high),
                class_=f"line interval {side}")
        for at, each in points
        if math.isfinite(each.low)
    ]  # fmt: skip
    if foot is not None:
        return join([*bars, foot_markers(axes, [at for at, _ in points], [each.value for _, each in points], foot)])
    dots = [element("circle", cx=axes.px(at), cy=axes.py(each.value), r=MARK, class_="dot both") for at, each in points]
    return join([*bars, *dots])
