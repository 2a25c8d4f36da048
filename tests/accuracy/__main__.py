"""Print every accuracy figure that the README quotes: `make accuracy`."""

from __future__ import annotations

import sys

from tests.accuracy import force_belts, mounting, overground, treadmill
from tests.accuracy.recordings import DATA
from tests.accuracy.report import show

if not DATA.is_dir():
    sys.exit(f"accuracy: no recordings at {DATA}; say where they are with SUREFOOT_EVAL_DATA")
sys.exit(
    0 if show([*treadmill.findings(), *overground.findings(), *force_belts.findings(), *mounting.findings()]) else 1
)
