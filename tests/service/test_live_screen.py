"""The live view says what matters, and fits its terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from surefoot.analysis.findings import Finding, Kind, Severity, State
from surefoot.analysis.model import Estimate, Flag, Foot, Gait, Strides, Window
from surefoot.analysis.session import Results
from surefoot.dashboards.asymmetry_trend import asymmetry_trend
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.terminal.live_screen import Title, render
from tests.analysis.made import contacts, strides
from tests.service.demo_runs import record_demo_run

TITLE = Title("surefoot demo", "fatiguing-left, simulated, 10 × real time", "Ctrl-C ends the run", 1200.0)
KEY = "ground_contact_time_s"
RUNNING_S = 100.0
POD = PodHealth(
    "SIM0001", Foot.LEFT, "runner-1", True, False, "", "", 87.0, -62.0, 0.0, 0.0, 0, 0, RUNNING_S, 0, 0, False,
    PodCounts(),
)  # fmt: skip
PODS = (POD, replace(POD, foot=Foot.RIGHT))


def shown(analysis: RunAnalysis, now_s: float, *health: PodHealth, width: int = 80, height: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height)
    with console.capture() as text:
        console.print(render(TITLE, now_s, analysis, health, width=min(width, 80), height=height))
    return [line.rstrip() for line in text.get().splitlines()]


def nothing(*names: str) -> RunAnalysis:
    return RunAnalysis([PodAssignment(f"{name}-{foot}", foot, name) for name in names for foot in Foot])


def window(start_s: float, value: float) -> Window:
    estimate = Estimate(value, value - 1.0, value + 1.0, 40)
    return Window(start_s, start_s + 30.0, Gait.RUN, estimate, {}, {KEY: estimate})


def test_gait_cadence_contact_and_pods_are_there(demo: DemoRun) -> None:
    lines = shown(demo.finished.analysis, RUNNING_S + 15.0, *(replace(pod, last_packet_s=115.0) for pod in PODS))
    assert lines[0].startswith("surefoot demo  fatiguing-left, simulated, 10 × real time  ")
    assert lines[0].endswith("  1:55 of 20:00")
    assert lines[2].startswith("Running           17")
    assert lines[2].endswith(" strides")
    assert any(line.startswith("Ground contact") and line.count(" ms") == 2 for line in lines)
    assert any(line.split()[:4] == ["left", "connected", "87", "%"] for line in lines)
    assert any("±" in line and "│" in line for line in lines)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 40), (80, 16), (80, 12), (56, 18), (40, 24)])
def test_it_fits_the_terminal(demo: DemoRun, width: int, height: int) -> None:
    lines = shown(demo.finished.analysis, RUNNING_S, *PODS, width=width, height=height)
    assert max(len(line) for line in lines) <= min(width, 80)
    assert len(lines) <= height
    assert lines[0].endswith("1:40 of 20:00")
    assert "".join(lines[-2:]).endswith("Ctrl-C ends the run")
    assert not any("…" in line for line in lines[1:])


def test_bluetooth_that_went_away_is_told_once_with_what_to_do(demo: DemoRun) -> None:
    off = [replace(pod, connected=False, bluetooth_problem="Bluetooth is switched off; switch it on") for pod in PODS]
    lines = shown(demo.finished.analysis, RUNNING_S, *off)
    assert lines.count("Bluetooth is switched off; switch it on.") == 1
    assert any(line.startswith("left   no Bluetooth") for line in lines)
    assert len(lines) <= 24


def test_before_the_first_step_it_waits() -> None:
    searching = replace(POD, connected=False, last_packet_s=None, battery_pct=None, rssi_dbm=None)
    lines = shown(nothing("runner-1"), 1.0, searching, replace(searching, foot=Foot.RIGHT))
    assert lines[2].startswith("Waiting for the left and right pods")
    assert any(line.startswith("left   searching") for line in lines)
    assert shown(nothing("runner-1"), RUNNING_S, *PODS)[2].startswith("Waiting for steps")


def test_a_pod_that_falls_silent_is_out_of_reach_before_its_link_is() -> None:
    left, right = PODS
    lines = shown(nothing("runner-1"), RUNNING_S, left, replace(right, last_packet_s=RUNNING_S - 3.0))
    assert lines[2].startswith("Waiting for the right pod")
    assert any(line.startswith("right  out of reach") for line in lines)


def test_a_refused_pod_is_told() -> None:
    refused = replace(POD, connected=False, refused=True)
    assert any(line.startswith("left   refused") for line in shown(nothing("runner-1"), RUNNING_S, refused))


def test_several_runners_have_a_row_each(tmp_path: Path) -> None:
    squad = record_demo_run(tmp_path, 1.0, runners=2)
    health = [replace(pod, connected=True, last_packet_s=50.0) for pod in squad.finished.health[:3]]
    gone = replace(squad.finished.health[3], connected=False)
    lines = shown(squad.finished.analysis, 50.0, *health, gone)
    first, second = (next(line for line in lines if line.startswith(name)) for name in ("runner-1", "runner-2"))
    assert first.split()[1] == "running"
    assert first.endswith("ok")
    assert second.endswith("no right")
    assert max(len(line) for line in lines) <= 80


def half_blind(*names: str) -> RunAnalysis:
    """Runners whose left foot has no angles in a third of the strides, so that rolls cannot be seen there."""
    analysis = nothing(*names)
    left, right = (strides(foot, contacts(20.0 + 0.35 * side, 99, 0.7)) for side, foot in enumerate(Foot))
    left.flags[::3] = Flag.ANGLES_WITHHELD | Flag.UNWATCHED_AXES
    for runner in analysis.runners.values():
        runner._add(Results({Foot.LEFT: left, Foot.RIGHT: right}))
    return analysis


def test_a_foot_that_is_not_watched_is_told_with_the_time() -> None:
    lines = shown(half_blind("runner-1"), 90.0, *(replace(pod, last_packet_s=90.0) for pod in PODS))
    assert "Left not watched: ankle rolls 20 s, angles 20 s of 1:00 min" in lines
    assert not any(line.startswith("Right not watched") for line in lines)
    assert len(lines) <= 24


def test_of_several_runners_too() -> None:
    pods = [replace(pod, runner=name, last_packet_s=90.0) for name in ("anna", "ben") for pod in PODS]
    lines = shown(half_blind("anna", "ben"), 90.0, *pods)
    assert [line.endswith("left blind") for line in lines if line.startswith(("anna", "ben"))] == [True, True]


def test_of_several_runners_the_newest_findings_are_told() -> None:
    analysis = RunAnalysis([PodAssignment(f"{name}-{foot}", foot, name) for name in ("anna", "ben") for foot in Foot])
    roll = Finding(
        "roll", Kind.INVERSION_EVENT, Foot.LEFT, 63.0, 63.2, Severity.ROLL, 40.0, 0.0, "°", 0.9, "", {}, State.RESOLVED
    )
    analysis.runners["ben"]._add(Results({foot: Strides.empty(foot) for foot in Foot}, findings=(roll,)))
    assert "   1:03  ben  Ankle roll, left" in shown(analysis, 80.0)


def test_the_course_of_a_long_run_is_told_in_longer_steps() -> None:
    windows = [window(0.6 + 30.0 * k, float(k)) for k in range(10)]
    assert [end_s for end_s, _ in asymmetry_trend(windows, KEY, 10)] == [
        pytest.approx(30.6 + 30.0 * k) for k in range(10)
    ]
    steps = asymmetry_trend(windows, KEY, 6)
    assert [estimate.value for _, estimate in steps] == [0.5, 2.5, 4.5, 6.5, 8.5]
    assert steps[0][1].n == 80
    assert steps[0][1].high - steps[0][1].value == pytest.approx(1.0 / 2.0**0.5)


def test_walking_is_left_out_of_the_course() -> None:
    assert asymmetry_trend([replace(window(0.0, 1.0), gait=Gait.WALK)], KEY, 5) == []
