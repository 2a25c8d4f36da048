"""How often each 95 % interval holds the truth, beside 92–97 %: `make coverage`.

Exits with 1 if an interval holds it less or more often. With fewer runs than usual, a share counts as missed only
where it lies outside by more than twice what so few intervals may by chance. Speed against the true one is listed as
hits of n and not judged: its error is mostly no error of sampling.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table

from surefoot.analysis.windows import LIVE_WINDOW_S, WINDOW_S
from tests.coverage_of_intervals.measure import GOAL_PCT, RUN_S, Coverage, measure
from tests.drift import coverage as made_up

ALL_RUNS = 90
CHANCE = "outside, as by chance"

parser = argparse.ArgumentParser(prog="python -m tests.coverage_of_intervals", description=__doc__)
parser.add_argument("--runs", type=int, default=ALL_RUNS, help="simulated runs of ten minutes")
parser.add_argument("--made-up-runs", type=int, default=8, help="made-up runs, stride by stride, per line")
parser.add_argument("--seed", type=int, default=1)


def _missed(each: Coverage, runs: int) -> bool:
    return each.missed if runs >= ALL_RUNS else each.surely_missed


def _table(rows: Iterable[Coverage], runs: int, title: str) -> Table:
    table = Table(
        f"95 % interval of ({title})",
        "hold the truth",
        "of",
        "",
        f"{GOAL_PCT[0]:.0f}–{GOAL_PCT[1]:.0f} %",
        box=box.SIMPLE,
    )
    for each in rows:
        outside = "missed" if _missed(each, runs) else CHANCE
        verdict = "not judged" if not each.judged else outside if each.missed else "met"
        table.add_row(each.what, str(each.held), str(each.intervals), f"{each.held_pct:.1f} %", verdict)
    return table


def _made_up(rows: Iterable[made_up.Coverage]) -> list[Coverage]:
    return [Coverage(each.what, round(0.01 * each.inside_pct * each.intervals), each.intervals) for each in rows]


if __name__ == "__main__":
    options = parser.parse_args()
    runs, made_up_runs = options.runs, options.made_up_runs
    simulated = measure(runs, options.seed, (LIVE_WINDOW_S, WINDOW_S))
    strides = [*made_up.windows(made_up_runs, options.seed), *made_up.changes(5 * made_up_runs, options.seed)]
    console = Console(width=120)
    console.print(_table(simulated, runs, f"{runs} simulated runs of {RUN_S / 60.0:.0f} min"))
    console.print(_table(_made_up(strides), runs, f"{made_up_runs} made-up runs; of changes, five times as many"))
    sys.exit(any(_missed(each, runs) for each in [*simulated, *_made_up(strides)]))
