"""Print what exported files hold against what they are of: `make exports`."""

from __future__ import annotations

import argparse
import sys

from tests.accuracy.report import show
from tests.exports.figures import rows

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--minutes", type=float, default=60.0, help="of the simulated run")
sys.exit(0 if show(list(rows(parser.parse_args().minutes))) else 1)
