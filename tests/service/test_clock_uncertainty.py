"""How well the clocks of both feet agree is part of the intervals of step and flight."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from surefoot.analysis.model import Estimate, Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout
from surefoot.service.runtime.demo import DemoRun
from tests.service.command import Outcome, simulated, surefoot, write_samples


@cache
def feet() -> dict[Foot, Samples]:
    return simulated([PlannedBout("run", 24.0, 3.0)])


def analyze(capsys: pytest.CaptureFixture[str], folder: Path, *options: str) -> Outcome:
    files = [write_samples(folder / f"{foot}.csv", feet()[foot]) for foot in (Foot.LEFT, Foot.RIGHT)]
    return surefoot(capsys, "analyze", "--left", files[0], "--right", files[1], "--json", "-", *options)


def half_widths(found: Outcome) -> tuple[float, float]:
    """Of the left step, seconds, and of right against left, percent."""
    window = found.json["windows"][0]
    step, against = window["left"]["step_time_s"], window["asymmetry_pct"]["step_time_s"]
    return step["high"] - step["value"], against["high"] - against["value"]


def test_of_files_intervals_are_as_wide_as_the_clocks_may_be_apart(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    unknown_s, unknown_pct = half_widths(analyze(capsys, tmp_path))
    assert unknown_s > 0.0135
    assert unknown_pct > 8.0
    one_clock_s, one_clock_pct = half_widths(analyze(capsys, tmp_path, "--clock-sd-ms", "0"))
    assert one_clock_s < 0.008
    assert one_clock_pct < 3.0
    well_set_s, _ = half_widths(analyze(capsys, tmp_path, "--clock-sd-ms", "2"))
    assert well_set_s**2 - one_clock_s**2 == pytest.approx((1.96 * 0.002) ** 2, rel=0.001)


def test_of_pods_intervals_stay_narrow(demo: DemoRun) -> None:
    windows = [each for each in demo.finished.analysis.runners["runner-1"].results.windows if len(each.feet) == 2]
    against = [half_width(each.asymmetry_pct["step_time_s"]) for each in windows if each.asymmetry_pct]
    steps_s = [half_width(each.feet[foot]["step_time_s"]) for each in windows for foot in Foot]
    assert len(windows) >= 3
    assert max(against) < 3.5
    assert max(steps_s) < 0.007
    assert min(steps_s) > 1.96 * 0.0016


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "much"])
def test_what_is_no_uncertainty_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, value: str) -> None:
    refused = analyze(capsys, tmp_path, "--clock-sd-ms", value)
    assert refused.code == 2
    assert "invalid value for '--clock-sd-ms'" in refused.err


def test_a_recorded_run_knows_its_own_clocks(demo: DemoRun, capsys: pytest.CaptureFixture[str]) -> None:
    refused = surefoot(capsys, "analyze", demo.run.path, "--clock-sd-ms", "0")
    assert refused.code == 2
    assert "how well its clocks agree is known" in refused.err


def half_width(estimate: Estimate) -> float:
    return estimate.high - estimate.value
