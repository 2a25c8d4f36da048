"""Real recordings through the command line."""

from __future__ import annotations

import pytest

from tests.service.command import FOLDER, surefoot

pytestmark = [
    pytest.mark.recordings,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder SUREFOOT_EVAL_DATA is missing"),
]


def test_one_foot_running_on_a_treadmill(capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "analyze", "--left", FOLDER / "treadmill/10kmh.csv", "--json", "-").json
    assert result["quality"]["left"]["mounting"] == "ok"
    assert result["summary"]["cadence_spm"] == pytest.approx(170.0, abs=2.0)
    assert 0.22 < result["summary"]["ground_contact_time_s_left"] < 0.32
    assert result["summary"]["walk_time_s"] == 0.0


def test_a_long_run_without_a_gyroscope_has_cadence_but_no_contact(capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "analyze", "--right", FOLDER / "long_run_acc_only/first_10_min.csv", "--json", "-").json
    assert result["summary"]["cadence_spm"] == pytest.approx(158.0, abs=3.0)
    assert result["summary"]["ground_contact_time_s_right"] is None
    assert any("without a gyroscope" in note for note in result["quality"]["right"]["notes"])


def test_a_short_run_of_both_feet_with_gravity_removed(capsys: pytest.CaptureFixture[str]) -> None:
    files = [FOLDER / f"two_feet_run/run_20m_22_steps_{foot}.csv" for foot in ("left", "right")]
    result = surefoot(capsys, "analyze", "--left", files[0], "--right", files[1], "--json", "-").json
    assert result["summary"]["steps"] == pytest.approx(22, abs=2)
    assert {stride["gait"] for stride in result["strides"]} == {"run"}
    assert any("ravity" in note for note in result["quality"]["left"]["notes"])


def test_a_still_foot_is_no_gait(capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "analyze", "--left", FOLDER / "nongait/still.csv")
    assert result.code == 0
    assert result.out.startswith("No walking or running was found in this recording of 21 s.\n")
