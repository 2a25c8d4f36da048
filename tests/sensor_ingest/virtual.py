"""Runs recorded from virtual pods in virtual time, and what is true of them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import Outage, PowerCycle, Scenario
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.assembler import Batch, CompanionNews, SilentPod
from surefoot.sensor_ingest.recording.entries import EventEntry, EventKind
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run

T = TypeVar("T")
Recorded = tuple[RunFolder, "Taken", SimulatedRunner, LiveRun]
RUNNER = "runner-1"
CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACC_SCALE = 16 * STANDARD_GRAVITY_MPS2 / 32768.0


def in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Run without waiting."""
    return virtual_time.run(main, speed=math.inf)


def standing(
    duration_s: float,
    *troubles: Outage | PowerCycle,
    packet_error_rate: float = 0.02,
) -> Scenario:
    """Somebody who stands about with pods on: for the radio every sample is as good as another."""
    quality = LinkQuality(packet_error_rate=packet_error_rate)
    return Scenario("standing", RunnerProfile(), (PlannedBout("still", duration_s),), quality, troubles)


def radio_of(simulation: Simulation) -> RadioBackend:
    """How bleak reaches a virtual air."""
    return RadioBackend({"backend": BumbleScanner, "radio": simulation.central}, {"backend": BumbleClient})


def worn(runner: SimulatedRunner) -> list[PodAssignment]:
    """The manifest's view of a virtual runner."""
    return [PodAssignment(pod.settings.serial, foot, runner.name) for foot, pod in runner.pods.items()]


@dataclass
class Taken:
    """What a live run gave."""

    batches: list[Batch] = field(default_factory=list)
    silences: list[SilentPod] = field(default_factory=list)
    news: list[CompanionNews] = field(default_factory=list)
    taken_s: list[float] = field(default_factory=list)
    origin_s: float = 0.0

    def times_s(self, pod: int) -> Floats:
        """Session times of a pod's samples."""
        return np.concatenate([batch.samples.time_s for batch in self.batches if batch.pod == pod] or [np.empty(0)])

    def acc_mps2(self, pod: int) -> Floats:
        """Readings of a pod's accelerometer."""
        found = [batch.samples.acc_mps2 for batch in self.batches if batch.pod == pod]
        return np.concatenate(found or [np.empty((0, 3))])


@dataclass(frozen=True)
class Truth:
    """What a virtual pod sampled, on the run's session clock."""

    time_s: Floats
    acc_mps2: Floats
    boot: Floats


def truth_of(runner: SimulatedRunner, foot: Foot, origin_s: float) -> Truth:
    """Every packet of a pod, of all its boots."""
    packets = runner.pods[foot].truth
    return Truth(
        np.concatenate([packet.time_s for packet in packets]) + runner.start_s - origin_s,
        np.concatenate([packet.counts[:, :3] for packet in packets]) * ACC_SCALE,
        np.concatenate([np.full(len(packet.counts), packet.boot) for packet in packets]),
    )


async def take(run: LiveRun, taken: Taken) -> None:
    """Take batches until the run is over."""
    taken.origin_s = asyncio.get_running_loop().time() - run.now_s
    async for given in run:
        if isinstance(given, CompanionNews):
            taken.news.append(given)
            continue
        if isinstance(given, SilentPod):
            taken.silences.append(given)
            continue
        taken.batches.append(given)
        taken.taken_s.append(run.now_s)


def replayed(folder: RunFolder, *, refit: bool = False) -> Taken:
    """What a recorded run gives."""
    given = list(replay(folder, refit=refit))
    batches = [each for each in given if isinstance(each, Batch)]
    news = [each for each in given if isinstance(each, CompanionNews)]
    return Taken(batches, [each for each in given if isinstance(each, SilentPod)], news)


@asynccontextmanager
async def recording(
    folder: RunFolder, simulation: Simulation, taken: Taken, utc_s: Callable[[], float] | None = None
) -> AsyncIterator[LiveRun]:
    """A live run whose batches are taken as they come; stopped and drained at the end."""
    loop = asyncio.get_running_loop()
    run = LiveRun(folder, radio_of(simulation), utc_s=utc_s or (lambda: CREATED.timestamp() + loop.time()), seed=1)
    async with run:
        taking = asyncio.create_task(take(run, taken))
        yield run
        run.stop()
        await taking


async def record(parent: Path, scenario: Scenario, seed: int = 1) -> Recorded:
    """Record a whole scenario."""
    async with Simulation(seed) as simulation:
        runner = await simulation.add_runner(RUNNER, scenario)
        folder = create_run(parent, worn(runner), software="test", created_utc=CREATED)
        taken = Taken()
        async with recording(folder, simulation, taken) as run:
            await asyncio.sleep(scenario.duration_s)
    return open_run(folder.path), taken, runner, run


def events(folder: RunFolder, kind: EventKind, pod: int) -> list[float]:
    """When something happened to a pod."""
    found = (entry for entry in JournalReader(folder.journal_path) if isinstance(entry, EventEntry))
    return [entry.at_s for entry in found if (entry.kind, entry.pod) == (kind, pod)]
