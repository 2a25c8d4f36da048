"""`surefoot analyze FOLDER`: every run of a folder of files is measured, or it is said why not."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.devices import choose, device_named
from surefoot.sensor_ingest.files.folder import RunFiles, runs_of
from surefoot.sensor_ingest.files.statements import NOTHING_SAID, Statements
from tests.sensor_ingest.synthetic import HEADER, walk, write
from tests.service.command import surefoot
from tests.service.real_command import RealCommand

TEXT = f"{HEADER}\n"


def made(folder: Path, *names: str, text: str = TEXT) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def runs(folder: Path, said: Statements = NOTHING_SAID) -> list[dict[str, str]]:
    return [files(run, folder) for run in runs_of(folder, said) if not run.problem]


def files(run: RunFiles, folder: Path) -> dict[str, str]:
    return {foot: str(path).replace(f"{folder}/", "") for foot, path in run.files.items()}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("monday_left.csv", "monday_right.csv"),
        ("LeftFoot.csv", "RightFoot.csv"),
        ("run 1/L.csv", "run 1/R.csv"),
        ("left/run1.csv", "right/run1.csv"),
        ("easy-7F-L.csv", "easy-7F-R.csv"),
        ("2026-01-02T10.15_left_C8A1.csv", "2026-01-02T10.16_right_D03F.csv"),
    ],
)
def test_feet_are_told_by_file_or_folder(tmp_path: Path, left: str, right: str) -> None:
    assert runs(made(tmp_path, left, right)) == [{"left": left, "right": right}]


def test_runs_are_kept_apart_and_one_foot_is_a_run(tmp_path: Path) -> None:
    made(tmp_path, "a_left.csv", "a_right.csv", "b_left.csv", "bob_right.csv")
    assert runs(tmp_path) == [
        {"left": "a_left.csv", "right": "a_right.csv"},
        {"left": "b_left.csv"},
        {"right": "bob_right.csv"},
    ]


def test_dates_that_differ_join_only_one_file_of_each_foot(tmp_path: Path) -> None:
    made(tmp_path, "left_1.csv", "right_2.csv", "left_3.csv")
    assert len(runs(tmp_path)) == 3


def test_sensors_of_their_own_are_one_foot(tmp_path: Path) -> None:
    made(tmp_path, *(f"{foot}/{sensor}.csv" for foot in Foot for sensor in ("Accelerometer", "Gyroscope")))
    assert runs(tmp_path) == [{foot: f"{foot}/Accelerometer.csv,{foot}/Gyroscope.csv" for foot in Foot}]


def test_tags_of_devices_tell_feet(tmp_path: Path) -> None:
    for name, tag in (("1.csv", "7F-L"), ("2.csv", "7F-R")):
        made(tmp_path, name, text=f"device,{HEADER}\n{tag},0,0,0,9.8,0,0,0\n")
    made(tmp_path, "both.csv", text=f"device,{HEADER}\n3B-L,0,0,0,9.8,0,0,0\n3B-R,0,0,0,9.8,0,0,0\n")
    (tmp_path / "both.csv").rename(made(tmp_path / "run", "x.csv").joinpath("x.csv"))
    assert runs(tmp_path) == [{"left": "1.csv", "right": "2.csv"}, {"left": "run/x.csv", "right": "run/x.csv"}]


def test_devices_that_were_said_tell_feet(tmp_path: Path) -> None:
    made(tmp_path, "easy_C8A1.csv", "easy_D03F.csv")
    said = Statements.parse(device="left=D03F,right=C8A1")
    assert runs(tmp_path, said) == [{"left": "easy_D03F.csv", "right": "easy_C8A1.csv"}]


def test_a_folder_is_measured_as_a_table_and_what_is_refused_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = tmp_path / "files"
    place.mkdir()
    for k, foot in enumerate(Foot):
        write(place / f"monday_{foot}.csv", walk(20.0, seed=k))
    write(place / "tuesday_left.csv", walk(20.0))
    write(place / "unknown.csv", walk())
    write(place / "wednesday_left.csv", walk()[:10])
    told = surefoot(capsys, "analyze", place, "--json", tmp_path / "json", "--report", tmp_path / "reports")
    assert told.code == 1
    out = told.out.replace("\n", " ")
    assert "Not measured" in out
    assert f"{place}/unknown.csv: does not say which foot it is of" in out
    assert f"{place}/wednesday_left.csv: holds only" in out
    names = {"monday_left-monday_right", "tuesday_left"}
    assert {path.stem for path in (tmp_path / "json").iterdir()} == names
    assert {path.stem for path in (tmp_path / "reports").iterdir()} == names
    whole = json.loads((tmp_path / "json/monday_left-monday_right.json").read_text())
    assert set(whole["quality"]) == set(Foot)


def test_a_folder_that_is_all_measured_ends_with_0(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = walk(20.0)
    write(tmp_path / "left.csv", rows)
    write(tmp_path / "right.csv", np.column_stack((rows[:, 0] + 0.5, walk(20.0, seed=2)[:, 1:])))
    told = surefoot(capsys, "analyze", tmp_path)
    assert told.code == 0
    assert "both" in told.out
    assert "steps/min" in told.out


@pytest.mark.parametrize(
    ("name", "device"),
    [
        ("easy_C8A1", "C8A1"),
        ("2022-08-05T15.26.13.153_DA04E77F9F56_Accelerometer", "DA04E77F9F56"),
        ("D4-CA-6E-F1-23-45 monday", "D4-CA-6E-F1-23-45"),
        ("pod7", "pod7"),
        ("20260102_101530", ""),
        ("run12-5km-100Hz", ""),
        ("C8A1-D03F", ""),
    ],
)
def test_devices_are_known_in_names(name: str, device: str) -> None:
    assert device_named(name) == device


def test_a_device_beside_those_of_both_feet_is_no_foots(tmp_path: Path) -> None:
    rows = "".join(f"{tag},0,0,0,9.8,0,0,0\n" for tag in ("7F-L", "80-R", "chest"))
    made(tmp_path, "all.csv", text=f"device,{HEADER}\n{rows}")
    assert runs(tmp_path) == [{"left": "all.csv", "right": "all.csv"}]
    assert choose(["7F-L", "80-R", "chest"], "device", Foot.RIGHT, None) == "80-R"


def test_feet_that_nothing_tells_are_asked_once_at_a_terminal(tmp_path: Path) -> None:
    place = tmp_path / "files"
    for k, name in enumerate(("mon_C8A1", "mon_D03F", "tue_C8A1", "tue_D03F", "spare/easy", "spare/slow")):
        write(made(place, f"{name}.csv") / f"{name}.csv", walk(20.0, seed=k))
    data = tmp_path / "data"
    first = typing(data, place, ["l", "middle", "r", "left", ""])
    assert re.findall(r"Which foot is (.+) of:", first) == [
        "device C8A1 (in mon_C8A1.csv)",
        "device D03F (in mon_D03F.csv)",
        "device D03F (in mon_D03F.csv)",
        "spare/easy.csv",
        "spare/slow.csv",
    ]
    assert "Error: left or right, or nothing" in first
    assert re.findall(r"(?m)^(\w+)_C8A1, +both ", first) == ["mon", "tue"]
    assert re.search(r"(?m)^spare/easy +left ", first)
    assert "spare/slow.csv: does not say which foot it is of" in " ".join(first.split())
    again = typing(data, place, ["", ""])
    assert re.findall(r"Which foot is (.+) of:", again) == ["spare/easy.csv", "spare/slow.csv"]


def typing(data: Path, place: Path, answers: Sequence[str]) -> str:
    """What a terminal shows of `analyze` while its questions are answered."""
    terminal, output = os.openpty()
    said, given = "", 0
    with RealCommand(data, "analyze", str(place), output=output, before=partial(os.dup2, output, 0)):
        os.close(output)
        with suppress(OSError):  # raised where the command has ended
            while True:
                said += os.read(terminal, 4096).decode()
                if said.count("(Enter if neither):") > given:
                    os.write(terminal, f"{answers[given]}\n".encode())
                    given += 1
    os.close(terminal)
    return said.replace("\r\n", "\n")


def test_results_do_not_go_among_the_recordings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write(tmp_path / "left.csv", walk(20.0))
    told = surefoot(capsys, "analyze", tmp_path, "--json", tmp_path / "json")
    assert told.code == 2
    assert "it is in the folder of recordings" in told.err
