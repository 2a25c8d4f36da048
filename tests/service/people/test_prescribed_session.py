"""The first session of a return to running walks four minutes at a time: live, continued and synced it is one run."""

from __future__ import annotations

import asyncio
import math
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from surefoot.analysis.model import Bout, BoutKind, Gait
from surefoot.analysis.weeks.plan import Row
from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient, BumbleScanner
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.people.people import People
from surefoot.service.runtime.daemon import Daemon, DaemonContext
from surefoot.service.runtime.pod_sources import SimulatedSquad
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.runtime.syncing import bring_in, shelf_of
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.weeks.beginning import Plans
from surefoot.service.weeks.next_session import NextSession, next_session
from tests.sensor_ingest.pieces import entries_of, identities, piece
from tests.sensor_ingest.shelved import kept_records, shelve
from tests.service.command import simulated
from tests.service.made_sessions import all_well, know_usual
from tests.service.stored_runs import CREATED, manifest, store_samples

pytestmark = pytest.mark.slow
RUNNER = "anna"
ROUNDS, RUN_S, WALK_S, READY_S = 6, 60.0, 240.0, 12.0
LASTS_S = READY_S + ROUNDS * (RUN_S + WALK_S)
PLAN = (
    PlannedBout("still", READY_S),
    *(PlannedBout("run", RUN_S, 2.5), PlannedBout("walk", WALK_S, 1.4)) * ROUNDS,
    PlannedBout("still", 420.0),
)
DIES_S, BACK_S = READY_S + 2 * (RUN_S + WALK_S) + RUN_S + 120.0, 20.0
"""The service dies in the middle of the third walk."""
BEGAN_S = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()


async def live(settings: Settings) -> list[str]:
    """What the service behind `surefoot live` says of the session; it dies once, and is started again."""
    said: list[str] = []
    loop = asyncio.get_running_loop()
    context = DaemonContext(settings, notify=said.append, utc_s=lambda: BEGAN_S + loop.time())
    async with Simulation(1, keep_truth=False) as simulation:
        runner = await simulation.add_runner(RUNNER, Scenario("first session", RunnerProfile(), PLAN))
        worn = [PodAssignment(pod.settings.serial, foot, RUNNER) for foot, pod in runner.pods.items()]
        radio = RadioBackend({"backend": BumbleScanner, "radio": simulation.central}, {"backend": BumbleClient})
        first = asyncio.create_task(Daemon(context).run(SimulatedSquad(radio, worn), 1))
        await asyncio.sleep(DIES_S)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        await asyncio.sleep(BACK_S)
        await Daemon(context).run(SimulatedSquad(radio, worn), 1)
        said.append(f"{loop.time():.0f}")
    return said


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[str]]:
    settings = Settings(data=tmp_path_factory.mktemp("live"))
    return settings, virtual_time.run(live(settings), speed=math.inf)


@pytest.fixture(scope="module")
def whole(heard: tuple[Settings, list[str]]) -> RunFolder:
    (run,) = list_runs(heard[0].runs_folder)
    return run


def one_run(settings: Settings) -> tuple[RunFolder, tuple[Bout, ...]]:
    """The only run, recorded and stored, and its bouts."""
    (run,) = list_runs(settings.runs_folder)
    with StoreReader(settings.store_path) as reader:
        (stored,) = reader.runs()
        assert stored.summary is not None
        return run, reader.bouts(stored.run, stored.runner)


def assert_whole_session(bouts: tuple[Bout, ...]) -> None:
    """Six minutes of running in six pieces, and the walks between and after them."""
    running = [bout.end_s - bout.start_s for bout in bouts if bout.kind is BoutKind.RUN]
    walking_s = sum(bout.end_s - bout.start_s for bout in bouts if bout.kind is BoutKind.WALK)
    assert running == pytest.approx([RUN_S] * ROUNDS, abs=6.0)
    assert walking_s == pytest.approx(ROUNDS * WALK_S, abs=30.0)


def test_live_and_continued_it_is_one_run_which_ends_minutes_after_the_last_walk(
    heard: tuple[Settings, list[str]],
) -> None:
    settings, said = heard
    run, bouts = one_run(settings)
    assert run.manifest.ended
    assert_whole_session(bouts)
    assert float(said[-1]) == pytest.approx(LASTS_S + settings.run_end.still_s, abs=20.0)


def in_plan(settings: Settings, run: str, began: datetime) -> NextSession:
    """What the plan says the day after, where the session was for its first row and all is told of it."""
    people = People(settings.data)
    know_usual(settings, began, Gait.RUN)
    rows = tuple(Row(6, 60.0 * run, 60.0 * (5 - run)) for run in (1, 2))
    Plans(people, RUNNER).begin_clinician(rows, "M. Roth", began.date(), began.date())
    all_well(people, run, began + timedelta(hours=1))
    found = next_session(settings, RUNNER, lambda: began + timedelta(days=1), UTC)
    assert found is not None
    return found


def test_as_the_first_row_of_a_plan_it_is_as_planned_and_the_next_row_is_named(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    bouts = store_samples(settings, simulated((*PLAN[:-1], PlannedBout("still", 20.0)))).bouts
    for kind, length_s in ((BoutKind.RUN, ROUNDS * RUN_S), (BoutKind.WALK, ROUNDS * WALK_S)):
        assert sum(each.end_s - each.start_s for each in bouts if each.kind is kind) == pytest.approx(length_s, abs=5.0)
    found = in_plan(settings, manifest().run_id, CREATED)
    assert found.judged[0].matched.sentence == "6 of 6 runs as planned."
    assert found.sentences == [
        "As planned; next row from Sunday on.",
        "Today is the rest day; the next is from Sunday on.",
    ]
    assert found.row == Row(6, 120.0, 180.0)


def test_as_a_row_of_a_plan_it_cannot_be_told_where_the_service_was_away_for_longer_than_a_run_may_differ(
    heard: tuple[Settings, list[str]], whole: RunFolder, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path / "data")
    shutil.copytree(heard[0].data, settings.data)
    found = in_plan(settings, whole.manifest.run_id, whole.manifest.created_utc)
    assert found.judged[0].matched.sentence.startswith("Cannot tell: the pods told nothing for 0:2")
    assert found.row is None


def test_synced_it_is_one_run(whole: RunFolder, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    keep_on_shelf(settings, whole)
    assert len(bring_in(settings).runners) == 1
    assert_whole_session(one_run(settings)[1])


def test_half_of_it_heard_live_and_all_of_it_synced_is_one_run(whole: RunFolder, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    half = piece(settings.runs_folder, whole, lambda entry: entry.arrival_s < DIES_S)
    store_recorded_run(half, settings)
    keep_on_shelf(settings, whole)
    bring_in(settings)
    run, bouts = one_run(settings)
    assert_whole_session(bouts)
    packets = identities(entries_of(run))
    assert len(packets) == len(set(packets))


def keep_on_shelf(settings: Settings, whole: RunFolder) -> None:
    """What the pods of a run would have kept of it."""
    for number, pod in enumerate(whole.manifest.pods):
        shelve(shelf_of(settings).folder, pod.serial, kept_records(whole, number))
