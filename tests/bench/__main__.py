"""How fast and in how much memory both feet are analysed, whole and live, and files read, one of a day: `make bench`.

Each measurement runs in a process of its own, so that its peak memory is not the simulator's. Exits with 1 if reading
misses its target.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.bench.loadtxt_reader import read_with_loadtxt
from tests.bench.speed import compared, day, live, reading, record, whole, write_files

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--minutes", type=float, default=90.0)
parser.add_argument("--live-minutes", type=float, default=5.0)


def alone(measure: Callable[..., Any], *arguments: Any) -> Any:
    """What a measurement finds in a new process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(measure, *arguments).result()


def main(minutes: float, live_minutes: float) -> int:
    """Print every measurement; the exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record(minutes, folder)
        print(alone(whole, folder))
        alone(write_files, folder)
        sentence, passed = compared(alone(reading, folder), alone(reading, folder, read_with_loadtxt))
        print(sentence)
        record(live_minutes, folder)
        print(alone(live, folder))
        print(alone(day, folder))
    return 0 if passed else 1


if __name__ == "__main__":
    options = parser.parse_args()
    sys.exit(main(options.minutes, options.live_minutes))
