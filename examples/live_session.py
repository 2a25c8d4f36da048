"""Feed a session a tenth of a second at a time, as pods do: python examples/live_session.py left.csv right.csv"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

import surefoot

CHUNK_S = 0.1


def chunks(feet: list[surefoot.Samples]) -> Iterator[surefoot.Samples]:
    """Both feet's samples in turn; a real source would wait for them to arrive."""
    start_s = min(samples.time_s[0] for samples in feet)
    end_s = max(samples.time_s[-1] for samples in feet)
    for from_s, until_s in pairwise(np.arange(start_s, end_s + 2 * CHUNK_S, CHUNK_S)):
        for samples in feet:
            first, last = np.searchsorted(samples.time_s, (from_s, until_s))
            yield samples[first:last]


def show(results: surefoot.Results) -> None:
    """Print strides and findings as they become known."""
    for foot, strides in results.strides.items():
        for contact_s in strides.metrics.get("ground_contact_time_s", ()):
            print(f"{foot:<5}  {1000 * contact_s:4.0f} ms on the ground")
    for finding in results.findings:
        print(finding.message)


def main(left: str, right: str) -> None:
    """Push until the end, then flush what is still open."""
    session = surefoot.Session()
    for chunk in chunks([surefoot.read_csv(left, "left").samples, surefoot.read_csv(right, "right").samples]):
        show(session.push(chunk))
    show(session.flush())


if __name__ == "__main__":
    main(*sys.argv[1:])
