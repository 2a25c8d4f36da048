"""The same from samples on: simulated runners whose contact drifts, read by pods, through the whole session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from surefoot.analysis.findings import Finding, Kind, latest
from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.accuracy.report import Finding as Figure
from tests.analysis.simulated import analyse, record

SPEED_MPS = 2.9
PIECE_S = 60.0
"""A drift of the simulator comes in steps of a minute."""


def drifting(percent: float, seed: int, minutes: int = 60) -> list[Finding]:
    """Alarms of a run in which contact asymmetry goes from the runner's own to `percent` more in its second third."""
    grown = np.clip(3.0 * np.arange(minutes) / minutes - 1.0, 0.0, 1.0)
    return _alarms(percent * grown, np.zeros(minutes), seed)


def out_and_back(percent: float, seed: int) -> list[Finding]:
    """Alarms of an hour on a road that falls off by 2.5 % to one side, and on the way back to the other, which moves
    contact asymmetry by `percent`."""
    side = np.where(np.arange(60) < 30, 0.5, -0.5)
    return _alarms(percent * side, 5.0 * side, seed)


def _alarms(shift_pct: Floats, camber_pct: Floats, seed: int) -> list[Finding]:
    """Of a run whose contact asymmetry leaves the runner's own by `shift_pct`, minute by minute."""
    own_pct = float(np.random.default_rng([seed, 2]).normal(0.0, 1.5))
    run = [
        PlannedBout("run", PIECE_S, SPEED_MPS, contact_asymmetry_pct=own_pct + shift, camber_pct=camber)
        for shift, camber in zip(shift_pct.tolist(), camber_pct.tolist(), strict=True)
    ]
    feet = record(RunnerProfile(contact_asymmetry_pct=own_pct), (PlannedBout("still", 5.0), *run), seed=seed).feet
    return [finding for finding in analyse(feet).results.findings if finding.severity.rank]


def figures(runs: int, seed: int) -> Iterator[Figure]:
    """A line for each amount of drift and of camber, with its target."""
    for percent in (0.0, 3.0, -3.0):
        told = [drifting(percent, 1000 * seed + k) for k in range(runs)]
        yield from drift_figures(
            f"contact {percent:+.0f} % over 20 min", told, percent, 60.0 * (20.0 + 20.0 * 2.5 / 3.0)
        )
    for percent in (2.0, -4.0):
        alarms = sum(bool(out_and_back(percent, 1000 * seed + k)) for k in range(runs))
        yield alarm_figure(f"camber out and back moves contact by {percent:+.0f} %", alarms, runs)


def drift_figures(data: str, told: Sequence[Sequence[Finding]], percent: float, due_s: float) -> Iterator[Figure]:
    """How many runs of a drift have been told as it is, and how early; of none, how many have an alarm."""
    if not percent:
        yield alarm_figure(data, sum(map(bool, told)), len(told))
        return
    found = [findings for findings in told if _drifts(findings, percent)]
    delay_min = np.median([(findings[0].known_s - due_s) / 60.0 for findings in found]) if found else np.inf
    data = f"from samples: {data}"
    yield Figure(data, "told as it is", f"{len(found)} of {len(told)}", "all", len(found) == len(told))
    yield Figure(data, "known after 2.5 %, median", f"{delay_min:.1f} min", "≤ 4 min", bool(delay_min <= 4.0))


def alarm_figure(data: str, alarms: int, runs: int) -> Figure:
    """Alarms where there is nothing to be found."""
    return Figure(f"from samples: {data}", "with an alarm", f"{alarms} of {runs}", "none", alarms == 0)


def _drifts(findings: Sequence[Finding], percent: float) -> bool:
    """Whether a drift of contact in the right direction was reported."""
    return any(
        finding.kind in (Kind.ASYMMETRY_DRIFT, Kind.OFFLOADING) and finding.value * percent > 0.0
        for finding in latest(findings)
    )
