"""A watch's file joins the run of the pods whose cadence it has; its place and heart rate are kept with that run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.sensor_ingest.watches.kept_track import kept_track, track_path
from surefoot.service.configuration import load_configuration
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.store.watch_runs import WatchRuns
from tests.sensor_ingest.watches.watch_files import Kept
from tests.service.command import surefoot
from tests.service.watch_of_run import SMOOTHED_S, kept_by_watch, watch_fit

RUNNER = "runner-1"
LATE_S = (SMOOTHED_S - 1) / 2.0


@pytest.fixture(scope="module")
def kept(watched: DemoRun) -> list[Kept]:
    return kept_by_watch(watched.truth[RUNNER])


@pytest.fixture
def run(watched: DemoRun) -> RunFolder:
    """A copy of the run in the own folder of runs."""
    folder = load_configuration().settings.runs_folder / watched.run.path.name
    return open_run(Path(shutil.copytree(watched.run.path, folder)))


@pytest.fixture
def file(tmp_path: Path, run: RunFolder, kept: list[Kept]) -> Path:
    """Of a watch whose clock is seven seconds ahead."""
    path = tmp_path / "run.fit"
    path.write_bytes(watch_fit(run, kept, ahead_s=7))
    return path


def test_a_watch_joins_the_run_of_its_time(
    capsys: pytest.CaptureFixture[str], run: RunFolder, file: Path, kept: list[Kept]
) -> None:
    said = surefoot(capsys, "import", file).out
    assert said.startswith(f"Joined to run {run.manifest.run_id} by its cadence, correlation 0.")
    joined = kept_track(run, RUNNER)
    assert joined is not None
    assert joined.ahead_s == pytest.approx(7.0 + LATE_S, abs=2.0)
    assert f"the watch's clock was {joined.ahead_s:.1f} s ahead (± {joined.sd_s:.1f} s)." in said
    assert abs(joined.ahead_s - 7.0) < 2.0 * joined.sd_s
    np.testing.assert_allclose(joined.track.time_s, [each.after_s + 7.0 - joined.ahead_s for each in kept], atol=0.002)
    np.testing.assert_allclose(joined.track.latitude_deg, [each.latitude_deg for each in kept], atol=2e-7)
    assert WatchRuns(load_configuration().settings.store_path).all() == []


def test_a_watch_in_another_time_zone_is_joined_where_the_run_is_named(
    capsys: pytest.CaptureFixture[str], run: RunFolder, file: Path, kept: list[Kept]
) -> None:
    file.write_bytes(watch_fit(run, kept, ahead_s=-7200))
    assert surefoot(capsys, "import", file).out.startswith("Kept: watch-")
    said = surefoot(capsys, "import", file, "--to", run.manifest.run_id).out
    assert "the watch's clock was 1:59:57 h behind" in said
    joined = kept_track(run, RUNNER)
    assert joined is not None
    assert joined.ahead_s == pytest.approx(-7200.0 + LATE_S, abs=2.0)
    assert WatchRuns(load_configuration().settings.store_path).all() == []  # it counts as the run of the pods


def test_a_rhythm_of_somebody_else_is_refused_and_kept_alone(
    capsys: pytest.CaptureFixture[str], run: RunFolder, file: Path, kept: list[Kept]
) -> None:
    rng = np.random.default_rng(1)
    others = [replace(each, cadence_rpm=int(rng.integers(80, 90))) for each in kept]
    file.write_bytes(watch_fit(run, others))
    named = surefoot(capsys, "import", file, "--to", "last")
    assert (named.code, named.out) == (2, "")
    assert named.err.startswith(f"error: the watch's cadence does not show that it was on run {run.manifest.run_id} (")
    refused, alone = surefoot(capsys, "import", file).out.splitlines()
    assert refused.startswith("Not joined: the watch's cadence does not show")
    assert alone.startswith("Kept: watch-")
    assert kept_track(run, RUNNER) is None


def test_a_track_is_removed_where_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], run: RunFolder, file: Path
) -> None:
    surefoot(capsys, "import", file, "--to", "last")
    assert surefoot(capsys, "import", "--forget", "last").out == "Forgotten: last.\n"
    assert not track_path(run, RUNNER).exists()
    again = surefoot(capsys, "import", "--forget", "last")
    assert again.code == 2
    assert again.err.endswith("is no run of a watch, and no track is joined to it; surefoot runs lists the runs.\n")
    surefoot(capsys, "import", file, "--runner", "bob")
    label = WatchRuns(load_configuration().settings.store_path).all()[0].label
    assert surefoot(capsys, "import", "--forget", label, "--runner", "bob").out == f"Forgotten: {label}.\n"
    assert WatchRuns(load_configuration().settings.store_path).all() == []
    assert surefoot(capsys, "import").err == (
        "error: say either which files of a watch to take in, or which run to --forget.\n"
    )


def test_a_damaged_track_and_one_of_another_beginning_are_left_out(
    capsys: pytest.CaptureFixture[str], run: RunFolder, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    surefoot(capsys, "import", file, "--to", "last")
    path = track_path(run, RUNNER)
    assert path.stat().st_mode & 0o077 == 0
    good = path.read_text()
    for bad in (good[:500], good.replace('"form": "fit"', '"form": "gpx"'), "[]", "{}"):
        path.write_text(bad)
        assert kept_track(run, RUNNER) is None
        assert "the run is shown without it" in caplog.text
    path.write_text(good)
    assert kept_track(run, RUNNER) is not None
    assert kept_track(run.redate(run.manifest.created_utc + timedelta(seconds=30)), RUNNER) is None
    assert "the run has another beginning since; import the watch's file again" in caplog.text
