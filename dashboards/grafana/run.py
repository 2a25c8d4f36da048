"""Run: one run from its list, with its findings."""

from __future__ import annotations

from surefoot.analysis.drift.monitored_metrics import CONTACT, IMPACT, MONITORED, PUSH_OFF
from surefoot.analysis.model import Foot
from surefoot.dashboards.grafana.board import FINDINGS_OF_RUN, RUN_CHOICE, RUNNER_CHOICE, Board
from surefoot.dashboards.grafana.figures import CLIPPED, LOSS, RUN_TIME, STRIDES, Figure, asymmetry, running
from surefoot.dashboards.grafana.influxql import (
    BOTH,
    RANGE,
    RUN,
    RUNNER,
    RUNNING,
    level,
    named,
    newest,
    over_time,
    select,
)
from surefoot.dashboards.grafana.panels import BAND, Panel, Query, chart, column, override, stat, table
from surefoot.dashboards.grafana.shared import feet_chart, found_table, of_feet, ordered
from surefoot.dashboards.reference_band import FIRST_WINDOWS

THIS = "/d/surefoot-run?var-runner=${runner}&var-run=${__data.fields.run}"
OPEN = {"title": "Open this run", "url": THIS + "&from=${__data.fields.started}&to=${__data.fields.ended}"}


def _list() -> Panel:
    figures = (RUN_TIME, running("cadence_spm"), asymmetry(CONTACT))
    columns = ['"run"', '"started"', '"ended"', *(named(each) for each in figures), '"findings" AS "Findings"']
    influxql = select(columns, '"summaries"', RUNNER, tail="ORDER BY time DESC LIMIT 50")
    return table(
        "Which run?",
        "All runs that are over, the newest first. A click on a run opens it from its start to its end.",
        [Query(influxql, table=True)],
        24,
        6,
        overrides=[
            override("run", {"displayName": "Run", "links": [OPEN]}),
            override("Time", {"displayName": "Ended", "unit": "dateTimeAsLocal"}),
            *(override(name, {"custom.hidden": True}) for name in ("started", "ended")),
            *(column(each) for each in figures),
        ],
        transformations=[ordered("run", "Time")],
    )


def _sides() -> Panel:
    figure = asymmetry(CONTACT)
    least_pct = next(each.min_drift_pct for each in MONITORED if each.key == CONTACT)
    measured = over_time([named(figure, "difference", "mean")], '"windows"', RUN, BOTH, RUNNING)
    first = select(
        [f'"{figure.field}" AS "own"'], '"windows"', RUN, BOTH, RUNNING, RANGE, tail=f"LIMIT {FIRST_WINDOWS}"
    )
    own = select(['mean("own") AS "own"'], f"({first})", RANGE)
    edges = [
        level(f'mean("own") {sign} {least_pct:g} AS "own band, {end}"', own)
        for sign, end in (("-", "low"), ("+", "high"))
    ]
    return chart(
        "Do I drift away from my own balance?",
        figure,
        [Query(measured), *(Query(edge) for edge in edges)],
        12,
        overrides=BAND,
        more=f"The band is your own: the first minutes of this run, ± {least_pct:g} %.",
    )


def _cadence() -> Panel:
    figure = running("cadence_spm")
    influxql = over_time([named(figure, calculation="mean")], '"windows"', RUN, BOTH, RUNNING)
    return chart("How quick are my steps?", figure, [Query(influxql)], 12)


def _feet(question: str, key: str) -> Panel:
    return feet_chart(question, key, "windows", 12, RUN, RUNNING)


def _loss() -> Panel:
    return chart("Were readings lost on the way?", LOSS, [of_feet(LOSS, "pod_health", RUN)], 12)


def _each_foot(question: str, figure: Figure) -> Panel:
    """A number of the whole run for each foot."""
    columns = [named(figure.of(foot), foot) for foot in Foot]
    return stat(question, figure, [Query(newest(columns, '"summaries"', RUN))], 6, height=8, absent="not over yet")


BOARD = Board(
    "surefoot-run",
    "Run",
    "One run from its start to its end, with what was found in it.",
    since="6h",
    refresh="",
    variables=[RUNNER_CHOICE, RUN_CHOICE],
    annotations=[FINDINGS_OF_RUN],
    rows=[
        [_list()],
        [found_table("What was found?", 24, 6, RUN)],
        [_feet("How long is each foot on the ground?", CONTACT), _sides()],
        [_feet("How hard does each foot land?", IMPACT), _feet("How fast does each foot push off?", PUSH_OFF)],
        [_feet("How far do my feet roll in?", "eversion_excursion_deg"), _cadence()],
    ],
    trust=[_loss(), _each_foot("Did the sensor reach its limit?", CLIPPED), _each_foot("How many strides?", STRIDES)],
)
