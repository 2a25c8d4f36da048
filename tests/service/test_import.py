"""Runs of a watch are kept once, listed, and survive a broken store; a bad file is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.watches.reading import read_activity
from surefoot.service.configuration import load_configuration
from surefoot.service.settings import Settings
from surefoot.service.store.repair import ensure_store
from surefoot.service.store.watch_runs import WatchRun, WatchRuns
from tests.sensor_ingest.watches.watch_files import fit_file, gpx_file, points, tcx_file
from tests.service.command import surefoot
from tests.service.stored_runs import RUNNER, store_samples

TOLD = "watch-20260102T030405Z of anna: 2:00 min, 0.4 km, 12 m up, heart rate 139, cadence 170.\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_file(points()))
    return path


def kept() -> list[WatchRun]:
    return WatchRuns(load_configuration().settings.store_path).all()


def test_a_run_of_a_watch_is_kept_and_listed(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    assert surefoot(capsys, "import", file, "--runner", "anna").out == f"Kept: {TOLD}"
    _, listed = surefoot(capsys, "runs").out.splitlines()
    assert listed.startswith("watch-20260102T030405Z 02 Jan 2026")
    assert listed.split()[-6:] == ["anna", "2:00", "min", "watch,", "0.4", "km"]
    (run,) = kept()
    assert run.utc_offset_s == 3600.0
    assert not {"latitude", "longitude", "place"} & {name.partition("_")[0] for name in WatchRun.__match_args__}


@pytest.mark.parametrize("again", [fit_file, tcx_file, gpx_file])
def test_a_run_that_comes_twice_counts_once(
    capsys: pytest.CaptureFixture[str], file: Path, again: Callable[..., bytes]
) -> None:
    surefoot(capsys, "import", file, "--runner", "anna")
    other = file.with_name("again")
    other.write_bytes(again(points()[10:]))
    assert surefoot(capsys, "import", other, "--runner", "anna").out == f"Was kept already: {TOLD}"
    assert len(kept()) == 1
    surefoot(capsys, "import", other, "--runner", "bob")
    assert len(kept()) == 2


def test_a_new_store_has_the_runs_of_watches_again(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    surefoot(capsys, "import", file, "--runner", "anna")
    before, store = kept(), load_configuration().settings.store_path
    WatchRuns(store).add(replace(before[0], time_ns=0))
    WatchRuns(store).forget(replace(before[0], time_ns=0))
    store.write_bytes(b"no store any more" * 1000)
    assert ensure_store(store)
    assert kept() == before


def test_recordings_are_listed_where_the_store_is_broken(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    surefoot(capsys, "import", file)
    load_configuration().settings.store_path.write_bytes(b"no store any more" * 1000)
    result = surefoot(capsys, "runs")
    assert result.code == 0
    assert result.out.startswith("No runs are recorded in ")
    assert result.err.startswith("Runs of watches are not listed: ")


def test_a_run_that_pods_recorded_as_well_counts_once(samples: dict[Foot, Samples], tmp_path: Path, file: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    store_samples(settings, samples)
    runs, run = WatchRuns(settings.store_path), WatchRun.of(read_activity(file), RUNNER)
    alone = replace(run, time_ns=run.time_ns + 86_400_000_000_000)
    for each in (run, alone):
        runs.add(each)
    assert runs.without_pods(RUNNER) == [alone]


def test_what_cannot_be_taken_is_one_sentence_and_nothing_is_kept(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    bad = file.with_name("bad.gpx")
    bad.write_bytes(b"<gpx>")
    result = surefoot(capsys, "import", file, bad)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: {bad}: is damaged (it is no XML from line 1 on); export the run once more.\n"
    assert kept() == []
