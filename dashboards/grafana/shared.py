"""Panels that several boards have."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.analysis.findings import Severity
from surefoot.dashboards.finding_card import SEVERITIES, TITLES
from surefoot.dashboards.grafana.colours import CLEAR, OUTSIDE, STALE
from surefoot.dashboards.grafana.colours import SEVERITIES as SEVERITY_COLOURS
from surefoot.dashboards.grafana.figures import BATTERY, CONNECTED, LOSS, RECONNECTS, SIGNAL, Figure, running
from surefoot.dashboards.grafana.influxql import EACH_FOOT, FRESH, RANGE, named, newest, over_time, select
from surefoot.dashboards.grafana.panels import Json, Panel, Query, chart, column, fixed, override, table, words

AGO = {"unit": "dateTimeFromNow", "custom.width": 150}
SEVERITY = {
    "mappings": [words({each.value: (SEVERITIES[each], SEVERITY_COLOURS[each.value]) for each in Severity})],
    "custom.cellOptions": {"type": "color-text"},
    "custom.width": 130,
}
KIND = {"mappings": [words({kind.value: (text, "text") for kind, text in TITLES.items()})], "custom.width": 240}
WRAPPED = {"custom.cellOptions": {"type": "auto", "wrapText": True}}
STATE = "State"
GREYED = override(
    STATE,
    {
        "mappings": [
            words({"0": ("stale", STALE)}),
            {
                "type": "range",
                "options": {"from": 1, "to": None, "result": {"text": "live", "color": CLEAR, "index": 1}},
            },
        ],
        "custom.cellOptions": {"type": "color-background", "mode": "basic", "applyToRow": True},
        "custom.width": 80,
    },
)
"""The whole row is grey where nothing is fresh."""


def count_fresh(figure: Figure, source: str, *conditions: str, by: str) -> str:
    """How many values came just now; 0 for those that are stale, but were there."""
    tail = f'GROUP BY "{by}"'
    fresh = select([f'count("{figure.field}") AS "n"'], source, *conditions, FRESH, tail=tail)
    known = select([f'count("{figure.field}") * 0 AS "n"'], source, *conditions, RANGE, tail=tail)
    return select([f'sum("n") AS "{STATE}"'], f"({fresh}), ({known})", tail=tail)


def of_feet(figure: Figure, source: str, *conditions: str) -> Query:
    """A line for each foot."""
    return Query(over_time([named(figure, calculation="mean")], f'"{source}"', *conditions, by="foot"), "$tag_foot")


def feet_chart(question: str, key: str, source: str, width: int, *conditions: str, draw: Json | None = None) -> Panel:
    """A metric of the registry, left and right over time."""
    figure = running(key)
    return chart(question, figure, [of_feet(figure, source, EACH_FOOT, *conditions)], width, draw=draw)


def found_table(question: str, width: int, height: int, *conditions: str, runner: bool = False) -> Panel:
    """Findings, the newest first."""
    columns = ['"runner" AS "Runner"'] if runner else []
    columns += ['"severity" AS "How grave"', '"kind" AS "What"', '"message" AS "In words"']
    influxql = select(columns, '"findings"', *conditions, RANGE, tail="ORDER BY time DESC LIMIT 50")
    return table(
        question,
        "What stood out, the newest first. A later look replaces an earlier one of the same finding.",
        [Query(influxql, table=True)],
        width,
        height,
        overrides=[
            override("Time", {"unit": "dateTimeAsLocal", "custom.width": 190}),
            *([override("Runner", {"custom.width": 130})] if runner else []),
            override("How grave", SEVERITY),
            override("What", KIND),
            override("In words", WRAPPED),
        ],
    )


def pods_table(question: str, width: int, height: int, *conditions: str) -> Panel:
    """Each pod as it was when it was last heard of."""
    figures = (CONNECTED, BATTERY, SIGNAL, LOSS, RECONNECTS)
    columns = [named(figure) for figure in figures]
    tags = ("runner", "foot", "serial")
    influxql = newest(columns, '"pod_health"', *conditions, RANGE, by=tags)
    fresh = count_fresh(CONNECTED, '"pod_health"', *conditions, by="serial")
    return table(
        question,
        "Each pod as last heard of. One that is silent for longer than half a minute is out of reach, off or empty.",
        [Query(influxql, table=True), Query(fresh, table=True)],
        width,
        height,
        overrides=[
            GREYED,
            override("Time", {"displayName": "Heard", **AGO}),
            override("foot", {"displayName": "Foot"}),
            override("runner", {"displayName": "Runner"}),
            override("serial", {"displayName": "Pod"}),
            override(CONNECTED.label, CONNECTED_WORDS),
            *(column(figure) for figure in figures[1:]),
        ],
        transformations=[
            only("B", "serial", STATE),
            joined("serial"),
            ordered("runner", "foot", STATE, *(figure.label for figure in figures), "serial"),
            sorted_by("foot"),
            sorted_by("runner"),
        ],
    )


CONNECTED_WORDS = {
    "mappings": [words({"1": ("yes", "text"), "0": ("no", OUTSIDE)})],
    "custom.cellOptions": {"type": "color-text"},
    "color": fixed("text"),
}


def ordered(*names: str, without: Sequence[str] = ()) -> Json:
    """A table's columns in this order; others follow, and so does the time of joined answers, which Grafana renames."""
    options = {
        "indexByName": {name: place for place, name in enumerate(names)},
        "excludeByName": dict.fromkeys(without, True),
        "renameByName": {},
    }
    return {"id": "organize", "options": options}


def joined(key: str) -> Json:
    """The answers as one table."""
    return {"id": "joinByField", "options": {"byField": key, "mode": "outer"}}


def only(ref: str, *names: str) -> Json:
    """These columns of one answer."""
    options = {"include": {"names": list(names)}}
    return {"id": "filterFieldsByName", "filter": {"id": "byRefId", "options": ref}, "options": options}


def sorted_by(name: str, *, descending: bool = False) -> Json:
    """A table's rows in the order of a column."""
    return {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": name, "desc": descending}]}}
