"""Print what holds over weeks, beside targets: rules, plans, a runner's own usual, load: `make weeks`.

Ends with an error if a target is missed. The simulated runs that histories are drawn from are kept in build/weeks until
the code that they follow from changes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import cache

from tests.accuracy.report import Finding, show
from tests.weeks import creeping, evenness, intervals, plans, reanalysis, rules, sessions
from tests.weeks.histories import Histories
from tests.weeks.runs import simulated_runs


@cache
def histories() -> Histories:
    """Simulated once for all parts."""
    return Histories.of(simulated_runs())


PARTS: dict[str, Callable[[], Iterable[Finding]]] = {
    "rules": rules.findings,
    "plans": plans.findings,
    "sessions": sessions.findings,
    "evenness": lambda: evenness.findings(histories()),
    "intervals": lambda: intervals.findings(histories()),
    "creeping": lambda: creeping.findings(histories()),
    "reanalysis": reanalysis.findings,
}
parser = argparse.ArgumentParser(
    prog="python -m tests.weeks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument(
    "parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=f"of {', '.join(PARTS)}; all by default"
)

if __name__ == "__main__":
    asked = parser.parse_args().parts or list(PARTS)
    passed = [show(PARTS[part]()) for part in asked]
    sys.exit(not all(passed))
