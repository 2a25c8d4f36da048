"""Pods in range, and which of them a run takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from surefoot.analysis.companions import Companion
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.ble import discovery
from surefoot.sensor_ingest.ble.discovery import DiscoveredCompanion, DiscoveredPod, InRange
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.pod_store.store_protocol import StoreState, StoreStatus
from surefoot.sensor_ingest.recording.kept_feet import keep_feet
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.cli.pod_choice import choose_pods
from surefoot.service.errors.pods import NoPodError, SamePodError
from surefoot.service.runtime import run_loop
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.pod_sources import named_pods, nearest_pods
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.runtime.run_loop import FinishedRun
from surefoot.service.terminal.pods import pod_table
from tests.service.command import surefoot

NEAR = DiscoveredPod("SF0001-L", "0001", Foot.LEFT, "C0:00:00:00:00:01", -50)
FAR = DiscoveredPod("SF0002-L", "0002", Foot.LEFT, "C0:00:00:00:00:02", -80)
RIGHT = DiscoveredPod("SF0003-R", "0003", Foot.RIGHT, "C0:00:00:00:00:03", -85)
NEW = DiscoveredPod("SF0004", "0004", None, "C0:00:00:00:00:04", -40)


@pytest.fixture
def no_bluetooth(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On Linux no system bus can be reached."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")


def in_range(monkeypatch: pytest.MonkeyPatch, *pods: DiscoveredPod, beside: Sequence[DiscoveredCompanion] = ()) -> None:
    async def found(*, timeout_s: float) -> InRange:
        assert timeout_s > 0.0
        return InRange(list(pods), list(beside))

    async def found_pods(*, timeout_s: float) -> list[DiscoveredPod]:
        return (await found(timeout_s=timeout_s)).pods

    monkeypatch.setattr(discovery, "discover", found)
    monkeypatch.setattr(discovery, "discover_pods", found_pods)


WHAT_TO_DO = (
    "; switch it on and check the permissions.\n",
    "; start it, on Linux with: sudo systemctl start bluetooth.\n",
)
"""With the system's message bus, and without."""


@pytest.mark.usefixtures("no_bluetooth")
def test_without_bluetooth_one_sentence_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "scan", "--seconds", "0.5")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: Bluetooth cannot be used (")
    assert result.err.endswith(WHAT_TO_DO)
    assert result.err.count("\n") == 1


@pytest.mark.usefixtures("no_bluetooth")
@pytest.mark.parametrize("option", ["--keep", "--stop-keeping"])
def test_an_order_to_keep_needs_bluetooth_too(capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str) -> None:
    result = surefoot(capsys, "pods", option, "0001", "--folder", tmp_path)
    assert result.code == 2
    assert result.err.startswith("error: Bluetooth cannot be used (")


@pytest.mark.usefixtures("no_bluetooth")
def test_a_run_that_never_began_leaves_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    result = surefoot(capsys, "run", "--left", "0001", "--folder", tmp_path / "runs")
    assert result.code == 2
    assert result.err.startswith("error: Bluetooth cannot be used (")
    assert list((tmp_path / "runs").iterdir()) == []


def test_pods_are_shown_with_foot_and_signal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_range(monkeypatch, NEW, NEAR)
    lines = [line.split() for line in surefoot(capsys, "scan").out.splitlines()]
    assert lines == [
        ["pod", "tag", "foot", "signal"],
        ["SF0004", "0004", "not", "set", "−40", "dBm"],
        ["SF0001-L", "0001", "left", "−50", "dBm"],
    ]


def test_what_pods_hold_is_shown_where_one_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    full, idle = StoreStatus(StoreState.FULL, 80, 143, 0), StoreStatus(StoreState.IDLE, 80, 48, 95)
    in_range(monkeypatch, replace(NEAR, store=full), replace(RIGHT, store=idle), NEW)
    lines = [line.split("dBm")[1].strip() for line in surefoot(capsys, "scan").out.splitlines()[1:]]
    assert lines == ["143 min, full", "48 min", ""]


def test_what_sensors_of_other_makers_cannot_do_is_said_once_for_each_kind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    verities = [DiscoveredPod(f"Polar Sense {n}", f"polar-{n}", None, f"C0:00:00:00:00:1{n}", -60) for n in range(4)]
    movesense = DiscoveredPod("Movesense 174630000192", "movesense-174630000192", None, "C0:00:00:00:00:20", -70)
    in_range(monkeypatch, *verities, movesense, NEAR)
    result = surefoot(capsys, "scan")
    assert result.code == 0
    polar, other = " ".join(result.out.split()).split("dBm ")[-1].split("Movesense: ")
    assert polar.startswith("Polar Verity Sense: what it measures while the link is lost stays lost; ")
    assert "4 at once lose data, 2 do not." in polar
    assert other.startswith("its range shows when it is connected, and ±8 g is less than most landings reach")


def test_other_sensors_are_shown_with_the_option_that_records_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    strap = DiscoveredCompanion(Companion.HEART_RATE, "HRM 12", "C0:B0:00:00:00:01", -61)
    in_range(monkeypatch, NEAR, beside=[strap])
    out = surefoot(capsys, "scan").out
    assert "Other sensors, which surefoot run can record too" in out
    assert out.splitlines()[-1].split() == [
        "heart-rate", "sensor", "HRM", "12", "--heart-rate", "C0:B0:00:00:00:01", "−61", "dBm",
    ]  # fmt: skip


def test_a_foot_pod_alone_is_no_run_and_the_sentence_says_what_it_gives(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_range(monkeypatch)
    result = surefoot(capsys, "run", "--foot-pod", "Stryd", "--folder", tmp_path)
    assert result.code == 2
    assert "no pod is in range; wake the pods" in result.err
    assert "A foot pod alone is recorded by surefoot live, once the settings name it: cadence and speed" in result.err


def test_no_pod_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    in_range(monkeypatch)
    result = surefoot(capsys, "scan")
    assert result.code == 0
    assert result.out.startswith("No pod is in range. Wake the pods")


def test_a_table_of_pods_fits_a_terminal() -> None:
    console = Console(width=80)
    with console.capture() as shown:
        console.print(pod_table([NEAR, FAR, RIGHT, NEW]))
    assert max(len(line) for line in shown.get().splitlines()) <= 80


def test_a_run_takes_the_nearest_left_and_the_nearest_right() -> None:
    assert nearest_pods([NEW, NEAR, FAR, RIGHT], "anna", {}) == [
        PodAssignment("0001", Foot.LEFT, "anna"),
        PodAssignment("0003", Foot.RIGHT, "anna"),
    ]


def test_pods_without_a_foot_must_be_named() -> None:
    with pytest.raises(NoPodError, match=r"\(0004\) do not say on which foot they are; name them with --left TAG"):
        nearest_pods([NEW], "anna", {})
    with pytest.raises(NoPodError, match="no pod is in range; wake the pods"):
        nearest_pods([], "anna", {})


def test_pods_that_say_no_foot_are_on_the_one_that_they_were_shown_to_be_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    verities = [DiscoveredPod(f"Polar Sense {n}", f"polar-{n}", None, f"C0:00:00:00:00:1{n}", -60) for n in range(3)]
    in_range(monkeypatch, *verities)
    result = surefoot(capsys, "run", "--folder", tmp_path)
    assert "(polar-0, polar-1, polar-2) do not say on which foot they are" in result.err
    keep_feet(tmp_path, "anna", {"polar-2": Foot.LEFT, "polar-1": Foot.RIGHT})
    assert choose_pods(None, None, "anna", tmp_path) == [
        PodAssignment("polar-2", Foot.LEFT, "anna"),
        PodAssignment("polar-1", Foot.RIGHT, "anna"),
    ]


def test_one_pod_cannot_be_on_both_feet() -> None:
    with pytest.raises(SamePodError, match="pod 0001 was named for both feet"):
        named_pods({Foot.LEFT: "0001", Foot.RIGHT: "0001"}, "anna")


def test_a_run_ends_with_its_summary_what_never_came_and_its_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, demo: DemoRun, tmp_path: Path
) -> None:
    started: list[RunFolder] = []

    async def followed(live: LiveRun, _observer: object, *, recorder: ResultRecorder) -> FinishedRun:
        recorder.finish(0.0)
        started.append(live.run)
        left, right = demo.finished.health
        return replace(demo.finished, health=(left, replace(right, last_packet_s=None, note="not found yet")))

    monkeypatch.setattr(run_loop, "record_run", followed)
    monkeypatch.setattr(LiveRun, "now_s", 120.0)
    in_range(monkeypatch, NEAR, RIGHT)
    result = surefoot(capsys, "run", "--folder", tmp_path)
    assert (result.code, result.err) == (0, "")
    assert [pod.serial for pod in started[0].manifest.pods] == ["0001", "0003"]
    serial = demo.run.manifest.pods[1].serial
    assert result.out.startswith("2:00 min recorded: ")
    assert f"No data from the right pod {serial}: not found yet.\n" in result.out
    assert f"\nRecorded in {started[0].path}\n" in result.out
