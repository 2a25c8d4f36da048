"""What sensors beside the pods say reaches the store, the exporters, the wall, the report and the JSON."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.analysis.companions import Companion, CompanionReading
from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results
from surefoot.analysis.weeks.labels import RunLabels
from surefoot.dashboards.data_source import RunnerState
from surefoot.dashboards.report.page import report_html
from surefoot.dashboards.report.splits import pod_distance_m
from surefoot.dashboards.wall.attention import Attention
from surefoot.dashboards.wall.cards import runner_card
from surefoot.dashboards.wall.runner_sections import runner_sections
from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run
from surefoot.service.errors.runs import LengthError
from surefoot.service.people.people import People
from surefoot.service.people.speed_scales import scale_of_run
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.pod_sources import chosen_companions, companions_of
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.runtime.run_loop import FinishedRun, record_run
from surefoot.service.serialization import mqtt_messages
from surefoot.service.serialization.json import analysis_to_dict
from surefoot.service.serialization.line_protocol import lines
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.writing import RunClock, StoreWriter
from surefoot.service.terminal.distances import length_m
from surefoot.service.views.reporting import recorded
from surefoot.service.views.runner_state import runner_now
from tests.analysis.test_speed_scale import said, window
from tests.sensor_ingest.devices.companions import STRAP, TREADMILL, strap, treadmill
from tests.sensor_ingest.virtual import CREATED, radio_of, worn
from tests.service.command import surefoot
from tests.service.demo_runs import assert_same

LASTS_S = 40.0
WELL = Attention(0, None, 0, "")
Recorded = tuple[Settings, FinishedRun, RunFolder, RunnerState]


def _order(reading: CompanionReading) -> tuple[float, str]:
    return reading.time_s, str(dict(reading.values))


class Watching:
    """Keeps how the runner was shown last while the run went on."""

    every_s = 1.0

    def __init__(self) -> None:
        self.seen: list[RunnerState] = []

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        self.seen = [runner_now("anna", analysis, health, now_s)]


async def _record(folder: Path) -> Recorded:
    settings, watching = Settings(data=folder), Watching()
    async with Simulation(1) as simulation:
        runner = await simulation.add_runner("anna", make_scenario("easy", 1.0, 1))
        beside = [
            CompanionAssignment(Companion.HEART_RATE, STRAP, "anna"),
            CompanionAssignment(Companion.TREADMILL, TREADMILL, "anna"),
        ]
        run = create_run(settings.runs_folder, worn(runner), software="test", created_utc=CREATED, companions=beside)
        loop = asyncio.get_running_loop()
        live = LiveRun(run, radio_of(simulation), utc_s=lambda: CREATED.timestamp() + loop.time(), seed=1)
        async with strap(simulation), treadmill(simulation):
            with ResultRecorder.for_live_run(live, settings, lambda: None) as recorder:
                finished = await record_run(live, watching, recorder=recorder, max_duration_s=LASTS_S)
    return settings, finished, live.run, watching.seen[0]


@pytest.fixture(scope="module")
def recorded_run(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return virtual_time.run(_record(tmp_path_factory.mktemp("beside")), speed=math.inf)


def test_the_store_and_a_replay_have_what_was_said_live(recorded_run: Recorded) -> None:
    settings, finished, run, _ = recorded_run
    live = finished.analysis.runners["anna"].results.companions
    assert {each.companion for each in live} == {Companion.HEART_RATE, Companion.TREADMILL}
    assert analyze_run(run, lambda *_: None).runners["anna"].results.companions == live
    with StoreReader(settings.store_path) as reader:
        stored = reader.results(run.manifest.run_id, "anna").companions
    assert sorted(stored, key=_order) == sorted(live, key=_order)


def test_influxdb_and_mqtt_get_it(recorded_run: Recorded) -> None:
    settings, *_ = recorded_run
    with Outbox(settings.store_path, "influxdb") as outbox:
        rows = outbox.pending("companions", 1000)
    beats = [row for row in rows if row["companion"] == "heart_rate"]
    (line,) = lines("companions", beats[0])
    assert line.startswith("companions,companion=heart_rate,foot=both,run=")
    assert "heart_rate_bpm=12" in line
    message = mqtt_messages.companion(beats[0])
    assert message.topic == "surefoot/v1/anna/companion/heart_rate"
    assert '"heart_rate_bpm": 12' in message.payload


def test_card_page_report_and_json_tell_it(recorded_run: Recorded) -> None:
    _, finished, run, state = recorded_run
    card = str(runner_card(state, WELL, "/r"))
    assert "heart rate 1" in card
    assert "bpm · belt speed 10.0 km/h · slope 2.0 %" in card
    assert "belt speed 10.0 km/h" in str(runner_sections(state, WELL)["head"])
    silent = replace(state, now_s=state.now_s + 60.0)
    assert "heart rate – · belt speed – · slope –" in str(runner_card(silent, WELL, "/r"))
    analysis = finished.analysis.conclude()["anna"]
    told = analysis_to_dict(analysis)["companions"]
    assert 120 < told["heart_rate_bpm"]["mean"] < 180
    assert told["belt_speed_mps"]["low"] == told["belt_speed_mps"]["high"] == pytest.approx(10 / 3.6)
    assert told["foot_pod_speed_mps"]["n"] == 0
    page = report_html(recorded(analysis, "anna", run.manifest))
    assert "Other sensors" in page
    assert " · treadmill</p>" in page
    assert "mean 10.0 km/h (10.0 to 10.0)" in page


def test_heart_rate_and_belt_change_no_stride_and_no_finding(recorded_run: Recorded) -> None:
    _, finished, run, _ = recorded_run
    results = finished.analysis.runners["anna"].results
    without = analyze_run(replace(run, manifest=replace(run.manifest, companions=())), lambda *_: None)
    alone = without.runners["anna"].results
    assert alone.companions == ()
    assert_same(replace(results, companions=()), alone)


def test_a_store_of_version_10_takes_them(tmp_path: Path) -> None:
    path = tmp_path / "surefoot.sqlite"
    text = (Path(__file__).parent / "fixtures" / "store_v10.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as store:
        store.executescript(text)
    with StoreReader(path) as reader:
        assert reader.companions("20260102T030405Z-00000001", "anna") == ()


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    return " ".join(surefoot(capsys, *arguments).out.split())


def test_a_run_s_length_teaches_distances_until_it_is_taken_back(
    recorded_run: Recorded, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings, finished, run, _ = recorded_run
    monkeypatch.setenv("SUREFOOT_DATA", str(settings.data))
    windows = finished.analysis.runners["anna"].results.windows
    own_m = pod_distance_m(windows)
    assert own_m is not None
    by_belt = scale_of_run(settings, run.manifest.run_id, "anna")
    told = shown(capsys, "distance", run.manifest.run_id, f"{1.05 * own_m:.0f}m")
    assert f"The pods measured {own_m / 1000:.2f} km. You say that it was {1.05 * own_m / 1000:.2f} km." in told
    scale = scale_of_run(settings, run.manifest.run_id, "anna")
    assert by_belt is not None
    assert scale is not None
    assert by_belt.factor < scale.factor < 1.05
    assert f"Distances in this shoe are multiplied by {scale.factor:.3f}" in told
    page = tmp_path / "report.html"
    surefoot(capsys, "report", run.manifest.run_id, "--output", page)
    assert "Distance, calibrated" in page.read_text(encoding="utf-8")
    assert "too far from what the pods measured" in shown(capsys, "distance", run.manifest.run_id, "5 km")
    assert f"multiplied by {by_belt.factor:.3f}" in shown(capsys, "distance", run.manifest.run_id, "--forget")
    with pytest.raises(LengthError, match=r"'far' is no length of a run; give one such as 10km, 5000m or 6\.2mi\.$"):
        length_m("far")


def test_a_treadmill_in_the_store_teaches_the_runner_s_other_runs(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        for number, speed_mps in enumerate((2.5, 3.0, 3.5)):
            results = Results({}, (window(0.0, 0.94 * speed_mps),), companions=tuple(said(0.0, 30.0, speed_mps)))
            writer.add_run(f"run-{number}", "anna", "anna", number, "test", tuple(Foot))
            writer.add_results(f"run-{number}", "anna", RunClock(CREATED), results)
        writer.add_results("run-9", "ben", RunClock(CREATED), Results({}, (window(0.0, 3.0),)))
    scale = scale_of_run(settings, "run-7", "anna")
    assert scale is not None
    assert scale.factor == pytest.approx(1 / 0.94)
    assert scale.levels == 3
    assert scale_of_run(settings, "run-9", "ben") is None
    people = People(settings.data)
    people.keep("anna", RunLabels("run-7", shoe="racing"))
    assert scale_of_run(settings, "run-7", "anna") is None
    people.keep("anna", RunLabels("run-0", shoe="racing"))
    racing = scale_of_run(settings, "run-7", "anna")
    assert racing is not None
    assert racing.levels == 1


def test_settings_name_a_runner_s_sensors_each_once() -> None:
    anna = {"left": "1A2B", "heart_rate": "Polar H10 12345678", "treadmill": "D0:11:22:33:44:55"}
    settings = Settings(runners={"anna": anna})  # type: ignore[dict-item]
    assert companions_of(settings.runners) == [
        CompanionAssignment(Companion.HEART_RATE, "Polar H10 12345678", "anna"),
        CompanionAssignment(Companion.TREADMILL, "D0:11:22:33:44:55", "anna"),
    ]
    named = chosen_companions({"heart_rate": "HRM 12"}, "anna", settings.runners)
    assert [each.address for each in named] == ["HRM 12", "D0:11:22:33:44:55"]
    ben = {"left": "3C4D", "treadmill": "d0:11:22:33:44:55"}
    with pytest.raises(ValueError, match="runners: D0:11:22:33:44:55 is named for more than one sensor"):
        Settings(runners={"anna": anna, "ben": ben})  # type: ignore[dict-item]
