"""Contact of slow sensors, at several speeds, against the same runs at 208 Hz."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from surefoot.library import analyze
from surefoot.sensor_ingest.files.csv_reader import read_csv
from tests.accuracy.report import Finding
from tests.files.runner import CLEAN_HZ, write

SPEEDS_MPS = (2.2, 2.6, 3.0, 3.4, 4.0, 4.8)
RATES_HZ = (25.0, 32.0, 40.0, 50.0, 60.0, 80.0, 100.0)
TOLD_BELOW_HZ, MAX_TOLD_SHARE, MAX_MS = 75.0, 0.7, 5.0
"""Where it is told, contact may be off by this share of an interval; elsewhere by so much."""


def findings() -> Iterator[Finding]:
    """A line for each rate: the worst of either foot, of left against right, and whether it is told."""
    runs = [
        simulate(RunnerProfile(), [PlannedBout("still", 6.0), PlannedBout("run", 60.0, speed_mps)], seed)
        for seed, speed_mps in enumerate(SPEEDS_MPS)
    ]
    true = np.array([_contacts_ms(run, seed, CLEAN_HZ)[0] for seed, run in enumerate(runs)])
    for rate_hz in RATES_HZ:
        measured = [_contacts_ms(run, seed, rate_hz) for seed, run in enumerate(runs)]
        off_ms = np.array([contacts_ms for contacts_ms, _ in measured]) - true
        told = all(said for _, said in measured)
        limit_ms = MAX_TOLD_SHARE * 1e3 / rate_hz if rate_hz < TOLD_BELOW_HZ else MAX_MS
        worst_ms, apart_ms = float(np.abs(off_ms).max()), float(np.abs(np.diff(off_ms)).max())
        yield Finding(
            f"{rate_hz:g} Hz, 2.2 to 4.8 m/s",
            "contact, left against right, told",
            f"{worst_ms:.1f} ms, {apart_ms:.1f} ms, {'yes' if told else 'no'}",
            f"≤ {limit_ms:.0f} ms, {'told' if rate_hz < TOLD_BELOW_HZ else 'not told'}",
            worst_ms <= limit_ms and told == (rate_hz < TOLD_BELOW_HZ),
        )


def _contacts_ms(run: Motion, seed: int, rate_hz: float) -> tuple[list[float], bool]:
    """Median contact of left and right, and whether it is told that it is rough."""
    with TemporaryDirectory() as name:
        read = {
            foot: read_csv(
                write(Path(name) / f"{foot}.csv", read_imu(run, foot, Imu(rate_hz, random_mounting(seed)), seed)), foot
            )
            for foot in Foot
        }
    summary = analyze(read[Foot.LEFT], read[Foot.RIGHT]).summary
    found = [summary[f"ground_contact_time_s_{foot}"] for foot in (Foot.LEFT, Foot.RIGHT)]
    told = all(any("may be off by" in note for note in each.notes) for each in read.values())
    return [float("nan") if each is None else 1e3 * each for each in found], told
