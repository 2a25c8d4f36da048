"""Pods that misbehave for a while, in virtual time: every reading comes, once and in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from surefoot.firmware_sim.simulation import SimulatedRunner
from tests.faults.outcome import Outcome
from tests.sensor_ingest.hostile import (
    Change,
    impossible_tick,
    other_version_for_a_while,
    record_with,
    record_with_twins,
    unreadable_for_a_while,
    wrap_at_32_bits,
)
from tests.sensor_ingest.virtual import Taken, truth_of

DURATION_S = 60.0


def _outcome(taken: Taken, runner: SimulatedRunner, target_s: float) -> Outcome:
    """Readings against what the pods sampled; recovered when the latest of them is there."""
    total = lost = doubled = 0
    for number, foot in enumerate(runner.pods):
        truth, there = truth_of(runner, foot, 0.0).acc_mps2, taken.acc_mps2(number)
        changed = len(truth) == len(there) and not np.array_equal(truth, there)
        total += len(truth)
        lost += max(len(truth) - len(there), int(changed), 0)
        doubled += max(len(there) - len(truth), 0) + int((np.diff(taken.times_s(number)) <= 0.0).sum())
    late_s = max(at_s - batch.samples.time_s[-1] for batch, at_s in zip(taken.batches, taken.taken_s, strict=True))
    return Outcome({"samples": total}, {"samples": lost}, {"samples": doubled}, float(late_s), target_s)


def _row(change: Change, target_s: float) -> Callable[[Path], Outcome]:
    def befall(folder: Path) -> Outcome:
        taken, runner, _, _ = record_with(folder, change, DURATION_S)
        return _outcome(taken, runner, target_s)

    return befall


def twins(folder: Path) -> Outcome:
    """A second pair of the same names comes, and the first is out of reach for 12 s."""
    taken, runner, _, _ = record_with_twins(folder)
    return _outcome(taken, runner, 30.0)


FAULTS: dict[str, Callable[[Path], Outcome]] = {
    "a second pair of pods of the same names": twins,
    "a pod's clock wraps at 32 bits": _row(wrap_at_32_bits, 20.0),
    "a packet with an impossible time": _row(impossible_tick, 20.0),
    "a pod's info is unreadable for 10 s": _row(unreadable_for_a_while, 45.0),
    "a pod's version changes for 10 s": _row(other_version_for_a_while, 45.0),
}
