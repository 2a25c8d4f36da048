"""Pods: whether they are heard, how well, and for how much longer."""

from __future__ import annotations

from surefoot.analysis.model import Foot
from surefoot.dashboards.grafana.board import RUNNERS_CHOICE, Board
from surefoot.dashboards.grafana.fields import BATTERY, CLIPPED, CLOCK, LOSS, RECONNECTS, SIGNAL, Field
from surefoot.dashboards.grafana.influxql import IN_TIME_RANGE, OF_RUNNER, PER_INTERVAL, column_as, select
from surefoot.dashboards.grafana.panels import Panel, Query, time_series
from surefoot.dashboards.grafana.shared_panels import pods_table


def _each(question: str, field: Field, calculation: str = "mean") -> Panel:
    """Time series with a line per pod."""
    influxql = select(
        [column_as(field, calculation=calculation)], '"pod_health"', OF_RUNNER, IN_TIME_RANGE,
        tail=f'{PER_INTERVAL}, "runner", "foot" fill(none)',
    )  # fmt: skip
    return time_series(question, field, [Query(influxql, "$tag_runner, $tag_foot")], 12)


def _clipped() -> Panel:
    columns = [column_as(CLIPPED.for_foot(foot), foot) for foot in Foot]
    influxql = select(columns, '"summaries"', OF_RUNNER, IN_TIME_RANGE, tail='GROUP BY "runner"')
    draw = {"drawStyle": "points", "pointSize": 8}
    return time_series(
        "Do landings exceed the sensor's range?", CLIPPED, [Query(influxql, "$tag_runner, $col")], 12, draw=draw
    )


BOARD = Board(
    "surefoot-pods",
    "Pods",
    "Every pod: reach, losses, clock and battery.",
    since="6h",
    refresh="10s",
    variables=[RUNNERS_CHOICE],
    rows=[
        [pods_table("Is every pod heard?", 24, 9, OF_RUNNER)],
        [_each("How long will the batteries last?", BATTERY), _each("How well is each pod heard?", SIGNAL)],
        [_each("How often was a pod lost?", RECONNECTS, "max"), _each("Do the clocks agree?", CLOCK)],
    ],
    data_quality=[_each("Were samples lost?", LOSS), _clipped()],
)
