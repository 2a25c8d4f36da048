"""What pods kept becomes runs by the one rule: left and right together, at their time, each packet once."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.sensor_ingest.pod_store.records import BootRecord, read_record, record_bytes
from surefoot.sensor_ingest.recording.cutting import KeptRun, TakenOver, cut_runs
from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.sensor_ingest.recording.shelf import Shelf
from tests.sensor_ingest.pieces import entries_of, identities
from tests.sensor_ingest.shelved import kept_records, shelve
from tests.sensor_ingest.virtual import in_virtual_time, record, replayed

STILL_S = 20.0
SERIALS = ("SIM010001", "SIM010002")
NOW_S = 2e9
PLAN = (
    PlannedBout("still", 12.0),
    PlannedBout("walk", 15.0, 1.3),
    PlannedBout("still", 15.0),
    PlannedBout("run", 20.0, 3.0),
    PlannedBout("still", 30.0),
    PlannedBout("walk", 15.0, 1.3),
    PlannedBout("still", 5.0),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A walk, a rest too short to end a run, a run, a longer rest, a walk."""
    scenario = Scenario("walk-run", RunnerProfile(), PLAN)
    return in_virtual_time(record(tmp_path_factory.mktemp("whole"), scenario))[0]


@pytest.fixture(scope="module")
def shelf(whole: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf")
    for number, pod in enumerate(whole.manifest.pods):
        shelve(folder, pod.serial, kept_records(whole, number))
    return Shelf(folder)


def taken_over(shelf: Shelf, whole: RunFolder) -> list[TakenOver]:
    return [TakenOver.from_records(pod, shelf.records(pod.serial)) for pod in whole.manifest.pods]


def runs_of(shelf: Shelf, whole: RunFolder) -> list[KeptRun]:
    return cut_runs(taken_over(shelf, whole), STILL_S, "test", NOW_S)


def test_a_rest_ends_a_run_and_a_shorter_one_does_not(shelf: Shelf, whole: RunFolder) -> None:
    first, second = runs_of(shelf, whole)
    assert first.dated
    assert second.dated
    begun_s = [(run.manifest.created_utc - whole.manifest.created_utc).total_seconds() for run in (first, second)]
    assert begun_s == pytest.approx([12.0 - STILL_S / 3, 92.0 - STILL_S / 3], abs=3.0)
    ends_s = [boot.ended_s(packet) for boot in first.boots for packet in boot.packets.values()]
    assert max(ends_s) == pytest.approx(50.0 + 2 * STILL_S / 3, abs=3.0)
    assert first.manifest.pods == whole.manifest.pods


def test_a_run_is_at_the_times_at_which_it_was_heard(shelf: Shelf, whole: RunFolder, tmp_path: Path) -> None:
    kept = runs_of(shelf, whole)[0]
    run = open_run(kept.write(tmp_path).path)
    later_s = (run.manifest.created_utc - whole.manifest.created_utc).total_seconds()
    found, true = replayed(run), replayed(whole)
    for pod in (0, 1):
        times_s, true_s = found.times_s(pod) + later_s, true.times_s(pod)
        inside = (true_s > times_s[0] - 1e-3) & (true_s < times_s[-1] + 1e-3)
        assert len(times_s) == inside.sum()
        np.testing.assert_allclose(times_s, true_s[inside], atol=1 / 208)
        np.testing.assert_array_equal(found.acc_mps2(pod), true.acc_mps2(pod)[inside])
    packets = identities(entries_of(run))
    assert len(packets) == len(set(packets))


def test_what_was_cut_is_remembered_and_takes_no_room(shelf: Shelf, whole: RunFolder, tmp_path: Path) -> None:
    own = Shelf(tmp_path)
    for pod in whole.manifest.pods:
        (tmp_path / f"{pod.serial}.bin").write_bytes((shelf.folder / f"{pod.serial}.bin").read_bytes())
    again = [run.manifest for run in runs_of(own, whole)]
    assert again == [run.manifest for run in runs_of(own, whole)]
    taken = taken_over(own, whole)
    own.mark_cut({pod.worn.serial: pod.next_record for pod in taken})
    assert runs_of(own, whole) == []
    for each in taken:
        assert (tmp_path / f"{each.worn.serial}.bin").stat().st_size < 3000
        with own.open(each.worn.serial) as file:
            assert file.next_record == each.next_record


def test_a_run_of_which_nobody_told_the_time_is_kept_and_told(whole: RunFolder, tmp_path: Path) -> None:
    pod = whole.manifest.pods[0]
    shelf = shelve(tmp_path, pod.serial, kept_records(whole, 0, noted=False))
    runs = cut_runs([TakenOver.from_records(pod, shelf.records(pod.serial))], STILL_S, "test", NOW_S)
    assert [run.dated for run in runs] == [False, False]
    assert any("time unknown" in note for note in runs[0].notes)
    between = runs[1].manifest.created_utc - runs[0].manifest.created_utc
    assert between.total_seconds() == pytest.approx(80.0, abs=3.0)
    assert all(run.manifest.created_utc.timestamp() < NOW_S for run in runs)


def test_runs_of_which_nobody_told_the_time_stay_apart(whole: RunFolder, tmp_path: Path) -> None:
    for number, serial in enumerate(SERIALS):
        once = [read_record(data)[1] for data in kept_records(whole, number, noted=False)]
        starts = [replace(record, boot_count=count) for count in (1, 2, 3) for record in once]
        shelve(tmp_path, serial, [record_bytes(number, record) for number, record in enumerate(starts)])
    runs = [run for run in runs_of(Shelf(tmp_path), whole) if run.manifest.pods[0].serial == SERIALS[0]]
    assert len(runs) == 6
    apart_s = [following.begin_s - run.end_s for run, following in pairwise(runs)]
    assert min(apart_s) > 0.0
    assert min(apart_s[1::2]) > STILL_S, "between starts"
    assert runs[-1].end_s < NOW_S + 60.0


def test_a_boot_whose_info_was_lost_has_that_of_another_one(whole: RunFolder, tmp_path: Path) -> None:
    records = [kept_records(whole, number) for number in (0, 1)]
    infos = [BootRecord(9, read_record(each[0])[1].info) for each in records]  # type: ignore[union-attr]
    for serial, kept, info in zip(SERIALS, records, infos, strict=True):
        shelve(tmp_path / "lost", serial, kept[1:])
        shelve(tmp_path / "later", serial, [*kept[1:], record_bytes(len(kept), info)])
    lost = Shelf(tmp_path / "lost")
    assert runs_of(lost, whole) == []
    held = {pod.worn.serial: pod.next_record for pod in taken_over(lost, whole)}
    before = [len(list(lost.records(serial))) for serial in SERIALS]
    lost.mark_cut(held)
    assert [len(list(lost.records(serial))) for serial in SERIALS] == before
    assert len(runs_of(Shelf(tmp_path / "later"), whole)) == 2


def test_standing_about_is_no_run(whole: RunFolder, tmp_path: Path) -> None:
    pod = whole.manifest.pods[0]
    shelf = shelve(tmp_path, pod.serial, kept_records(whole, 0))
    taken = TakenOver.from_records(pod, shelf.records(pod.serial))
    still = {count: replace(kept, packets=kept.packets[:100]) for count, kept in taken.boots.items()}
    assert cut_runs([replace(taken, boots=still)], STILL_S, "test", NOW_S) == []
