"""Trends: weeks of one runner against their reference band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from surefoot.analysis.drift.monitored_metrics import MONITORED
from surefoot.analysis.findings import Kind
from surefoot.analysis.metrics import CONTACT, IMPACT
from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.baselines import FALSE_SHARE
from surefoot.analysis.weeks.usual import UsualKind
from surefoot.dashboards.grafana.board import RUNNER_CHOICE, Board
from surefoot.dashboards.grafana.colours import BOTH, KIND_COLOURS, REFERENCE
from surefoot.dashboards.grafana.fields import (
    CLIPPED,
    CONTACTS,
    DOSE,
    FINDINGS,
    LOSS,
    RUN_TIME,
    Field,
    asymmetry_field,
    metric_field,
)
from surefoot.dashboards.grafana.influxql import IN_TIME_RANGE, OF_RUNNER, column_as, in_shown_unit, select
from surefoot.dashboards.grafana.panels import (
    REFERENCE_BAND_STYLE,
    Json,
    Panel,
    Query,
    fixed_colour,
    of_both,
    override,
    time_series,
)
from surefoot.dashboards.grafana.shared_panels import per_foot_query
from surefoot.dashboards.vocabulary import KIND_TITLES

EACH_WEEK = "GROUP BY time(7d, -3d)"
"""Weeks from Monday to Sunday: InfluxDB counts them from Thursday, 1 January 1970.

With 4d instead it would take the clocks' offset from four days before a Monday, which is another one where they changed
on the Sunday between: 1.6 then begins that week an hour off, and 2.9.1 leaves it out.
"""
LOCAL_TIME = "tz('${__timezone}')"
"""Midnight is the viewer's."""
OWN_RUNS = 5
"""Runs in the moving average that the reference band is drawn around."""
BARS = {
    "drawStyle": "bars", "fillOpacity": 70, "lineWidth": 1, "showPoints": "never", "insertNulls": False,
    "barAlignment": 1, "barWidthFactor": 0.9,
}  # fmt: skip
"""From the week's beginning."""
BESIDE_EACH_OTHER = [
    override(f"/{foot}$/", {"custom.barAlignment": side}, regexp=True)
    for foot, side in ((Foot.LEFT, -1), (Foot.RIGHT, 1))
]
"""Bars of one week: left of its beginning, and right of it."""
NARROW_BARS = {**BARS, "barWidthFactor": 0.4}
STACKED = {**BARS, "stacking": {"mode": "normal", "group": "A"}}
RUN_ENDS = {"low": "95 %, low", "high": "95 %, high"}
"""End of a run's interval → name of its small points: a shaded area would say something of the days between runs."""
ANCHOR_ENDS = {"low": "the usual, low", "high": "the usual, high"}
"""End of where a run is expected by the runner's anchor → name of its points: it is another for each run."""
OF_ANCHOR = f"\"metric\" = '{CONTACT}' AND \"kind\" = '{UsualKind.ANCHOR}'"
RUNS = {"showPoints": "always", "pointSize": 8, "insertNulls": False}


EVERY_WEEK = "every week"
"""Bars of no height in each week with a run: a bar is as wide as the nearest two allow, however rare findings are."""


def _weekly(question: str, field: Field, *columns: str, draw: Json, overrides: Sequence[Json] = ()) -> Panel:
    influxql = select(columns, '"summaries"', OF_RUNNER, IN_TIME_RANGE, tail=f"{EACH_WEEK} fill(none) {LOCAL_TIME}")
    return time_series(question, field, [Query(influxql)], 8, draw=draw, overrides=overrides, extra="One bar per week.")


def _time() -> Panel:
    return _weekly(
        "How much do I run?", RUN_TIME, column_as(RUN_TIME, calculation="sum"), draw=BARS, overrides=[of_both(RUN_TIME)]
    )


def _of_each_foot(question: str, field: Field) -> Panel:
    columns = [column_as(field.for_foot(foot), foot, "sum") for foot in Foot]
    return _weekly(question, field, *columns, draw=NARROW_BARS, overrides=BESIDE_EACH_OTHER)


def _runs(question: str, field: Field, *columns: str, width: int = 12) -> Panel:
    """Chart with one point per run."""
    influxql = select(columns, '"summaries"', OF_RUNNER, IN_TIME_RANGE)
    return time_series(
        question, field, [Query(influxql)], width, draw=RUNS, overrides=[of_both(field)], extra="One point per run."
    )


def _feet(question: str, field: Field, width: int = 12) -> Panel:
    return _runs(question, field, *(column_as(field.for_foot(foot), foot) for foot in Foot), width=width)


def _sides() -> Panel:
    field = asymmetry_field(CONTACT)
    least_pct = next(each.min_drift_pct for each in MONITORED if each.key == CONTACT)
    own = f'moving_average("{field.key}", {OWN_RUNS})'
    edges = [
        f'{in_shown_unit(own, field)} {sign} {least_pct:g} AS "baseline, {end}"'
        for sign, end in (("-", "low"), ("+", "high"))
    ]
    measured = [
        column_as(field, "difference"),
        *(column_as(replace(field, key=f"{field.key}_{end}"), name) for end, name in RUN_ENDS.items()),
    ]
    usual = [f'"{end}" AS "{name}"' for end, name in ANCHOR_ENDS.items()]
    queries = [
        *(Query(select(columns, '"summaries"', OF_RUNNER, IN_TIME_RANGE)) for columns in (measured, edges)),
        Query(select(usual, '"baselines"', OF_RUNNER, OF_ANCHOR, IN_TIME_RANGE)),
    ]
    overrides = [
        *REFERENCE_BAND_STYLE,
        *(override(name, _points(BOTH, 4)) for name in RUN_ENDS.values()),
        *(override(name, _points(REFERENCE, 6)) for name in ANCHOR_ENDS.values()),
    ]
    extra = (
        "One point per run, between two small ones: its 95 % interval by this run alone; a short run has none. "
        f"Green area: the baseline, the mean of {OWN_RUNS} runs, ± {least_pct:g} %. Green points: between them are "
        f"{100.0 * (1.0 - FALSE_SHARE):.0f} of 100 healthy runs like this one, by those that are confirmed "
        "as the usual; a run that cannot be compared with them has none."
    )
    return time_series(
        "Is my left/right balance changing?", field, queries, 12, draw=RUNS, overrides=overrides, extra=extra
    )


def _points(colour: str, size: int) -> Json:
    return {"color": fixed_colour(colour), "custom.drawStyle": "points", "custom.pointSize": size}


def _findings() -> Panel:
    influxql = select(
        ['count("value")'],
        '"findings"',
        OF_RUNNER,
        '"rank" > 0',
        IN_TIME_RANGE,
        tail=f'{EACH_WEEK}, "kind" fill(none) {LOCAL_TIME}',
    )
    weeks = select(
        [f'sum("{RUN_TIME.key}") * 0 AS "{EVERY_WEEK}"'],
        '"summaries"',
        OF_RUNNER,
        IN_TIME_RANGE,
        tail=f"{EACH_WEEK} fill(none) {LOCAL_TIME}",
    )
    names = [
        override(kind.value, {"displayName": KIND_TITLES[kind], "color": fixed_colour(KIND_COLOURS[kind])})
        for kind in Kind
    ]
    unseen = override(EVERY_WEEK, {"custom.hideFrom": {"legend": True, "tooltip": True, "viz": False}})
    queries = [Query(influxql, "$tag_kind"), Query(weeks)]
    return time_series("What was found, week by week?", FINDINGS, queries, 12, draw=STACKED, overrides=[*names, unseen])


def _loss() -> Panel:
    query = per_foot_query(LOSS, "pod_health", OF_RUNNER)
    return time_series("Were samples lost?", LOSS, [query], 12, draw={"drawStyle": "points"})


BOARD = Board(
    "surefoot-trends",
    "Trends",
    "Weeks of one runner: load, left against right, and what was found.",
    since="12w",
    refresh="",
    variables=[RUNNER_CHOICE],
    rows=[
        [
            _time(),
            _of_each_foot("How often does each foot land?", CONTACTS),
            _of_each_foot("How much load does each foot take?", DOSE),
        ],
        [_sides(), _findings()],
        [
            _feet("How long is each foot on the ground?", metric_field(CONTACT)),
            _feet("How hard does each foot land?", metric_field(IMPACT)),
        ],
        [
            _runs(
                "How quick are my steps?", metric_field("cadence_spm"), column_as(metric_field("cadence_spm")), width=24
            )
        ],
    ],
    data_quality=[_feet("Did the sensor reach its limit?", CLIPPED), _loss()],
)
