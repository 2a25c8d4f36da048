"""Where a run led, drawn to scale: an equirectangular map at its latitude, without any map behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.analysis.track import EARTH_RADIUS_M, MAX_HOLE_S, Track
from surefoot.dashboards.charts.axes import WIDTH
from surefoot.dashboards.html import Markup, compact_number, element, join

PAD, FOOT, LEAST_HEIGHT, MOST_HEIGHT = 22.0, 34.0, 150.0, 440.0
LEAST_SPAN_M = 40.0
STEP_PX = 1.0
"""Points closer than this to the last one that is drawn are left out."""
SPOT_RADIUS = 9.0
BAR_SHARE = 0.3
ROUND_METRES = tuple(factor * 10**power for power in range(1, 7) for factor in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that happened on the way: when, its number and its words, severity rank 0 to 3."""

    time_s: float
    number: int
    title: str
    rank: int


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Metres east and north of a middle → SVG coordinates; one scale for both."""

    middle_deg: tuple[float, float]
    west_m: float
    north_m: float
    px_per_m: float
    left: float
    height: float

    def place(self, latitude_deg: Floats, longitude_deg: Floats) -> tuple[Floats, Floats]:
        east_m, north_m = _metres(latitude_deg, longitude_deg, self.middle_deg)
        return self.left + (east_m - self.west_m) * self.px_per_m, PAD + (self.north_m - north_m) * self.px_per_m


def course_map(track: Track, spots: Sequence[Spot]) -> Markup:
    """The course with start, end and what happened on it; north is up. Empty where no place is known."""
    here = track.located
    if here.sum() < 2:
        return Markup()
    time_s, latitude_deg, longitude_deg = track.time_s[here], track.latitude_deg[here], track.longitude_deg[here]
    sheet = _sheet(latitude_deg, longitude_deg)
    x, y = sheet.place(latitude_deg, longitude_deg)
    return element(
        "svg",
        element("path", d=_path(time_s, x, y), class_="line course"),
        *_ends(x, y),
        *_spots(track, spots, sheet),
        _scale_bar(sheet),
        _north(sheet),
        viewBox=f"0 0 {compact_number(WIDTH)} {compact_number(sheet.height)}",
        role="img",
        aria_label=_spoken(spots),
        class_="chart map",
    )


def _sheet(latitude_deg: Floats, longitude_deg: Floats) -> _Sheet:
    middle = float(latitude_deg.min() + latitude_deg.max()) / 2.0, float(longitude_deg[0])
    east_m, north_m = _metres(latitude_deg, longitude_deg, middle)
    wide_m, high_m = (max(float(np.ptp(each)), LEAST_SPAN_M) for each in (east_m, north_m))
    px_per_m = min((WIDTH - 2.0 * PAD) / wide_m, (MOST_HEIGHT - 2.0 * PAD - FOOT) / high_m)
    left = (WIDTH - wide_m * px_per_m) / 2.0
    west_m = (float(east_m.min() + east_m.max()) - wide_m) / 2.0
    top_m = (float(north_m.min() + north_m.max()) + high_m) / 2.0
    return _Sheet(middle, west_m, top_m, px_per_m, left, max(high_m * px_per_m + 2.0 * PAD + FOOT, LEAST_HEIGHT))


def _metres(latitude_deg: Floats, longitude_deg: Floats, middle_deg: tuple[float, float]) -> tuple[Floats, Floats]:
    """East and north of a middle, also across the date line."""
    from_middle_deg = (longitude_deg - middle_deg[1] + 180.0) % 360.0 - 180.0
    east_m = EARTH_RADIUS_M * math.cos(math.radians(middle_deg[0])) * np.radians(from_middle_deg)
    return east_m, EARTH_RADIUS_M * np.radians(latitude_deg - middle_deg[0])


def _path(time_s: Floats, x: Floats, y: Floats) -> str:
    """The line, interrupted by holes."""
    moves, last = [], (-math.inf, math.nan, math.nan)
    for at_s, px, py in zip(time_s.tolist(), x.tolist(), y.tolist(), strict=True):
        broken = not at_s - last[0] <= MAX_HOLE_S
        if broken or math.hypot(px - last[1], py - last[2]) >= STEP_PX:
            moves.append(f"{'M' if broken else 'L'}{compact_number(px)} {compact_number(py)}")
            last = at_s, px, py
        else:
            last = at_s, last[1], last[2]
    return "".join(moves)


def _ends(x: Floats, y: Floats) -> list[Markup]:
    """Start as a circle, end as a square, their words on the sides where they do not meet."""
    start, end = (float(x[0]), float(y[0])), (float(x[-1]), float(y[-1]))
    start_above = start[1] <= end[1]
    return [
        element("circle", cx=start[0], cy=start[1], r=5, class_="end"),
        element("rect", x=end[0] - 4.5, y=end[1] - 4.5, width=9, height=9, class_="end"),
        _end_word("start", *start, above=start_above),
        _end_word("end", *end, above=not start_above),
    ]


def _end_word(word: str, x: float, y: float, *, above: bool) -> Markup:
    """A word above or below its place, at the edges of the sheet on the inner side."""
    aside, anchor = (8.0, "start") if x < 40.0 else (-8.0, "end") if x > WIDTH - 40.0 else (0.0, "middle")
    return element("text", word, x=x + aside, y=y - 9 if above else y + 18, text_anchor=anchor, class_="tick")


def _spots(track: Track, spots: Sequence[Spot], sheet: _Sheet) -> list[Markup]:
    """Numbered marks; one that would cover another stands beside it, on a line to its place."""
    drawn: list[Markup] = []
    taken: list[tuple[float, float]] = []
    for spot in spots:
        moment = np.array([spot.time_s])
        x, y = (
            float(each[0]) for each in sheet.place(track.at("latitude_deg", moment), track.at("longitude_deg", moment))
        )
        if not math.isfinite(x + y):
            continue
        at = _free(x, y, taken)
        taken.append(at)
        rank = f"rank-{spot.rank}"
        drawn.append(element("line", x1=x, y1=y, x2=at[0], y2=at[1], class_=f"lead {rank}"))
        number = element("text", str(spot.number), x=at[0], y=at[1] + 4.5, text_anchor="middle")
        circle = element("circle", cx=at[0], cy=at[1], r=SPOT_RADIUS)
        drawn.append(element("g", element("title", spot.title), circle, number, class_=f"spot {rank}"))
    return drawn


def _free(x: float, y: float, taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    step, across = 2.0 * SPOT_RADIUS + 2.0, 1.0 if x < WIDTH / 2.0 else -1.0
    at = x, y
    while any(math.hypot(at[0] - other[0], at[1] - other[1]) < step - 1.0 for other in taken):
        at = at[0] + across * step, at[1]
    return at


def _scale_bar(sheet: _Sheet) -> Markup:
    longest_m = BAR_SHARE * WIDTH / sheet.px_per_m
    length_m = max((each for each in ROUND_METRES if each <= longest_m), default=ROUND_METRES[0])
    text = f"{length_m // 1000} km" if length_m >= 1000 else f"{length_m} m"
    y, end = sheet.height - 12.0, PAD + length_m * sheet.px_per_m
    bar = f"M{compact_number(PAD)} {compact_number(y - 5)}V{compact_number(y)}H{compact_number(end)}v-5"
    return join([element("path", d=bar, class_="line bar"), element("text", text, x=end + 6, y=y, class_="tick")])


def _north(sheet: _Sheet) -> Markup:
    x, y = WIDTH - PAD, sheet.height - 8.0
    arrow = f"M{compact_number(x)} {compact_number(y)}v-20m-4 6l4 -6l4 6"
    return join(
        [
            element("path", d=arrow, class_="line bar"),
            element("text", "N", x=x - 9, y=y - 2, text_anchor="end", class_="tick"),
        ]
    )


def _spoken(spots: Sequence[Spot]) -> str:
    found = "; ".join(f"{spot.number}: {spot.title}" for spot in spots)
    return f"Map of the course, north up{f', with {found}' if found else ''}"
