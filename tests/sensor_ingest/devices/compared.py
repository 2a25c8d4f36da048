"""A run to wear sensors on, and what is compared of it with pods of the profile."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results, Session
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import Scenario
from tests.sensor_ingest.virtual import Taken

RUN = Scenario(
    "run",
    RunnerProfile(),
    (PlannedBout("still", 6.0), PlannedBout("run", 24.0, speed_mps=3.0)),
    LinkQuality(packet_error_rate=0.02),
)


def analysed(taken: Taken, runner: str) -> Results:
    """What is known of a runner after their run."""
    session = Session()
    own = [session.push(batch.samples) for batch in taken.batches if batch.runner == runner]
    return Results.join([*own, session.flush()])


def cadence_and_contact(results: Results) -> Mapping[Foot, tuple[float, float]]:
    """Cadence and contact time of each foot, ms."""
    return {
        foot: (
            float(np.nanmean(120.0 / strides.metrics["stride_time_s"])),
            1e3 * float(np.nanmean(strides.metrics["ground_contact_time_s"])),
        )
        for foot in Foot
        for strides in (results.strides[foot],)
    }


def means(results: Results) -> Mapping[Foot, tuple[float, float, float]]:
    """Cadence, contact and flight time of each foot, ms."""
    return {
        foot: (*found, 1e3 * float(np.nanmean(results.strides[foot].metrics["flight_time_s"])))
        for foot, found in cadence_and_contact(results).items()
    }
