"""Print every figure about pods and radio that docs/validation quotes: `make pods`."""

from __future__ import annotations

import logging
import sys

from tests.accuracy.report import show
from tests.pods import capacity, clocks, crash, delivery, hostility, sameness

logging.getLogger().addHandler(logging.NullHandler())
findings = [row for part in (capacity, delivery, clocks, crash, sameness, hostility) for row in part.findings()]
sys.exit(0 if show(findings) else 1)
