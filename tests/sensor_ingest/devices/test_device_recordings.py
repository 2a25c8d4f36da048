"""What sensors of other makers notified outlives damage, crashes, and being heard in pieces by several recorders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results, Session
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.protocol import PodInfo
from surefoot.sensor_ingest.recording.entries import ClockEntry, EndEntry, Entry, EventEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.frames import encode_frame
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.merging import merge_recordings
from surefoot.sensor_ingest.recording.run_activity import read_activity
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, end_interrupted_run, open_run
from tests.devices.rows import DEVICES, Device
from tests.sensor_ingest.pieces import entries_of
from tests.sensor_ingest.virtual import CREATED, RUNNER, Taken, in_virtual_time, recording, replayed

RUN = Scenario("run", RunnerProfile(), (PlannedBout("still", 4.0), PlannedBout("run", 24.0, speed_mps=3.0)))
FASTEST, *OTHERS = DEVICES
CLOCK_STEP_S, SAMPLE_S = 0.002, 1 / 208


@pytest.fixture(
    scope="module",
    params=[FASTEST, *(pytest.param(other, marks=pytest.mark.slow) for other in OTHERS)],
    ids=lambda device: device.name.split()[0],
)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Two of a kind, of which the right one is out of reach for some seconds."""
    device: Device = request.param

    async def record() -> RunFolder:
        pods = [PodAssignment(device.serials[foot], foot, RUNNER) for foot in Foot]
        folder = create_run(tmp_path_factory.mktemp("whole"), pods, software="test", created_utc=CREATED)
        quality = LinkQuality(packet_error_rate=0.02)
        async with Simulation(3) as simulation:
            runner = await simulation.add_runner(RUNNER, RUN)
            async with (
                device.wear(simulation, runner, Foot.LEFT, quality),
                device.wear(simulation, runner, Foot.RIGHT, quality) as right,
                recording(folder, simulation, Taken()),
            ):
                await asyncio.sleep(10.0)
                await right.outage(3.0)
                await asyncio.sleep(14.0)
        return open_run(folder.path)

    return in_virtual_time(record())


def heard(parent: Path, whole: RunFolder, first_s: float, last_s: float, boots: int = 0) -> RunFolder:
    """What another recorder heard of it, from `first_s` until `last_s` of its session, over connections of its own."""
    worn, created = whole.manifest.pods, whole.manifest.created_utc + timedelta(seconds=first_s)
    run = create_run(parent, worn, software="test", created_utc=created)
    with JournalWriter(run.journal_path) as journal:
        for entry in entries_of(whole):
            for moved in _moved(entry, first_s, last_s, boots):
                journal.append(moved)
        journal.append(EndEntry(last_s - first_s))
    return run.mark_ended()


def _moved(entry: Entry, first_s: float, last_s: float, boots: int) -> list[Entry]:
    match entry:
        case PacketEntry(arrival_s=at_s) if first_s <= at_s < last_s:
            return [replace(entry, arrival_s=at_s - first_s)]
        case PodEntry(connected_s=at_s) if at_s < last_s:
            info = PodInfo.from_bytes(entry.info)
            own = bytes(replace(info, boot=info.boot + boots & 0xFFFF))
            return [replace(entry, connected_s=max(at_s - first_s, 0.0), info=own)]
        case ClockEntry(mapping=mapping):
            moved = replace(mapping, boot=mapping.boot + boots & 0xFFFF, session0_s=mapping.session0_s - first_s)
            return [replace(entry, mapping=moved)]
        case EventEntry(at_s=at_s) if first_s <= at_s < last_s:
            return [replace(entry, at_s=at_s - first_s)]
    return []


def notified(run: RunFolder) -> list[tuple[int, bytes]]:
    return [(entry.pod, entry.data) for entry in entries_of(run) if isinstance(entry, PacketEntry)]


def strides_of(run: RunFolder) -> Results:
    session = Session()
    return Results.join([*(session.push(batch.samples) for batch in replayed(run).batches), session.flush()])


def assert_same(run: RunFolder, whole: RunFolder, within_s: float) -> None:
    found, true = replayed(run), replayed(whole)
    for pod in (0, 1):
        np.testing.assert_array_equal(found.acc_mps2(pod), true.acc_mps2(pod))
        np.testing.assert_allclose(found.times_s(pod), true.times_s(pod), rtol=0.0, atol=within_s)


def test_a_run_heard_in_two_pieces_that_overlap_is_one_with_the_strides_of_one_recorder(
    tmp_path: Path, whole: RunFolder
) -> None:
    early, late = heard(tmp_path, whole, 0.0, 20.0), heard(tmp_path, whole, 17.0, 60.0, boots=1000)
    assert read_activity(early).is_of_one_run(read_activity(late), still_s=120.0)
    run = merge_recordings([late, early], tmp_path / "runs")
    found = notified(run)
    assert sorted(found) == sorted(set(notified(whole)))
    assert len(set(notified(early)) & set(notified(late))) > 60, "they overlap"
    assert_same(run, whole, SAMPLE_S)
    one, other = strides_of(run).strides, strides_of(whole).strides
    for foot in Foot:
        assert len(one[foot]) == len(other[foot]) > 12
        for metric in ("stride_time_s", "ground_contact_time_s"):
            np.testing.assert_allclose(one[foot].metrics[metric], other[foot].metrics[metric], atol=CLOCK_STEP_S)


def test_a_connection_that_went_on_where_another_recorders_was_lost_is_one_with_both_of_those(
    tmp_path: Path, whole: RunFolder
) -> None:
    lost = heard(tmp_path, whole, 0.0, 8.5), heard(tmp_path, whole, 9.5, 60.0, boots=9)
    once = merge_recordings([*lost, heard(tmp_path, whole, 0.0, 60.0, boots=1000)], tmp_path / "runs")
    assert_same(once, whole, SAMPLE_S)
    twice = merge_recordings([once, whole], tmp_path / "again")
    assert sorted(notified(twice)) == sorted(notified(once)) == sorted(set(notified(whole)))
    connections = [entry for entry in entries_of(twice) if isinstance(entry, PodEntry)]
    assert len(connections) == len([entry for entry in entries_of(whole) if isinstance(entry, PodEntry)])


def test_pieces_without_anything_in_common_follow_each_other(tmp_path: Path, whole: RunFolder) -> None:
    early, late = heard(tmp_path, whole, 0.0, 20.0), heard(tmp_path, whole, 20.0, 60.0, boots=1000)
    run = merge_recordings([early, late], tmp_path / "runs")
    assert sorted(notified(run)) == sorted(set(notified(whole)))
    found, true = replayed(run), replayed(whole)
    for pod in (0, 1):
        assert 0 <= len(true.times_s(pod)) - len(found.times_s(pod)) < 80, "the new connection's first readings"


def test_a_recording_that_was_cut_off_is_ended_and_replayed(tmp_path: Path, whole: RunFolder) -> None:
    true = replayed(whole)
    data = whole.journal_path.read_bytes()
    cut = create_run(tmp_path, whole.manifest.pods, software="test", created_utc=CREATED)
    cut.journal_path.write_bytes(data[: len(data) * 2 // 3 + 1])
    again = replayed(end_interrupted_run(cut))
    for pod in (0, 1):
        count = len(again.times_s(pod))
        assert count > 13 * 208
        assert np.array_equal(again.acc_mps2(pod), true.acc_mps2(pod)[:count])
        assert np.array_equal(again.times_s(pod), true.times_s(pod)[:count])


def _overwritten(whole: RunFolder, parent: Path, gone: Callable[[int, Entry], bool]) -> RunFolder:
    """A copy in which these entries, of which the first argument is the place, cannot be read."""
    copy = create_run(parent, whole.manifest.pods, software="test", created_utc=CREATED)
    data = whole.journal_path.read_bytes()
    for place, entry in enumerate(entries_of(whole)):
        frame = encode_frame(entry)
        if gone(place, entry):
            data = data.replace(frame, bytes(len(frame)), 1)
    copy.journal_path.write_bytes(data)
    return copy


@pytest.mark.parametrize("connection", ["first", "second"])
def test_a_connection_that_a_hole_took_is_told_by_its_clock(tmp_path: Path, whole: RunFolder, connection: str) -> None:
    entries = entries_of(whole)
    places = [place for place, each in enumerate(entries) if isinstance(each, PodEntry) and each.pod == 1]
    assert len(places) == 2
    at = places[0] if connection == "first" else places[1]
    copy = _overwritten(whole, tmp_path, lambda place, _: at <= place < at + 12)
    taken = [each for each in entries[at : at + 12] if isinstance(each, PacketEntry)]
    again, true = replayed(copy), replayed(whole)
    for pod in (0, 1):
        most = 36 * (sum(each.pod == pod for each in taken) + 2)
        there = np.isin(true.acc_mps2(pod)[:, 0], again.acc_mps2(pod)[:, 0])
        assert 0 <= len(true.times_s(pod)) - len(again.times_s(pod)) <= most
        assert there.sum() >= len(there) - most
        nearest = np.abs(again.times_s(pod)[:, None] - true.times_s(pod)[None, :]).min(axis=1)
        assert nearest.max() < CLOCK_STEP_S


def test_nothing_is_given_up_for_a_sensor_that_numbers_nothing(tmp_path: Path, whole: RunFolder) -> None:
    some = {place for place, entry in enumerate(entries_of(whole)) if isinstance(entry, PacketEntry)}
    gone = set(sorted(some)[200:210])
    again, true = replayed(_overwritten(whole, tmp_path, lambda place, _: place in gone)), replayed(whole)
    for pod in (0, 1):
        assert 0 < len(true.times_s(pod)) - len(again.times_s(pod)) < 10 * 36 + 40
