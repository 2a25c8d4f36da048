"""Print right against left of every metric: python examples/left_against_right.py left.csv right.csv"""

from __future__ import annotations

import sys
from pathlib import Path

from surefoot.analysis import Results, Session
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.summary import compare
from surefoot.sensor_ingest.files.csv_reader import read_csv


def main(left: str, right: str) -> None:
    """Compare the feet over all running strides."""
    session = Session()
    found = [
        session.push(read_csv(Path(path), foot).samples) for path, foot in ((left, Foot.LEFT), (right, Foot.RIGHT))
    ]
    results = Results.join([*found, session.flush()])
    for comparison in compare(results, Gait.RUN):
        asymmetry = comparison.asymmetry_pct
        if asymmetry is not None:
            label = STRIDE_METRICS[comparison.key].label
            print(f"{label:<20} {asymmetry.value:+6.1f} %  ({asymmetry.low:+.1f} to {asymmetry.high:+.1f})")


if __name__ == "__main__":
    main(*sys.argv[1:])
