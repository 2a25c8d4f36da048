"""What most strides do not show is withheld, and everything that people read says in how many it is known."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from tests.service.command import surefoot, write_samples

SMALL_RANGE = Imu(acc_range_g=8.0)
"""Most landings at 3.2 m/s clip for so long that the stride cannot be integrated."""


@pytest.fixture(scope="module")
def clipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    motion = simulate(RunnerProfile(impact_scale=1.1), (PlannedBout("run", 25.0, 3.2),), seed=3)
    samples = read_imu(motion, Foot.LEFT, SMALL_RANGE, seed=3)
    return write_samples(tmp_path_factory.mktemp("run") / "left.csv", samples)


def test_speed_of_a_minority_is_not_told_and_its_count_is(capsys: pytest.CaptureFixture[str], clipped: Path) -> None:
    result = surefoot(capsys, "analyze", "--left", clipped, "--json", "-").json
    known = [stride["speed_mps"] for stride in result["strides"] if stride["speed_mps"] is not None]
    strides = len(result["strides"])
    assert 0 < len(known) < strides / 2
    few = {"reason": "few_strides", "n": len(known), "of": strides}
    assert result["summary"]["speed_mps_left"] is None
    assert result["quality"]["left"]["withheld"]["speed_mps"] == few
    for window in result["windows"]:
        assert window["left"]["speed_mps"]["value"] is None
        assert window["left"]["speed_mps"]["withheld"] is not None
    note = (
        f"Stride length, speed, foot lift and standing tilt: known in {len(known)} of {strides} strides only, withheld."
    )
    assert note in result["quality"]["left"]["notes"]


def test_pods_of_different_rates_are_told_with_what_is_not_compared(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("run", 35.0, 3.2),), seed=3)
    files = {
        foot: write_samples(tmp_path / f"{foot}.csv", read_imu(motion, foot, Imu(rate_hz=rate_hz), seed=3))
        for foot, rate_hz in ((Foot.LEFT, 208.0), (Foot.RIGHT, 104.0))
    }
    result = surefoot(capsys, "analyze", "--left", files[Foot.LEFT], "--right", files[Foot.RIGHT], "--json", "-").json
    note = "left and right are not compared, the pods read at different rates (left 208 Hz, right 104 Hz)."
    for foot in Foot:
        assert any(told.endswith(note) and "impact" in told for told in result["quality"][foot]["notes"])
    assert result["windows"][0]["not_compared"]["impact_peak_g"] == "rate"
    assert result["windows"][0]["asymmetry_pct"]["impact_peak_g"]["value"] is None
    assert result["summary"]["impact_peak_g_left"] is not None
    assert result["summary"]["impact_peak_g_asymmetry_pct"] is None
    assert result["summary"]["ground_contact_time_s_asymmetry_pct"] is not None


def test_pods_on_heel_and_laces_are_told_with_what_is_not_compared(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    motion = simulate(RunnerProfile(), (PlannedBout("run", 35.0, 3.2),), seed=3)
    files = {
        foot: write_samples(tmp_path / f"{foot}.csv", read_imu(motion, foot, imu, seed=3))
        for foot, imu in ((Foot.LEFT, Imu(position_m=(-0.005, 0.0, 0.05), gyr_range_dps=4000.0)), (Foot.RIGHT, Imu()))
    }
    page = tmp_path / "report.html"
    told = surefoot(
        capsys, "analyze", "--left", files[Foot.LEFT], "--right", files[Foot.RIGHT], "--json", "-", "--report", page
    )
    why = "left and right are not compared, the pods sit at different places along their shoes"
    for foot in Foot:
        (note,) = (note for note in told.json["quality"][foot]["notes"] if why in note)
        assert note.startswith("Foot lift")
        assert "the left one 1" in note
        assert note.endswith(" cm further back).")
        assert note in unescape(page.read_text())
    assert told.json["windows"][0]["not_compared"]["clearance_m"] == "place"
    assert told.json["summary"]["impact_peak_g_asymmetry_pct"] is None
    assert told.json["summary"]["ground_contact_time_s_asymmetry_pct"] is not None


def test_terminal_and_report_say_in_how_many_strides_it_is_known(
    capsys: pytest.CaptureFixture[str], clipped: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    told = surefoot(capsys, "analyze", "--left", clipped, "--report", page)
    known, strides = " ".join(told.out.split()).split("standing tilt: known in ")[1].split(" strides")[0].split(" of ")
    assert f"– ({known}/{strides})" in next(line for line in told.out.splitlines() if line.startswith("Speed"))
    assert f"– ({known} of {strides} strides)" in page.read_text()
