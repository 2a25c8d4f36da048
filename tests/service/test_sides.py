"""Recordings of the wrong foot, or of an accelerometer that reads −1 g up, are asked about, and measured once the
person has said which it is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout
from surefoot.service.pipeline.sides import FILES_QUESTION, SIDED_KEYS
from tests.service.command import Outcome, simulated, surefoot, write_samples

SIDED = [f"{key}_{foot}" for key in sorted(SIDED_KEYS) for foot in Foot]


@cache
def feet() -> dict[Foot, Samples]:
    return simulated([PlannedBout("run", 24.0, 3.0)])


def turned(samples: Samples) -> Samples:
    return replace(samples, acc_mps2=-samples.acc_mps2)


def analyze(capsys: pytest.CaptureFixture[str], folder: Path, left: Samples, right: Samples, *options: str) -> Outcome:
    files = [write_samples(folder / f"{name}.csv", each) for name, each in (("left", left), ("right", right))]
    return surefoot(capsys, "analyze", "--left", files[0], "--right", files[1], "--json", "-", *options)


def test_turned_signs_are_asked_about_and_angles_withheld(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    left, right = map(turned, feet().values())
    found = analyze(capsys, tmp_path, left, right).json
    for foot in Foot:
        assert FILES_QUESTION in found["quality"][foot]["notes"]
        assert found["quality"][foot]["mounting"] == "unsure"
    assert {found["summary"][key] for key in SIDED} == {None}
    assert {stride["inversion_at_contact_deg"] for stride in found["strides"]} == {None}
    assert {window[foot][key]["value"] for window in found["windows"] for foot in Foot for key in SIDED_KEYS} == {None}
    assert found["summary"]["ground_contact_time_s_left"] is not None


@pytest.mark.parametrize("repair", [["--turn-sign", "both"], ["--exchange"]])
def test_either_repair_gives_the_numbers_of_the_right_recordings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, repair: list[str]
) -> None:
    left, right = feet().values()
    wrong = (turned(left), turned(right)) if repair[0] == "--turn-sign" else (right, left)
    clean, repaired = analyze(capsys, tmp_path, left, right).json, analyze(capsys, tmp_path, *wrong, *repair).json
    assert repaired == clean
    assert clean["quality"]["left"]["mounting"] == "ok"


def test_who_says_that_all_is_right_is_believed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    left, right = feet().values()
    found = analyze(capsys, tmp_path, right, left, "--as-worn").json
    assert FILES_QUESTION not in found["quality"]["left"]["notes"]
    assert found["summary"]["inversion_at_contact_deg_left"] < 0.0


def test_one_odd_sign_alone_is_asked_about_on_its_foot(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    left, right = feet().values()
    found = analyze(capsys, tmp_path, turned(left), right).json
    quality, summary = found["quality"], found["summary"]
    assert FILES_QUESTION not in quality["left"]["notes"]
    assert (quality["left"]["side"], quality["right"]["side"]) == ("opposite", "agrees")
    assert (quality["left"]["mounting"], quality["right"]["mounting"]) == ("unsure", "ok")
    assert quality["left"]["rolled_in_deg"] == pytest.approx(-quality["right"]["rolled_in_deg"], abs=3.0)
    assert any("again with --turn-sign left" in note for note in quality["left"]["notes"])
    assert not any("as the other foot would look" in note for note in quality["right"]["notes"])
    assert {summary[f"{key}_left"] for key in SIDED_KEYS} == {None}
    assert None not in {summary[f"{key}_right"] for key in SIDED_KEYS}
    assert summary["push_off_rate_dps_left"] is not None


def test_one_odd_foot_whose_runner_says_so_is_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    left, right = feet().values()
    repaired = analyze(capsys, tmp_path, turned(left), right, "--turn-sign", "left").json
    assert repaired == analyze(capsys, tmp_path, left, right).json
    as_worn = analyze(capsys, tmp_path, turned(left), right, "--as-worn").json
    assert as_worn["summary"]["inversion_at_contact_deg_left"] < 0.0
    assert as_worn["quality"]["left"]["mounting"] == "ok"


@pytest.mark.parametrize("options", [("--as-worn", "--exchange"), ("--as-worn", "--turn-sign", "left")])
def test_answers_that_contradict_each_other_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: tuple[str, ...]
) -> None:
    left, right = feet().values()
    refused = analyze(capsys, tmp_path, left, right, *options)
    assert (refused.code, refused.out) == (2, "")
    assert "--as-worn and --exchange or --turn-sign do not go together" in refused.err
