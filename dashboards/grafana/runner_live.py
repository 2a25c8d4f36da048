"""Runner live: one runner's feet, stride by stride."""

from __future__ import annotations

from dataclasses import replace

from surefoot.analysis.findings import Kind
from surefoot.analysis.metrics import CONTACT, IMPACT
from surefoot.dashboards.grafana.board import FINDINGS_OF_RUNNER, RUNNER_CHOICE, Board
from surefoot.dashboards.grafana.colours import BOTH as BOTH_COLOUR
from surefoot.dashboards.grafana.fields import Field, asymmetry_field, metric_field
from surefoot.dashboards.grafana.influxql import (
    BOTH_FEET,
    IN_TIME_RANGE,
    IS_FRESH,
    NEWEST_ROW,
    OF_RUNNER,
    SINGLE_FOOT,
    column_as,
    newest_row,
    over_time,
    select,
)
from surefoot.dashboards.grafana.panels import Panel, Query, fixed_colour, override, ribbon_overrides, stat, time_series
from surefoot.dashboards.grafana.shared_panels import feet_chart, findings_table, pods_table

INVERSION = "peak_inversion_deg"
OF_ROLLS = f"\"kind\" = '{Kind.INVERSION_EVENT}'"
DOTS = {"drawStyle": "points", "pointSize": 4, "insertNulls": 5_000}
AGE = Field("cadence_spm", "Newest number", "", "Age of the newest number; a new one is due every ten seconds.")


def _now(question: str, field: Field, width: int) -> Panel:
    """Stat panel with a number of both feet together."""
    return stat(
        question, field, [Query(newest_row([column_as(field)], '"live"', OF_RUNNER, BOTH_FEET, IS_FRESH))], width
    )


def _feet_now(question: str, key: str, width: int) -> Panel:
    field = metric_field(key)
    influxql = select(
        [column_as(field, calculation="last")], '"live"', OF_RUNNER, SINGLE_FOOT, IS_FRESH, tail='GROUP BY "foot"'
    )
    return stat(question, field, [Query(influxql, "$tag_foot")], width)


def _age() -> Panel:
    influxql = select([column_as(AGE)], '"live"', OF_RUNNER, BOTH_FEET, IN_TIME_RANGE, tail=NEWEST_ROW)
    return stat(
        "How old is this?", AGE, [Query(influxql, table=True)], 4, value_column="/^Time$/", unit="dateTimeFromNow"
    )


def _side() -> Panel:
    field = asymmetry_field(CONTACT)
    ends = [Field(f"{field.key}_{end}", end, "%", "") for end in ("low", "high")]
    columns = [
        column_as(each, name, "mean") for each, name in ((field, "difference"), (ends[0], "low"), (ends[1], "high"))
    ]
    return time_series(
        "Is one side longer on the ground?",
        field,
        [Query(over_time(columns, '"live"', OF_RUNNER, BOTH_FEET))],
        12,
        overrides=[*ribbon_overrides("low", "high"), override("difference", {"color": fixed_colour(BOTH_COLOUR)})],
        extra="The shaded area is the 95 % interval.",
    )


def _inversion() -> Panel:
    """Strides, and ankle rolls and near misses: the metric of such a stride is withheld, the finding has its peak."""
    chart = feet_chart("How far do my ankles tip outward?", INVERSION, "strides", 12, OF_RUNNER, draw=DOTS)
    rolled = select(['"value" AS "rolled"'], '"findings"', OF_RUNNER, OF_ROLLS, IN_TIME_RANGE, tail='GROUP BY "foot"')
    return replace(
        chart,
        description=f"{chart.description} Large: an ankle roll or a near miss.",
        queries=[*chart.queries, Query(rolled, "rolled, $tag_foot")],
        overrides=[*chart.overrides, override("/^rolled/", {"custom.pointSize": 14}, regexp=True)],
    )


BOARD = Board(
    "surefoot-runner-live",
    "Runner live",
    "One runner now: both feet, stride by stride.",
    since="5m",
    refresh="1s",
    variables=[RUNNER_CHOICE],
    annotations=[FINDINGS_OF_RUNNER],
    rows=[
        [
            _age(),
            _now("How quick are my steps?", metric_field("cadence_spm"), 5),
            _feet_now("How long on the ground?", CONTACT, 5),
            _feet_now("How hard do I land?", IMPACT, 5),
            _now("Left or right?", asymmetry_field(CONTACT), 5),
        ],
        [feet_chart("How long is each foot on the ground?", CONTACT, "strides", 12, OF_RUNNER, draw=DOTS), _side()],
        [
            feet_chart("How hard does each foot land?", IMPACT, "strides", 12, OF_RUNNER, draw=DOTS),
            _inversion(),
        ],
        [findings_table("What was found?", 24, 6, OF_RUNNER)],
    ],
    data_quality=[pods_table("Are both pods heard?", 24, 5, OF_RUNNER)],
)
