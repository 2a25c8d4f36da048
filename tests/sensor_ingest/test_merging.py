"""Recordings of one run, from several receivers, become one that replays as if it had been heard whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.scenarios import PowerCycle
from surefoot.sensor_ingest.recording.entries import EndEntry
from surefoot.sensor_ingest.recording.errors import RunUnwritableError
from surefoot.sensor_ingest.recording.folder_swap import finish_swaps
from surefoot.sensor_ingest.recording.merging import merge_recordings
from surefoot.sensor_ingest.recording.pair_clock import PairClock
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs, open_run, write_manifest
from tests.sensor_ingest.pieces import entries_of, identities, piece
from tests.sensor_ingest.virtual import in_virtual_time, record, replayed, standing

SAMPLE_S = 1 / 208


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A minute, in which one pod is switched off and on."""
    scenario = standing(60.0, PowerCycle(Foot.RIGHT, 35.0, 2.0))
    return in_virtual_time(record(tmp_path_factory.mktemp("whole"), scenario))[0]


def assert_same_times(
    run: RunFolder, whole: RunFolder, within_s: float, from_s: float = 0.0, until_s: float = 1e9
) -> None:
    found, true = replayed(run), replayed(whole)
    for pod in (0, 1):
        times_s, true_s = found.times_s(pod), true.times_s(pod)
        assert len(times_s) == len(true_s)
        heard = (true_s >= from_s) & (true_s < until_s)
        np.testing.assert_allclose(times_s[heard], true_s[heard], rtol=0.0, atol=within_s)
        np.testing.assert_array_equal(found.acc_mps2(pod), true.acc_mps2(pod))


def test_a_recording_alone_stays_what_it_is_however_often_it_is_merged(tmp_path: Path, whole: RunFolder) -> None:
    once = merge_recordings([whole], tmp_path)
    twice = merge_recordings([once, whole], tmp_path)
    assert open_run(once.path).manifest == replace(whole.manifest, ended=True, of_parts=True)
    assert_same_times(once, whole, 1e-9)
    assert_same_times(twice, once, 1e-9)
    assert sorted(identities(entries_of(twice))) == sorted(set(identities(entries_of(whole))))


def test_three_receivers_make_one_run_with_nothing_missing_and_nothing_twice(tmp_path: Path, whole: RunFolder) -> None:
    live = piece(tmp_path / "live", whole, lambda entry: entry.arrival_s < 15.0)
    gateway = piece(
        tmp_path / "gateway", whole, lambda entry: entry.arrival_s > 42.0, later_s=40.0, date_error_s=7200.0, shuffled=1
    )
    kept = piece(tmp_path / "kept", whole, lambda _: True, later_s=3.0, date_error_s=0.4, kept_by_pod=True)
    run = merge_recordings([live, gateway, kept], tmp_path / "runs")
    assert run.manifest.run_id == live.manifest.run_id
    found = identities(entries_of(run))
    assert sorted(found) == sorted(set(identities(entries_of(whole))))
    assert_same_times(run, whole, 1e-9, until_s=14.0)
    assert_same_times(run, whole, SAMPLE_S)


def test_a_recording_that_nobody_timed_is_timed_by_when_its_packets_came(tmp_path: Path, whole: RunFolder) -> None:
    phone = piece(tmp_path / "phone", whole, lambda _: True, timed=False)
    assert_same_times(merge_recordings([phone], tmp_path / "runs"), whole, SAMPLE_S)


def test_a_boot_that_was_heard_too_briefly_to_be_timed_is_kept_as_it_came(tmp_path: Path, whole: RunFolder) -> None:
    brief = piece(tmp_path / "brief", whole, lambda entry: entry.arrival_s < 38.5, shuffled=1)
    once = merge_recordings([brief], tmp_path / "runs")
    assert sorted(identities(entries_of(once))) == sorted(set(identities(entries_of(brief))))
    assert all(entry.at_s < 61.0 for entry in entries_of(once) if isinstance(entry, EndEntry))
    late = piece(tmp_path / "late", whole, lambda entry: entry.arrival_s > 37.0, later_s=30.0, date_error_s=2.0)
    assert_same_times(merge_recordings([once, late], tmp_path / "runs"), whole, SAMPLE_S)


def test_the_pods_own_recording_is_moved_onto_the_clock_of_the_live_one(tmp_path: Path, whole: RunFolder) -> None:
    live = piece(tmp_path / "live", whole, lambda entry: entry.arrival_s < 15.0)
    kept = piece(tmp_path / "kept", whole, lambda _: True, later_s=-40.0, date_error_s=3000.0, kept_by_pod=True)
    assert_same_times(merge_recordings([kept, live], tmp_path / "runs"), whole, SAMPLE_S)


def test_a_pod_that_one_recording_lacks_comes_from_the_other(tmp_path: Path, whole: RunFolder) -> None:
    left = piece(tmp_path / "left", whole, lambda _: True, pods=(0,))
    right = piece(tmp_path / "right", whole, lambda _: True, pods=(1,), kept_by_pod=True)
    run = merge_recordings(
        [left, right.redate(right.manifest.created_utc + timedelta(milliseconds=1))], tmp_path / "runs"
    )
    assert run.manifest.pods == whole.manifest.pods
    assert_same_times(run, whole, 0.0011)


def test_who_confirmed_the_feet_is_believed(tmp_path: Path, whole: RunFolder) -> None:
    first = piece(tmp_path / "first", whole, lambda entry: entry.arrival_s < 15.0)
    other = piece(tmp_path / "other", whole, lambda entry: entry.arrival_s > 12.0, later_s=10.0)
    exchanged = [replace(pod, foot=pod.foot.other) for pod in whole.manifest.pods]
    confirmed = other.reassign(exchanged).confirm_sides(exchanged[0].runner)
    run = merge_recordings([first, confirmed], tmp_path / "runs")
    assert [pod.foot for pod in run.manifest.pods] == [pod.foot for pod in exchanged]
    assert run.manifest.sides_confirmed == confirmed.manifest.sides_confirmed


def test_a_second_pod_on_a_foot_is_taken_to_be_on_the_other(tmp_path: Path, whole: RunFolder) -> None:
    left = piece(tmp_path / "left", whole, lambda _: True, pods=(0,))
    right = piece(tmp_path / "right", whole, lambda _: True, pods=(1,))
    wrong = right.reassign([replace(right.manifest.pods[0], foot=left.manifest.pods[0].foot)])
    run = merge_recordings([left, wrong], tmp_path / "runs")
    assert {pod.foot for pod in run.manifest.pods} == set(Foot)


def test_where_both_pods_were_heard_live_their_clocks_are_known(tmp_path: Path, whole: RunFolder) -> None:
    runner = whole.manifest.runners[0]
    live = piece(tmp_path / "live", whole, lambda entry: 20.0 < entry.arrival_s < 30.0, later_s=18.0)
    kept = piece(tmp_path / "kept", whole, lambda _: True, kept_by_pod=True)
    unsure = replace(kept.manifest, pair_clocks={runner: PairClock(0.002, ((10.0, 25.0), (40.0, 50.0)))})
    write_manifest(RunFolder(kept.path, unsure))
    run = merge_recordings([live, open_run(kept.path)], tmp_path / "runs")
    (clock,) = run.manifest.pair_clocks.values()
    assert clock.sd_s == 0.002
    np.testing.assert_allclose(clock.unknown_s, [(10.0, 20.0), (40.0, 50.0)], atol=0.2)


@pytest.mark.parametrize("renamings", [0, 1])
def test_a_crash_leaves_the_recording_or_the_one_run(
    tmp_path: Path, whole: RunFolder, renamings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    live = piece(runs, whole, lambda entry: entry.arrival_s < 15.0)
    (live.path / "report.html").write_text("a report")
    kept = piece(tmp_path / "kept", whole, lambda _: True, later_s=3.0, kept_by_pod=True)
    rename, done = Path.rename, 0

    def fail(path: Path, target: Path) -> Path:
        nonlocal done
        if path.name.startswith(".") or target.name.startswith("."):
            done += 1
            if done > renamings:
                raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(KeyboardInterrupt):
        merge_recordings([live, kept], runs)
    monkeypatch.undo()
    finish_swaps(runs)
    (found,) = list_runs(runs)
    assert len(identities(entries_of(found))) in {
        len(identities(entries_of(live))),
        len(set(identities(entries_of(whole)))),
    }
    merged = merge_recordings([found, kept], runs)
    assert sorted(identities(entries_of(merged))) == sorted(set(identities(entries_of(whole))))
    assert [path.name for path in runs.iterdir()] == [live.manifest.run_id]
    assert (merged.path / "report.html").read_text() == "a report"


def test_a_full_disk_is_told_and_leaves_the_recording(
    tmp_path: Path, whole: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = piece(tmp_path / "runs", whole, lambda entry: entry.arrival_s < 15.0)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(RunUnwritableError, match="No space left"):
        merge_recordings([live, whole], tmp_path / "runs")
    monkeypatch.undo()
    finish_swaps(tmp_path / "runs")
    assert [run.manifest for run in list_runs(tmp_path / "runs")] == [live.manifest]
