"""What a session holds on to does not grow with the length of the run."""

from __future__ import annotations

import pickle
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from surefoot.analysis import Session
from surefoot.analysis.model import Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.simulated import record

PIECE = 104


def live(block: tuple[PlannedBout, ...], blocks: int) -> Iterator[list[Samples]]:
    """Pieces of half a second, block after block of the same movement, which begins and ends with standing."""
    recording = record(RunnerProfile(), (PlannedBout("still", 5.0), *block, PlannedBout("still", 5.0)), seed=1)
    for number in range(blocks):
        later_s = number * recording.motion.duration_s
        feet = [replace(each, time_s=each.time_s + later_s) for each in recording.feet]
        yield [each[start : start + PIECE] for start in range(0, len(feet[0]), PIECE) for each in feet]


def test_two_more_minutes_leave_no_more_behind() -> None:
    session, held = Session(), []
    for pieces in live((PlannedBout("walk", 15.0, 1.3), PlannedBout("run", 35.0, 3.1)), 4):
        for piece in pieces:
            session.push(piece)
        held.append(len(pickle.dumps(session)))
    assert held[3] - held[1] < 2000


@pytest.mark.slow
def test_memory_grows_by_less_than_half_a_megabyte_from_minute_ten_to_thirty() -> None:
    session, held_bytes = Session(), []
    blocks = live((PlannedBout("walk", 40.0, 1.3), PlannedBout("run", 250.0, 3.1)), 6)
    tracemalloc.start()
    try:
        for pieces in blocks:
            for piece in pieces:
                session.push(piece)
            held_bytes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held_bytes[5] - held_bytes[1] < 500_000
