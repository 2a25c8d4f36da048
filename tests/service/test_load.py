"""What `surefoot load` tells of runs with pods and runs of a watch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot, Gait, Samples
from surefoot.analysis.track import JoinedTrack, Track
from surefoot.analysis.weeks.plan import Row
from surefoot.sensor_ingest.watches.kept_track import keep_track
from surefoot.sensor_ingest.watches.reading import read_activity
from surefoot.service.configuration import load_configuration
from surefoot.service.people.past_runs import past_runs
from surefoot.service.people.people import People
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.store.watch_runs import WatchRun, WatchRuns
from surefoot.service.weeks.beginning import Plans
from tests.sensor_ingest.watches.watch_files import fit_file, points
from tests.service.command import surefoot
from tests.service.stored_runs import CREATED, RUNNER, manifest, store_samples, stored

DAY_NS = 86_400_000_000_000


@pytest.fixture
def watch_run(tmp_path: Path) -> WatchRun:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_file(points()))
    return WatchRun.of(read_activity(path), RUNNER)


def test_a_run_of_a_watch_is_told_as_any_other(capsys: pytest.CaptureFixture[str], watch_run: WatchRun) -> None:
    runs = WatchRuns(load_configuration().settings.store_path)
    for days, metres, sport in ((0, 13_000.0, "running"), (3, 10_000.0, ""), (5, 20_000.0, "walking")):
        begun_ns = watch_run.time_ns - days * DAY_NS
        runs.add(replace(watch_run, time_ns=begun_ns, duration_s=3600.0, distance_m=metres, sport=sport))
    assert surefoot(capsys, "load").out.splitlines() == [
        "7 days up to 2 Jan: 2 runs, 120 min running, 23.0 km, 2 without pods.",
        "7 days before: no run.",
        "13.0 km is 30 % over the longest run of 30 days (10.0 km, 30 Dec). In 5,205 runners such runs were followed"
        " by more overuse injuries (+64 %, 31 to 105); that is a finding about groups.",
    ]


def test_more_climbed_than_lately_is_told(
    capsys: pytest.CaptureFixture[str], watch_run: WatchRun, rolled: DemoRun
) -> None:
    settings = load_configuration().settings
    run = stored(settings, rolled.run)
    (runner,) = run.manifest.runners
    heights = replace(Track(*[np.arange(4.0)] * 8), altitude_m=np.array([100.0, 180.0, 120.0, 300.0]))
    keep_track(run, runner, JoinedTrack(heights, "fit", "cadence", 0.0, 2.0, 0.9))
    three_days_before_ns = round(run.manifest.created_utc.timestamp()) * 10**9 - 3 * DAY_NS
    WatchRuns(settings.store_path).add(replace(watch_run, runner=runner, time_ns=three_days_before_ns, ascent_m=90.0))
    assert [each.climb_m for each in past_runs(settings, runner)] == [90.0, 260.0]
    assert "260 m climbed; the most of 30 days was 90 m" in surefoot(capsys, "load", runner).out


def test_nothing_is_said_of_growth_while_a_plan_is_followed(
    capsys: pytest.CaptureFixture[str], watch_run: WatchRun
) -> None:
    settings = load_configuration().settings
    runs, day = WatchRuns(settings.store_path), date(2026, 1, 2)
    for days, metres in ((0, 13_000.0), (3, 10_000.0)):
        begun_ns = watch_run.time_ns - days * DAY_NS
        runs.add(replace(watch_run, time_ns=begun_ns, duration_s=3600.0, distance_m=metres))
    assert "over the longest run" in surefoot(capsys, "load").out
    plans = Plans(People(settings.data), RUNNER)
    plans.begin_clinician([Row(1, 1200.0)], "M. Roth", day, day)
    assert len(surefoot(capsys, "load").out.splitlines()) == 2
    plans.end(day)
    assert "over the longest run" in surefoot(capsys, "load").out


def test_a_run_with_pods_counts_its_running_alone(
    samples: dict[Foot, Samples], capsys: pytest.CaptureFixture[str], watch_run: WatchRun
) -> None:
    settings = load_configuration().settings
    results = store_samples(settings, samples)
    WatchRuns(settings.store_path).add(replace(watch_run, time_ns=watch_run.time_ns - 2 * DAY_NS, distance_m=None))
    before, run = past_runs(settings, RUNNER)
    assert (before.distance_m, before.contacts, run.run) == (None, {}, manifest().run_id)
    assert run.contacts == {foot: int(rows.running.sum()) for foot, rows in results.strides.items()}
    assert run.started - CREATED < timedelta(minutes=1)
    running_s = sum(each.end_s - each.start_s for each in results.windows if each.gait is Gait.RUN)
    assert sum(run.run_s_by_pace.values()) == pytest.approx(running_s)
    assert "1 without pods" in surefoot(capsys, "load", RUNNER).out


def test_an_old_run_is_known_but_not_read_whole(samples: dict[Foot, Samples]) -> None:
    settings = load_configuration().settings
    for days in (40, 30, 0):
        created = CREATED - timedelta(days=days)
        store_samples(settings, samples, run=manifest(f"r{days}", created))
    old, month, new = past_runs(settings, RUNNER)
    assert [each.run for each in (old, month, new)] == ["r40", "r30", "r0"]
    assert old.run_s == month.run_s == new.run_s > 0.0
    assert (old.contacts, month.contacts) == ({}, new.contacts)


FIRST = "surefoot run records one, surefoot import takes in those of a watch."


def test_whose_load_it_is_must_be_known(capsys: pytest.CaptureFixture[str], watch_run: WatchRun) -> None:
    assert surefoot(capsys, "load").err == f"error: no runs are kept; {FIRST}\n"
    runs = WatchRuns(load_configuration().settings.store_path)
    runs.add(watch_run)
    runs.add(replace(watch_run, runner="bob", name="bob"))
    assert surefoot(capsys, "load").err == "error: say whose load, as surefoot load RUNNER; known are: anna, bob.\n"
    assert surefoot(capsys, "load", "eve").err == "error: no runs of 'eve' are kept; known are: anna, bob.\n"
