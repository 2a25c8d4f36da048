"""Everything of a runner goes, nothing of anybody else, and what comes late or comes back revives nobody."""

from __future__ import annotations

import json
import math
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.track import Track
from surefoot.analysis.weeks.feeling import CheckIn, When
from surefoot.analysis.weeks.labels import Shoe
from surefoot.dashboards.viewers import Role, Scope
from surefoot.dashboards.wall.access import Password
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.sensor_ingest.recording.entries import EventEntry, PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.kept_feet import kept_feet
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs, open_run
from surefoot.sensor_ingest.watches.activity import Activity
from surefoot.service.errors.watches import WatchRunForgottenError
from surefoot.service.gateway.forwarding import Forwarder
from surefoot.service.gateway.handover import DONE
from surefoot.service.gateway.keys import GatewayKeys
from surefoot.service.gateway.service_client import ServiceClient
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.forgotten import FILE_NAME, Forgotten
from surefoot.service.people.people import People
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.backup import back_up, restore
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.forgetting import forget_runner, sweep
from surefoot.service.runtime.importing import import_activity
from surefoot.service.runtime.joining import join_parts
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.runtime.replacement import replace_results
from surefoot.service.runtime.syncing import bring_in, shelf_of
from surefoot.service.settings import Settings
from surefoot.service.store.repair import ensure_store, set_aside
from surefoot.service.store.watch_runs import WatchRuns
from surefoot.service.views.received_parts import ReceivedParts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.people.installation import ANNA, BERT, OLD, TYPED, furnish, holding, recorded, rows, watch_run, worn
from tests.sensor_ingest.shelved import kept_records, shelve
from tests.service.demo_runs import assert_same, record_demo_run
from tests.service.gateway_client import GatewayClient
from tests.service.real_command import RealCommand
from tests.service.stored_runs import manifest, store_samples, stored

FORGOTTEN = datetime(2026, 2, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """A run of two."""
    return record_demo_run(tmp_path_factory.mktemp("two"), 1.0, runners=2)


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, samples: dict[Foot, Samples], together: DemoRun, demo: DemoRun
) -> Settings:
    """A data folder in which two have everything, and a run together."""
    return furnish(Settings(data=tmp_path_factory.mktemp("made") / "data"), samples, demo.run, together.run)


@pytest.fixture
def settings(made: Settings, tmp_path: Path) -> Settings:
    """The same for each test."""
    shutil.copytree(made.data, tmp_path / "data")
    return Settings(data=tmp_path / "data")


def test_nothing_of_a_runner_is_left_and_the_other_has_every_row(settings: Settings) -> None:
    assert len(holding(settings.data, ANNA)) > 5
    before = rows(settings, BERT)
    assert sum(map(len, before.values())) > 100
    swept = forget_runner(settings, ANNA, FORGOTTEN)
    assert len(swept.runs) == 3
    assert holding(settings.data, ANNA) == []
    assert rows(settings, BERT) == before
    assert [each.name for each in People(settings.data).all_of(BERT, Shoe)] == [f"Shoe of {BERT}, {TYPED}"]
    assert kept_feet(settings.runs_folder, BERT) == {f"POD{BERT}": Foot.LEFT}
    assert list(settings.data.glob(f"*-{BERT}-strides.csv")) != []
    with closing(sqlite3.connect(settings.store_path)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_of_a_run_of_two_only_the_pods_of_one_go(settings: Settings) -> None:
    (run,) = [each for each in list_runs(settings.runs_folder) if len(each.manifest.runners) == 2]
    before = analyze_run(run, lambda *_: None).runners[BERT].results
    numbers = {number for number, pod in enumerate(run.manifest.pods) if pod.runner == BERT}
    own = packets(run, numbers)
    forget_runner(settings, ANNA, FORGOTTEN)
    left = open_run(run.path)
    assert left.manifest.runners == (BERT,)
    assert packets(left, {0, 1}) == own != []
    assert_same(analyze_run(left, lambda *_: None).runners[BERT].results, before)
    events = [entry for entry in JournalReader(left.journal_path) if isinstance(entry, EventEntry)]
    assert {entry.pod for entry in events} <= {0, 1}


def packets(run: RunFolder, pods: set[int]) -> list[bytes]:
    """What was notified by pods of these numbers."""
    entries = [entry for entry in JournalReader(run.journal_path) if isinstance(entry, PacketEntry)]
    return [entry.data for entry in entries if entry.pod in pods]


def test_accounts_links_shares_and_sessions_go_with_the_runner(settings: Settings) -> None:
    accounts = StoredAccounts(settings.data, Password("open sesame"))
    for name in (ANNA, BERT):
        accounts.add(f"{name}@home", Role.RUNNER, "correct horse", name)
    accounts.add("carl", Role.COACH, "correct horse")
    cookies = {name: accounts.sign_in(f"{name}@home", "correct horse", "phone") or "" for name in (ANNA, BERT)}
    viewer = accounts.viewer(cookies[ANNA])
    assert viewer is not None
    accounts.share(viewer, "carl", frozenset({Scope.RUNS}))
    linked = accounts.link(accounts.new_link(viewer, frozenset({Scope.RUNS}), 7), "phone") or ""
    forget_runner(settings, ANNA, datetime.now(UTC))
    again = StoredAccounts(settings.data, Password("open sesame"))
    assert [again.viewer(each) for each in (cookies[ANNA], linked)] == [None, None]
    assert again.viewer(cookies[BERT]) is not None
    assert [each.name for each in again.all()] == [f"{BERT}@home", "carl"]
    assert holding(settings.data, ANNA) == []


def test_the_tombstone_does_not_tell_whose_it_is_and_lets_the_runner_begin_anew(
    settings: Settings, demo: DemoRun
) -> None:
    forget_runner(settings, ANNA, FORGOTTEN)
    assert ANNA not in (settings.data / FILE_NAME).read_text()
    stored(settings, worn(demo.run, [ANNA]), run_id="20260301T000000Z-00000009", created_utc=LATER)
    People(settings.data, lambda: LATER).keep(ANNA, Shoe("s1", "New ones"))
    WatchRuns(settings.store_path).add(watch_run(ANNA, LATER))
    before = rows(settings, ANNA)
    assert not sweep(settings)
    assert rows(settings, ANNA) == before
    assert len(before["strides"]) > 50
    assert len(before["watch_runs"]) == 1
    assert [each.name for each in People(settings.data).all_of(ANNA, Shoe)] == ["New ones"]


def test_a_backup_that_comes_back_revives_nobody(settings: Settings, tmp_path: Path) -> None:
    copy, before = tmp_path / "copy", rows(settings, BERT)
    back_up(settings, copy)
    forget_runner(settings, ANNA, FORGOTTEN)
    for path in (settings.runs_folder, settings.store_path, settings.data / "notebook.log"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    restore(copy, settings)
    assert holding(settings.data, ANNA) == []
    assert rows(settings, BERT) == before


def test_a_backup_is_emptied_when_it_is_at_hand_and_tells_the_next_computer(settings: Settings, tmp_path: Path) -> None:
    copy, away = tmp_path / "copy", tmp_path / "away"
    back_up(settings, copy)
    shutil.copytree(copy, away)
    forget_runner(settings, ANNA, FORGOTTEN)
    back_up(settings, copy)
    assert holding(copy, ANNA) == []
    assert rows(Settings(data=copy), BERT) == rows(settings, BERT)
    shutil.copy(copy / FILE_NAME, away)
    (tmp_path / "new").mkdir()
    restore(away, Settings(data=tmp_path / "new"))
    assert holding(tmp_path / "new", ANNA) == []


def test_a_store_that_is_rebuilt_revives_nobody(settings: Settings) -> None:
    forget_runner(settings, ANNA, FORGOTTEN)
    set_aside(settings.store_path)
    ensure_store(settings.store_path)
    for run in list_runs(settings.runs_folder):
        store_recorded_run(run, settings)
    sweep(settings)
    assert holding(settings.data, ANNA) == []


def test_a_run_that_is_analysed_again_while_its_runner_is_forgotten_is_not_there_afterwards(settings: Settings) -> None:
    (run,) = [each for each in list_runs(settings.runs_folder) if each.manifest.runners == (ANNA,)]
    told = list[str]()

    def forget(*_: object) -> None:
        if not told:
            told.append("forgotten")
            forget_runner(settings, ANNA, FORGOTTEN)

    replace_results(run, settings, forget)
    assert told
    assert holding(settings.data, ANNA) == []


def test_servers_are_asked_again_where_something_came_back(settings: Settings, samples: dict[Foot, Samples]) -> None:
    forget_runner(settings, ANNA, FORGOTTEN)
    forgotten = Forgotten(settings.data)
    forgotten.was_reached("influxdb", forgotten.not_reached("influxdb"))
    sweep(settings)
    assert forgotten.not_reached("influxdb") == []
    store_samples(settings, samples, [], run=manifest("20260104T030405Z-00000004", OLD + timedelta(days=2), ANNA))
    pods = forgotten.pods_to_empty()
    assert sweep(settings)
    assert len(forgotten.not_reached("influxdb")) == 1
    assert (forgotten.not_reached("here"), forgotten.pods_to_empty()) == ([], pods)


def test_a_run_of_a_watch_from_before_is_not_taken_in_and_a_later_one_is(settings: Settings) -> None:
    forget_runner(settings, ANNA, FORGOTTEN)
    with pytest.raises(WatchRunForgottenError, match="was forgotten on 2026-02-01, and this run began before"):
        import_activity(activity(OLD), ANNA, settings, lambda *_: None)
    assert holding(settings.data, ANNA) == []
    assert import_activity(activity(LATER), ANNA, settings, lambda *_: None).is_new


def activity(at: datetime) -> Activity:
    """Ten minutes of a watch."""
    seconds = np.arange(0.0, 600.0)
    return Activity("fit", "run", at, None, 600.0, math.nan, math.nan, Track(seconds, *(np.full(600, math.nan),) * 7))


def test_a_part_that_comes_late_becomes_no_run(settings: Settings, together: DemoRun, demo: DemoRun) -> None:
    forget_runner(settings, ANNA, FORGOTTEN)
    known = {run.path for run in list_runs(settings.runs_folder)}
    for number, (run, names) in enumerate([(demo.run, [ANNA]), (together.run, [BERT, ANNA])]):
        name, began = f"2026011{number}T030405Z-0000000a", OLD + timedelta(days=8 + number)
        recorded(settings.parts_folder / "belt", worn(run, names), name, began)
    join_parts(settings)
    (new,) = [run for run in list_runs(settings.runs_folder) if run.path not in known]
    assert new.manifest.runners == (BERT,)
    assert holding(settings.data, ANNA) == []


@pytest.mark.parametrize("noted", [True, False], ids=["dated", "without a date"])
def test_what_pods_kept_is_taken_from_them_and_dropped(settings: Settings, noted: bool) -> None:
    (run,) = [each for each in list_runs(settings.runs_folder) if each.manifest.runners == (ANNA,)]
    records = {pod.serial: kept_records(run, number, noted=noted) for number, pod in enumerate(run.manifest.pods)}
    forget_runner(settings, ANNA, FORGOTTEN)
    runs = {each.path for each in list_runs(settings.runs_folder)}
    for serial, known in records.items():
        shelve(settings.shelf_folder, serial, known)
    assert set(Forgotten(settings.data).pods_to_empty()) >= set(records)
    synced = bring_in(settings, run.manifest.pods)
    assert [each.runner for each in synced.runners] == [BERT]  # whose recording was not stored yet
    assert {each.path for each in list_runs(settings.runs_folder)} == runs
    assert holding(settings.data, ANNA) == []
    assert sum(path.stat().st_size for path in settings.shelf_folder.glob("*.bin")) < 3_000
    assert not set(records) & set(Forgotten(settings.data).pods_to_empty())
    for serial, known in records.items():
        with shelf_of(settings).open(serial) as file:
            assert file.next_record == len(known)


def test_a_gateway_and_a_phone_are_told_that_all_was_received_and_keep_nothing(
    settings: Settings, demo: DemoRun, tmp_path: Path
) -> None:
    forget_runner(settings, ANNA, FORGOTTEN)
    runs = tmp_path / "gateway"
    for number in range(2):
        recorded(runs, worn(demo.run, [ANNA]), f"2026011{number}T030405Z-0000000a")
    (runs / "20260111T030405Z-0000000a" / DONE).touch()
    manifest_text = (runs / "20260110T030405Z-0000000a" / "manifest.json").read_bytes()
    with WallServer(FakeViewDataSource(), parts=ReceivedParts(settings)) as wall:
        key = GatewayKeys(settings.data).add("belt")
        told = list[str]()
        with closing(ServiceClient(f"http://127.0.0.1:{wall.port}/", key)) as client:
            Forwarder(runs, client, 1e9, told.append).hand_over()
        phone = GatewayClient(wall.port, key)
        wanted = json.loads(manifest_text)["run"]
        for answer, received, ended in (
            (phone.ask("POST", "/gateway/runs", manifest_text), 0, False),
            (phone.ask("PUT", f"/gateway/runs/{wanted}/journal?offset=0", b"x" * 500), 500, False),
            (phone.ask("POST", f"/gateway/runs/{wanted}/end"), 500, True),
        ):
            fields = {"run": wanted, "received": received, "ended": ended, "forgotten": True}
            assert (answer.status, answer.fields) == (200, fields)
    assert list(runs.iterdir()) == []
    assert [each.endswith("is of somebody who is forgotten, and was deleted.") for each in told] == [True, True]
    assert list(settings.parts_folder.glob("*/*")) == []


def test_a_check_in_that_a_phone_kept_until_now_is_dropped(settings: Settings) -> None:
    forget_runner(settings, ANNA, FORGOTTEN)
    people = People(settings.data, lambda: LATER)
    people.keep(ANNA, CheckIn("c1", OLD, OLD.date(), When.AFTER))
    assert people.all_of(ANNA, CheckIn) == []
    people.keep(ANNA, CheckIn("c2", LATER, LATER.date(), When.AFTER))
    assert [each.id for each in people.all_of(ANNA, CheckIn)] == ["c2"]


def test_the_command_asks_and_says_what_waits_for_its_time(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "gone")
    shutil.rmtree(tmp_path / "gone")
    with RealCommand(settings.data, "forget", "nobody") as command:
        assert command.finish() == 2
    assert "nothing of a runner 'nobody' is here" in command.err
    with RealCommand(settings.data, "forget", ANNA, typed="") as command:
        assert command.finish() == 2
    assert "say --yes if it is meant." in command.err
    with RealCommand(settings.data, "forget", ANNA, "--yes") as command:
        assert command.finish() == 0, command.err
    assert f"{ANNA} is forgotten: 3 runs and 8 entries are gone from this computer." in command.out
    assert f"The backup in {tmp_path / 'gone'} is not at hand" in command.out
    assert "goes at the next surefoot sync" in command.out
    assert holding(settings.data, ANNA) == []
    assert json.dumps(rows(settings, BERT)) != "{}"
