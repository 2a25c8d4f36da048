"""Panels and table transformations shared by several boards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surefoot.analysis.findings import Severity
from surefoot.dashboards.grafana.colours import CLEAR, OUTSIDE, SEVERITY_COLOURS, STALE
from surefoot.dashboards.grafana.fields import BATTERY, CONNECTED, LOSS, RECONNECTS, SIGNAL, Field, metric_field
from surefoot.dashboards.grafana.influxql import (
    CALLS_FOR_SOMEBODY,
    IN_TIME_RANGE,
    IS_FRESH,
    SINGLE_FOOT,
    column_as,
    newest_row,
    over_time,
    select,
)
from surefoot.dashboards.grafana.panels import (
    Json,
    Panel,
    Query,
    column_override,
    fixed_colour,
    override,
    table,
    time_series,
    value_mapping,
)
from surefoot.dashboards.vocabulary import ALERT_TITLES, SEVERITY_WORDS

RELATIVE_TIME = {"unit": "dateTimeFromNow", "custom.width": 145}
HIDDEN_COLUMN = {"custom.hideFrom.viz": True}
SEVERITY_STYLE = {
    "mappings": [
        value_mapping({each.value: (SEVERITY_WORDS[each], SEVERITY_COLOURS[each.value]) for each in Severity})
    ],
    "custom.cellOptions": {"type": "color-text"},
    "custom.width": 130,
}
KIND_STYLE = {
    "mappings": [value_mapping({kind: (text, "text") for kind, text in ALERT_TITLES.items()})],
    "custom.width": 240,
}
WRAPPED_TEXT = {"custom.wrapText": True}
STATE_COLUMN = "State"
STALE_ROW_STYLE = override(
    STATE_COLUMN,
    {
        "mappings": [
            value_mapping({"0": ("stale", STALE)}),
            {
                "type": "range",
                "options": {"from": 1, "to": None, "result": {"text": "live", "color": CLEAR, "index": 1}},
            },
        ],
        "custom.cellOptions": {"type": "color-background", "mode": "basic", "applyToRow": True},
        "custom.align": "left",
        "custom.width": 70,
    },
)
"""Override that greys out the whole row if it has no fresh values."""


def count_fresh(field: Field, source: str, *conditions: str, by: str, fresh: str = "") -> str:
    """Query for the number of fresh values per `by` that also fulfil `fresh`; 0 for groups with only stale ones."""
    tail = f'GROUP BY "{by}"'
    wanted = [each for each in (*conditions, fresh, IS_FRESH) if each]
    newest = select([f'count("{field.key}") AS "n"'], source, *wanted, tail=tail)
    known = select([f'count("{field.key}") * 0 AS "n"'], source, *conditions, IN_TIME_RANGE, tail=tail)
    return select([f'sum("n") AS "{STATE_COLUMN}"'], f"({newest}), ({known})", tail=tail)


def per_foot_query(field: Field, source: str, *conditions: str) -> Query:
    """Query with a line per foot."""
    return Query(over_time([column_as(field, calculation="mean")], f'"{source}"', *conditions, by="foot"), "$tag_foot")


def feet_chart(question: str, key: str, source: str, width: int, *conditions: str, draw: Json | None = None) -> Panel:
    """Time series of a metric of the registry, left and right."""
    field = metric_field(key)
    return time_series(question, field, [per_foot_query(field, source, SINGLE_FOOT, *conditions)], width, draw=draw)


def findings_table(question: str, width: int, height: int, *conditions: str, runner: bool = False) -> Panel:
    """Table of findings, newest first."""
    return _messages(
        question,
        "Findings, newest first. An update replaces the earlier version of the same finding.",
        "findings",
        {"Runner": {"custom.width": 130}} if runner else {},
        conditions,
        (width, height),
    )


def alerts_table(question: str, width: int, height: int) -> Panel:
    """Table of everybody's alerts, newest first, with the one after a run that stood out."""
    return _messages(
        question,
        "Alerts as they were sent, newest first: when a finding calls for somebody or gets worse, and after a run in "
        "which an ankle or the left/right balance stood out.",
        "alerts",
        {"Runner": {"custom.width": 130}, "Event": {"custom.width": 100}},
        [CALLS_FOR_SOMEBODY],
        (width, height),
    )


def _messages(
    question: str,
    description: str,
    measurement: str,
    leading: Mapping[str, Json],
    conditions: Sequence[str],
    size: tuple[int, int],
) -> Panel:
    """Table of a measurement's messages, newest first, after the columns `leading` with their styles."""
    styles = {**leading, "Severity": SEVERITY_STYLE, "Kind": KIND_STYLE}
    columns = [*(f'"{name.lower()}" AS "{name}"' for name in styles), '"message" AS "Description"']
    influxql = select(columns, f'"{measurement}"', *conditions, IN_TIME_RANGE, tail="ORDER BY time DESC LIMIT 50")
    return table(
        question,
        description,
        [Query(influxql, table=True)],
        *size,
        overrides=[
            override("Time", {"unit": "dateTimeAsLocal", "custom.width": 190}),
            *(override(name, style) for name, style in styles.items()),
            override("Description", WRAPPED_TEXT),
        ],
    )


def pods_table(question: str, width: int, height: int, *conditions: str) -> Panel:
    """Table of the pods with their last known state."""
    fields = (CONNECTED, BATTERY, SIGNAL, LOSS, RECONNECTS)
    columns = [*(column_as(field) for field in fields), '"runner"', '"foot"']
    influxql = newest_row(columns, '"pod_health"', *conditions, IN_TIME_RANGE, by=("serial",))
    heard = newest_row(
        [column_as(CONNECTED, HEARD)], '"pod_health"', *conditions, IS_HEARD, IN_TIME_RANGE, by=("serial",)
    )
    fresh = count_fresh(CONNECTED, '"pod_health"', *conditions, by="serial", fresh=IS_HEARD)
    return table(
        question,
        "Last known state of each pod, and who wore it last on which foot. "
        "A pod that has been silent for more than half a minute is out of range, off or empty.",
        [Query(influxql, table=True), Query(fresh, table=True), Query(heard, table=True)],
        width,
        height,
        overrides=[
            STALE_ROW_STYLE,
            override("Time", {"displayName": "Heard", **RELATIVE_TIME}),
            override("foot", {"displayName": "Foot", "custom.width": 70}),
            override("runner", {"displayName": "Runner"}),
            override("serial", {"displayName": "Pod"}),
            override(CONNECTED.label, CONNECTED_STYLE),
            *(column_override(field, width=95) for field in fields[1:]),
        ],
        transformations=[
            only_columns("A", "serial", "runner", "foot", *(field.label for field in fields)),
            only_columns("B", "serial", STATE_COLUMN),
            only_columns("C", "serial", "Time"),
            joined_by("serial"),
            in_order("runner", "foot", STATE_COLUMN, *(field.label for field in fields), "serial"),
            sorted_by("foot"),
            sorted_by("runner"),
        ],
    )


HEARD = "heard"
IS_HEARD = f'"{CONNECTED.key}" = 1'
CONNECTED_STYLE = {
    "custom.width": 95,
    "mappings": [value_mapping({"1": ("yes", "text"), "0": ("no", OUTSIDE)})],
    "custom.cellOptions": {"type": "color-text"},
    "color": fixed_colour("text"),
}


def in_order(*names: str, without: Sequence[str] = ()) -> Json:
    """Transformation that puts these columns first; the time of joined queries, which Grafana renames, comes later."""
    options = {
        "indexByName": {name: place for place, name in enumerate(names)},
        "excludeByName": dict.fromkeys(without, True),
        "renameByName": {},
    }
    return {"id": "organize", "options": options}


def joined_by(key: str) -> Json:
    """Transformation that joins all queries by a column."""
    return {"id": "joinByField", "options": {"byField": key, "mode": "outer"}}


def only_columns(ref: str, *names: str) -> Json:
    """Transformation that keeps these columns of one query."""
    options = {"include": {"names": list(names)}}
    return {"id": "filterFieldsByName", "filter": {"id": "byRefId", "options": ref}, "options": options}


def only_rows_with(name: str) -> Json:
    """Transformation that keeps the rows that have a value in a column."""
    known = {"fieldName": name, "config": {"id": "isNotNull", "options": {}}}
    return {"id": "filterByValue", "options": {"filters": [known], "match": "all", "type": "include"}}


def sorted_by(name: str, *, descending: bool = False) -> Json:
    """Transformation that sorts the rows by a column."""
    return {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": name, "desc": descending}]}}


def zero_if_absent(name: str, column: str) -> Json:
    """Transformation that adds a column with the numbers of another one, 0 where it has none.

    Rows that a join leaves without a value are in no order: Grafana sorts nothing by them.
    """
    reduce = {"reducer": "sum", "include": [name]}
    options = {"mode": "reduceRow", "alias": column, "reduce": reduce, "replaceFields": False}
    return {"id": "calculateField", "options": options}
