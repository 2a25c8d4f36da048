"""Pods: whether they are heard, how well, and for how much longer."""

from __future__ import annotations

from collections.abc import Sequence

from surefoot.analysis.model import Foot
from surefoot.dashboards.grafana.board import RUNNERS_CHOICE, Board
from surefoot.dashboards.grafana.fields import BATTERY, CLIPPED, CLOCK, LOSS, RECONNECTS, SIGNAL, Field
from surefoot.dashboards.grafana.influxql import IN_TIME_RANGE, OF_RUNNER, column_as, over_time, select
from surefoot.dashboards.grafana.panels import DASHED, Panel, Query, time_series
from surefoot.dashboards.grafana.shared_panels import IS_HEARD, pods_table

RIGHT_IS_DASHED = {
    "matcher": {"id": "byFrameRefID", "options": "B"},
    "properties": [{"id": "custom.lineStyle", "value": DASHED}],
}
SOLID_IS_LEFT = "Solid: left foot, dashed: right."


def _squad(question: str, field: Field, queries: Sequence[str], **draw: object) -> Panel:
    """Time series with a query for each foot; both lines of a runner have the runner's name, and so one colour."""
    lines = [Query(influxql, "$tag_runner") for influxql in queries]
    return time_series(question, field, lines, 12, draw=draw, styles=[RIGHT_IS_DASHED], extra=SOLID_IS_LEFT)


def _each(question: str, field: Field, *conditions: str, calculation: str = "mean") -> Panel:
    """Time series with a line per pod."""
    column = column_as(field, calculation=calculation)
    queries = [
        over_time([column], '"pod_health"', OF_RUNNER, f"\"foot\" = '{foot}'", *conditions, by="runner")
        for foot in Foot
    ]
    return _squad(question, field, queries)


def _clipped() -> Panel:
    queries = [
        select([column_as(CLIPPED.for_foot(foot))], '"summaries"', OF_RUNNER, IN_TIME_RANGE, tail='GROUP BY "runner"')
        for foot in Foot
    ]
    return _squad("Do landings exceed the sensor's range?", CLIPPED, queries, showPoints="always", pointSize=8)


BOARD = Board(
    "surefoot-pods",
    "Pods",
    "Every pod: reach, losses, clock and battery.",
    since="1h",
    refresh="10s",
    variables=[RUNNERS_CHOICE],
    rows=[
        [pods_table("Is every pod heard?", 24, 12, OF_RUNNER)],
        [_each("How long will the batteries last?", BATTERY), _each("How well is each pod heard?", SIGNAL, IS_HEARD)],
        [_each("How often was a pod lost?", RECONNECTS, calculation="max"), _each("Do the clocks agree?", CLOCK)],
    ],
    data_quality=[_each("Were samples lost?", LOSS), _clipped()],
)
