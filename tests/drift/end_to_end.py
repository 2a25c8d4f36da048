"""The same from samples on: simulated runners whose contact drifts, read by pods, through the whole session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from surefoot.analysis.findings import Finding, Kind, latest
from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.simulated import analyse, record

SPEED_MPS = 2.9
PIECE_S = 60.0
"""A drift of the simulator comes in steps of a minute."""


def drifting(percent: float, seed: int) -> list[Finding]:
    """Alarms of an hour in which contact asymmetry goes from the runner's own to `percent` more, minutes 20 to 40."""
    return _alarms(percent * np.clip((np.arange(60) - 20.0) / 20.0, 0.0, 1.0), np.zeros(60), seed)


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


def report(runs: int, seed: int) -> Iterator[str]:
    """One line for each amount of drift."""
    for percent in (0.0, 3.0, -3.0):
        told = [drifting(percent, 1000 * seed + k) for k in range(runs)]
        found = [findings for findings in told if _drifts(findings, percent)]
        delay_min = [findings[0].known_s / 60.0 - 20.0 - 20.0 * 2.5 / 3.0 for findings in found]
        delay = f", median {np.median(delay_min):.1f} min after 2.5 %" if found and percent else ""
        alarms = sum(bool(findings) for findings in told)
        what = f"from samples, contact {percent:+.0f} %: {runs} runs"
        yield f"{what}, {alarms} with an alarm, {len(found)} as it is{delay}"
    for percent in (2.0, -4.0):
        alarms = sum(bool(out_and_back(percent, 1000 * seed + k)) for k in range(runs))
        what = f"from samples, camber out and back moves contact by {percent:+.0f} %: {runs} runs"
        yield f"{what}, {alarms} with an alarm"


def _drifts(findings: Sequence[Finding], percent: float) -> bool:
    """Whether a drift of contact in the right direction was reported."""
    return any(
        finding.kind in (Kind.ASYMMETRY_DRIFT, Kind.OFFLOADING) and finding.value * percent > 0.0
        for finding in latest(findings)
    )
