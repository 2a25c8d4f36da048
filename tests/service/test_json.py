"""The JSON keeps its contract."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Foot, Samples
from surefoot.service import VERSION
from tests.service.command import surefoot, write_samples

ESTIMATE = {"value", "low", "high", "n", "spread", "withheld"}


@pytest.fixture
def both(capsys: pytest.CaptureFixture[str], left: Path, right: Path) -> Any:
    return surefoot(capsys, "analyze", "--left", left, "--right", right, "--json", "-").json


def test_it_has_every_top_level_key_of_the_contract(both: Any) -> None:
    assert list(both) == [
        "surefoot", "parameters", "quality", "bouts", "strides", "windows", "findings", "summary", "companions",
    ]  # fmt: skip
    assert both["companions"]["heart_rate_bpm"] == {"mean": None, "low": None, "high": None, "n": 0}
    assert both["surefoot"] == VERSION
    assert both["findings"] == []


def test_quality_has_numbers_and_sentences_for_each_foot(both: Any) -> None:
    for foot in Foot:
        quality = both["quality"][foot]
        assert quality["sampling_rate_hz"] == pytest.approx(208.0, abs=0.01)
        assert quality["loss_pct"] == 0.0
        assert quality["clipped_strides_pct"] == 0.0
        assert quality["mounting"] == "ok"
        assert quality["notes"] == []


def test_bouts_cover_the_recording_without_gaps(both: Any) -> None:
    bouts = both["bouts"]
    assert {bout["kind"] for bout in bouts} <= {"run", "walk", "still", "other"}
    assert all(bout["end_s"] == then["start_s"] for bout, then in pairwise(bouts))
    assert [bout["kind"] for bout in bouts if bout["end_s"] - bout["start_s"] > 5.0] == ["still", "walk", "run"]


def test_every_stride_has_every_metric_of_the_registry(both: Any) -> None:
    contract = {"foot", "initial_contact_s", "terminal_contact_s", "next_initial_contact_s", "gait", "clipped"}
    for stride in both["strides"]:
        assert contract | {"confidence", "flags"} | set(STRIDE_METRICS) == set(stride)
        assert stride["foot"] in {"left", "right"}
        assert stride["gait"] in {"run", "walk"}
        assert stride["clipped"] is False
        assert 0.0 <= stride["confidence"] <= 1.0


def test_strides_of_both_feet_stand_in_order_of_landing(both: Any) -> None:
    landings_s = [stride["initial_contact_s"] for stride in both["strides"]]
    assert landings_s == sorted(landings_s)
    assert {stride["foot"] for stride in both["strides"]} == {"left", "right"}


def test_windows_last_half_a_minute_and_have_an_estimate_of_everything(both: Any) -> None:
    compared = {key for key, metric in STRIDE_METRICS.items() if metric.compared}
    assert both["windows"]
    *whole, last = both["windows"]
    assert all(window["end_s"] - window["start_s"] == pytest.approx(30.0) for window in whole)
    assert last["end_s"] <= both["bouts"][-1]["end_s"]
    for window in both["windows"]:
        assert set(window["left"]) == set(window["right"]) == set(STRIDE_METRICS)
        assert set(window["asymmetry_pct"]) == compared
        estimates = [window["cadence_spm"], *window["left"].values(), *window["asymmetry_pct"].values()]
        assert all(set(estimate) == ESTIMATE for estimate in estimates)
        told = [estimate for estimate in estimates if estimate["withheld"] is None and estimate["n"]]
        assert len(told) >= len(estimates) - 3  # the wobble of twelve landings comes late in a short window
        assert all(estimate["low"] <= estimate["value"] <= estimate["high"] for estimate in told)


def test_times_are_those_of_the_file(
    capsys: pytest.CaptureFixture[str], samples: dict[Foot, Samples], left: Path, tmp_path: Path
) -> None:
    later_s = 1_700_000_000.0
    moved = write_samples(tmp_path / "later.csv", samples[Foot.LEFT], later_s=later_s)
    now = surefoot(capsys, "analyze", "--left", left, "--json", "-").json
    later = surefoot(capsys, "analyze", "--left", moved, "--json", "-").json
    for a, b in zip(now["strides"], later["strides"], strict=True):
        assert b["initial_contact_s"] - later_s == pytest.approx(a["initial_contact_s"], abs=2e-4)


def test_what_one_foot_cannot_tell_is_null(capsys: pytest.CaptureFixture[str], left: Path) -> None:
    result = surefoot(capsys, "analyze", "--left", left, "--json", "-").json
    assert result["quality"]["right"] == {}
    assert all(stride["flight_time_s"] is None for stride in result["strides"])
    assert result["summary"]["strides_right"] is None
    assert result["windows"][0]["right"]["stride_time_s"] == {
        "value": None,
        "low": None,
        "high": None,
        "n": 0,
        "spread": None,
        "withheld": None,
    }
    assert "Step and flight time need both feet, and only this one was recorded." in result["quality"]["left"]["notes"]


def test_without_a_gyroscope_contact_is_null_and_the_note_says_why(
    capsys: pytest.CaptureFixture[str], samples: dict[Foot, Samples], tmp_path: Path
) -> None:
    path = write_samples(tmp_path / "acc.csv", samples[Foot.LEFT], gyroscope=False)
    result = surefoot(capsys, "analyze", "--left", path, "--json", "-").json
    assert result["strides"]
    assert all(stride["ground_contact_time_s"] is None for stride in result["strides"])
    assert all("no_gyroscope" in stride["flags"] for stride in result["strides"])
    count = len(result["strides"])
    note = f"Contact time withheld in {count} of {count} strides: without a gyroscope."
    assert note in result["quality"]["left"]["notes"]


def test_a_file_gets_the_same_json_as_standard_output(
    capsys: pytest.CaptureFixture[str], left: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.json"
    printed = surefoot(capsys, "analyze", "--left", left, "--json", "-")
    shown = surefoot(capsys, "analyze", "--left", left, "--json", path)
    assert json.loads(path.read_text(encoding="utf-8")) == printed.json
    assert "Running" in shown.out
    assert printed.err == ""
