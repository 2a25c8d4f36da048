"""Print what is known of angles and ankle rolls, condition by condition: `make rolls`.

`--hours` of simulated running without a roll, 30 by default, and `--runs` of sixteen rolls in each condition, 2 by
default.
"""

from __future__ import annotations

import argparse
import sys

from tests.accuracy.report import show
from tests.rolls import alarms, detection, kinematics, packet_loss, recovery
from tests.rolls.conditions import conditions, kerbs

parser = argparse.ArgumentParser(prog="python -m tests.rolls", description=__doc__)
parser.add_argument("--hours", type=float, default=30.0)
parser.add_argument("--runs", type=int, default=2)
asked = parser.parse_args()
parts = [
    kinematics.findings(conditions()),
    recovery.findings(),
    detection.findings(conditions(), asked.runs),
    detection.findings(kerbs(), asked.runs, first_seed=10_000),
    packet_loss.findings(asked.runs, real_seeds=6 * asked.runs),
    alarms.findings(asked.hours),
]
passed = [show(part) for part in parts]
sys.exit(0 if all(passed) else 1)
