"""Any byte of any file of a run may be wrong: what it touched is gone, nothing is invented, everything else is kept."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs, open_run
from tests.sensor_ingest.damage import Damaged, WholeJournal, byte_overwritten, untouched
from tests.sensor_ingest.virtual import in_virtual_time, record, replayed, standing
from tests.sensor_ingest.wire import PER_PACKET

CHANGES, REPLAYS = 150, 15


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Half a minute of two pods."""
    return in_virtual_time(record(tmp_path_factory.mktemp("recorded"), standing(30.0)))[0]


def changed(run: RunFolder, parent: Path, changes: int) -> Iterator[tuple[str, Damaged]]:
    """Copies of the run in `parent`, one after the other, with one byte of one of its files another."""
    rng, copy = random.Random(1), parent / run.path.name
    files = sorted(run.path.iterdir())
    assert len(files) == 3
    for number in range(changes):
        file = files[number % len(files)]
        whole = file.read_bytes()
        damaged = byte_overwritten(whole, rng)
        shutil.copytree(run.path, copy, dirs_exist_ok=True)
        (copy / file.name).write_bytes(damaged.data)
        yield f"byte {damaged.start} of {file.name}", damaged if file == run.journal_path else untouched(whole, rng)


def test_of_a_changed_run_everything_else_is_read(tmp_path: Path, run: RunFolder) -> None:
    whole = WholeJournal(run.journal_path)
    for what, damaged in changed(run, tmp_path, CHANGES):
        (found,) = list_runs(tmp_path)
        assert found.manifest == run.manifest, what
        kept = whole.kept_in(found.journal_path, damaged)
        assert (kept.lost, kept.invented) == (0, 0), what


def test_of_a_changed_run_no_reading_is_invented(tmp_path: Path, run: RunFolder) -> None:
    truth = replayed(run)
    readings = [{tuple(row) for row in truth.acc_mps2(pod)} for pod in (0, 1)]
    for what, _ in changed(run, tmp_path, REPLAYS):
        (found,) = list_runs(tmp_path)
        again = replayed(found)
        for pod in (0, 1):
            assert (np.diff(again.times_s(pod)) > 0).all(), what
            assert len(again.times_s(pod)) >= len(truth.times_s(pod)) - PER_PACKET, what
            assert {tuple(row) for row in again.acc_mps2(pod)} <= readings[pod], what


def opened(path: Path) -> RunFolder | IngestError:
    """A run, or why it is none."""
    try:
        return open_run(path)
    except IngestError as error:
        return error


def test_whatever_both_manifests_say_is_a_run_or_a_sentence(tmp_path: Path, run: RunFolder) -> None:
    rng = random.Random(2)
    copy = tmp_path / run.path.name
    shutil.copytree(run.path, copy)
    for _ in range(CHANGES):
        for name in ("manifest.json", "manifest-copy.json"):
            (copy / name).write_bytes(byte_overwritten((run.path / name).read_bytes(), rng).data)
        found = opened(copy)
        assert "\n" not in str(found) if isinstance(found, IngestError) else found.manifest == run.manifest
