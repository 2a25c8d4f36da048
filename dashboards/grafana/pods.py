"""Pods: whether they are heard, how well, and for how much longer."""

from __future__ import annotations

from surefoot.analysis.model import Foot
from surefoot.dashboards.grafana.board import RUNNERS_CHOICE, Board
from surefoot.dashboards.grafana.figures import BATTERY, CLIPPED, CLOCK, LOSS, RECONNECTS, SIGNAL, Figure
from surefoot.dashboards.grafana.influxql import OVER_TIME, RANGE, RUNNERS, named, select
from surefoot.dashboards.grafana.panels import Panel, Query, chart
from surefoot.dashboards.grafana.shared import pods_table


def _each(question: str, figure: Figure, calculation: str = "mean") -> Panel:
    """A line for each pod."""
    influxql = select(
        [named(figure, calculation=calculation)], '"pod_health"', RUNNERS, RANGE,
        tail=f'{OVER_TIME}, "runner", "foot" fill(none)',
    )  # fmt: skip
    return chart(question, figure, [Query(influxql, "$tag_runner, $tag_foot")], 12)


def _clipped() -> Panel:
    columns = [named(CLIPPED.of(foot), foot) for foot in Foot]
    influxql = select(columns, '"summaries"', RUNNERS, RANGE, tail='GROUP BY "runner"')
    draw = {"drawStyle": "points", "pointSize": 8}
    return chart(
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
        [pods_table("Is every pod heard?", 24, 9, RUNNERS)],
        [_each("How long will the batteries last?", BATTERY), _each("How well is each pod heard?", SIGNAL)],
        [_each("How often was a pod lost?", RECONNECTS, "max"), _each("Do the clocks agree?", CLOCK)],
    ],
    trust=[_each("Were readings lost on the way?", LOSS), _clipped()],
)
