"""Print what files of other devices and of bad clocks are read as, beside what they are of: `make files`."""

from __future__ import annotations

import sys

from tests.accuracy.report import show
from tests.files import clocks, devices, layouts, rates

passed = [show(part) for part in (devices.findings(), clocks.findings(), layouts.findings(), rates.findings())]
sys.exit(0 if all(passed) else 1)
