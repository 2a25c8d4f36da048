"""A FIT file has what a watch adds: place, height and heart rate at their seconds, by two independent readers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fit_tool.fit_file import FitFile
from fit_tool.validation import ProfileScope, validate_fit_file

from surefoot.analysis.companions import HEART_RATE, Companion, CompanionReading
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.sensor_ingest.watches.fit_activity import fit_activity as read_fit
from surefoot.service.formats.csv import csv_bytes
from surefoot.service.formats.fit.activity import fit_activity
from surefoot.service.formats.tables import tables
from surefoot.service.pipeline.watch_joining import join_track
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.views.reporting import recorded
from tests.sensor_ingest.watches.watch_files import Kept
from tests.service.formats.fit_readers import SEMICIRCLE_DEG, by_fitdecode, watch_differences
from tests.service.watch_of_run import kept_by_watch, watch_fit

RUNNER = "runner-1"
AHEAD_S = 40


@pytest.fixture(scope="module")
def kept(watched: DemoRun) -> list[Kept]:
    return kept_by_watch(watched.truth[RUNNER])


@pytest.fixture(scope="module")
def analysed(watched: DemoRun, kept: list[Kept]) -> AnalysedRun:
    run, analysis = watched.run.manifest, watched.finished.analysis.runners[RUNNER].conclude()
    activity = read_fit(watch_fit(watched.run, kept, ahead_s=AHEAD_S))
    return recorded(analysis, RUNNER, run, join_track(analysis.results, run.run_id, run.created_utc, activity))


@pytest.fixture(scope="module")
def file(analysed: AnalysedRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fit") / "run.fit"
    path.write_bytes(fit_activity(analysed))
    return path


def test_two_readers_find_equal_places_heights_and_heart_rates(file: Path, kept: list[Kept]) -> None:
    count, unequal = watch_differences(file)
    assert count > 3.9 * (len(kept) - 10)
    assert unequal == []
    assert validate_fit_file(FitFile.from_file(str(file)), profile_scope=ProfileScope.FULL).findings == []


def test_records_are_what_the_watch_kept_at_that_time_of_the_run(
    file: Path, analysed: AnalysedRun, kept: list[Kept]
) -> None:
    assert analysed.started_utc is not None
    assert analysed.track is not None
    shift_s = round(AHEAD_S - analysed.track.ahead_s)  # by how far the offset was missed
    by_second = {each.after_s + shift_s: each for each in kept}
    compared = 0
    for record in by_fitdecode(file)["record"]:
        point = by_second.get(round((record["timestamp"] - analysed.started_utc).total_seconds()))
        if point is not None and record.get("position_lat") is not None:
            compared += 1
            assert record["position_lat"] * SEMICIRCLE_DEG == pytest.approx(point.latitude_deg, abs=5e-5)
            assert record["enhanced_altitude"] == pytest.approx(point.altitude_m, abs=0.3)
            assert record["heart_rate"] == pytest.approx(point.heart_rate_bpm, abs=1.0)
    assert compared > len(kept) - 20


def test_laps_and_session_tell_heart_rate_and_climb(file: Path, kept: list[Kept]) -> None:
    read = by_fitdecode(file)
    (whole,) = read["session"]
    assert whole["avg_heart_rate"] == pytest.approx(sum(each.heart_rate_bpm for each in kept) / len(kept), abs=2.0)
    assert whole["total_ascent"] > 0
    assert all(lap["avg_heart_rate"] is not None for lap in read["lap"])


def test_a_sensor_recorded_with_the_pods_is_preferred(analysed: AnalysedRun, tmp_path: Path) -> None:
    told = tuple(CompanionReading(Companion.HEART_RATE, float(k), {HEART_RATE: 77.0}) for k in range(300))
    path = tmp_path / "run.fit"
    path.write_bytes(fit_activity(replace(analysed, results=replace(analysed.results, companions=told))))
    assert {record["heart_rate"] for record in by_fitdecode(path)["record"]} <= {77, None}


def test_without_a_watch_nothing_is_added(analysed: AnalysedRun, tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_activity(replace(analysed, track=None)))
    assert not {"position_lat", "heart_rate"} & by_fitdecode(path)["record"][0].keys()


def test_tables_say_nothing_of_places(analysed: AnalysedRun) -> None:
    with_watch, without = (map(csv_bytes, tables(each)) for each in (analysed, replace(analysed, track=None)))
    assert list(with_watch) == list(without)
