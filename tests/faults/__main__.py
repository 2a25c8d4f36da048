"""Print what faults cost: `make faults`."""

from __future__ import annotations

import logging
import sys

from rich import box
from rich.console import Console
from rich.table import Table

from tests.faults.matrix import SPEED, outcomes
from tests.faults.stage import RUNNERS

logging.getLogger().addHandler(logging.NullHandler())
console = Console(width=120)
COLUMNS = ("fault", "packets", "strides", "points", "alerts", "lost", "doubled", "missed", "catch up")
table = Table(*COLUMNS, box=box.SIMPLE)
clean = True
for name, found in outcomes(only=" ".join(sys.argv[1:])):
    counts = [str(count) for count in (found.packets, found.strides, found.points, found.alerts)]
    costs = [", ".join(f"{n} {what}" for what, n in cost.items() if n) or "0" for cost in (found.lost, found.doubled)]
    table.add_row(name, *counts, *costs, str(found.missed), f"{found.catch_up_s:.1f} s")
    console.print(f"{name}: lost {costs[0]}, doubled {costs[1]}, {found.catch_up_s:.1f} s", style="dim")
    clean &= found.clean
console.print(table)
console.print("missed: packets that never came, because the pods' memory of 88 s did not last.")
console.print(f"{RUNNERS} runners, {SPEED:g} × real time; catching up in real seconds, with waits made for real time.")
sys.exit(0 if clean else 1)
