"""What arrived of what a sensor took: which readings are missing although nothing was cut off, and which came twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.recording.entries import EventKind
from tests.accuracy.report import Finding
from tests.devices.trial import DROPS, OUT_S, STALLS_S, Trial
from tests.sensor_ingest.virtual import events, replayed

INTERVAL_S, MOST_APART = 1 / 208, 1.5
"""Readings further apart than so many intervals have something missing between them."""
SEARCHED = 8
"""A stretch is looked for so many readings around where its time puts it."""
BEFORE_S = 1.0
"""What is being sent when a link is cut is lost with it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One foot's readings.

    Parameters
    ----------
    made : while anybody was connected.
    cut_off : missing around an outage or a stream that fell silent.
    lost, doubled, strange : missing elsewhere; recorded twice; recorded but never taken.
    times_s, errors_s : (n,) of the readings that were found.
    """

    made: int
    cut_off: int
    lost: int
    doubled: int
    strange: int
    times_s: Floats
    errors_s: Floats


def delivered(times_s: Floats, acc_mps2: Floats, made: tuple[Floats, Floats], troubles_s: Sequence[float]) -> Delivered:
    """Compare what was recorded with what was taken."""
    breaks = np.flatnonzero(np.abs(np.diff(times_s) - INTERVAL_S) > (MOST_APART - 1.0) * INTERVAL_S) + 1
    bounds = [0, *breaks.tolist(), len(times_s)]
    cut_off = lost = doubled = strange = expected = 0
    true_s, found_s = list[Floats](), list[Floats]()
    for low, high in pairwise(bounds):
        place = _place(times_s[low:high], acc_mps2[low:high], made)
        if place is None:
            strange += high - low
            continue
        true_s.append(made[0][place : place + high - low])
        found_s.append(times_s[low:high])
        doubled += max(expected - place, 0)
        if place > expected:
            before_s, after_s = made[0][expected] - BEFORE_S, made[0][place]
            explained = not expected or any(before_s <= at_s <= after_s for at_s in troubles_s)
            cut_off, lost = (cut_off + place - expected, lost) if explained else (cut_off, lost + place - expected)
        expected = max(expected, place + high - low)
    cut_off += len(made[0]) - expected
    errors_s = np.concatenate(found_s) - np.concatenate(true_s)
    return Delivered(len(made[0]), cut_off, lost, doubled, strange, np.concatenate(true_s), errors_s)


def _place(times_s: Floats, acc_mps2: Floats, made: tuple[Floats, Floats]) -> int | None:
    """Where a stretch of readings begins in what was made; None if nothing like it was."""
    near = int(np.searchsorted(made[0], times_s[0]))
    for place in sorted(range(max(near - SEARCHED, 0), near + SEARCHED), key=lambda each: abs(each - near)):
        there = made[1][place : place + len(times_s)]
        if len(there) == len(times_s) and np.allclose(there, acc_mps2, rtol=0.0, atol=0.01):
            return place
    return None


def _clocks(device: str, left: Delivered, right: Delivered) -> Iterator[Finding]:
    """How well the feet are timed: alone, which everything shares, and against each other, which steps are made of."""
    name = "error of a time, clock years off"
    worst_s = max(np.abs(each.errors_s).max() for each in (left, right))
    yield Finding(device, name, f"≤ {1e3 * worst_s:.1f} ms", "told", True)
    apart_s = np.abs(np.interp(left.times_s, right.times_s, right.errors_s) - left.errors_s)
    text = f"p95 {1e3 * np.percentile(apart_s, 95):.1f} ms, worst {1e3 * apart_s.max():.1f} ms"
    yield Finding(device, "left against right", text, "≤ 5 ms", bool(apart_s.max() <= 0.005))


def findings(device: str, trial: Trial) -> Iterator[Finding]:
    """Both feet together."""
    taken = replayed(trial.folder)
    feet = [
        delivered(taken.times_s(number), taken.acc_mps2(number), trial.made[foot], trial.troubles_s[foot])
        for number, foot in enumerate(Foot)
    ]
    made, cut_off, lost, doubled, strange = (
        sum(getattr(each, name) for each in feet) for name in ("made", "cut_off", "lost", "doubled", "strange")
    )
    text = f"{lost} of {made}; {cut_off} with what was cut off"
    yield Finding(device, f"readings lost outside {DROPS} outages and 2 silent streams", text, "0", not lost)
    yield Finding(device, "readings twice, or never taken", f"{doubled}, {strange}", "0, 0", not doubled + strange)
    yield from _clocks(device, *feet)
    connections = [events(trial.folder, EventKind.CONNECTED, number) for number in range(2)]
    count, most = sum(len(each) for each in connections), DROPS + len(STALLS_S) + 2
    yield Finding(device, "connections", f"{count}", f"{most}", count == most)
    back_s = [
        min((found_s for found_s in connections[number] if found_s > at_s), default=np.inf) - at_s - OUT_S
        for number, foot in enumerate(Foot)
        for at_s in trial.troubles_s[foot]
    ]
    yield Finding(device, "connected after it is back", f"≤ {max(back_s):.1f} s", "≤ 5 s", max(back_s) <= 5.0)
