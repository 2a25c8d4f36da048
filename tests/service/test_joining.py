"""What gateways, phones and pods bring becomes runs: each once, in the store too, and nobody is told anything twice."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.protocol import Packet, PodInfo
from surefoot.sensor_ingest.recording.entries import ClockEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.merging import merge_recordings
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, list_runs, open_run, write_manifest
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.catch_up import CatchUp
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.joining import JoinedRun, join_parts
from surefoot.service.runtime.recovery import missing_runs, store_recorded_run
from surefoot.service.runtime.waiting_parts import part_notices
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.views.received_parts import ReceivedParts
from tests.sensor_ingest.pieces import entries_of, identities, piece
from tests.service.demo_runs import assert_same
from tests.service.real_command import RealCommand
from tests.service.servers import START_S, free_port, wait

RUNNER = "runner-1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def brought(settings: Settings, run: RunFolder, name: str = "belt") -> RunFolder:
    """A recording where a gateway's parts lie."""
    place = settings.parts_folder / name / run.manifest.run_id
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(run.path, place)
    return open_run(place)


def three_parts(settings: Settings, whole: RunFolder, tmp_path: Path) -> RunFolder:
    """The run as three heard it: live until second 30, the pods all of it, a gateway its end; the live one, stored."""
    live = piece(settings.runs_folder, whole, lambda entry: entry.arrival_s < 30.0)
    store_recorded_run(live, settings)
    brought(settings, piece(tmp_path, whole, lambda _: True, later_s=0.5, kept_by_pod=True), "pods")
    late = piece(tmp_path, whole, lambda entry: entry.arrival_s > 55.0, later_s=50.0, date_error_s=3.0, shuffled=2)
    brought(settings, late)
    return live


def alerts(settings: Settings) -> list[tuple[str, str]]:
    """Finding and event of every alert."""
    with StoreReader(settings.store_path) as reader:
        told = [alert for run in {each.run for each in reader.runs()} for alert in reader.alerts(run, RUNNER)]
    return [(str(alert.get("finding")), str(alert["event"])) for alert in told]


def test_a_run_heard_by_three_is_one_run_in_the_folder_and_in_the_store(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    live = three_parts(settings, rolled.run, tmp_path)
    (joined,) = join_parts(settings)
    (run,) = list_runs(settings.runs_folder)
    assert run.manifest.run_id == joined.run.manifest.run_id == live.manifest.run_id
    assert sorted(identities(entries_of(run))) == sorted(set(identities(entries_of(rolled.run))))
    assert list(settings.parts_folder.glob("*/*")) == []
    assert list(missing_runs(settings)) == []
    found, whole = (analyze_run(each, lambda *_: None).runners[RUNNER].results for each in (run, rolled.run))
    with StoreReader(settings.store_path) as reader:
        assert_same(found, reader.results(run.manifest.run_id, RUNNER))
    assert {foot: len(rows) for foot, rows in found.strides.items()} == {
        foot: len(rows) for foot, rows in whole.strides.items()
    }
    assert [(each.kind, each.foot) for each in found.findings] == [(each.kind, each.foot) for each in whole.findings]


def test_alerts_are_told_once_and_late_ones_are_told(settings: Settings, rolled: DemoRun, tmp_path: Path) -> None:
    three_parts(settings, rolled.run, tmp_path)
    before = alerts(settings)
    join_parts(settings)
    after = alerts(settings)
    assert after[: len(before)] == before
    assert len(set(after)) == len(after) > len(before)
    with StoreReader(settings.store_path) as reader:
        (stored,) = reader.runs()
        rolls = {each.id for each in reader.findings(stored.run, RUNNER) if each.kind is Kind.INVERSION_EVENT}
    assert rolls <= {finding for finding, _ in after}
    brought(settings, piece(tmp_path, rolled.run, lambda entry: entry.arrival_s > 20.0, kept_by_pod=True))
    join_parts(settings)
    assert alerts(settings) == after


def test_a_run_that_began_earlier_than_it_was_heard_keeps_its_id_and_tells_nothing_twice(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    live = piece(settings.runs_folder, rolled.run, lambda entry: entry.arrival_s > 15.0, later_s=15.0)
    store_recorded_run(live, settings)
    before = alerts(settings)
    brought(settings, piece(tmp_path, rolled.run, lambda _: True, kept_by_pod=True))
    (joined,) = join_parts(settings)
    assert joined.run.manifest.run_id == live.manifest.run_id
    assert joined.run.manifest.created_utc == rolled.run.manifest.created_utc
    assert [run.manifest.run_id for run in missing_runs(settings)] == [live.manifest.run_id]
    store_recorded_run(joined.run, settings)
    assert before != []
    assert alerts(settings) == before


def test_a_part_that_no_run_belongs_to_is_a_run(settings: Settings, rolled: DemoRun, tmp_path: Path) -> None:
    part = brought(settings, piece(tmp_path, rolled.run, lambda _: True, shuffled=3))
    (joined,) = join_parts(settings)
    assert joined.run.manifest.pods == part.manifest.pods
    assert [run.manifest.run_id for run in missing_runs(settings)] == [part.manifest.run_id]


def is_open(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_the_wall_says_that_a_part_waits_until_somebody_joins_it(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    part = brought(settings, piece(tmp_path, rolled.run, lambda _: True))
    assert part_notices(settings) == ()
    os.utime(part.journal_path, (1.7e9, 1.7e9))
    port = free_port()
    with RealCommand(settings.data, "serve", "--port", str(port)):
        wait(lambda: is_open(port))
        with urlopen(f"http://127.0.0.1:{port}/events", timeout=START_S) as events:
            assert any(b"A recording of a gateway or phone waits to become a run" in line for line in events)
    join_parts(settings)
    assert part_notices(settings) == ()


def cut_off(settings: Settings, whole: RunFolder, tmp_path: Path, quiet_h: float) -> RunFolder:
    """A part that ended with its gateway, so many hours ago, in second 30."""
    part = brought(settings, piece(tmp_path, whole, lambda entry: entry.arrival_s < 30.0))
    write_manifest(RunFolder(part.path, replace(part.manifest, ended=False)))
    quiet_since(part, quiet_h)
    return open_run(part.path)


def quiet_since(part: RunFolder, quiet_h: float) -> None:
    at_s = time.time() - 3600.0 * quiet_h
    os.utime(part.journal_path, (at_s, at_s))


def test_a_part_whose_gateway_died_is_told_and_becomes_a_run_after_a_day(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    part = cut_off(settings, rolled.run, tmp_path, quiet_h=23.9)
    heard = packets_of([part])
    assert join_parts(settings) == []
    (told,) = part_notices(settings)
    assert f"belt began at {part.manifest.created_utc:%Y-%m-%d %H:%M} UTC does not go on" in told
    assert "becomes a run as it is after 24 h" in told
    quiet_since(part, 24.1)
    assert "waits to become a run" in part_notices(settings)[0]
    (joined,) = join_parts(settings)
    assert set(packets_of([joined.run])) == set(heard)
    assert joined.run.manifest.ended
    assert part_notices(settings) == ()
    assert list(settings.parts_folder.glob("*/*")) == []


def test_a_gateway_that_comes_back_after_days_sends_its_recording_again_and_nothing_is_doubled(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    at_gateway = piece(tmp_path / "gateway", rolled.run, lambda _: True)
    manifest, journal = at_gateway.manifest, at_gateway.journal_path.read_bytes()
    received = ReceivedParts(settings)
    received.begin("belt", manifest.to_json().encode())
    received.append("belt", manifest.run_id, 0, journal[: len(journal) // 3])
    quiet_since(open_run(settings.parts_folder / "belt" / manifest.run_id), 50.0)
    (first,) = join_parts(settings)
    assert received.begin("belt", manifest.to_json().encode()).received == 0
    received.append("belt", manifest.run_id, 0, journal)
    received.end("belt", manifest.run_id)
    (joined,) = join_parts(settings)
    (run,) = list_runs(settings.runs_folder)
    assert run.manifest.run_id == joined.run.manifest.run_id == first.run.manifest.run_id
    assert sorted(packets_of([run])) == sorted(set(packets_of([at_gateway])))


def test_a_part_that_goes_on_while_it_is_joined_stays(
    settings: Settings, rolled: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = cut_off(settings, rolled.run, tmp_path, quiet_h=25.0)

    def merge_while_it_grows(parts: Sequence[RunFolder], parent: Path) -> RunFolder:
        merged = merge_recordings(parts, parent)
        with part.journal_path.open("ab") as journal:
            journal.write(b"more")
        return merged

    monkeypatch.setattr("surefoot.service.runtime.joining.merge_recordings", merge_while_it_grows)
    join_parts(settings)
    assert part.journal_path.read_bytes().endswith(b"more")
    assert not open_run(part.path).manifest.ended


@pytest.mark.parametrize("garbage", [b"\x5a" * 5000, b""])
def test_a_part_without_one_readable_packet_is_kept_aside_and_told(
    settings: Settings, rolled: DemoRun, tmp_path: Path, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    part = brought(settings, piece(tmp_path, rolled.run, lambda entry: entry.arrival_s < 5.0))
    part.journal_path.write_bytes(garbage)
    assert join_parts(settings) == join_parts(settings) == []
    assert not settings.runs_folder.is_dir() or list_runs(settings.runs_folder) == ()
    (kept,) = settings.parts_folder.glob("belt/*/journal.bin")
    assert part.manifest.run_id in kept.parent.name
    assert kept.read_bytes() == garbage
    (told,) = part_notices(settings)
    assert told == (
        f"A recording of belt holds no packet that can be read and is no run: delete "
        f"parts/belt/{kept.parent.name} in the data folder if nothing is missing."
    )
    (logged,) = caplog.messages
    assert str(kept.parent) in logged


def test_a_part_that_has_not_ended_or_whose_run_has_not_waits(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    live = piece(settings.runs_folder, rolled.run, lambda entry: entry.arrival_s < 30.0)
    manifest = live.path / "manifest.json"
    for file in (manifest, live.path / "manifest-copy.json"):
        file.write_text(_going_on(live))
    brought(settings, piece(tmp_path, rolled.run, lambda entry: entry.arrival_s > 25.0))
    assert join_parts(settings) == []
    assert len(list(settings.parts_folder.glob("*/*"))) == 1
    open_run(live.path).mark_ended()
    assert len(join_parts(settings)) == 1


def test_a_part_waits_for_a_run_that_has_just_begun_and_has_nothing_yet(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    part = brought(settings, piece(tmp_path, rolled.run, lambda entry: entry.arrival_s < 30.0))
    begun = part.manifest.created_utc + timedelta(seconds=32.0)
    live = create_run(settings.runs_folder, part.manifest.pods, software="test", created_utc=begun)
    assert join_parts(settings) == []
    live.mark_ended()
    assert len(join_parts(settings)) == 1


def test_a_run_that_began_while_its_first_part_was_joined_is_one_run_once_it_has_ended(
    settings: Settings, rolled: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(settings, piece(tmp_path, rolled.run, lambda entry: entry.arrival_s < 30.0))
    live: list[RunFolder] = []

    def merge_while_a_run_begins(parts: Sequence[RunFolder], parent: Path) -> RunFolder:
        live.append(piece(parent, rolled.run, lambda entry: entry.arrival_s > 28.0, later_s=28.0))
        return merge_recordings(parts, parent)

    with monkeypatch.context() as patched:
        patched.setattr("surefoot.service.runtime.joining.merge_recordings", merge_while_a_run_begins)
        (first,) = join_parts(settings)
    assert len(list_runs(settings.runs_folder)) == 2
    for run in (first.run, *live):
        store_recorded_run(run, settings)
    write_manifest(RunFolder(live[0].path, replace(live[0].manifest, ended=False)))
    assert join_parts(settings) == []
    live[0].mark_ended()
    (joined,) = join_parts(settings)
    (run,) = list_runs(settings.runs_folder)
    assert run.manifest.run_id == joined.run.manifest.run_id == first.run.manifest.run_id
    assert sorted(identities(entries_of(run))) == sorted(set(identities(entries_of(rolled.run))))
    with StoreReader(settings.store_path) as reader:
        assert [stored.run for stored in reader.runs()] == [run.manifest.run_id]
    assert join_parts(settings) == []


def _going_on(run: RunFolder) -> str:
    return replace(run.manifest, ended=False).to_json()


def test_a_part_of_a_run_that_a_crash_cut_off_is_joined_once_that_has_ended(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    live = piece(settings.runs_folder, rolled.run, lambda entry: entry.arrival_s < 30.0)
    for file in (live.path / "manifest.json", live.path / "manifest-copy.json"):
        file.write_text(_going_on(live))
    brought(settings, piece(tmp_path, rolled.run, lambda _: True, kept_by_pod=True))
    told: list[JoinedRun] = []

    async def catch_up() -> None:
        async with CatchUp(settings, lambda _: False, lambda _: None, told.append) as working:
            working.want()

    asyncio.run(catch_up())
    (run,) = list_runs(settings.runs_folder)
    assert [each.run.manifest.run_id for each in told] == [run.manifest.run_id] == [live.manifest.run_id]
    assert sorted(identities(entries_of(run))) == sorted(set(identities(entries_of(rolled.run))))


def test_a_part_between_two_runs_of_the_store_makes_one_of_them(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    first = piece(settings.runs_folder, rolled.run, lambda entry: entry.arrival_s < 30.0)
    last = piece(settings.runs_folder, rolled.run, lambda entry: entry.arrival_s > 40.0, later_s=40.0)
    for run in (first, last):
        store_recorded_run(run, settings)
    before = alerts(settings)
    brought(settings, piece(tmp_path, rolled.run, lambda _: True, later_s=1.0, kept_by_pod=True))
    join_parts(settings)
    assert [run.manifest.run_id for run in list_runs(settings.runs_folder)] == [first.manifest.run_id]
    with StoreReader(settings.store_path) as reader:
        assert [stored.run for stored in reader.runs()] == [first.manifest.run_id]
    raised = [finding for finding, event in alerts(settings) if event == "raised" and finding != "None"]
    assert len(raised) == len(set(raised))
    assert {finding for finding, _ in before} <= {finding for finding, _ in alerts(settings)}


def test_runs_of_the_same_pods_with_a_rest_between_them_stay_two(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    first = piece(settings.runs_folder, rolled.run, lambda _: True)
    other = piece(tmp_path, rolled.run, lambda _: True, kept_by_pod=True)
    shutil.copytree(other.path, tmp_path / "copy")
    later = brought(settings, other).redate(first.manifest.created_utc + timedelta(minutes=30))
    again = RunFolder(later.path, later.manifest)
    _as_another_boot(again)
    assert len(join_parts(settings)) == 1
    assert len(list_runs(settings.runs_folder)) == 2


def packets_of(runs: Iterable[RunFolder]) -> list[tuple[str, int, int]]:
    """Serial number, boot and sequence of all packets of some recordings."""
    return [
        (run.manifest.pods[pod].serial, boot, sequence)
        for run in runs
        for pod, boot, sequence in identities(entries_of(run))
    ]


def with_another_pod(run: RunFolder, serial: str) -> RunFolder:
    """The same readings, but from another pod on the left foot."""
    left, right = run.manifest.pods
    write_manifest(RunFolder(run.path, replace(run.manifest, pods=(replace(left, serial=serial), right))))
    entries = entries_of(run)
    run.journal_path.unlink()
    with JournalWriter(run.journal_path) as journal:
        for entry in entries:
            if isinstance(entry, PodEntry) and entry.pod == 0:
                entry = replace(entry, info=bytes(replace(PodInfo.from_bytes(entry.info), serial=serial)))
            journal.append(entry)
    return open_run(run.path)


def test_a_pod_that_was_swapped_for_another_in_mid_run_makes_a_run_of_its_own(
    settings: Settings, rolled: DemoRun, tmp_path: Path
) -> None:
    live = piece(settings.runs_folder, rolled.run, lambda entry: entry.arrival_s < 30.0)
    later = piece(tmp_path, rolled.run, lambda entry: 32.0 < entry.arrival_s < 50.0, later_s=30.0)
    swapped = brought(settings, with_another_pod(later, "SIM010009"))
    last = brought(settings, piece(tmp_path, rolled.run, lambda entry: entry.arrival_s > 45.0, later_s=45.0), "phone")
    heard = packets_of([live, swapped, last])
    assert len(join_parts(settings)) == 2
    runs = list_runs(settings.runs_folder)
    assert set(packets_of(runs)) == set(heard)
    assert {run.manifest.pods for run in runs} == {live.manifest.pods, swapped.manifest.pods}
    assert list(settings.parts_folder.glob("*/*")) == []
    assert join_parts(settings) == []
    assert list_runs(settings.runs_folder) == runs


def _as_another_boot(run: RunFolder) -> None:
    """The same readings from pods that were switched off and on before."""
    entries = entries_of(run)
    run.journal_path.unlink()
    with JournalWriter(run.journal_path) as journal:
        for entry in entries:
            if isinstance(entry, PacketEntry):
                packet = Packet.from_bytes(entry.data)
                entry = replace(entry, data=bytes(replace(packet, boot=packet.boot ^ 1)))
            elif isinstance(entry, PodEntry):
                info = PodInfo.from_bytes(entry.info)
                entry = replace(entry, info=bytes(replace(info, boot=info.boot ^ 1)))
            elif isinstance(entry, ClockEntry):
                entry = replace(entry, mapping=replace(entry.mapping, boot=entry.mapping.boot ^ 1))
            journal.append(entry)


def test_nothing_is_lost_if_the_store_fails_between_folder_and_store(
    settings: Settings, rolled: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_parts(settings, rolled.run, tmp_path)

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("surefoot.service.runtime.joining.replace_results", fail)
    with pytest.raises(KeyboardInterrupt):
        join_parts(settings)
    monkeypatch.undo()
    join_parts(settings)
    (run,) = list_runs(settings.runs_folder)
    assert sorted(identities(entries_of(run))) == sorted(set(identities(entries_of(rolled.run))))
    results = analyze_run(run, lambda *_: None).runners[RUNNER].results
    with StoreReader(settings.store_path) as reader:
        assert len(reader.results(run.manifest.run_id, RUNNER).strides[Foot.LEFT]) == len(results.strides[Foot.LEFT])
