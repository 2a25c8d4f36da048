"""Runner live: one runner's feet, stride by stride."""

from __future__ import annotations

from surefoot.analysis.drift.monitored_metrics import CONTACT, IMPACT
from surefoot.dashboards.grafana.board import FINDINGS_OF_RUNNER, RUNNER_CHOICE, Board
from surefoot.dashboards.grafana.colours import BOTH as BOTH_COLOUR
from surefoot.dashboards.grafana.figures import Figure, asymmetry, running
from surefoot.dashboards.grafana.influxql import (
    BOTH,
    EACH_FOOT,
    FRESH,
    NEWEST,
    RANGE,
    RUNNER,
    named,
    newest,
    over_time,
    select,
)
from surefoot.dashboards.grafana.panels import Panel, Query, chart, fixed, override, ribbon, stat
from surefoot.dashboards.grafana.shared import feet_chart, found_table, pods_table

DOTS = {"drawStyle": "points", "pointSize": 4, "insertNulls": 5_000}
AGE = Figure(
    "cadence_spm", "Newest number", "", "How old the newest number is; windows of ten seconds follow one another."
)


def _now(question: str, figure: Figure, width: int) -> Panel:
    """A number of both feet."""
    return stat(question, figure, [Query(newest([named(figure)], '"live"', RUNNER, BOTH, FRESH))], width)


def _feet_now(question: str, key: str, width: int) -> Panel:
    figure = running(key)
    influxql = select([named(figure, calculation="last")], '"live"', RUNNER, EACH_FOOT, FRESH, tail='GROUP BY "foot"')
    return stat(question, figure, [Query(influxql, "$tag_foot")], width)


def _age() -> Panel:
    influxql = select([named(AGE)], '"live"', RUNNER, BOTH, RANGE, tail=NEWEST)
    return stat("How old is this?", AGE, [Query(influxql, table=True)], 4, column="/^Time$/", unit="dateTimeFromNow")


def _side() -> Panel:
    figure = asymmetry(CONTACT)
    ends = [Figure(f"{figure.field}_{end}", end, "%", "") for end in ("low", "high")]
    columns = [
        named(each, name, "mean") for each, name in ((figure, "difference"), (ends[0], "low"), (ends[1], "high"))
    ]
    return chart(
        "Is one side longer on the ground?",
        figure,
        [Query(over_time(columns, '"live"', RUNNER, BOTH))],
        12,
        overrides=[*ribbon("low", "high"), override("difference", {"color": fixed(BOTH_COLOUR)})],
        more="The shade is how uncertain that is.",
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
            _now("How quick are my steps?", running("cadence_spm"), 5),
            _feet_now("How long on the ground?", CONTACT, 5),
            _feet_now("How hard do I land?", IMPACT, 5),
            _now("Left or right?", asymmetry(CONTACT), 5),
        ],
        [feet_chart("How long is each foot on the ground?", CONTACT, "strides", 12, RUNNER, draw=DOTS), _side()],
        [
            feet_chart("How hard does each foot land?", IMPACT, "strides", 12, RUNNER, draw=DOTS),
            feet_chart("How far do my ankles tip outward?", "peak_inversion_deg", "strides", 12, RUNNER, draw=DOTS),
        ],
        [found_table("What was found?", 24, 6, RUNNER)],
    ],
    trust=[pods_table("Are both pods heard?", 24, 5, RUNNER)],
)
