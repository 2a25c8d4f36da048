"""Parameters that differ change the results, and everything that carries results says so."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

import surefoot
from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.recording.manifest import Manifest
from tests.service.command import simulated, write_samples
from tests.service.command import surefoot as command
from tests.service.stored_runs import manifest

WIDE = surefoot.Parameters(window_s=60.0, rearfoot_limit_deg=30.0)


@pytest.fixture(scope="module")
def samples() -> dict[Foot, Samples]:
    return simulated()


def test_there_are_few_of_them() -> None:
    assert len(fields(surefoot.Parameters)) <= 40
    assert all(field.name in (surefoot.Parameters.__doc__ or "") for field in fields(surefoot.Parameters))


def test_they_change_what_they_say(samples: dict[Foot, Samples]) -> None:
    usual = surefoot.analyze(left=samples[Foot.LEFT])
    wide = surefoot.analyze(left=samples[Foot.LEFT], parameters=WIDE)
    assert usual.windows[0].end_s == pytest.approx(30.0, abs=0.1)
    assert wide.windows[0].end_s == pytest.approx(60.0, abs=0.1)
    key = "strike_rearfoot_probability_left"
    assert (usual.summary[key] or 0.0) > 0.5 > (wide.summary[key] or 0.0)


def test_only_what_differs_is_told() -> None:
    assert surefoot.Parameters().changed == {}
    assert WIDE.changed == {"window_s": 60.0, "rearfoot_limit_deg": 30.0}
    assert surefoot.Parameters.from_changed(WIDE.changed) == WIDE


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"window_s": 0.0}, "window_s must be positive, got 0.0"),
        ({"window_s": float("nan")}, "window_s must be positive, got nan"),
        ({"severe_limit_deg": 20.0}, "near_miss_limit_deg 25.0 must be below severe_limit_deg 20.0"),
        ({"windows_s": 20.0}, "there is no parameter windows_s"),
    ],
)
def test_nonsense_is_one_sentence(changed: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"Parameters: {sentence}"):
        surefoot.Parameters.from_changed(changed)


def test_a_baseline_of_other_parameters_is_refused() -> None:
    other = replace(Baseline.empty(), parameters=WIDE.changed)
    again = Baseline.from_dict(other.to_dict())
    assert again.parameters == WIDE.changed
    with pytest.raises(ValueError, match="the baseline was made with other parameters"):
        surefoot.Session(baseline=again)
    assert surefoot.Session(baseline=again, parameters=WIDE).baseline.parameters == WIDE.changed


def test_a_manifest_carries_them() -> None:
    run = replace(manifest(), parameters=WIDE.changed)
    assert Manifest.from_json(json.loads(run.to_json())) == run
    before = json.loads(manifest().to_json())
    del before["parameters"], before["checksum"]
    assert Manifest.from_json(before) == manifest()


def test_the_settings_file_sets_them_and_the_json_tells(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, samples: dict[Foot, Samples], tmp_path: Path
) -> None:
    left = write_samples(tmp_path / "left.csv", samples[Foot.LEFT])
    settings = tmp_path / "surefoot.toml"
    settings.write_text("[parameters]\nwindow_s = 60.0\n", encoding="utf-8")
    monkeypatch.setenv("SUREFOOT_SETTINGS", str(settings))
    told = command(capsys, "analyze", "--left", left, "--json", "-").json
    assert told["parameters"] == {"window_s": 60.0}
    assert told["windows"][0]["end_s"] == pytest.approx(60.0, abs=0.1)
    settings.write_text("[parameters]\nwindow = 60.0\n", encoding="utf-8")
    refused = command(capsys, "analyze", "--left", left)
    assert refused.code == 2
    assert "there is no parameter window" in refused.err
