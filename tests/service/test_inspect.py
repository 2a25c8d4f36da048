"""`surefoot inspect`: what a file is taken for, and what `analyze` makes of the same answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from tests.sensor_ingest.synthetic import HEADER, walk, write
from tests.service.command import surefoot


def test_inspect_tells_columns_units_rows_rate_and_the_way_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = walk()
    rows[:, 1:4] /= 9.80665
    header = "stamp time (s),Accel X (g),Accel Y (g),Accel Z (g),gyr_x_radps,gyr_y_radps,gyr_z_radps"
    told = surefoot(capsys, "inspect", write(tmp_path / "a.csv", np.delete(rows, range(800, 820), 0), header))
    assert told.code == 0
    for part in (
        "a.csv: columns known by their names, 1980 rows",
        "Accel X (g), Accel Y (g), Accel Z (g)",
        f"0.005000  {walk()[1, 1]:.3f}",
        "10.0 s at 200.0 Hz, 1.00 % of the readings missing",
        "1 gap, the longest 0.105 s",
        "--columns acc_x=NAME",
        "--rate HZ",
    ):
        assert part in told.out


def test_inspect_of_what_cannot_be_used_tells_why_and_ends_with_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = walk()
    rows[:, 0] = np.arange(len(rows))
    path = write(tmp_path / "a.csv", rows)
    told = surefoot(capsys, "inspect", path)
    assert told.code == 2
    assert "Not usable as it is" in told.out
    assert "time_s counts" in " ".join(told.out.split())
    assert surefoot(capsys, "inspect", path, "--rate", "200").code == 0


def test_answers_given_to_inspect_serve_analyze(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = np.column_stack((np.arange(float(len(walk()))), walk()[:, 1:]))
    path = write(tmp_path / "a.csv", rows, HEADER.replace("time_s", "n"))
    told = surefoot(capsys, "analyze", "--left", path, "--rate", "200", "--json", "-")
    assert told.json["quality"]["left"]["sampling_rate_hz"] == pytest.approx(200.0)


def test_one_file_of_both_feet_is_analysed_as_both(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    names = HEADER.split(",")[1:]
    header = ",".join(["time_s", *(f"{foot}_{name}" for foot in Foot for name in names)])
    path = write(tmp_path / "both.csv", np.column_stack((walk(seed=1), walk(seed=2)[:, 1:])), header)
    told = surefoot(capsys, "analyze", "--left", path, "--right", path, "--json", "-")
    assert all(told.json["quality"][foot]["sampling_rate_hz"] for foot in Foot)


def test_option_about_files_does_not_go_with_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    told = surefoot(capsys, "analyze", "last", "--rate", "200")
    assert told.code == 2
    assert "run last and an option about files do not go together" in told.err
