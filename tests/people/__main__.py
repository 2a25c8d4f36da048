"""Print what is left of a runner who was forgotten, beside targets: `make people`."""

from __future__ import annotations

import sys

from tests.accuracy.report import show
from tests.people import forgetting

sys.exit(not show(forgetting.rows()))
