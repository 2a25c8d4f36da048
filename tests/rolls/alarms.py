"""Hours of running and of other movement without an ankle roll: nothing may be reported."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.analysis import Session
from surefoot.analysis.findings import Finding as Told
from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu_chunks
from surefoot.firmware_sim.scenarios import make_scenario
from tests.accuracy.recordings import DATA, analysed
from tests.accuracy.report import Finding

MINUTES = 60.0
SHARES = {"obstacles": 0.6, "trail": 0.2, "tempo": 0.1, "walk-run": 0.1}
"""Obstacles are camber, slopes, hairpins, side-steps, backward steps, jumps, stumbles, fidgeting, lacing and tapping
the pod between stretches of rough running."""
NO_SENSOR = ("contacts", "events", "position", "markers", "force", "hip")


def alarms(name: str, seed: int, minutes: float) -> int:
    """Ankle rolls reported in one simulated run that has none."""
    run = make_scenario(name, minutes, seed)
    motion = simulate(run.runner, run.plan, seed=seed)
    session = Session()
    told: list[Told] = []
    imus = {foot: Imu(mounting=random_mounting(2 * seed + side)) for side, foot in enumerate(Foot)}
    for pieces in zip(*(read_imu_chunks(motion, foot, imus[foot], seed=seed) for foot in Foot), strict=True):
        for piece in pieces:
            told += session.push(piece).findings
    told += session.flush().findings
    return len({finding.id for finding in told if finding.kind is Kind.INVERSION_EVENT})


def findings(hours: float, first_seed: int = 50_000) -> Iterator[Finding]:
    """A line for each kind of run, and one for the recordings where they are at hand."""
    for name, share in SHARES.items():
        runs = max(round(share * hours * 60.0 / MINUTES), 1)
        minutes = share * hours * 60.0 / runs
        told = sum(alarms(name, first_seed + run, minutes) for run in range(runs))
        yield Finding(f"{name}, {runs * minutes / 60.0:.1f} h", "rolls told", f"{told}", "none", told == 0)
    if DATA.is_dir():
        names = [str(path.relative_to(DATA)) for path in sorted(DATA.glob("*/*.csv"))]
        names = [name for name in names if not any(word in name for word in NO_SENSOR)]
        told = sum(
            finding.kind is Kind.INVERSION_EVENT for name in names for finding in analysed(name).results.findings
        )
        yield Finding(f"{len(names)} recordings", "rolls told", f"{told}", "none", told == 0)
