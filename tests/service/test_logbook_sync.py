"""A run that two simulated Movesense kept in their logbooks, through the real visit, shelf and cut."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.session import Session
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.devices.movesense_log import Log, log_bytes
from surefoot.firmware_sim.devices.virtual_movesense import VirtualMovesense
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.keeping_orders import order_keeping
from surefoot.sensor_ingest.ble.taking_over import TakingOver
from surefoot.sensor_ingest.ble.visiting import PodProgress, Visit
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.syncing import bring_in, shelf_of
from surefoot.service.settings import RunnerSettings, Settings
from tests.sensor_ingest.devices.compared import cadence_and_contact
from tests.sensor_ingest.devices.movesenses import worn_movesense, worn_pair
from tests.sensor_ingest.virtual import RUNNER, in_virtual_time, radio_of, standing

SERIALS = ["movesense-174630000192", "movesense-174630000207"]
BEGAN_UTC_S = 1_790_000_000.0
RUN = Scenario(
    "run",
    RunnerProfile(),
    (PlannedBout("still", 5.0), PlannedBout("run", 20.0, speed_mps=3.0), PlannedBout("still", 2.0)),
    LinkQuality(),
)


def settings_at(folder: Path) -> Settings:
    return Settings(data=folder, runners={"anna": RunnerSettings(left=SERIALS[0], right=SERIALS[1])})


def utc_s() -> float:
    return BEGAN_UTC_S + asyncio.get_running_loop().time()


async def visited(
    simulation: Simulation, settings: Settings, serials: list[str], said: list[str]
) -> dict[str, PodProgress]:
    visit = Visit(utc_s=utc_s, find_timeout_s=5.0, seed=1, tell=said.append)
    taking = TakingOver(radio_of(simulation), shelf_of(settings), Bonds(settings.runs_folder), visit)
    return dict(await taking.run(serials))


def test_a_run_in_two_logbooks_becomes_one_run_with_both_feet(tmp_path: Path) -> None:
    settings, said = settings_at(tmp_path), list[str]()

    async def main() -> Session:
        async with Simulation(3) as simulation:
            runner = await simulation.add_runner(RUNNER, RUN)
            async with worn_pair(simulation, runner) as sensors:
                for serial in SERIALS:
                    await order_keeping(radio_of(simulation), Bonds(tmp_path), serial, on=True, utc_s=utc_s)
                await asyncio.sleep(RUN.duration_s)
                sensors[Foot.LEFT].lost_pieces = {7, 30}
                progress = await visited(simulation, settings, SERIALS, said)
                assert [(pod.done, pod.news) for pod in progress.values()] == [(True, True)] * 2
                assert all(sensor.logbook.began is None for sensor in sensors.values())
                again = await visited(simulation, settings, SERIALS, said)
                assert [(pod.done, pod.news) for pod in again.values()] == [(True, False)] * 2
        session = Session()
        for foot in Foot:
            session.push(read_imu(runner.motion, foot, Imu(), 1))
        return session

    session = in_virtual_time(main())
    assert len(said) == 2
    assert said[0].startswith("movesense-174630000")
    assert said[0].endswith(" 0.1 MB to fetch, which takes about 1 min.")
    synced = bring_in(settings)
    assert [runner.runner for runner in synced.runners] == ["anna"]
    (run,) = list_runs(settings.runs_folder)
    assert {(pod.serial, pod.foot) for pod in run.manifest.pods} == set(zip(SERIALS, Foot, strict=True))
    assert abs(run.manifest.created_utc.timestamp() - BEGAN_UTC_S) < 30.0
    (analysis,) = analyze_run(run, lambda *_: None).conclude().values()
    found, known = cadence_and_contact(analysis.results), cadence_and_contact(session.flush())
    for foot in Foot:
        assert found[foot][0] == pytest.approx(known[foot][0], rel=0.005)
        assert found[foot][1] == pytest.approx(known[foot][1], abs=5.0)
        notes = " ".join(analysis.quality[foot].notes)
        assert "Movesense: what is lost is told from its clock." in notes
        assert "Nothing was heard while it was made: the pod kept it, and it was fetched." in notes
    assert bring_in(settings).runners == ()


def test_logs_beyond_the_listing_are_found_by_their_numbers_and_an_erased_logbook_is_read_anew(tmp_path: Path) -> None:
    settings, said = settings_at(tmp_path), list[str]()

    def fill(sensor: VirtualMovesense, count: int, size: int) -> None:
        data = log_bytes(1000, 1_790_000_000_000_000, [b"\0" * 196] * size)
        sensor.logbook.logs = [Log(number, 1_790_000_000, data) for number in range(1, count + 1)]

    async def main() -> list[int]:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(5.0))
            boots = list[int]()
            async with worn_movesense(simulation, runner, Foot.LEFT, mtu=75) as sensor:
                for count, size in ((6, 2), (8, 2), (2, 3)):
                    fill(sensor, count, size)
                    (pod,) = (await visited(simulation, settings, SERIALS[:1], said)).values()
                    assert (pod.done, pod.problem) == (True, "")
                    boots.append(len({record.boot_count for _, record in shelf_of(settings).records(SERIALS[0])}))
            return boots

    assert in_virtual_time(main()) == [6, 8, 10]
    assert said[0].startswith("movesense-174630000192: at least 0.0 MB to fetch")


def test_a_log_of_another_kind_is_told_and_sensors_without_a_logbook_are_only_heard_live(tmp_path: Path) -> None:
    async def main() -> tuple[PodProgress, PodProgress]:
        async with Simulation(4) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(5.0))
            async with worn_movesense(simulation, runner, Foot.LEFT) as sensor:
                sensor.logbook.logs = [Log(1, 0, b"\x12\x34\x56\x78 compressed")]
                (compressed,) = (await visited(simulation, settings_at(tmp_path), SERIALS[:1], [])).values()
                sensor.control.pool_left = 0
                (used_up,) = (await visited(simulation, settings_at(tmp_path), SERIALS[:1], [])).values()
        return compressed, used_up

    compressed, used_up = in_virtual_time(main())
    assert not compressed.done
    assert compressed.problem.startswith("it answers what cannot be (a log that begins with 12345678")
    assert used_up.problem.startswith("it has no place left for requests; restart it")
