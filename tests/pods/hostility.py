"""Fuzzed packets and pods that lie: what is refused, what is harmed, what it costs."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.model import Foot
from tests.accuracy.report import Finding
from tests.sensor_ingest.hostile import INFO_LIES, LIES, Change, lie, record_with, resend_for_ever, spoil
from tests.sensor_ingest.mangling import fuzz
from tests.sensor_ingest.virtual import truth_of

PACKETS = 100_000
MOST_MIB = 16.0
DURATION_S = 60.0


def liars() -> dict[str, Change]:
    """Every kind of lie, and what makes a pod tell it."""

    def spoiled(what: str) -> Change:
        return lambda pod: spoil(pod, LIES[what], random.Random(1))

    def lying(changes: dict[str, object]) -> Change:
        return lambda pod: lie(pod, changes)

    changes: dict[str, Change] = {what: spoiled(what) for what in LIES}
    return changes | {str(each): lying(each) for each in INFO_LIES} | {"endless backfill": resend_for_ever}


def findings() -> Iterator[Finding]:
    """Packets by themselves, then whole pods."""
    tracemalloc.start()
    counts = fuzz(PACKETS, 2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    name = f"{PACKETS} packets, 3 of 4 spoilt"
    text = f"{counts.malformed} refused, {counts.duplicate} duplicates"
    yield Finding(name, "none crashes, each is counted", text, "all", counts.received == PACKETS)
    yield Finding(name, "most memory", f"{peak / 2**20:.1f} MiB", f"≤ {MOST_MIB:.0f} MiB", peak <= MOST_MIB * 2**20)
    yield from _pods()


def _pods() -> Iterator[Finding]:
    refused, unharmed, largest = 0, 0, 0
    with TemporaryDirectory() as folder:
        for number, change in enumerate(liars().values()):
            taken, runner, health, length = record_with(Path(folder) / str(number), change, DURATION_S)
            refused += health[0].refused and not health[0].connected
            unharmed += np.array_equal(taken.acc_mps2(1), truth_of(runner, Foot.RIGHT, 0.0).acc_mps2)
            largest = max(largest, length)
    count = len(liars())
    name = f"{count} pods that lie, 1 min each"
    yield Finding(name, "refused with a sentence", f"{refused} of {count}", "all", refused == count)
    yield Finding(name, "other pod recorded whole", f"{unharmed} of {count}", "all", unharmed == count)
    yield Finding(name, "largest recording", f"{largest / 1e6:.1f} MB", "≤ 10 MB", largest <= 10e6)
