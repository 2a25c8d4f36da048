"""The real commands record a foot pod of another maker alone, from what BlueZ gives them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from surefoot.analysis.companions import FOOT_POD_CADENCE, FOOT_POD_SPEED
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.sensor_ingest.recording.entries import CompanionEntry, CompanionEvent
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.gateway.keys import GatewayKeys
from surefoot.service.runtime.joining import join_parts
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.views.followed_parts import FollowedParts
from surefoot.service.views.received_parts import ReceivedParts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.phone.private_bus import private_bus
from tests.service.foot_pod_in_reach import (
    CADENCE_SPM,
    NAME,
    SPEED_MPS,
    FootPodInReach,
    foot_pod_in_reach,
    write_settings,
)
from tests.service.real_command import RealCommand
from tests.service.servers import wait


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    with private_bus(tmp_path) as address:
        yield address


@pytest.fixture
def foot_pod(bus: str) -> Iterator[FootPodInReach]:
    with foot_pod_in_reach(bus) as found:
        yield found


def command(data: Path, bus: str, name: str, **settings: object) -> RealCommand:
    environment = {"DBUS_SYSTEM_BUS_ADDRESS": bus}
    return RealCommand(data, name, settings={"LOG": "info", **settings}, environment=environment)


def notified(runs: Path) -> int:
    """How often the foot pod's news is in the recording."""
    if not runs.is_dir() or not (recorded := list_runs(runs)) or not recorded[0].journal_path.exists():
        return 0
    return len(news(recorded[0]))


def news(run: RunFolder) -> list[CompanionEntry]:
    entries = [entry for entry in JournalReader(run.journal_path) if isinstance(entry, CompanionEntry)]
    return [entry for entry in entries if entry.event is CompanionEvent.NOTIFIED]


def check_stored(settings: Settings, run: RunFolder) -> None:
    with StoreReader(settings.store_path) as reader:
        (stored,) = reader.runs("anna")
        companions = reader.companions(run.manifest.run_id, "anna")
    assert stored.run == run.manifest.run_id
    assert stored.summary is not None
    assert len(companions) == len(news(run))
    assert {each.values[FOOT_POD_CADENCE] for each in companions} == {CADENCE_SPM}
    assert {each.values[FOOT_POD_SPEED] for each in companions} == {SPEED_MPS}


def recorded_live(data: Path, bus: str) -> tuple[RunFolder, str]:
    """What `surefoot live` has recorded since it was started, and ended by Ctrl-C; and what it said."""
    runs = Settings(data=data).runs_folder
    before = notified(runs)
    with command(data, bus, "live") as service:
        wait(lambda: notified(runs) > before + 1)
        service.interrupt()
        assert service.finish() == 0
    assert f"The foot pod {NAME} is connected." in service.err
    (run,) = list_runs(runs)
    assert run.manifest.ended
    assert f"Recording run {run.manifest.run_id}: Anna." in service.out
    assert f"Run {run.manifest.run_id} is over." in service.out
    return run, service.out


@pytest.mark.usefixtures("foot_pod")
def test_live_waits_for_it_and_records_it(tmp_path: Path, bus: str) -> None:
    settings = Settings(data=tmp_path / "data")
    write_settings(settings.data)
    run, said = recorded_live(settings.data, bus)
    assert f"Waiting for the foot pod {NAME}." in said
    check_stored(settings, run)


@pytest.mark.slow
def test_live_goes_on_with_it_after_a_crash(tmp_path: Path, bus: str, foot_pod: FootPodInReach) -> None:
    settings = Settings(data=tmp_path / "data")
    write_settings(settings.data)
    with command(settings.data, bus, "live") as service:
        wait(lambda: notified(settings.runs_folder) > 1)
        service.kill()
    foot_pod.do(foot_pod.bluez.drop_links)
    run, _ = recorded_live(settings.data, bus)
    check_stored(settings, run)


def test_a_gateway_waits_for_it_and_hands_it_over_and_the_service_makes_a_run_of_it(
    tmp_path: Path, bus: str, foot_pod: FootPodInReach
) -> None:
    service, belt = Settings(data=tmp_path / "service"), tmp_path / "belt"
    write_settings(belt)
    key = GatewayKeys(service.data).add("belt")
    with WallServer(FakeViewDataSource(), parts=ReceivedParts(service)) as wall:
        url = f"http://127.0.0.1:{wall.port}"
        with command(belt, bus, "gateway", GATEWAY_URL=url, GATEWAY_KEY=key) as gateway:
            wait(lambda: notified(service.parts_folder / "belt") > 1)
            followed = FollowedParts(service)
            followed.read_on()
            gateway.interrupt()
            assert gateway.finish() == 0
    assert f"Waiting for the foot pod {NAME}." in gateway.out
    assert foot_pod.bluez.notified >= notified(belt / "runs")
    (anna,) = followed.squad_state().runners
    assert [each.values[FOOT_POD_CADENCE] for each in anna.companions][-1] == CADENCE_SPM
    (recorded,) = list_runs(belt / "runs")
    (joined,) = join_parts(service)
    store_recorded_run(joined.run, service)
    assert [entry.data for entry in news(joined.run)] == [entry.data for entry in news(recorded)]
    check_stored(service, joined.run)
