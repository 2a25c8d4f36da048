"""Pods that come home with a run they kept: the service takes it over by itself, and the wall says so."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot
from surefoot.dashboards.wall.page_content import squad_content
from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.kept_run import KeptRun, keep_run, pods_at_home
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient, BumbleScanner
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import Outage, make_scenario
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.recording.run_activity import read_activity
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.runtime.daemon import Daemon, DaemonContext
from surefoot.service.runtime.joining import join_parts
from surefoot.service.runtime.pod_sources import BluetoothPods
from surefoot.service.settings import RunEndSettings, Settings
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.notices import SHOWN_S, Notices
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.squad_state import StoredRuns
from tests.sensor_ingest.pieces import entries_of, identities
from tests.sensor_ingest.virtual import radio_of

BEGUN_S = 1_780_000_000.0
MINUTES = 1.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {"data": tmp_path / "data", "runners": {"anna": {"left": "SIM010001", "right": "SIM010002"}}}
    )


def come_home(settings: Settings, kept: KeptRun) -> list[str]:
    """The service, until the pods have been at home for a while; what it said."""
    said: list[str] = []

    async def serve() -> None:
        async with pods_at_home(kept.pods, quality=LinkQuality()) as (central, _):
            loop, began_s = asyncio.get_running_loop(), asyncio.get_running_loop().time()
            radio = RadioBackend({"backend": BumbleScanner, "radio": central}, {"backend": BumbleClient})
            home_s = BEGUN_S + max(pod.now_s for pod in kept.pods.values())
            daemon = Daemon(DaemonContext(settings, notify=said.append, utc_s=lambda: home_s + loop.time() - began_s))
            loop.call_later(45.0, daemon.stop)
            await daemon.run(BluetoothPods(settings.runners, radio))

    virtual_time.run(serve(), speed=math.inf)
    return said


def test_what_pods_kept_is_a_run_before_the_next_one_begins(settings: Settings) -> None:
    kept = keep_run(make_scenario("ankle-roll", MINUTES, 1), 1, BEGUN_S)
    said = come_home(settings, kept)
    first = min(list_runs(settings.runs_folder), key=lambda run: run.manifest.created_utc)
    assert first.manifest.created_utc.timestamp() == pytest.approx(BEGUN_S, abs=20.0)
    assert {(pod.serial, pod.foot, pod.runner) for pod in first.manifest.pods} == {
        ("SIM010001", Foot.LEFT, "anna"),
        ("SIM010002", Foot.RIGHT, "anna"),
    }
    packets = identities(entries_of(first))
    made = {(packet.boot, packet.sequence) for pod in kept.pods.values() for packet in pod.packets}
    assert made <= {(boot, sequence) for _, boot, sequence in packets}
    assert len(packets) == len(set(packets))
    with StoreReader(settings.store_path) as reader:
        assert reader.alerts(first.manifest.run_id, "anna") != ()
    (notice,) = [sentence for sentence in said if "synced" in sentence]
    assert notice.startswith(f"anna: {MINUTES:.0f} min synced, ")
    assert Notices(settings.data, lambda: BEGUN_S + 300.0).shown() == (notice,)


def test_the_wall_shows_notices_for_a_while(settings: Settings) -> None:
    notices = Notices(settings.data, lambda: BEGUN_S)
    settings.data.mkdir()
    notices.add("anna: 48 min synced, one finding.")
    later = Notices(settings.data, lambda: BEGUN_S + SHOWN_S + 1.0)
    with StoreTail(settings.store_path) as tail:
        now = StoredRuns(tail, BootTime.now, notices.shown).squad_state()
        assert "<li>anna: 48 min synced, one finding.</li>" in squad_content(now, "").pieces["notices"]
        assert "notices" not in squad_content(StoredRuns(tail, BootTime.now, later.shown).squad_state(), "").pieces
    (settings.data / "notices.json").write_text("{")
    assert notices.shown() == ()


def test_pods_of_nobody_in_the_settings_are_left_alone(settings: Settings) -> None:
    kept = keep_run(make_scenario("easy", 1.0, 2), 2, BEGUN_S)
    assert [sentence for sentence in come_home(settings, kept) if "synced" in sentence] == []


def test_a_run_that_was_heard_at_home_and_kept_on_the_way_is_one_run(settings: Settings) -> None:
    away_s, back_s, began_s = 30.0, 115.0, time.time()
    impatient = settings.model_copy(update={"run_end": RunEndSettings(pods_gone_s=20.0, still_min=0.4)})
    faults = tuple(Outage(foot, away_s, back_s - away_s) for foot in Foot)

    async def serve() -> SimulatedRunner:
        async with Simulation(1, flash_bytes=1 << 22) as simulation:
            runner = await simulation.add_runner("anna", replace(make_scenario("easy", 2.5, 1), faults=faults))
            loop = asyncio.get_running_loop()
            daemon = Daemon(DaemonContext(impatient, utc_s=lambda: began_s + loop.time()))
            loop.call_later(240.0, daemon.stop)
            await daemon.run(BluetoothPods(impatient.runners, radio_of(simulation)))
            return runner

    runner = virtual_time.run(serve(), speed=math.inf)
    join_parts(impatient)
    run, *still = list_runs(settings.runs_folder)
    assert not any(read_activity(each).moved for each in still)
    found = identities(entries_of(run))
    assert len(found) == len(set(found))
    made = [packet for pod in runner.pods.values() for packet in pod.truth if 20.0 < packet.time_s[-1] < 145.0]
    assert {(packet.boot, packet.sequence) for packet in made} <= {(boot, number) for _, boot, number in found}
