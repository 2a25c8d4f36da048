"""The real command of a gateway: it records what BlueZ gives it, in little memory, and hands it over."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.dashboards.wall.hosting import WallServer
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.settings import Settings
from surefoot.service.views.received_parts import ReceivedParts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.phone.gateway_service import heard
from tests.phone.pods import pods_in_reach
from tests.phone.private_bus import private_bus
from tests.service.command import surefoot
from tests.service.servers import free_port, wait
from tests.sync.gateway import MAX_RESIDENT_MB, Belt, peak_mb

ROOM_MB = 2.0
"""Another build of Python or numpy may take a little more than the one that was measured."""
RUN = Scenario("belt", RunnerProfile(), (PlannedBout("run", 300.0, 3.0),), link_quality=GOOD_LINK)


def test_it_records_in_little_memory_and_hands_over(tmp_path: Path) -> None:
    service = Settings(data=tmp_path / "service")
    with (
        private_bus(tmp_path) as bus,
        pods_in_reach(bus, RUN, speed=1.0) as pods,
        WallServer(FakeViewDataSource(), parts=ReceivedParts(service)) as wall,
    ):
        belt = Belt(tmp_path, bus, pods, f"http://127.0.0.1:{wall.port}", wall.port)
        with belt.gateway() as gateway:
            wait(lambda: gateway.err.count("is connected") == 2)
            wait(lambda: list_runs(belt.runs)[0].journal_path.stat().st_size > 20_000)
            assert peak_mb(gateway.pid) < MAX_RESIDENT_MB + ROOM_MB
            with belt.gateway() as second:
                assert second.finish() == 2
            assert "another surefoot records with the data folder" in second.err
        assert gateway.finish() == 0
    (run,) = list_runs(belt.runs)
    assert f"Run {run.manifest.run_id} is with the service." in gateway.out
    assert run.manifest.ended
    part = belt.part(run) / "journal.bin"
    assert part.read_bytes() == run.journal_path.read_bytes()
    assert len(heard(run)) > 50


def test_what_it_needs_is_one_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "the settings name no runner" in surefoot(capsys, "gateway").err
    assert "the settings name no service; set gateway.url" in surefoot(capsys, "gateway", "--simulated", "1").err
    monkeypatch.setenv("SUREFOOT_GATEWAY_URL", f"https://127.0.0.1:{free_port()}")
    refused = surefoot(capsys, "gateway", "--simulated", "1", "--ca", "missing.pem")
    assert (refused.code, "missing.pem is no certificate authority in PEM" in refused.err) == (2, True)
