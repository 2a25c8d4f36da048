"""How reliably and how early a drift is reported, and how often wrongly: `make drift`.

Prints a table of synthetic runs, one of runs simulated down to the sensors' samples, and how often the 95 % intervals
hold the truth.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from tests.drift import coverage, end_to_end
from tests.drift.measure import Outcome, measure
from tests.drift.scenarios import QUIET, REPORTED

parser = argparse.ArgumentParser(prog="python -m tests.drift", description=__doc__)
parser.add_argument("--runs", type=int, default=40, help="made-up runs of an hour per line")
parser.add_argument("--chain-runs", type=int, default=20, help="runs of an hour from samples per line")
parser.add_argument("--seed", type=int, default=1)


def _false_alarms(outcomes: Iterable[Outcome]) -> Table:
    table = Table("nothing to be found", "runs", "with an alarm", "per 100 h", "which", box=box.SIMPLE, pad_edge=False)
    for each in outcomes:
        which = ", ".join(f"{count} {kind}" for kind, count in each.alarms.most_common())
        table.add_row(
            each.scenario.name, str(each.runs), f"{100.0 * each.any_alarm / each.runs:.1f} %",
            f"{100.0 * sum(each.alarms.values()) / each.hours:.1f}", which,
        )  # fmt: skip
    return table


def _found(outcomes: Iterable[Outcome]) -> Table:
    table = Table(
        "to be found", "runs", "found", "right side", "delay, median", "90 % within", box=box.SIMPLE, pad_edge=False
    )
    for each in outcomes:
        delays = np.percentile(each.delays_s, [50, 90]) if each.found else np.full(2, np.nan)
        table.add_row(
            each.scenario.name, str(each.runs), f"{100.0 * each.found / each.runs:.1f} %",
            f"{100.0 * each.right_side / max(each.found, 1):.1f} %",
            *(f"{delay_s / 60.0:.1f} min" for delay_s in delays),
        )  # fmt: skip
    return table


def _covers(rows: Iterable[coverage.Coverage]) -> Table:
    table = Table("95 % interval of", "intervals", "hold the truth", box=box.SIMPLE, pad_edge=False)
    for each in rows:
        table.add_row(each.what, str(each.intervals), f"{each.inside_pct:.1f} %")
    return table


if __name__ == "__main__":
    options = parser.parse_args()
    console = Console(width=120)
    console.print(_false_alarms(measure(scenario, options.runs, options.seed) for scenario in QUIET))
    console.print(_found(measure(scenario, options.runs, options.seed) for scenario in REPORTED))
    console.print(_covers([*coverage.windows(8, options.seed), *coverage.changes(options.runs, options.seed)]))
    for line in end_to_end.report(options.chain_runs, options.seed):
        console.print(line)
