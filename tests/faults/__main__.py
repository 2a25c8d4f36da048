"""Print what faults cost: `make faults`; of some: `ONLY=PART-OF-A-NAME`; into the documentation: `DOCS=1`."""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
import time
import traceback

import pytest
from rich import box
from rich.console import Console
from rich.table import Table

from tests.faults.live import SPEED
from tests.faults.matrix import named, outcome
from tests.faults.outcome import Outcome
from tests.faults.page import PAGE, cells, with_rows
from tests.faults.stage import RUNNERS


def found(name: str) -> Outcome:
    """What comes of a fault; nothing where it cannot be told."""
    try:
        return outcome(name)
    except (Exception, pytest.fail.Exception, pytest.skip.Exception):  # whatever it is, the other rows are measured
        traceback.print_exc()
        return Outcome({}, {}, {}, math.inf, 0.0)


parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Print what faults cost.")
parser.add_argument("--only", action="append", default=[], metavar="PART", help="faults with this in their name")
parser.add_argument("--docs", action="store_true", help="write the rows into docs/validation/faults.md")
wanted = parser.parse_args()
names = named(wanted.only)
if not names:
    sys.exit(f"No fault is named like {' or '.join(wanted.only)}.")

logging.getLogger().addHandler(logging.NullHandler())
console = Console(width=130)
table = Table("fault", "of", "lost", "doubled", "missed", "complete after", "target", "", box=box.SIMPLE)
began_s, load, missed = time.monotonic(), os.getloadavg()[0], 0
for name in names:
    result = found(name)
    row, verdict = cells(name, result), "ok" if result.met else "MISSED"
    table.add_row(*row, verdict)
    console.print(f"{name}: lost {row[2]}, doubled {row[3]}, {row[5]} {verdict}", style="dim")
    missed += not result.met
    if wanted.docs:
        PAGE.write_text(with_rows(PAGE.read_text(encoding="utf-8"), {name: result}), encoding="utf-8")
console.print(table)
console.print("Target of every row: 0 lost, 0 doubled, and complete in time.")
console.print("A row of 0: the runners did not run, on a computer too busy for them, or did not end.")
console.print("missed: packets that never came, because the pods' memory of 88 s did not last.")
console.print(f"Live rows (from kill -9 on): {RUNNERS} runners, {SPEED:g} × real time; all times are real seconds,")
console.print("but those of pods, which are in session time from a reading to when it is given.")
taken_min = (time.monotonic() - began_s) / 60.0
console.print(f"{len(names)} rows in {taken_min:.0f} min on {os.cpu_count()} processors; load before: {load:.1f}.")
sys.exit(1 if missed else 0)
