"""Print what faults cost: `make faults`, or of some `python -m tests.faults PART-OF-A-NAME ...`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table

from tests.faults.live import SPEED
from tests.faults.matrix import outcomes
from tests.faults.stage import RUNNERS


def told(counts: Mapping[str, int]) -> str:
    """Counts in words, without what there is nothing of."""
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "0"


logging.getLogger().addHandler(logging.NullHandler())
console = Console(width=120)
table = Table("fault", "of", "lost", "doubled", "missed", "complete after", "target", "", box=box.SIMPLE)
missed = 0
for name, found in outcomes(sys.argv[1:]):
    costs = told(found.lost), told(found.doubled)
    verdict, times = "ok" if found.met else "MISSED", (f"{found.recovered_s:.1f} s", f"≤ {found.target_s:g} s")
    table.add_row(name, told(found.counted), *costs, str(found.missed), *times, verdict)
    console.print(f"{name}: lost {costs[0]}, doubled {costs[1]}, {times[0]} {verdict}", style="dim")
    missed += not found.met
console.print(table)
console.print("Target of every row: 0 lost, 0 doubled, and complete in time.")
console.print("A row of 0: the runners did not run, on a computer too busy for them, or did not end.")
console.print("missed: packets that never came, because the pods' memory of 88 s did not last.")
console.print(f"Live rows (from kill -9 on): {RUNNERS} runners, {SPEED:g} × real time; all times are real seconds,")
console.print("but those of pods, which are in session time from a reading to when it is given.")
sys.exit(1 if missed else 0)
