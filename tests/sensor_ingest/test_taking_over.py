"""What pods kept is taken over whatever happens to the link; what is not done is told, and goes on the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.kept_run import KeptRun, keep_run, pods_at_home
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient, BumbleScanner
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.store_client import StoreClient
from surefoot.sensor_ingest.ble.taking_over import TakingOver
from surefoot.sensor_ingest.ble.visiting import PodProgress, Visit
from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, UtcRecord, read_record
from surefoot.sensor_ingest.pod_store.store_protocol import StoreInfo
from surefoot.sensor_ingest.protocol import Packet, ProtocolError
from surefoot.sensor_ingest.recording.errors import RunUnwritableError
from surefoot.sensor_ingest.recording.shelf import Shelf
from tests.sensor_ingest.kept_flash import fetched
from tests.sensor_ingest.virtual import in_virtual_time

PODS = ("SIM010001", "0002")
VISIT = Visit(seed=1, auto_minutes=7, partners={"SIM010001": "0002"})
Meanwhile = Callable[[Mapping[Foot, VirtualPod]], Coroutine[Any, Any, None]]


@pytest.fixture
def kept() -> KeptRun:
    """A minute on two pods."""
    return keep_run(make_scenario("easy", 1.0, 1), 1, 1.78e9)


async def nothing(_: Mapping[Foot, VirtualPod]) -> None:
    """All goes well."""


def taken_over(
    kept: KeptRun, folder: Path, meanwhile: Meanwhile = nothing, *, bonded_only: bool = False, visit: Visit = VISIT
) -> Mapping[str, PodProgress]:
    """One visit to both pods; what became of them."""

    async def at_home() -> Mapping[str, PodProgress]:
        quality = LinkQuality(packet_error_rate=0.05)
        async with pods_at_home(kept.pods, quality=quality, bonded_only=bonded_only) as (central, pods):
            radio = RadioBackend({"backend": BumbleScanner, "radio": central}, {"backend": BumbleClient})
            taking = TakingOver(radio, Shelf(folder / "shelf"), Bonds(folder), visit)
            events = asyncio.create_task(meanwhile(pods))
            try:
                return await taking.run(PODS)
            finally:
                events.cancel()
                await asyncio.wait({events})

    return in_virtual_time(at_home())


def packets_on(folder: Path, serial: str) -> list[bytes]:
    records = [record for _, record in Shelf(folder / "shelf").records(serial)]
    return [bytes(packet) for record in records if isinstance(record, SamplesRecord) for packet in record.packets]


def made(packets: list[Packet]) -> list[bytes]:
    return [bytes(packet) for packet in packets]


def test_everything_is_on_the_shelf_once_and_the_pods_are_free(kept: KeptRun, tmp_path: Path) -> None:
    visited = taken_over(kept, tmp_path)
    for pod, progress in zip(kept.pods.values(), visited.values(), strict=True):
        assert (progress.done, progress.news, progress.serial) == (True, True, pod.settings.serial)
        assert packets_on(tmp_path, progress.serial) == made(pod.packets)
        assert pod.keeper.info.oldest == pod.keeper.info.next
    assert [pod.settings.auto_minutes for pod in kept.pods.values()] == [7, 7]
    assert kept.pods[Foot.LEFT].settings.partner_tag == "0002"
    assert not any(progress.news for progress in taken_over(kept, tmp_path).values())


def test_a_link_that_is_lost_twice_costs_nothing(kept: KeptRun, tmp_path: Path) -> None:
    async def outages(pods: Mapping[Foot, VirtualPod]) -> None:
        for after_s in (1.2, 4.0):
            await asyncio.sleep(after_s)
            await pods[Foot.RIGHT].outage(4.0)

    visited = taken_over(kept, tmp_path, outages)
    assert all(progress.done for progress in visited.values())
    for pod in kept.pods.values():
        assert packets_on(tmp_path, pod.settings.serial) == made(pod.packets)


def test_a_pod_that_walks_away_goes_on_the_next_time(kept: KeptRun, tmp_path: Path) -> None:
    async def leave(pods: Mapping[Foot, VirtualPod]) -> None:
        shelf = tmp_path / "shelf" / "SIM010002.bin"
        while not shelf.exists() or shelf.stat().st_size < 20_000:
            await asyncio.sleep(0.05)
        await pods[Foot.RIGHT].outage(120.0)

    visited = taken_over(kept, tmp_path, leave)
    assert [progress.done for progress in visited.values()] == [True, False]
    assert visited["0002"].problem
    right = kept.pods[Foot.RIGHT]
    half = packets_on(tmp_path, "SIM010002")
    assert 0 < len(half) < len(right.packets)
    assert all(progress.done for progress in taken_over(kept, tmp_path).values())
    assert packets_on(tmp_path, "SIM010002") == made(right.packets)


def test_pods_that_demand_a_bond_are_paired_with(kept: KeptRun, tmp_path: Path) -> None:
    visited = taken_over(kept, tmp_path, bonded_only=True)
    assert all(progress.done for progress in visited.values())
    assert Bonds(tmp_path).address_of("SIM010001") is not None
    assert packets_on(tmp_path, "SIM010001") == made(kept.pods[Foot.LEFT].packets)


def test_a_pod_that_never_answers_is_given_up_and_told(
    kept: KeptRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stall(_: StoreClient) -> StoreInfo:
        raise ProtocolError("store info of 2 bytes")

    monkeypatch.setattr(StoreClient, "info", stall)
    visited = taken_over(kept, tmp_path)
    assert [(progress.done, progress.found) for progress in visited.values()] == [(False, True)] * 2
    assert all(progress.problem for progress in visited.values())


def test_a_computer_that_does_not_know_the_date_tells_pods_none(kept: KeptRun, tmp_path: Path) -> None:
    before = sum(isinstance(read_record(data)[1], UtcRecord) for data in fetched(kept.pods[Foot.LEFT]))
    visited = taken_over(kept, tmp_path, visit=replace(VISIT, utc_s=lambda: None))
    assert all(progress.done for progress in visited.values())
    records = [record for _, record in Shelf(tmp_path / "shelf").records("SIM010001")]
    assert sum(isinstance(record, UtcRecord) for record in records) == before


def test_a_second_computer_learns_too_how_the_pod_samples(kept: KeptRun, tmp_path: Path) -> None:
    for computer in ("first", "second"):
        assert all(progress.done for progress in taken_over(kept, tmp_path / computer).values())
        records = [record for _, record in Shelf(tmp_path / computer / "shelf").records("SIM010001")]
        assert any(isinstance(record, BootRecord) for record in records)


def test_a_pod_whose_serial_number_is_a_path_is_refused_and_told(kept: KeptRun, tmp_path: Path) -> None:
    async def call_itself(pods: Mapping[Foot, VirtualPod]) -> None:
        pod = pods[Foot.LEFT]
        pod.settings.serial = "../SIM010001"

    visited = taken_over(kept, tmp_path / "in", call_itself)
    assert visited["SIM010001"].problem == "it calls itself '../SIM010001', which is no serial number"
    assert visited["0002"].done
    assert list(tmp_path.glob("*.bin")) == []


def test_a_pod_that_is_not_there_is_told(kept: KeptRun, tmp_path: Path) -> None:
    async def away(pods: Mapping[Foot, VirtualPod]) -> None:
        await pods[Foot.RIGHT].power_off()

    visited = taken_over(kept, tmp_path, away)
    assert [(progress.found, progress.done) for progress in visited.values()] == [(True, True), (False, False)]
    assert visited["0002"].problem == "it is not in range, or switched off"


def test_a_full_disk_frees_no_pod(kept: KeptRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunUnwritableError, match="No space left"):
        taken_over(kept, tmp_path)
    monkeypatch.undo()
    assert all(progress.done for progress in taken_over(kept, tmp_path).values())
    for pod in kept.pods.values():
        assert packets_on(tmp_path, pod.settings.serial) == made(pod.packets)
