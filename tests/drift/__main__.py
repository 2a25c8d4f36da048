"""How reliably and how early a drift is reported, and how often wrongly: `make drift`.

Prints tables of synthetic runs and one of runs simulated down to the sensors' samples, each figure beside its target;
ends with an error if one is missed.
"""

from __future__ import annotations

import argparse
import sys

from tests.accuracy.report import show
from tests.drift import end_to_end
from tests.drift.figures import figures
from tests.drift.measure import measure
from tests.drift.scenarios import QUIET, REPORTED

parser = argparse.ArgumentParser(prog="python -m tests.drift", description=__doc__)
parser.add_argument("--runs", type=int, default=40, help="made-up runs of an hour per line")
parser.add_argument("--chain-runs", type=int, default=20, help="runs of an hour from samples per line")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--only", default="", help="lines whose name holds this")


if __name__ == "__main__":
    asked = parser.parse_args()
    passed = [
        show(
            figure
            for scenario in scenarios
            if asked.only in scenario.name
            for figure in figures(measure(scenario, asked.runs, asked.seed))
        )
        for scenarios in (QUIET, REPORTED)
    ]
    passed += [show(end_to_end.figures(asked.chain_runs, asked.seed))] if asked.chain_runs else []
    sys.exit(not all(passed))
