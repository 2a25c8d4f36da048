"""Print what is known of the side on which a pod sits: `make feet`.

`--runners` simulated people, 10,000 by default, of whom a `--sample` of 24 goes the full way through IMU and session,
and `--runs` of sixteen rolls in each condition, 2 by default.
"""

from __future__ import annotations

import argparse
import sys

from tests.accuracy.report import show
from tests.feet import anatomy, recordings, rolls

parser = argparse.ArgumentParser(prog="python -m tests.feet", description=__doc__)
parser.add_argument("--runners", type=int, default=10_000)
parser.add_argument("--sample", type=int, default=24)
parser.add_argument("--runs", type=int, default=2)
asked = parser.parse_args()
parts = [recordings.findings(), rolls.findings(asked.runs), anatomy.findings(asked.runners, asked.sample)]
passed = [show(part) for part in parts]
sys.exit(0 if all(passed) else 1)
