"""A recording that has lost its manifest is known again by its journal."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.sensor_ingest.recording.adoption import adopt_recording, orphaned_recordings
from surefoot.sensor_ingest.recording.entries import PodEntry
from surefoot.sensor_ingest.recording.errors import NotARunError, RunBusyError
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs, open_run
from tests.sensor_ingest.virtual import CREATED, RUNNER, in_virtual_time, record, standing


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return in_virtual_time(record(tmp_path_factory.mktemp("runs"), standing(8.0)))[0]


@pytest.fixture
def orphan(recorded: RunFolder, tmp_path: Path) -> Path:
    """A copy of the recording without its manifest."""
    copy = Path(shutil.copytree(recorded.path, tmp_path / recorded.path.name))
    for manifest in copy.glob("manifest*"):
        manifest.unlink()
    return copy


def test_pods_runner_date_and_end_are_found_again(recorded: RunFolder, orphan: Path) -> None:
    assert list(orphaned_recordings(orphan.parent)) == [orphan]
    adopted = adopt_recording(orphan, "test")
    assert open_run(orphan).manifest == recorded.manifest
    assert list(orphaned_recordings(orphan.parent)) == []
    assert str(adopted) == (
        f"{orphan}: had no manifest; it has a new one, by its journal: SIM010001 on the left foot of {RUNNER},"
        f" SIM010002 on the right foot of {RUNNER}; begun 2026-01-02 03:04 UTC, by its folder's name."
    )


def test_a_folder_with_another_name_is_dated_by_its_last_write(orphan: Path) -> None:
    renamed = orphan.rename(orphan.parent / "saved")
    reader = JournalReader(renamed / "journal.bin")
    list(reader)
    written_s = (CREATED + timedelta(days=1)).timestamp()
    os.utime(renamed / "journal.bin", (written_s, written_s))
    adopted = adopt_recording(renamed, "test")
    assert adopted.run.manifest.created_utc == CREATED + timedelta(days=1, seconds=-reader.latest_s)
    assert str(adopted).endswith("UTC, by the time at which it was last written.")


def test_a_pod_that_never_connected_keeps_its_place(recorded: RunFolder, orphan: Path) -> None:
    entries = [each for each in JournalReader(recorded.journal_path) if not isinstance(each, PodEntry) or each.pod == 1]
    (orphan / "journal.bin").unlink()
    with JournalWriter(orphan / "journal.bin") as journal:
        for entry in entries:
            journal.append(entry)
    pods = adopt_recording(orphan, "test").run.manifest.pods
    assert pods == (replace(recorded.manifest.pods[0], serial="unknown-0"), recorded.manifest.pods[1])


def test_what_names_no_pod_stays_as_it_is(orphan: Path) -> None:
    (orphan / "journal.bin").write_bytes(b"nothing that a journal has")
    with pytest.raises(NotARunError, match="its journal gives none: no pod was ever connected"):
        adopt_recording(orphan, "test")
    assert list_runs(orphan.parent) == ()


def test_what_is_being_recorded_is_left_alone(orphan: Path) -> None:
    with JournalWriter(orphan / "journal.bin"), pytest.raises(RunBusyError):
        adopt_recording(orphan, "test")
