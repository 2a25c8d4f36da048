"""Print what twenty runners on the wall cost: `make wall-load`."""

from __future__ import annotations

import sys

from tests.accuracy.report import show
from tests.wall import load

sys.exit(0 if show(load.findings()) else 1)
