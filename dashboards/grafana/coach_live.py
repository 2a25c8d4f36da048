"""Coach live: one row per runner, worst first."""

from __future__ import annotations

from surefoot.analysis.drift.monitored_metrics import CONTACT, IMPACT
from surefoot.dashboards.grafana.board import Board
from surefoot.dashboards.grafana.colours import RANKS
from surefoot.dashboards.grafana.figures import asymmetry, running
from surefoot.dashboards.grafana.influxql import BOTH, EACH_FOOT, RANGE, named, newest, over_time, select
from surefoot.dashboards.grafana.panels import Panel, Query, chart, column, override, table, words
from surefoot.dashboards.grafana.shared import (
    AGO,
    GREYED,
    STATE,
    WRAPPED,
    count_fresh,
    found_table,
    joined,
    only,
    ordered,
    pods_table,
    sorted_by,
)

CADENCE = running("cadence_spm")
SIDES = (asymmetry(CONTACT), asymmetry(IMPACT))
ATTENTION, FOUND = "Attention", "What was found"
RANK_WORDS = ("worth knowing", "notice", "warning", "severe")
TO_RUNNER = {"title": "Watch this runner", "url": "/d/surefoot-runner-live?var-runner=${__data.fields.runner}"}


def _squad() -> Panel:
    numbers = newest([named(each) for each in (CADENCE, *SIDES)], '"live"', BOTH, RANGE, by=("runner",))
    fresh = count_fresh(CADENCE, '"live"', BOTH, by="runner")
    worst = select(
        [f'max("rank") AS "{ATTENTION}"', f'"message" AS "{FOUND}"'], '"findings"', RANGE, tail='GROUP BY "runner"'
    )
    ranks = {str(rank): (text, RANKS[rank]) for rank, text in enumerate(RANK_WORDS)}
    return table(
        "Who needs me?",
        "One row per runner, the gravest finding first. A grey row is stale: no number for longer than half a minute, "
        "because the runner stands still or the pods are out of reach.",
        [Query(influxql, table=True) for influxql in (numbers, fresh, worst)],
        24,
        9,
        overrides=[
            GREYED,
            override("runner", {"displayName": "Runner", "custom.width": 150, "links": [TO_RUNNER]}),
            override("Time", {"displayName": "Newest number", **AGO}),
            override(
                ATTENTION,
                {
                    "mappings": [words(ranks)],
                    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
                    "custom.width": 130,
                },
            ),
            override(FOUND, WRAPPED),
            *(column(each) for each in (CADENCE, *SIDES)),
        ],
        transformations=[
            only("B", "runner", STATE),
            only("C", "runner", ATTENTION, FOUND),
            joined("runner"),
            ordered("runner", STATE, ATTENTION, FOUND, *(each.label for each in (CADENCE, *SIDES))),
            sorted_by(ATTENTION, descending=True),
        ],
    )


def _sides() -> Panel:
    figure = asymmetry(CONTACT)
    influxql = over_time([named(figure, calculation="mean")], '"live"', BOTH, by="runner")
    return chart("Does anybody drift to one side?", figure, [Query(influxql, "$tag_runner")], 12)


def _impact() -> Panel:
    figure = running(IMPACT)
    influxql = over_time([named(figure, calculation="mean")], '"live"', EACH_FOOT, by="runner")
    return chart("Who lands hard?", figure, [Query(influxql, "$tag_runner")], 12)


BOARD = Board(
    "surefoot-coach-live",
    "Coach live",
    "The whole squad now: who needs attention, and why.",
    since="15m",
    refresh="5s",
    rows=[[_squad()], [_sides(), _impact()], [found_table("What was found?", 24, 7, runner=True)]],
    trust=[pods_table("Is every pod heard?", 24, 8)],
)
