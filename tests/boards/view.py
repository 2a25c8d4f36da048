"""A board with its choices and time range, and the database's answers to its queries."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from surefoot.dashboards.grafana.board_files import BOARDS_FOLDER
from surefoot.service.exporters.influxdb_client import Series
from tests.dashboards.grafana_world import TIME_ZONE, UNITS_S, BoardDatabase

LIVE_MS = 120_000


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at.

    Parameters
    ----------
    board : Grafana's file of the board.
    database : choices, and the time now.
    since : length of the time range; the board's own if empty.
    until_ms : end of the time range.
    """

    board: Mapping[str, Any]
    database: BoardDatabase
    since: str
    until_ms: int
    now_ms: int

    @property
    def since_ms(self) -> int:
        """Begin of the time range."""
        return self.until_ms - 1000 * int(self.since[:-1]) * UNITS_S[self.since[-1]]

    @property
    def choices(self) -> Mapping[str, str]:
        """Values of the variables."""
        return {"runner": self.database.runners[0], "run": self.database.run}

    @property
    def header(self) -> Sequence[tuple[str, str]]:
        """Words above the board: what is chosen."""
        values = {"runner": " + ".join(self.database.runners), "run": self.database.run}
        shown = [each for each in self.board["templating"]["list"] if not each["hide"]]
        chosen = [(each["label"], self._words(each, values[each["name"]])) for each in shown]
        return [*chosen, ("Time", f"last {self.since}" if self.is_live else self._span())]

    @property
    def is_live(self) -> bool:
        """Whether the time range ends about now."""
        return self.now_ms - self.until_ms < LIVE_MS

    def _span(self) -> str:
        begin, end = (datetime.fromtimestamp(at / 1000.0, ZoneInfo(TIME_ZONE)) for at in (self.since_ms, self.until_ms))
        return f"{begin:%Y-%m-%d %H:%M} to {end:%H:%M}"

    def _words(self, variable: Mapping[str, Any], value: str) -> str:
        """What the list of a variable's choices shows for a value."""
        if not variable["regex"]:
            return value
        found = re.compile(variable["regex"].strip("/").replace("(?<", "(?P<"))
        answer = self.database.ask(variable["query"]["query"], self.since)
        matches = [found.match(row[-1]) for series in answer for row in series.rows]
        return next(match["text"] for match in matches if match is not None and match["value"] == value)

    def answers(self) -> Mapping[int, list[list[Series]]]:
        """Panel id → answer of each of its queries."""
        asked = replace(self.database, now_ms=self.until_ms)
        return {
            panel["id"]: [asked.ask(target["query"], self.since) for target in panel["targets"]]
            for panel in self.board["panels"]
            if panel["type"] != "row"
        }


def view_of(name: str, database: BoardDatabase, since: str = "", *, now_ms: int | None = None) -> View:
    """A board as it opens, or over a time range that ends now."""
    board = json.loads((BOARDS_FOLDER / f"surefoot-{name}.json").read_text(encoding="utf-8"))
    now_ms = database.now_ms if now_ms is None else now_ms
    return View(board, database, since or board["time"]["from"].removeprefix("now-"), database.now_ms, now_ms)
