"""A run is followed to its end, and one that was cut off goes on where it was."""

from __future__ import annotations

import asyncio
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Flag, Foot
from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner
from surefoot.firmware_sim.scenarios import Outage, make_scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.errors import RunEndedError
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.runtime.run_loop import FinishedRun, record_run
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.views.runner_state import runner_now
from tests.service.command import surefoot
from tests.service.demo_runs import assert_same

CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CUT_S, STOP_S, LASTS_S = 30.0, 32.0, 60.0
DIES_S = 45.0


class Crash:
    """Copies the run as it is on disk at `CUT_S`, which is what a crash would leave of it."""

    every_s = 1.0

    def __init__(self, run: Path, copy: Path) -> None:
        self._run = run
        self.copy = copy

    def update(self, now_s: float, _analysis: RunAnalysis, _health: tuple[PodHealth, ...]) -> None:
        if now_s > CUT_S and not self.copy.exists():
            shutil.copytree(self._run, self.copy)


async def _interrupted(parent: Path, copy: Path) -> tuple[RunFolder, FinishedRun]:
    loop = asyncio.get_running_loop()
    async with Simulation(1) as simulation:
        runner = await simulation.add_runner("anna", make_scenario("easy", 1.0, 1))
        radio = RadioBackend({"backend": BumbleScanner, "radio": simulation.central}, {"backend": BumbleClient})
        worn = [PodAssignment(pod.settings.serial, foot, "anna") for foot, pod in runner.pods.items()]
        run = create_run(parent, worn, software="test", created_utc=CREATED)
        clock: Callable[[], float] = lambda: CREATED.timestamp() + loop.time()  # noqa: E731
        await record_run(LiveRun(run, radio, utc_s=clock, seed=1), Crash(run.path, copy), max_duration_s=STOP_S)
        again = LiveRun(open_run(copy), radio, utc_s=clock, seed=2)
        with ResultRecorder.for_live_run(again, Settings(data=parent), lambda: None) as recorder:
            finished = await record_run(again, recorder=recorder, max_duration_s=LASTS_S - STOP_S)
        return again.run, finished


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, FinishedRun]:
    folder = tmp_path_factory.mktemp("interrupted")
    return virtual_time.run(_interrupted(folder / "runs", folder / "copy"), speed=math.inf)


def test_an_interrupted_run_goes_on_with_all_that_was_recorded(interrupted: tuple[RunFolder, FinishedRun]) -> None:
    run, finished = interrupted
    assert run.manifest.ended
    results = finished.analysis.runners["anna"].results
    landings_s = results.strides[Foot.LEFT].initial_contact_s
    assert landings_s[0] < 15.0
    assert landings_s[-1] > 50.0
    before, after = landings_s < CUT_S - 2.0, landings_s > STOP_S + 6.0
    assert np.diff(landings_s[before]).max() < 1.0
    assert np.diff(landings_s[after]).max() < 1.0


def test_replay_of_a_continued_run_equals_what_its_continuation_gave(
    interrupted: tuple[RunFolder, FinishedRun],
) -> None:
    run, finished = interrupted
    again = analyze_run(run, lambda *_: None)
    assert_same(finished.analysis.runners["anna"].results, again.runners["anna"].results)


def test_what_was_followed_is_stored_from_the_first_sample_on(interrupted: tuple[RunFolder, FinishedRun]) -> None:
    run, finished = interrupted
    with StoreReader(Settings(data=run.path.parent / "runs").store_path) as reader:
        assert_same(finished.analysis.runners["anna"].results, reader.results(run.manifest.run_id, "anna"))
        assert reader.runs()[0].summary is not None


def test_what_an_interruption_left_can_be_analysed(
    interrupted: tuple[RunFolder, FinishedRun], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run, _ = interrupted
    rest = Path(shutil.copytree(run.path, tmp_path / "rest"))
    journal = rest / "journal.bin"
    journal.write_bytes(journal.read_bytes()[: journal.stat().st_size // 2])
    result = surefoot(capsys, "replay", rest)
    assert (result.code, result.err) == (0, "")
    assert " recorded: " in result.out


def test_a_run_that_was_ended_is_not_continued(
    interrupted: tuple[RunFolder, FinishedRun], capsys: pytest.CaptureFixture[str]
) -> None:
    run, _ = interrupted
    with pytest.raises(RunEndedError):
        asyncio.run(record_run(LiveRun(run)))
    result = surefoot(capsys, "run", "--continue", run.path)
    assert result.code == 2
    assert result.err.endswith("has ended and cannot be continued; start a new run.\n")


class Moments:
    """Keeps what the runner at a time looked like."""

    every_s = 1.0

    def __init__(self) -> None:
        self.strides: dict[float, int] = {}

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        self.strides[now_s] = runner_now("anna", analysis, health, now_s).stride_count


async def _bereft(parent: Path, observer: Moments) -> tuple[RunFolder, FinishedRun]:
    """The right pod dies for good in the middle of the run."""
    loop = asyncio.get_running_loop()
    async with Simulation(1) as simulation:
        runner = await simulation.add_runner("anna", make_scenario("easy", 2.0, 1))
        radio = RadioBackend({"backend": BumbleScanner, "radio": simulation.central}, {"backend": BumbleClient})
        worn = [PodAssignment(pod.settings.serial, foot, "anna") for foot, pod in runner.pods.items()]
        clock: Callable[[], float] = lambda: CREATED.timestamp() + loop.time()  # noqa: E731
        live = LiveRun(create_run(parent, worn, software="test", created_utc=CREATED), radio, utc_s=clock, seed=1)
        death = asyncio.create_task(_die(runner.pods[Foot.RIGHT]))
        finished = await record_run(live, observer, max_duration_s=110.0 - loop.time())
        await death
        return live.run, finished


async def _die(pod: VirtualPod) -> None:
    await asyncio.sleep(DIES_S)
    await pod.power_off()


@pytest.fixture(scope="module")
def bereft(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, FinishedRun, Moments]:
    moments = Moments()
    return *virtual_time.run(_bereft(tmp_path_factory.mktemp("bereft"), moments), speed=math.inf), moments


def test_when_a_pod_dies_for_good_results_of_the_other_go_on_within_30_s(
    bereft: tuple[RunFolder, FinishedRun, Moments],
) -> None:
    _, finished, moments = bereft
    known = {now_s: count for now_s, count in moments.strides.items() if now_s > DIES_S + 5.0}
    held = min(known.values())
    again_s = min(now_s for now_s, count in known.items() if count > held)
    assert DIES_S + 20.0 < again_s < DIES_S + 30.0
    later = [count for now_s, count in known.items() if now_s > again_s + 1.0]
    assert np.diff(later).max() <= 4
    assert np.diff(later)[:-1].sum() > 50
    results = finished.analysis.runners["anna"].results
    assert results.strides[Foot.LEFT].initial_contact_s[-1] > 100.0
    assert not results.strides[Foot.LEFT].has(Flag.LATE).any()


def test_replay_stops_waiting_where_the_live_run_did(bereft: tuple[RunFolder, FinishedRun, Moments]) -> None:
    run, finished, _ = bereft
    again = analyze_run(run, lambda *_: None)
    assert_same(finished.analysis.runners["anna"].results, again.runners["anna"].results)


def test_what_a_pod_brings_after_a_long_silence_is_measured_late_and_replayed_alike(tmp_path: Path) -> None:
    async def main() -> tuple[RunFolder, FinishedRun]:
        async with Simulation(1) as simulation:
            play = replace(make_scenario("easy", 2.0, 1), faults=(Outage(Foot.RIGHT, 35.0, 40.0),))
            runner = await simulation.add_runner("anna", play)
            radio = RadioBackend({"backend": BumbleScanner, "radio": simulation.central}, {"backend": BumbleClient})
            worn = [PodAssignment(pod.settings.serial, foot, "anna") for foot, pod in runner.pods.items()]
            live = LiveRun(create_run(tmp_path, worn, software="test"), radio, seed=1)
            return live.run, await record_run(live, max_duration_s=110.0)

    run, finished = virtual_time.run(main(), speed=math.inf)
    results = finished.analysis.runners["anna"].results
    late = results.strides[Foot.RIGHT].has(Flag.LATE)
    assert late.sum() > 40
    assert np.diff(results.strides[Foot.RIGHT].initial_contact_s).max() < 1.0
    assert_same(results, analyze_run(run, lambda *_: None).runners["anna"].results)
    patient = analyze_run(run, lambda *_: None, refit=True).runners["anna"].results
    assert not patient.strides[Foot.RIGHT].has(Flag.LATE).any()
