"""Contact of slow sensors, at several speeds, against the same runs at 208 Hz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Foot
from surefoot.analysis.windows import WindowBuilder
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from surefoot.library import analyze
from surefoot.sensor_ingest.files.csv_reader import read_csv
from tests.accuracy.report import Finding
from tests.coverage_of_intervals.measure import GOAL_PCT, Coverage
from tests.files.runner import CLEAN_HZ, write

SPEEDS_MPS = (2.2, 2.6, 3.0, 3.4, 4.0, 4.8)
RUN_S = 90.0
UNEVEN_PCT = (-6.0, 0.0, 6.0)
RATES_HZ = (25.0, 32.0, 40.0, 50.0, 60.0, 80.0, 100.0)
TOLD_BELOW_HZ, MAX_TOLD_SHARE, MAX_MS = 75.0, 0.7, 5.0
COMPARED_FROM_HZ = 60.0
"""Where it is told, contact may be off by this share of an interval; elsewhere by so much."""


def findings() -> Iterator[Finding]:
    """A line for each rate: the worst of either foot, and whether it is told; then how left against right holds."""
    runs = [
        simulate(
            RunnerProfile(contact_asymmetry_pct=uneven_pct),
            [PlannedBout("still", 6.0), PlannedBout("run", RUN_S, speed_mps)],
            seed,
        )
        for seed, (speed_mps, uneven_pct) in enumerate(product(SPEEDS_MPS, UNEVEN_PCT))
    ]
    true = [_measured(run, seed, CLEAN_HZ) for seed, run in enumerate(runs)]
    for rate_hz in RATES_HZ:
        measured = [_measured(run, seed, rate_hz) for seed, run in enumerate(runs)]
        off_ms = np.array([each.contacts_ms for each in measured]) - np.array([each.contacts_ms for each in true])
        told = all(each.told for each in measured)
        limit_ms = MAX_TOLD_SHARE * 1e3 / rate_hz if rate_hz < TOLD_BELOW_HZ else MAX_MS
        worst_ms = float(np.abs(off_ms).max())
        yield Finding(
            f"{rate_hz:g} Hz, 2.2 to 4.8 m/s",
            "contact, told",
            f"{worst_ms:.1f} ms, {'yes' if told else 'no'}",
            f"≤ {limit_ms:.0f} ms, {'told' if rate_hz < TOLD_BELOW_HZ else 'not told'}",
            worst_ms <= limit_ms and told == (rate_hz < TOLD_BELOW_HZ),
        )
        yield _compared(rate_hz, [each.asymmetry_pct for each in true], measured)


def _compared(rate_hz: float, true_pct: Sequence[float], measured: Sequence[Measured]) -> Finding:
    """Whether windows' intervals of left against right hold what the whole run at 208 Hz has, or it is withheld."""
    inside = [
        low_pct <= pct <= high_pct
        for each, pct in zip(measured, true_pct, strict=True)
        for low_pct, high_pct in each.intervals_pct
    ]
    coverage = Coverage(f"{rate_hz:g} Hz", sum(inside), len(inside))
    withheld = all(np.isnan(each.asymmetry_pct) for each in measured)
    return Finding(
        f"{rate_hz:g} Hz, 2.2 to 4.8 m/s",
        "contact, right against left: intervals that hold the truth",
        f"{coverage.held_pct:.0f} % of {len(inside)}{', withheld' if withheld else ''}",
        f"{GOAL_PCT[0]:.0f}–{GOAL_PCT[1]:.0f} %, as by chance, or withheld",
        withheld == (rate_hz < COMPARED_FROM_HZ) and (withheld or not coverage.surely_missed),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """Median contact of left and right, and how they compare: as told, NaN if not, and as each window's interval says
    where nothing is withheld; whether it is told that contact is rough."""

    contacts_ms: tuple[float, ...]
    asymmetry_pct: float
    intervals_pct: tuple[tuple[float, float], ...]
    told: bool


def _measured(run: Motion, seed: int, rate_hz: float) -> Measured:
    with TemporaryDirectory() as name:
        read = {
            foot: read_csv(
                write(Path(name) / f"{foot}.csv", read_imu(run, foot, Imu(rate_hz, random_mounting(seed)), seed)), foot
            )
            for foot in Foot
        }
    found = analyze(read[Foot.LEFT], read[Foot.RIGHT])
    values = [found.summary[f"{CONTACT}_{of}"] for of in (Foot.LEFT, Foot.RIGHT, "asymmetry_pct")]
    left_s, right_s, asymmetry_pct = (float("nan") if each is None else each for each in values)
    windows = [
        window.asymmetry_pct[CONTACT]
        for window in WindowBuilder(tuple(Foot)).push(found.strides, 0.0, np.inf)
        if CONTACT in window.asymmetry_pct and window.end_s <= RUN_S
    ]
    told = all(any("may be off by" in note for note in each.notes) for each in read.values())
    return Measured(
        (1e3 * left_s, 1e3 * right_s), asymmetry_pct, tuple((each.low, each.high) for each in windows), told
    )
