"""Trends: weeks of one runner against the own band."""

from __future__ import annotations

from surefoot.analysis.drift.monitored_metrics import CONTACT, IMPACT, MONITORED
from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot
from surefoot.dashboards.finding_card import TITLES
from surefoot.dashboards.grafana.board import RUNNER_CHOICE, Board
from surefoot.dashboards.grafana.figures import CLIPPED, DOSE, FINDINGS, LOSS, RUN_TIME, Figure, asymmetry, running
from surefoot.dashboards.grafana.influxql import RANGE, RUNNER, named, scaled, select
from surefoot.dashboards.grafana.panels import BAND, Json, Panel, Query, chart, override
from surefoot.dashboards.grafana.shared import of_feet

EACH_WEEK = "GROUP BY time(7d, 4d)"
"""Monday to Sunday: weeks count from a Thursday, 1 January 1970."""
OWN_RUNS = 5
"""Runs that make the own band."""
BARS = {"drawStyle": "bars", "fillOpacity": 70, "lineWidth": 1, "showPoints": "never", "insertNulls": False}
STACKED = {**BARS, "stacking": {"mode": "normal", "group": "A"}}
RUNS = {"showPoints": "always", "pointSize": 8, "insertNulls": False}


def _weekly(question: str, figure: Figure, *columns: str, draw: Json) -> Panel:
    influxql = select(columns, '"summaries"', RUNNER, RANGE, tail=f"{EACH_WEEK} fill(none)")
    return chart(question, figure, [Query(influxql)], 12, draw=draw, more="One bar a week.")


def _time() -> Panel:
    return _weekly("How much do I run?", RUN_TIME, named(RUN_TIME, calculation="sum"), draw=BARS)


def _load() -> Panel:
    columns = [named(DOSE.of(foot), foot, "sum") for foot in Foot]
    return _weekly("How much load does each foot take?", DOSE, *columns, draw=BARS)


def _runs(question: str, figure: Figure, *columns: str, width: int = 12) -> Panel:
    """One point a run."""
    influxql = select(columns, '"summaries"', RUNNER, RANGE)
    return chart(question, figure, [Query(influxql)], width, draw=RUNS, more="One point a run.")


def _feet(question: str, figure: Figure, width: int = 12) -> Panel:
    return _runs(question, figure, *(named(figure.of(foot), foot) for foot in Foot), width=width)


def _sides() -> Panel:
    figure = asymmetry(CONTACT)
    least_pct = next(each.min_drift_pct for each in MONITORED if each.key == CONTACT)
    own = f'moving_average("{figure.field}", {OWN_RUNS})'
    edges = [
        f'{scaled(own, figure)} {sign} {least_pct:g} AS "own band, {end}"'
        for sign, end in (("-", "low"), ("+", "high"))
    ]
    queries = [
        Query(select(columns, '"summaries"', RUNNER, RANGE)) for columns in ([named(figure, "difference")], edges)
    ]
    more = f"One point a run. The band is your own: the mean of {OWN_RUNS} runs, ± {least_pct:g} %."
    return chart("Do I leave my own balance?", figure, queries, 12, draw=RUNS, overrides=BAND, more=more)


def _findings() -> Panel:
    influxql = select(
        ['count("value")'], '"findings"', RUNNER, '"rank" > 0', RANGE, tail=f'{EACH_WEEK}, "kind" fill(none)'
    )
    names = [override(kind.value, {"displayName": TITLES[kind]}) for kind in Kind]
    query = Query(influxql, "$tag_kind")
    return chart("What was found, week by week?", FINDINGS, [query], 12, draw=STACKED, overrides=names)


def _loss() -> Panel:
    query = of_feet(LOSS, "pod_health", RUNNER)
    return chart("Were readings lost on the way?", LOSS, [query], 12, draw={"drawStyle": "points"})


BOARD = Board(
    "surefoot-trends",
    "Trends",
    "Weeks of one runner: load, left against right, and what was found.",
    since="12w",
    refresh="",
    variables=[RUNNER_CHOICE],
    rows=[
        [_time(), _load()],
        [_sides(), _findings()],
        [
            _feet("How long is each foot on the ground?", running(CONTACT)),
            _feet("How hard does each foot land?", running(IMPACT)),
        ],
        [_runs("How quick are my steps?", running("cadence_spm"), named(running("cadence_spm")), width=24)],
    ],
    trust=[_feet("Did the sensor reach its limit?", CLIPPED), _loss()],
)
