"""A run's folder says what the run is, or in one sentence why it does not."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.errors import (
    NotARunError,
    RunFormatNewerError,
    RunMissingError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import create_run, list_runs, open_run
from surefoot.sensor_ingest.recording.runner_ids import runner_id

CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PODS = [PodAssignment("A0001", Foot.LEFT, "runner-1"), PodAssignment("A0002", Foot.RIGHT, "runner-1")]


def test_what_is_created_is_opened(tmp_path: Path) -> None:
    run = create_run(tmp_path, PODS, software="0.1.0", created_utc=CREATED)
    assert open_run(run.path) == run
    assert run.manifest.pods == tuple(PODS)
    assert run.manifest.runners == ("runner-1",)
    assert run.manifest.created_utc == CREATED
    assert not run.manifest.ended
    assert run.path.name == run.manifest.run_id
    assert run.manifest.run_id.startswith("20260102T030405Z-")


def test_an_ended_run_stays_ended(tmp_path: Path) -> None:
    run = create_run(tmp_path, PODS, software="0.1.0")
    assert run.mark_ended() == open_run(run.path)
    assert open_run(run.path).manifest.ended


def test_runs_are_listed_oldest_first_and_other_things_passed_over(tmp_path: Path) -> None:
    later = create_run(tmp_path, PODS, software="0.1.0", created_utc=CREATED + timedelta(seconds=1))
    first = create_run(tmp_path, PODS[:1], software="0.1.0", created_utc=CREATED)
    (tmp_path / "photos").mkdir()
    (tmp_path / "note.txt").write_text("hello")
    assert list_runs(tmp_path) == (first, later)


def test_times_are_kept_in_utc(tmp_path: Path) -> None:
    local = datetime.fromisoformat("2026-01-02T05:04:05+02:00")
    assert create_run(tmp_path, PODS, software="0.1.0", created_utc=local).manifest.created_utc == CREATED


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        ([], "name at least one pod"),
        ([PODS[0], PODS[0]], "a serial number is named twice"),
        ([PODS[0], PodAssignment("A0003", Foot.LEFT, "runner-1")], "two pods on the same foot"),
        ([PodAssignment("A0003", Foot.LEFT, "../x")], "is no runner's id"),
    ],
)
def test_impossible_pods_are_refused(tmp_path: Path, pods: list[PodAssignment], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        create_run(tmp_path, pods, software="0.1.0")


def test_a_runner_is_called_by_name_and_known_by_id(tmp_path: Path) -> None:
    run = create_run(tmp_path, [PodAssignment("A0001", Foot.LEFT, "jo", "José 🏃")], software="0.1.0")
    assert open_run(run.path) == run
    assert run.manifest.names == {"jo": "José 🏃"}


def test_a_run_of_an_earlier_version_with_a_name_for_an_id_is_read(tmp_path: Path) -> None:
    run = create_run(tmp_path, PODS, software="0.1.0")
    fields = json.loads((run.path / "manifest.json").read_text())
    del fields["checksum"]
    fields["pods"] = [{"serial": "A0001", "foot": "left", "runner": "../José\n"}]
    (run.path / "manifest.json").write_text(json.dumps(fields))
    assert open_run(run.path).manifest.names == {runner_id("../José\n"): "../José"}


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunMissingError, match=r"absent: there is no such folder; check the name\.$"):
        open_run(tmp_path / "absent")
    with pytest.raises(RunMissingError):
        list_runs(tmp_path / "absent")


def test_a_folder_that_is_no_run_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotARunError, match=r"is not a recorded run \(there is no manifest.json\)\.$"):
        open_run(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format": 1}', '{"format": "x"}', "{" * 5000, "[" * 90_000, "\udcff"]
)
def test_a_damaged_manifest_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(NotARunError, match=r"is not a recorded run \(its manifest.json is damaged\)\.$"):
        open_run(tmp_path)


def test_any_cut_of_the_manifest_is_an_ingest_error(tmp_path: Path) -> None:
    run = create_run(tmp_path, PODS, software="0.1.0", created_utc=CREATED)
    whole = (run.path / "manifest.json").read_bytes()
    (run.path / "manifest-copy.json").unlink()
    for length in range(len(whole) - 2):
        (run.path / "manifest.json").write_bytes(whole[:length])
        with pytest.raises(IngestError):
            open_run(run.path)


def test_a_change_of_any_byte_of_the_manifest_is_made_good_by_its_copy(tmp_path: Path) -> None:
    run = create_run(tmp_path, PODS, software="0.1.0", created_utc=CREATED)
    whole, rng = (run.path / "manifest.json").read_bytes(), random.Random(1)
    assert whole == (run.path / "manifest-copy.json").read_bytes()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << rng.randrange(8)
        (run.path / "manifest.json").write_bytes(changed)
        assert open_run(run.path) == run
    (run.path / "manifest.json").unlink()
    assert open_run(run.path) == run
    assert list_runs(tmp_path) == (run,)


def test_a_manifest_of_an_earlier_version_has_no_checksum(tmp_path: Path) -> None:
    run = create_run(tmp_path, PODS, software="0.1.0", created_utc=CREATED)
    fields = json.loads(run.manifest.to_json())
    del fields["checksum"]
    (run.path / "manifest.json").write_text(json.dumps(fields | {"software": "0.0.9"}))
    assert open_run(run.path).manifest.software == "0.0.9"


@pytest.mark.parametrize(
    "changes",
    [
        {"run": "../elsewhere"},
        {"run": "a/b"},
        {"run": ""},
        {"run": "r" * 200},
        {"created_utc": "9999-12-31T23:59:59+00:00"},
        {"created_utc": "0001-01-01T00:00:00+14:00"},
        {"created_utc": "2026-01-02T03:04:05"},
        {"software": "x" * 1_000_000},
    ],
)
def test_an_impossible_manifest_is_one_sentence(tmp_path: Path, changes: dict[str, str]) -> None:
    run = create_run(tmp_path, PODS, software="0.1.0", created_utc=CREATED)
    fields = json.loads(run.manifest.to_json()) | changes
    del fields["checksum"]
    (run.path / "manifest.json").write_text(json.dumps(fields))
    (run.path / "manifest-copy.json").unlink()
    with pytest.raises(NotARunError, match=r"is not a recorded run \(its manifest.json is damaged\)\.$"):
        open_run(run.path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_place_of_a_file_is_one_sentence(tmp_path: Path) -> None:
    run = create_run(tmp_path, PODS, software="0.1.0", created_utc=CREATED)
    os.mkfifo(run.journal_path)
    with pytest.raises(NotARunError, match=r"is not a recorded run \(it is not a file\)\.$"):
        list(JournalReader(run.journal_path))
    for name in ("manifest.json", "manifest-copy.json"):
        (run.path / name).unlink()
    os.mkfifo(run.path / "manifest.json")
    with pytest.raises(NotARunError, match=r"is not a recorded run \(its manifest.json is not a file\)\.$"):
        open_run(run.path)


def test_a_newer_format_is_one_sentence(tmp_path: Path) -> None:
    run = create_run(tmp_path, PODS, software="9.0.0")
    fields = json.loads((run.path / "manifest.json").read_text())
    for name in ("manifest.json", "manifest-copy.json"):
        (run.path / name).write_text(json.dumps(fields | {"format": 2}))
    with pytest.raises(RunFormatNewerError, match=r"has format 2, this version reads up to 1; update surefoot\.$"):
        open_run(run.path)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunUnwritableError, match=r"cannot be written \(Not a directory\)"):
        create_run(tmp_path / "file", PODS, software="0.1.0")


@pytest.mark.parametrize(
    ("change", "kept"),
    [({}, True), ({"foot": Foot.RIGHT}, False), ({"serial": "9F9F"}, False), ({"runner": "bea"}, False)],
)
def test_a_confirmed_side_is_kept_for_the_same_pods_on_the_same_feet_of_the_same_runner(
    tmp_path: Path, change: dict[str, Any], kept: bool
) -> None:
    pod = PodAssignment("1A2B", Foot.LEFT, "ann")
    create_run(tmp_path, [pod], software="test").confirm_sides("ann")
    again = create_run(tmp_path, [replace(pod, **change)], software="test")
    assert open_run(again.path).manifest.sides_confirmed == (("ann",) if kept else ())
