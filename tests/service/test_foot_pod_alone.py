"""A foot pod of another maker alone is a run: cadence, speed and distance, and said what it cannot tell."""

from __future__ import annotations

import asyncio
import csv
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from surefoot.analysis.companions import FOOT_POD_CADENCE, FOOT_POD_SPEED, Companion, CompanionReading
from surefoot.analysis.foot_pod_run import FootPodBouts
from surefoot.analysis.model import Bout, BoutKind
from surefoot.dashboards.data_source import RunnerState
from surefoot.dashboards.wall.attention import attention
from surefoot.dashboards.wall.cards import runner_card
from surefoot.dashboards.wall.replay import runner_at
from surefoot.dashboards.wall.runner_sections import runner_sections
from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.devices.standard_values import FootPodValue
from surefoot.firmware_sim.devices.virtual_companion import RSC_FOOT_POD
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.daemon import Daemon, DaemonContext
from surefoot.service.runtime.pod_sources import BluetoothPods
from surefoot.service.runtime.replacement import replace_results
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.views.reporting import recorded
from tests.sensor_ingest.devices.companions import companion, strap
from tests.sensor_ingest.virtual import CREATED, radio_of
from tests.service.command import surefoot

FOOT_POD = "C0:B0:00:00:00:03"
WALKED_S, RAN_S = 60.0, 900.0
RUN_MPS, RUN_SPM, WALK_MPS, WALK_SPM = 3.0, 170, 1.4, 110


def worn(since_s: float) -> Sequence[bytes]:
    """A minute of walking, a quarter of an hour of running, then standing."""
    if since_s < WALKED_S:
        return [bytes(FootPodValue(WALK_MPS, WALK_SPM, running=False))]
    if since_s < WALKED_S + RAN_S:
        return [bytes(FootPodValue(RUN_MPS, RUN_SPM))]
    return [bytes(FootPodValue(0.0, 0, running=False))]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of a run that `surefoot live` recorded, beside a heart-rate strap, until it was over by itself."""
    settings = Settings.model_validate(
        {
            "data": tmp_path_factory.mktemp("alone"),
            "runners": {"anna": {"name": "Anna", "foot_pod": FOOT_POD, "heart_rate": "HRM 12"}},
        }
    )

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        async with Simulation(1) as simulation:
            context = DaemonContext(settings, utc_s=lambda: CREATED.timestamp() + loop.time())
            source = BluetoothPods(settings.runners, radio_of(simulation))
            async with strap(simulation), companion(simulation, RSC_FOOT_POD, FOOT_POD, worn, "Stride 4"):
                await Daemon(context).run(source, max_runs=1)

    virtual_time.run(serve(), speed=math.inf)
    return settings


def test_it_is_recorded_and_over_once_nobody_moves(settings: Settings) -> None:
    (run,) = list_runs(settings.runs_folder)
    assert run.manifest.ended
    assert run.manifest.names == {"anna": "Anna"}
    with StoreReader(settings.store_path) as reader:
        (stored,) = reader.runs("anna")
        results = reader.results(stored.run, "anna")
    assert [bout.kind for bout in results.bouts] == [BoutKind.WALK, BoutKind.RUN, BoutKind.STILL]
    assert stored.summary is not None
    numbers = stored.summary["numbers"]
    assert numbers["run_time_s"] == pytest.approx(RAN_S, abs=3.0)
    assert numbers["cadence_spm"] == pytest.approx(RUN_SPM)
    assert numbers["cadence_walk_spm"] == pytest.approx(WALK_SPM)
    assert numbers["steps"] == pytest.approx(RAN_S / 60.0 * RUN_SPM + 50.0 / 60.0 * WALK_SPM, rel=0.02)
    assert numbers["ground_contact_time_s_left"] is numbers["impact_peak_30hz_g_right"] is None
    assert numbers["strides_left"] is None
    again = analyze_run(run, lambda *_: None).runners["anna"].results
    assert (again.bouts, again.companions) == (results.bouts, results.companions)
    replace_results(run, settings)
    with StoreReader(settings.store_path) as reader:
        assert reader.runs("anna")[0].summary["numbers"] == numbers  # type: ignore[index]


def test_its_replay_on_the_wall_shows_it(settings: Settings) -> None:
    (run,) = list_runs(settings.runs_folder)
    analysis = analyze_run(run, lambda *_: None).conclude()["anna"]
    state = runner_at(recorded(analysis, "anna", run.manifest), 600.0)
    card = str(runner_card(state, attention(state), "/r"))
    assert "Running" in card
    assert "10.8" in card
    assert "heart rate 1" in card


def shown(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    return " ".join(surefoot(capsys, *arguments).out.split())


def test_commands_tell_what_there_is_and_what_there_is_not(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUREFOOT_DATA", str(settings.data))
    (run,) = list_runs(settings.runs_folder)
    name = run.manifest.run_id
    assert "Anna" in shown(capsys, "runs")
    assert "1 run, 15 min running, 2.7 km" in shown(capsys, "load", "anna")
    assert "Cadence 170.0 steps/min Distance 2.77 km" in shown(capsys, "replay", name)
    page = tmp_path / "report.html"
    surefoot(capsys, "report", name, "--output", page)
    report = page.read_text(encoding="utf-8")
    assert "Recorded by a foot pod alone" in report
    assert "Distance, from the foot pod" in report
    assert "5:33 /km" in report
    assert "contact left" not in report
    assert "Nothing stood out" not in report
    shown(capsys, "export", name, "--to", tmp_path, "--as", "fit,csv")
    with (tmp_path / f"{name}-anna-sensors.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["sensor"] == "foot_pod"]
    assert float(rows[500]["foot_pod_cadence_spm"]) == RUN_SPM
    assert f"{name}-anna.fit" in {file.name for file in tmp_path.iterdir()}
    refused = surefoot(capsys, "export", name, "--to", tmp_path, "--as", "samples")
    assert "nothing was recorded that could be exported" in refused.err


def seen(since_s: float, spm: int, speed_mps: float) -> RunnerState:
    values = {FOOT_POD_CADENCE: float(spm), FOOT_POD_SPEED: speed_mps}
    said = (CompanionReading(Companion.FOOT_POD, 60.0, values),)
    return RunnerState("anna", "Anna", 60.0 + since_s, 0.0, {}, (), (), (), 0, (), said)


@pytest.mark.parametrize(
    ("since_s", "spm", "doing"),
    [(1.0, 170, "Running"), (1.0, 110, "Walking"), (1.0, 0, "Stopped"), (60.0, 170, "Waiting for the foot pod")],
)
def test_the_wall_shows_cadence_and_speed_and_no_feet(since_s: float, spm: int, doing: str) -> None:
    state = seen(since_s, spm, 3.0)
    card = str(runner_card(state, attention(state), "/r"))
    assert doing in card
    assert ("10.8" in card) is (since_s < 10.0)
    assert "Contact, impact, ankle rolls and left against right are not measured" in card
    assert "right vs left" not in card
    head = str(runner_sections(state, attention(state))["head"])
    assert doing in head
    assert "contact" not in head


def bouts(*cadences_spm: tuple[float, float]) -> list[Bout]:
    """Of what a foot pod said at times."""
    builder = FootPodBouts()
    readings = [CompanionReading(Companion.FOOT_POD, at_s, {FOOT_POD_CADENCE: spm}) for at_s, spm in cadences_spm]
    return [*(bout for reading in readings for bout in builder.push(reading)), *builder.flush()]


def test_a_moment_of_another_cadence_makes_no_bout_and_a_silence_is_not_running() -> None:
    flickering = [(float(k), 120.0 if k in {30, 31, 60} else 170.0) for k in range(100)]
    assert bouts(*flickering) == [Bout(BoutKind.RUN, 0.0, 99.0)]
    silent = [(float(k), 170.0) for k in (*range(100), *range(200, 260))]
    assert [(bout.kind, bout.start_s, bout.end_s) for bout in bouts(*silent)] == [
        (BoutKind.RUN, 0.0, 99.0),
        (BoutKind.OTHER, 99.0, 200.0),
        (BoutKind.RUN, 200.0, 259.0),
    ]
