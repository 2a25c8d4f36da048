"""A Grafana board: rows of panels, variables, annotations and links to the other boards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from surefoot.dashboards.grafana.colours import OUTSIDE
from surefoot.dashboards.grafana.influxql import (
    CALLS_FOR_SOMEBODY,
    IN_TIME_RANGE,
    OF_RUN,
    OF_RUNNER,
    select,
    tag_values,
)
from surefoot.dashboards.grafana.panels import DATASOURCE, Json, Panel

TAG = "surefoot"
COLUMNS = 24
SCHEMA_VERSION = 41
DATA_QUALITY_ROW = "Can I trust the numbers?"
"""Title of the row that every board ends with."""

Row = Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Variable:
    """A template variable of a board.

    Parameters
    ----------
    multi : allows several values, and all.
    hidden : does not show it.
    regex : has groups for the `text` and the `value` of each result; empty where both are the result.
    """

    name: str
    label: str
    influxql: str
    newest_first: bool = False
    multi: bool = False
    hidden: bool = False
    regex: str = ""

    def json(self) -> Json:
        """The JSON of Grafana's dashboard model."""
        return {
            "name": self.name,
            "label": self.label,
            "type": "query",
            "datasource": DATASOURCE,
            "query": {"query": self.influxql, "refId": f"variable-{self.name}"},
            "definition": self.influxql,
            "refresh": 2,
            "sort": 2 if self.newest_first else 1,
            "regex": self.regex,
            "hide": 2 if self.hidden else 0,
            "multi": self.multi,
            "includeAll": self.multi,
            **({"current": {"text": ["All"], "value": ["$__all"]}} if self.multi else {}),
        }


@dataclass(frozen=True, slots=True)
class Board:
    """Definition of a board.

    Parameters
    ----------
    since : time range on opening, such as "15m".
    refresh : refresh interval; empty for none.
    rows : panels side by side; `data_quality` is the last row.
    links : at the top, besides those to the other boards.
    """

    uid: str
    title: str
    description: str
    since: str
    refresh: str
    rows: Sequence[Row]
    data_quality: Row
    variables: Sequence[Variable] = ()
    annotations: Sequence[Json] = ()
    links: Sequence[Json] = ()

    def json(self) -> Json:
        """The JSON that Grafana's file provider loads."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": [TAG],
            "timezone": "browser",
            "editable": False,
            "graphTooltip": 1,
            "schemaVersion": SCHEMA_VERSION,
            "time": {"from": f"now-{self.since}", "to": "now"},
            "refresh": self.refresh,
            "templating": {"list": [variable.json() for variable in self.variables]},
            "annotations": {"list": list(self.annotations)},
            "links": [*self.links, _LINKS],
            "panels": list(self.panels()),
        }

    def panels(self) -> Iterator[Json]:
        """Panels with their ids and grid positions, and the row title."""
        number, y = 1, 0
        for row in self.rows:
            yield from _side_by_side(row, number, y)
            number, y = number + len(row), y + max(panel.height for panel in row)
        yield {
            "id": number,
            "type": "row",
            "title": DATA_QUALITY_ROW,
            "collapsed": False,
            "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1},
            "panels": [],
        }
        yield from _side_by_side(self.data_quality, number + 1, y + 1)


def _side_by_side(row: Row, number: int, y: int) -> Iterator[Json]:
    x = 0
    for place, panel in enumerate(row):
        yield panel.placed(number + place, x, y)
        x += panel.width


def _link(kind: str, title: str, tooltip: str = "", url: str = "", **more: object) -> Json:
    return {
        "type": kind,
        "title": title,
        "tooltip": tooltip,
        "url": url,
        "icon": "dashboard",
        "tags": [],
        "asDropdown": False,
        "includeVars": False,
        "keepTime": False,
        "targetBlank": False,
        **more,
    }


def link_to(url: str, title: str, tooltip: str) -> Json:
    """Link at the top of a board; Grafana fills in the board's variables."""
    return _link("link", title, tooltip, url)


_LINKS = _link("dashboards", "surefoot", tags=[TAG], includeVars=True)

RUNNER_CHOICE = Variable("runner", "Runner", tag_values("runner", '"runs"'))
RUNNERS_CHOICE = Variable("runner", "Runners", tag_values("runner", '"runs"'), multi=True)
RUN_CHOICE = Variable(
    "run",
    "Run",
    select(['last("label")'], '"runs"', OF_RUNNER, tail='GROUP BY "run"'),
    newest_first=True,
    regex=r"/^(?<value>\S+) (?<text>.+)$/",
)
"""Shown by its newest label; the value is the id."""


def _annotation(name: str, measurement: str, condition: str, *tags: str) -> Json:
    """Vertical lines with a message and tags, one for each row of a measurement."""
    columns = [f'"{column}"' for column in ("message", *tags)]
    influxql = select(columns, f'"{measurement}"', condition, IN_TIME_RANGE)
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": OUTSIDE,
        "target": {
            "refId": measurement,
            "query": influxql,
            "rawQuery": True,
            "fromAnnotations": True,
            "textEditor": True,
            "textColumn": "message",
            "tagsColumn": ",".join(tags),
        },
    }


FINDINGS_OF_RUNNER = _annotation("Findings", "findings", OF_RUNNER, "kind", "foot")
FINDINGS_OF_RUN = _annotation("Findings", "findings", OF_RUN, "kind", "foot")
ALERTS = _annotation("Alerts", "alerts", CALLS_FOR_SOMEBODY, "runner", "kind")
