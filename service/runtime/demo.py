"""Simulated runners: their pods are GATT servers on a virtual radio, recorded by the client for real pods."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.body.truth import TrueStrides
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient, BumbleScanner
from surefoot.firmware_sim.scenarios import SCENARIOS, Outage, Scenario, make_scenario, make_squad
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run
from surefoot.service import VERSION
from surefoot.service.errors.runs import ScenarioUnknownError
from surefoot.service.runtime.run_loop import FinishedRun, Observer, record_run

DEFAULT_SCENARIO = "story"
DROPOUT_AT, DROPOUT_S = 0.3, 8.0
"""Without a scenario asked for, the right pod is out of reach: from this fraction of the run on, for so long.

That is longer than a link survives."""


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A demo that has ended: recorded run, results, and truth by runner and foot on the run's session clock."""

    run: RunFolder
    finished: FinishedRun
    truth: dict[str, dict[Foot, TrueStrides]]


def choose_scenarios(name: str | None, minutes: float, runners: int, seed: int) -> list[Scenario]:
    """Scenarios by runner: of the same name, or without a name one tiring runner or a mixed squad.

    Raises
    ------
    ScenarioUnknownError
        for a name that is none.
    """
    if name is not None and name not in SCENARIOS:
        raise ScenarioUnknownError(name, tuple(SCENARIOS))
    if name is None and runners > 1:
        return make_squad(runners, minutes, seed)
    scenarios = [make_scenario(name or DEFAULT_SCENARIO, minutes, 1000 * seed + place) for place in range(runners)]
    return scenarios if name else [_with_dropout(each) for each in scenarios]


def record_demo(
    scenarios: Sequence[Scenario], parent: Path, *, seed: int, speed: float, observer: Observer | None
) -> DemoRun:
    """Record and analyse the scenarios as one run; at infinite speed in virtual time.

    Raises
    ------
    IngestError
        if the run cannot be recorded.
    """
    return virtual_time.run_playback(_record_demo(scenarios, parent, seed, observer), speed=speed)


async def _record_demo(scenarios: Sequence[Scenario], parent: Path, seed: int, observer: Observer | None) -> DemoRun:
    loop = asyncio.get_running_loop()
    async with Simulation(seed, keep_truth=False) as simulation:
        runners = [await simulation.add_runner(f"runner-{place}", play) for place, play in enumerate(scenarios, 1)]
        # whole seconds, so that the session clock does not depend on the fraction of today's time
        created = datetime.now(UTC).replace(microsecond=0)
        folder = create_run(parent, _worn(runners), software=f"surefoot {VERSION} demo", created_utc=created)
        began_s = loop.time()
        radio = RadioBackend({"backend": BumbleScanner, "radio": simulation.central}, {"backend": BumbleClient})
        live = LiveRun(folder, radio, utc_s=lambda: created.timestamp() + loop.time() - began_s, seed=seed)
        finished = await record_run(live, observer, max_duration_s=max(each.duration_s for each in scenarios))
        truth = {runner.name: _on_session_clock(runner, finished.origin_s) for runner in runners}
    return DemoRun(live.run, finished, truth)


def _with_dropout(play: Scenario) -> Scenario:
    return replace(play, faults=(*play.faults, Outage(Foot.RIGHT, DROPOUT_AT * play.duration_s, DROPOUT_S)))


def _worn(runners: Sequence[SimulatedRunner]) -> list[PodAssignment]:
    return [
        PodAssignment(pod.settings.serial, foot, runner.name) for runner in runners for foot, pod in runner.pods.items()
    ]


def _on_session_clock(runner: SimulatedRunner, origin_s: float) -> dict[Foot, TrueStrides]:
    return {foot: truth.shifted(runner.start_s - origin_s) for foot, truth in runner.truth.items()}
