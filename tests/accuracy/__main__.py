"""Print every accuracy figure that docs/validation quotes: `make accuracy`."""

from __future__ import annotations

import sys

from tests.accuracy import force_belts, mounting, overground, resemblance, simulated, strikes, treadmill
from tests.accuracy.recordings import DATA
from tests.accuracy.report import show

findings = [*simulated.findings(), *strikes.findings()]
if DATA.is_dir():
    for recorded in (treadmill, overground, force_belts, mounting, resemblance):
        findings += recorded.findings()
passed = show(findings)
if not DATA.is_dir():
    sys.exit(f"accuracy: no recordings at {DATA}, simulated runners only; set SUREFOOT_EVAL_DATA to their folder")
sys.exit(0 if passed else 1)
