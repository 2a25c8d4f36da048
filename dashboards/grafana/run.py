"""Run: one run from its list, with its findings."""

from __future__ import annotations

from dataclasses import replace

from surefoot.analysis.drift.monitored_metrics import MONITORED
from surefoot.analysis.drift.reference_band import BASELINE_WINDOWS
from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF
from surefoot.analysis.model import Foot
from surefoot.dashboards.grafana.board import FINDINGS_OF_RUN, RUN_CHOICE, RUNNER_CHOICE, Board, Row, Variable, link_to
from surefoot.dashboards.grafana.fields import CLIPPED, LOSS, RUN_TIME, STRIDES, Field, asymmetry_field, metric_field
from surefoot.dashboards.grafana.influxql import (
    ALL_TIME,
    BOTH_FEET,
    OF_RUN,
    OF_RUNNER,
    WHILE_RUNNING,
    column_as,
    constant_line,
    held_since,
    newest_row,
    over_time,
    select,
    tag_values,
)
from surefoot.dashboards.grafana.panels import (
    REFERENCE_BAND_STYLE,
    Panel,
    Query,
    column_override,
    of_both,
    override,
    stat,
    table,
    time_series,
)
from surefoot.dashboards.grafana.shared_panels import (
    HIDDEN_COLUMN,
    feet_chart,
    findings_table,
    in_order,
    per_foot_query,
)

THIS = "/d/surefoot-run?var-runner=${runner}&var-run=${__data.fields.run}"
OPEN = {"title": "Open this run", "url": THIS + "&from=${__data.fields.started}&to=${__data.fields.ended}"}


STARTED, ENDED = (
    Variable(
        name,
        f"When the run {name}",
        select([f'last("{name}")'], '"summaries"', OF_RUN),
        hidden=True,
    )
    for name in ("started", "ended")
)
WHOLE_RUN = link_to(
    "/d/surefoot-run?var-runner=${runner}&var-run=${run}&from=${started}&to=${ended}",
    "Show the whole run",
    "From start to end; choosing a run at the top leaves the time range as it was",
)
NOT_HERE = "Nothing in this time range. Choose Show the whole run at the top, or click a run in the list."
ENDS = ("low", "high")
OF_DRIFT = f"\"metric\" = '{CONTACT}' AND \"kind\" = 'drift'"
BALANCE = asymmetry_field(CONTACT)
FROZEN = Variable(
    "frozen",
    "Run with a baseline",
    tag_values("run", '"baselines"', OF_RUN, OF_DRIFT),
    hidden=True,
)
"""The run itself if its baseline was written when it was frozen; earlier versions wrote none."""


def _list() -> Panel:
    fields = (RUN_TIME, metric_field("cadence_spm"), asymmetry_field(CONTACT))
    columns = ['"run"', '"started"', '"ended"', *(column_as(each) for each in fields), '"findings" AS "Findings"']
    influxql = select(columns, '"summaries"', OF_RUNNER, tail="ORDER BY time DESC LIMIT 50")
    return table(
        "Which run?",
        "All finished runs, newest first. Click a run to open it from start to end.",
        [Query(influxql, table=True)],
        24,
        6,
        overrides=[
            override("run", {"displayName": "Run", "links": [OPEN], "custom.width": 230}),
            override("Time", {"displayName": "Ended", "unit": "dateTimeAsLocal", "custom.width": 190}),
            *(override(name, HIDDEN_COLUMN) for name in ("started", "ended")),
            *(column_override(each) for each in fields),
        ],
        transformations=[in_order("run", "Time")],
    )


def _sides() -> Panel:
    least_pct = next(each.min_drift_pct for each in MONITORED if each.key == CONTACT)
    measured = over_time([column_as(BALANCE, "difference", "mean")], '"windows"', OF_RUN, BOTH_FEET, WHILE_RUNNING)
    frozen = held_since([f'first("{end}") AS "baseline, {end}"' for end in ENDS], '"baselines"', OF_RUN, OF_DRIFT)
    return time_series(
        "Do I drift away from my own balance?",
        BALANCE,
        [Query(measured), Query(frozen), Query(_unwritten_baseline(least_pct))],
        12,
        overrides=REFERENCE_BAND_STYLE,
        extra=f"Green: the baseline from the first minutes of this run, ± {least_pct:g} %; a drift begins outside it.",
    )


def _unwritten_baseline(least_pct: float) -> str:
    """Baseline of a run that has none in the database, from its first windows."""
    first = select(
        [f'"{BALANCE.key}" AS "own"'], '"windows"', OF_RUN, '"run" !~ /^${frozen:regex}$/', BOTH_FEET, WHILE_RUNNING,
        tail=f"LIMIT {BASELINE_WINDOWS}",
    )  # fmt: skip
    own = select(['mean("own") AS "own"'], f"({first})", tail=ALL_TIME)
    return constant_line(
        [f'mean("own") {sign} {least_pct:g} AS "baseline, {end}"' for sign, end in zip("-+", ENDS, strict=True)], own
    )


def _cadence() -> Panel:
    field = metric_field("cadence_spm")
    influxql = over_time([column_as(field, calculation="mean")], '"windows"', OF_RUN, BOTH_FEET, WHILE_RUNNING)
    return time_series("How quick are my steps?", field, [Query(influxql)], 12, overrides=[of_both(field)])


def _feet(question: str, key: str) -> Panel:
    return feet_chart(question, key, "windows", 12, OF_RUN, WHILE_RUNNING)


def _loss() -> Panel:
    return time_series("Were samples lost?", LOSS, [per_foot_query(LOSS, "pod_health", OF_RUN)], 12)


def _each_foot(question: str, field: Field) -> Panel:
    """Stat panel with a number of the whole run for each foot."""
    columns = [column_as(field.for_foot(foot), foot) for foot in Foot]
    return stat(
        question, field, [Query(newest_row(columns, '"summaries"', OF_RUN))], 6, height=8, absent="not finished yet"
    )


def _charts(*panels: Panel) -> Row:
    """Charts that say what to do when the board's time range is not that of the run."""
    return [replace(panel, defaults={**panel.defaults, "noValue": NOT_HERE}) for panel in panels]


BOARD = Board(
    "surefoot-run",
    "Run",
    "One run from its start to its end, with what was found in it.",
    since="6h",
    refresh="",
    variables=[RUNNER_CHOICE, RUN_CHOICE, FROZEN, STARTED, ENDED],
    links=[WHOLE_RUN],
    annotations=[FINDINGS_OF_RUN],
    rows=[
        [_list()],
        [findings_table("What was found?", 24, 6, OF_RUN)],
        _charts(_feet("How long is each foot on the ground?", CONTACT), _sides()),
        _charts(_feet("How hard does each foot land?", IMPACT), _feet("How fast does each foot push off?", PUSH_OFF)),
        _charts(_feet("How far do my feet roll in?", "eversion_excursion_deg"), _cadence()),
    ],
    data_quality=[
        *_charts(_loss()),
        _each_foot("Did the sensor reach its limit?", CLIPPED),
        _each_foot("How many strides?", STRIDES),
    ],
)
