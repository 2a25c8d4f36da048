"""Print the load of a wall with twenty runners, the presses it loses, and what attacks do to it: `make wall-load`."""

from __future__ import annotations

import sys

from tests.accuracy.report import show
from tests.wall import attack, load, presses

sys.exit(0 if show([*load.findings(), *presses.findings(), *attack.findings()]) else 1)
