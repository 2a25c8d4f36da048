"""Print what the firmware core in C does and takes, beside targets: `make core`."""

from __future__ import annotations

import sys

from tests.accuracy.report import show
from tests.core import cortex, native

met = [show(rows()) for rows in (native.rows, cortex.rows)]
sys.exit(not all(met))
