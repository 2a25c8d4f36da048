"""A board in the browser, as Grafana's libraries show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, FloatRect

from surefoot.service.exporters.influxdb_client import Series
from tests.boards.view import View
from tests.dashboards.grafana_world import TIME_ZONE

Theme = Literal["light", "dark"]
HEIGHT_PX, MARGIN_PX = 2000, 16
DRAWN_MS = 300.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart as it was drawn.

    Parameters
    ----------
    points : (time in ms, value), in the display unit.
    inside, painted : points within the axes, and those of them where the picture has the line's colour.
    axis : ends of the y axis.
    """

    name: str
    ref: str
    colour: str
    dashed: bool
    shown: bool
    points: Sequence[tuple[float, float]]
    inside: int
    painted: int
    axis: tuple[float, float]

    @property
    def values(self) -> list[float]:
        """The points' values."""
        return [value for _, value in self.points]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell of a table says, in which colour, and where it leads."""

    words: str
    colour: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel as it is shown.

    Parameters
    ----------
    unknown : options and transformations that Grafana passes over.
    columns, names : the columns after transformations, as they are headed and as queries name them.
    seen : for each row of a table that lies within its panel, the words of its cells as the page has them, and the
        colour behind the first.
    cut : labels of the y axis, and words in a table, that have too little room.
    text : all words of the panel.
    """

    title: str
    kind: str
    unknown: Sequence[str]
    columns: Sequence[str]
    names: Sequence[str]
    rows: Sequence[Mapping[str, Cell]]
    lines: Sequence[Line]
    seen: Sequence[tuple[Sequence[str], str]]
    cut: Sequence[str]
    text: str

    def line(self, name: str) -> Line:
        """The line of that name."""
        (found,) = [line for line in self.lines if line.name == name]
        return found

    def row(self, column: str, words: str) -> Mapping[str, Cell]:
        """The row that says that in a column."""
        (found,) = [row for row in self.rows if row[column].words == words]
        return found


class BoardPage:
    """A page that shows one board after the other, in a browser of that width and theme."""

    def __init__(self, browser: Browser, address: str, width_px: int = 1280, theme: Theme = "light") -> None:
        self.width_px, self.theme = width_px, theme
        self.errors: list[str] = []
        self.page = browser.new_page(
            viewport={"width": width_px, "height": HEIGHT_PX}, timezone_id=TIME_ZONE, locale="en-GB"
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.page.close()

    def show(self, view: View) -> dict[str, Shown]:
        """Show a board; title → panel."""
        self.page.clock.set_fixed_time(datetime.fromtimestamp(view.now_ms / 1000.0, UTC))
        self.page.evaluate("request => showBoard(request)", self._request(view))
        self.page.wait_for_timeout(DRAWN_MS)
        assert not self.errors, self.errors
        return {each["title"]: _shown(each) for each in self.page.evaluate("readBoard()")}

    def picture(self, file: Path) -> None:
        """Save what is shown, from top to bottom."""
        height_px = self.page.evaluate("document.querySelector('main').getBoundingClientRect().bottom") + MARGIN_PX
        clip: FloatRect = {"x": 0, "y": 0, "width": self.width_px, "height": height_px}
        self.page.screenshot(path=file, clip=clip)

    def _request(self, view: View) -> dict[str, Any]:
        return {
            "board": view.board,
            "answers": {str(panel): [_answer(each) for each in answers] for panel, answers in view.answers().items()},
            "choices": view.choices,
            "header": view.header,
            "from": view.since_ms,
            "to": view.until_ms,
            "theme": self.theme,
            "width": self.width_px - 2 * MARGIN_PX,
        }


def _answer(series: Sequence[Series]) -> list[dict[str, Any]]:
    return [
        {
            "tags": dict(each.tags),
            "columns": list(each.columns),
            "values": [[round(row[0] / 1e6), *row[1:]] for row in each.rows],
        }
        for each in series
    ]


def _shown(panel: Mapping[str, Any]) -> Shown:
    lines = [
        Line(**{**each, "points": [tuple(point) for point in each["points"]], "axis": tuple(each["axis"])})
        for each in panel["lines"]
    ]
    rows = [{name: Cell(**cell) for name, cell in row.items()} for row in panel["rows"]]
    seen = [(tuple(cells), colour) for cells, colour in panel["seen"]]
    return Shown(**{**panel, "rows": rows, "lines": lines, "seen": seen})


def local_time(time_ms: float) -> datetime:
    """A time as the browser shows it."""
    return datetime.fromtimestamp(time_ms / 1000.0, ZoneInfo(TIME_ZONE))
