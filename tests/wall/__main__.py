"""Print frame times, CPU and memory of a wall with twenty runners: `make wall-load`."""

from __future__ import annotations

import sys

from tests.accuracy.report import show
from tests.wall import load

sys.exit(0 if show(load.findings()) else 1)
