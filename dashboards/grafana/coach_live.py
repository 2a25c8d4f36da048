"""Coach live: one row per runner, worst first."""

from __future__ import annotations

from surefoot.analysis.findings import Severity
from surefoot.analysis.metrics import CONTACT, IMPACT
from surefoot.dashboards.grafana.board import ALERTS, Board
from surefoot.dashboards.grafana.colours import CLEAR, SEVERITY_COLOURS
from surefoot.dashboards.grafana.fields import asymmetry_field, metric_field
from surefoot.dashboards.grafana.influxql import (
    BOTH_FEET,
    IN_TIME_RANGE,
    SINGLE_FOOT,
    column_as,
    newest_row,
    over_time,
    select,
)
from surefoot.dashboards.grafana.panels import (
    Panel,
    Query,
    column_override,
    override,
    special_mapping,
    table,
    time_series,
    value_mapping,
)
from surefoot.dashboards.grafana.shared_panels import (
    HIDDEN_COLUMN,
    RELATIVE_TIME,
    STALE_ROW_STYLE,
    STATE_COLUMN,
    WRAPPED_TEXT,
    alerts_table,
    count_fresh,
    findings_table,
    in_order,
    joined_by,
    only_columns,
    only_rows_with,
    pods_table,
    sorted_by,
    zero_if_absent,
)
from surefoot.dashboards.vocabulary import SEVERITY_WORDS

CADENCE = metric_field("cadence_spm")
SIDES = (asymmetry_field(CONTACT), asymmetry_field(IMPACT))
NAME, RANK, ATTENTION, SEVERITY, FOUND = "Name", "Rank", "Attention", "Severity", "What was found"
ATTENTION_STYLE = {
    "mappings": [
        value_mapping(
            {
                each.value: (SEVERITY_WORDS[each], SEVERITY_COLOURS[each.value] if each.rank else CLEAR)
                for each in Severity
            }
        ),
        special_mapping("null", "nothing found", CLEAR),
    ],
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    "custom.width": 120,
}
"""What calls for nobody has no colour behind it."""
TO_RUNNER = {"title": "Watch this runner", "url": "/d/surefoot-runner-live?var-runner=${__data.fields.runner}"}


def _squad() -> Panel:
    numbers = newest_row(
        [column_as(each) for each in (CADENCE, *SIDES)], '"live"', BOTH_FEET, IN_TIME_RANGE, by=("runner",)
    )
    fresh = count_fresh(CADENCE, '"live"', BOTH_FEET, by="runner")
    worst = select(
        [f'max("rank") AS "{RANK}"', f'"severity" AS "{SEVERITY}"', f'"message" AS "{FOUND}"'],
        '"findings"',
        IN_TIME_RANGE,
        tail='GROUP BY "runner"',
    )
    names = newest_row([f'"name" AS "{NAME}"'], '"runs"', by=("runner",))
    return table(
        "Who needs me?",
        "One row per runner, most severe finding first. A grey row is stale: no number for more than half a minute, "
        "because the runner is standing still or the pods are out of range.",
        [Query(influxql, table=True) for influxql in (numbers, fresh, worst, names)],
        24,
        12,
        overrides=[
            STALE_ROW_STYLE,
            override(NAME, {"custom.width": 130, "links": [TO_RUNNER]}),
            *(override(name, HIDDEN_COLUMN) for name in ("runner", RANK, ATTENTION)),
            override("Time", {"displayName": "Newest number", **RELATIVE_TIME}),
            override(SEVERITY, ATTENTION_STYLE),
            override(FOUND, WRAPPED_TEXT),
            *(column_override(each, width=125) for each in (CADENCE, *SIDES)),
        ],
        transformations=[
            only_columns("B", "runner", STATE_COLUMN),
            only_columns("C", "runner", RANK, SEVERITY, FOUND),
            only_columns("D", "runner", NAME),
            joined_by("runner"),
            only_rows_with(STATE_COLUMN),
            zero_if_absent(RANK, ATTENTION),
            in_order(NAME, "runner", STATE_COLUMN, RANK, SEVERITY, FOUND, *(each.label for each in (CADENCE, *SIDES))),
            sorted_by(NAME),
            sorted_by(ATTENTION, descending=True),
        ],
    )


def _sides() -> Panel:
    field = asymmetry_field(CONTACT)
    influxql = over_time([column_as(field, calculation="mean")], '"live"', BOTH_FEET, by="runner")
    return time_series("Is anyone shifting to one side?", field, [Query(influxql, "$tag_runner")], 12)


def _impact() -> Panel:
    field = metric_field(IMPACT)
    influxql = over_time([column_as(field, calculation="mean")], '"live"', SINGLE_FOOT, by="runner")
    return time_series("Who lands hard?", field, [Query(influxql, "$tag_runner")], 12)


BOARD = Board(
    "surefoot-coach-live",
    "Coach live",
    "The whole squad now: who needs attention, and why.",
    since="15m",
    refresh="5s",
    annotations=[ALERTS],
    rows=[
        [_squad()],
        [_sides(), _impact()],
        [alerts_table("Which alerts were sent?", 24, 7)],
        [findings_table("What was found?", 24, 7, runner=True)],
    ],
    data_quality=[pods_table("Is every pod heard?", 24, 12)],
)
