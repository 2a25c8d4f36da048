"""Print frame times, CPU and memory of a wall with twenty runners, and of one that is attacked: `make wall-load`."""

from __future__ import annotations

import sys

from tests.accuracy.report import show
from tests.wall import attack, load

sys.exit(0 if show([*load.findings(), *attack.findings()]) else 1)
