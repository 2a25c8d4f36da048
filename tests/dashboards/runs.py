"""Analysed runs for the views' tests, computed once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results, Session
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment
from surefoot.service.pipeline.analysis import Analysis, chunks, conclude
from surefoot.service.pipeline.sampling_stats import SamplingCounter
from surefoot.service.views.reporting import recorded

RUN = Manifest(
    "20260102T030405Z-00000001",
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "test",
    tuple(PodAssignment(f"POD{foot[0]}", foot, "anna") for foot in Foot),
    ended=True,
)
ROLL_S = 150.0
EVENTFUL = (
    PlannedBout("still", 8.0),
    PlannedBout("run", 720.0, 2.9),
    PlannedBout("run", 420.0, 2.9, contact_asymmetry_pct=-6.0),
)


def analysed(
    plan: tuple[PlannedBout, ...],
    inversion_events: tuple[InversionEvent, ...] = (),
    feet: tuple[Foot, ...] = tuple(Foot),
    runner: RunnerProfile | None = None,
) -> Analysis:
    """Simulate a plan and analyse the samples of these feet's pods."""
    motion = simulate(runner or RunnerProfile(), plan, seed=5, inversion_events=inversion_events)
    samples = {foot: read_imu(motion, foot, Imu(), seed=5) for foot in feet}
    session, tallies = Session(feet), {foot: SamplingCounter() for foot in feet}
    found = []
    for piece in chunks(samples, 60.0):
        tallies[piece.foot].push(piece)
        found.append(session.push(piece))
    found.append(session.flush())
    return conclude({foot: tally.readings() for foot, tally in tallies.items()}, session, Results.join(found))


@cache
def eventful() -> AnalysedRun:
    """A run in which the left ankle rolls, and later the left foot stays longer on the ground."""
    return recorded(analysed(EVENTFUL, (InversionEvent(Foot.LEFT, ROLL_S, peak_deg=36.0, rise_s=0.08),)), "anna", RUN)


@cache
def uneventful(*feet: Foot) -> AnalysedRun:
    """Two and a half minutes of plain running, from these feet's pods alone."""
    return recorded(analysed((PlannedBout("run", 150.0, 2.9),), feet=feet), "anna", RUN)
