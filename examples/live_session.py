"""Feed a session a tenth of a second at a time, as pods do: python examples/live_session.py left.csv right.csv"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from surefoot.analysis import Session
from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.files.csv_reader import read_csv

PIECE_S = 0.1


def pieces(feet: list[Samples]) -> Iterator[Samples]:
    """Both feet's samples in turn; a real source would wait for them to arrive."""
    start_s = min(samples.time_s[0] for samples in feet)
    end_s = max(samples.time_s[-1] for samples in feet)
    for from_s, until_s in pairwise(np.arange(start_s, end_s + 2 * PIECE_S, PIECE_S)):
        for samples in feet:
            first, last = np.searchsorted(samples.time_s, (from_s, until_s))
            yield samples[first:last]


def main(left: str, right: str) -> None:
    """Print strides and findings as they become known."""
    session = Session()
    feet = [read_csv(Path(path), foot).samples for path, foot in ((left, Foot.LEFT), (right, Foot.RIGHT))]
    for piece in pieces(feet):
        results = session.push(piece)
        for foot, strides in results.strides.items():
            for contact_s in strides.metrics["ground_contact_time_s"] if len(strides) else ():
                print(f"{foot:<5}  {1000 * contact_s:4.0f} ms on the ground")
        for finding in results.findings:
            print(finding.message)
    print(f"{len(session.flush().bouts)} bouts were still open.")


if __name__ == "__main__":
    main(*sys.argv[1:])
