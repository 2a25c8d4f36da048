"""A gateway's runs begin and end by themselves, in virtual time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from surefoot.analysis.companions import Companion
from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.devices.standard_values import FootPodValue
from surefoot.firmware_sim.devices.virtual_companion import RSC_FOOT_POD, Frames
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.firmware_sim.virtual_time import run_playback
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment, PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, list_runs, open_run
from surefoot.service.gateway.plan import GatewayPlan
from surefoot.service.gateway.recording import GatewayRecorder
from tests.sensor_ingest.devices.companions import companion
from tests.sensor_ingest.virtual import radio_of

STILL_S, GONE_S = 30.0, 600.0
STRIDE_4 = CompanionAssignment(Companion.FOOT_POD, "Stride 4", "ben", "Ben")
ERRAND = Scenario(
    "errand",
    RunnerProfile(),
    (
        PlannedBout("still", 5.0),
        PlannedBout("run", 20.0, 3.0),
        PlannedBout("walk", 15.0, 1.4),
        PlannedBout("still", 200.0),
    ),
    link_quality=GOOD_LINK,
)
WALK_END_S = 40.0
SOFTWARE = "surefoot test"


class Record:
    """A recorder with the pods of a runner, while `work` goes on; what it said."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self.said: list[str] = []
        self.pods: list[PodAssignment] = []

    def during(self, work: Callable[[Record], Awaitable[None]]) -> None:
        """Record for as long as something takes."""
        run_playback(self._main(work), speed=float("inf"))

    async def until_said(self, text: str, times: int = 1) -> None:
        """Wait until it has said something."""
        while sum(text in each for each in self.said) < times:
            await asyncio.sleep(0.5)

    async def _main(self, work: Callable[[Record], Awaitable[None]]) -> None:
        async with Simulation(1, keep_truth=False) as simulation:
            runner = await simulation.add_runner("anna", ERRAND)
            self.pods += [PodAssignment(pod.settings.serial, foot, "anna") for foot, pod in runner.pods.items()]
            recorder = GatewayRecorder(plan(self.runs), radio_of(simulation), self._wait_for_pods, self.said.append)
            recording = asyncio.create_task(recorder.run())
            await work(self)
            recorder.stop()
            await recording

    def of_foot_pod(self, frames: Frames) -> None:
        """Record a foot pod of another maker alone until its first run is over."""
        run_playback(self._foot_pod(frames), speed=float("inf"))

    async def _foot_pod(self, frames: Frames) -> None:
        async with (
            Simulation(1, keep_truth=False) as simulation,
            companion(simulation, RSC_FOOT_POD, "C0:B0:00:00:00:03", frames, STRIDE_4.address),
        ):
            wanted = replace(plan(self.runs), companions=(STRIDE_4,))
            recorder = GatewayRecorder(wanted, radio_of(simulation), self._wait_for_pods, self.said.append)
            recording = asyncio.create_task(recorder.run())
            await self.until_said("is over")
            recorder.stop()
            await recording

    async def _wait_for_pods(self) -> list[PodAssignment]:
        return self.pods


def plan(runs: Path) -> GatewayPlan:
    return GatewayPlan(runs.parent, runs, "http://127.0.0.1:1", "", None, (), (), SOFTWARE, STILL_S, GONE_S, 7.0)


def length_s(run: RunFolder) -> float:
    reader = JournalReader(run.journal_path)
    for _ in reader:
        pass
    return reader.latest_s


def test_a_run_ends_when_nobody_has_run_or_walked_for_a_while_and_another_begins(tmp_path: Path) -> None:
    record = Record(tmp_path / "runs")

    async def two(record: Record) -> None:
        await record.until_said("Recording run", 2)

    record.during(two)
    first, second = sorted(list_runs(record.runs), key=lambda run: run.manifest.created_utc)
    assert first.manifest.ended
    assert second.manifest.ended
    assert WALK_END_S + STILL_S - 5.0 < length_s(first) < WALK_END_S + STILL_S + 10.0
    assert record.said[:3] == [
        "Waiting for pods.",
        f"Recording run {first.manifest.run_id}: anna.",
        f"Run {first.manifest.run_id} is over.",
    ]


def test_a_foot_pod_alone_ends_a_run_once_nobody_runs_or_walks(tmp_path: Path) -> None:
    record = Record(tmp_path / "runs")

    def frames(since_s: float) -> list[bytes]:
        return [bytes(FootPodValue(3.0, 170)) if since_s < WALK_END_S else bytes(FootPodValue(0.0, 0, running=False))]

    record.of_foot_pod(frames)
    run = min(list_runs(record.runs), key=lambda run: run.manifest.created_utc)
    assert run.manifest.ended
    assert (run.manifest.pods, run.manifest.companions) == ((), (STRIDE_4,))
    assert WALK_END_S + STILL_S - 5.0 < length_s(run) < WALK_END_S + STILL_S + 10.0
    assert record.said[:2] == ["Waiting for the foot pod Stride 4.", f"Recording run {run.manifest.run_id}: Ben."]


def test_a_foot_pod_that_is_gone_ends_a_run_later(tmp_path: Path) -> None:
    record = Record(tmp_path / "runs")
    record.of_foot_pod(lambda since_s: [bytes(FootPodValue(3.0, 170))] if since_s < WALK_END_S else [])
    run = min(list_runs(record.runs), key=lambda run: run.manifest.created_utc)
    assert WALK_END_S + GONE_S - 5.0 < length_s(run) < WALK_END_S + GONE_S + 15.0


def test_a_run_that_was_cut_off_lately_goes_on_and_an_old_one_is_ended(tmp_path: Path) -> None:
    record = Record(tmp_path / "runs")
    pods = [PodAssignment("OLD1", Foot.LEFT, "anna")]
    now = datetime.fromtimestamp(time.time(), UTC)
    old, new = (
        create_run(record.runs, pods, software=SOFTWARE, created_utc=now - timedelta(hours=hours)) for hours in (30, 1)
    )
    for run in (old, new):
        JournalWriter(run.journal_path).close()

    async def a_moment(record: Record) -> None:
        await record.until_said("Recording run")

    record.during(a_moment)
    assert record.said[0] == f"Recording run {new.manifest.run_id}: anna."
    assert open_run(old.path).manifest.ended
    assert open_run(new.path).manifest.ended
    assert len(list_runs(record.runs)) == 2


def test_a_run_moves_to_the_right_date_when_the_computer_learns_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, true_time, ahead_s = Record(tmp_path / "runs"), time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: true_time() + ahead_s[0])

    async def learn(record: Record) -> None:
        await record.until_said("Recording run")
        await asyncio.sleep(5.0)
        ahead_s[0] = 86_400.0
        await asyncio.sleep(5.0)

    record.during(learn)
    (run,) = list_runs(record.runs)
    assert abs((run.manifest.created_utc - datetime.fromtimestamp(time.time(), UTC)).total_seconds()) < 120.0
    assert run.manifest.run_id.startswith(f"{datetime.fromtimestamp(true_time(), UTC):%Y%m%d}")
