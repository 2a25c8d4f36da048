"""InfluxQL queries that InfluxDB 1.x, 2.x and 3 understand.

Grafana fills in `$timeFilter`, `$__interval`, `${__from}` and `${__to}` (milliseconds) and the variables of the board.
"""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.dashboards.grafana.fields import Field

IN_TIME_RANGE = "$timeFilter"
OF_RUNNER = '"runner" =~ /^${runner:regex}$/'
"""One or several runners; a regular expression is the only text in which Grafana escapes every character."""
OF_RUN = f'{OF_RUNNER} AND "run" =~ /^${{run:regex}}$/'
FROM_RUNS_START = "time >= ${__from}ms - 1d AND time <= ${__to}ms"
"""The chart's time range, and before it as long as a run may last."""
BOTH_FEET = "\"foot\" = 'both'"
SINGLE_FOOT = "\"foot\" != 'both'"
CALLS_FOR_SOMEBODY = '"event" =~ /^(raised|worsened)$/'
"""Not that an alert is over, which would read like advice to go on."""
WHILE_RUNNING = "\"gait\" = 'run'"
FRESH_S = 30
"""Older values are stale; live windows arrive every ten seconds."""
IS_FRESH = f"time > ${{__to}}ms - {FRESH_S}s"
NEWEST_ROW = "ORDER BY time DESC LIMIT 1"
ALL_TIME = "GROUP BY time(5200w)"
PER_INTERVAL = "GROUP BY time($__interval)"


def select(columns: Iterable[str], source: str, *conditions: str, tail: str = "") -> str:
    """SELECT from a measurement, or from a sub-query in parentheses."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(columns)} FROM {source}{where} {tail}".rstrip()


def column_as(field: Field, name: str | None = None, calculation: str = "") -> str:
    """A field in its display unit, named by its label or by `name`."""
    column = f'"{field.key}"'
    value = f"{calculation}({column})" if calculation else column
    return f'{in_shown_unit(value, field)} AS "{name or field.label}"'


def in_shown_unit(value: str, field: Field) -> str:
    """The expression converted to the field's display unit."""
    return value if field.scale == 1.0 else f"{value} * {field.scale:.12g}"


def over_time(columns: Iterable[str], source: str, *conditions: str, by: str = "") -> str:
    """Query grouped by `$__interval`, and by a tag if `by` is given."""
    tail = f'{PER_INTERVAL}, "{by}" fill(none)' if by else f"{PER_INTERVAL} fill(none)"
    return select(columns, source, *conditions, IN_TIME_RANGE, tail=tail)


def newest_row(columns: Iterable[str], source: str, *conditions: str, by: Iterable[str] = ()) -> str:
    """Query for the last row of each group."""
    tags = ", ".join(f'"{tag}"' for tag in by)
    return select(columns, source, *conditions, tail=f"GROUP BY {tags} {NEWEST_ROW}" if tags else NEWEST_ROW)


def held_since(columns: Iterable[str], source: str, *conditions: str) -> str:
    """Query for what was written at the run's start and holds from there on, also where the chart begins later."""
    return select(columns, source, *conditions, FROM_RUNS_START, tail="GROUP BY time(1m) fill(previous)")


def constant_line(columns: Iterable[str], source: str) -> str:
    """Query that repeats the one row of the sub-query `source` over the whole chart.

    The sub-query is grouped by `ALL_TIME`, or it would take part in the grouping and follow the chart.
    """
    return held_since(columns, f"({source})")


def tag_values(tag: str, source: str, *conditions: str) -> str:
    """Query for all values of a tag of a measurement."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f'SHOW TAG VALUES FROM {source} WITH KEY = "{tag}"{where}'
