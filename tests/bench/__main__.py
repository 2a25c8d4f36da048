"""How fast and in how much memory both feet are analysed, whole and live, and files read, one of a day: `make bench`.

Each measurement runs in a process of its own, so that its peak memory is not the simulator's.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.bench.speed import day, live, reading, record, whole

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--minutes", type=float, default=90.0)
parser.add_argument("--live-minutes", type=float, default=5.0)

if __name__ == "__main__":
    options = parser.parse_args()
    for measure, minutes in (
        (whole, options.minutes),
        (live, options.live_minutes),
        (reading, options.minutes),
        (day, options.live_minutes),
    ):
        with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(1, get_context("spawn")) as process:
            record(minutes, Path(folder))
            print(process.submit(measure, Path(folder)).result())
