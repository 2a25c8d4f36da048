"""The library as people import it: `surefoot.read_csv`, `surefoot.analyze`, `surefoot.Session`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

import surefoot
from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from tests.service.command import simulated, write_samples


@pytest.fixture(scope="module")
def samples() -> dict[Foot, Samples]:
    return simulated()


@pytest.fixture(scope="module")
def both(samples: dict[Foot, Samples]) -> surefoot.Analysis:
    return surefoot.analyze(left=samples[Foot.LEFT], right=samples[Foot.RIGHT])


def moved(gait: Literal["walk", "run"], speed_mps: float) -> Samples:
    motion = simulate(RunnerProfile(), (PlannedBout("still", 4.0), PlannedBout(gait, 20.0, speed_mps)), seed=2)
    return read_imu(motion, Foot.LEFT, Imu(), seed=2)


def in_degrees(samples: Samples) -> Samples:
    return replace(samples, gyr_radps=np.rad2deg(samples.gyr_radps))


def test_every_public_name_exists() -> None:
    assert all(getattr(surefoot, name) is not None for name in surefoot.__all__)
    assert set(surefoot.__all__) < set(dir(surefoot))
    with pytest.raises(AttributeError, match="no attribute 'gait'"):
        _ = surefoot.gait


def test_files_and_arrays_give_the_same_strides(samples: dict[Foot, Samples], tmp_path: Path) -> None:
    path = write_samples(tmp_path / "left.csv", samples[Foot.LEFT])
    first = surefoot.analyze(left=path)
    second = surefoot.analyze(left=surefoot.read_csv(str(path), "left"))
    np.testing.assert_array_equal(first.strides["left"].initial_contact_s, second.strides["left"].initial_contact_s)
    assert len(first.strides["left"]) == len(surefoot.analyze(left=samples[Foot.LEFT]).strides["left"])


def test_results_say_in_a_line_what_they_are(both: surefoot.Analysis) -> None:
    left = len(both.strides["left"])
    assert re.fullmatch(rf"<Analysis: strides {left} left, \d+ right; 3 windows, \d bouts, 0 findings>", repr(both))
    assert repr(both.bouts) == f"<{len(both.bouts)} bouts>"
    assert repr(both.strides["left"]).startswith(f"<Strides left: {left}, ")


def test_every_part_becomes_a_data_frame(both: surefoot.Analysis) -> None:
    strides = both.strides.to_dataframe()
    assert len(strides) == sum(len(rows) for rows in both.strides.values())
    assert set(strides["foot"]) == {"left", "right"}
    running = strides[(strides["foot"] == "left") & (strides["gait"] == "run")]
    assert running["ground_contact_time_s"].median() == both.summary["ground_contact_time_s_left"]
    windows = both.windows.to_dataframe()
    assert {"start_s", "end_s", "gait", "of", "metric", "value", "low", "high", "n"} <= set(windows)
    assert list(both.bouts.to_dataframe()["kind"]) == [bout.kind for bout in both.bouts]
    assert list(both.quality.to_dataframe()["foot"]) == ["left", "right"]
    assert len(both.summary.to_dataframe()) == len(both.summary)
    assert len(both.findings.to_dataframe()) == 0


def test_text_and_lists_are_converted() -> None:
    samples = surefoot.Samples("left", [0.0, 0.1], [[0, 0, 9.8], [0, 0, 9.8]])  # type: ignore[arg-type]
    assert samples.foot is Foot.LEFT
    assert samples.acc_mps2.dtype == np.float64
    assert np.isnan(samples.gyr_radps).all()
    assert not samples.clipped.any()
    assert repr(samples) == "<Samples left: 2 readings, 0.00 to 0.10 s>"


def test_rows_without_a_number_are_a_gap_with_a_note(samples: dict[Foot, Samples]) -> None:
    left = samples[Foot.LEFT]
    acc_mps2, gyr_radps = left.acc_mps2.copy(), left.gyr_radps.copy()
    acc_mps2[3000, 1] = gyr_radps[5000] = np.nan
    holed = replace(left, acc_mps2=acc_mps2, gyr_radps=gyr_radps)
    found = surefoot.analyze(left=holed)
    assert "2 readings without a number: left out, as a gap." in found.quality["left"].notes
    assert found.quality["left"].mounting == "ok"
    session = surefoot.Session(("left",))
    session.push(holed)
    assert session.dropped_readings == {Foot.LEFT: 2}
    without = np.delete(np.arange(len(left)), [3000, 5000])
    same = surefoot.Session((Foot.LEFT,))
    same.push(left.at(without))
    for mine, theirs in zip(session.flush().strides.values(), same.flush().strides.values(), strict=True):
        np.testing.assert_array_equal(mine.initial_contact_s, theirs.initial_contact_s)


def test_time_that_goes_back_is_refused(samples: dict[Foot, Samples]) -> None:
    time_s = samples[Foot.LEFT].time_s[:10].copy()
    time_s[5] = time_s[3]
    session = surefoot.Session(("left",))
    with pytest.raises(ValueError, match=r"push: time_s of the left samples goes from 0\.0\d+ to 0\.0\d+ s"):
        session.push(replace(samples[Foot.LEFT][:10], time_s=time_s))
    session.push(samples[Foot.LEFT][:100])
    with pytest.raises(ValueError, match=r"push: left samples begin at 0\.00\d* s, not after those before"):
        session.push(samples[Foot.LEFT][:100])


def test_samples_after_the_end_are_refused(samples: dict[Foot, Samples]) -> None:
    session = surefoot.Session(("left",))
    session.flush()
    with pytest.raises(ValueError, match="push: left samples after flush; begin a new Session"):
        session.push(samples[Foot.LEFT])


@pytest.mark.parametrize("samples", [moved("walk", 0.5), moved("walk", 1.0), moved("run", 3.0), moved("run", 7.5)])
def test_degrees_are_not_taken_for_radians(samples: Samples) -> None:
    plain = surefoot.analyze(left=samples)
    with pytest.raises(ValueError, match=r'seems to be °/s. Give unit="deg/s"'):
        surefoot.analyze(left=in_degrees(samples))
    with pytest.raises(ValueError, match=r"push: gyr_radps of the left foot is \d+ while it moves"):
        surefoot.Session(("left",)).push(in_degrees(samples))
    converted = surefoot.analyze(left=in_degrees(samples), unit="deg/s")
    assert len(converted.strides["left"]) == len(plain.strides["left"]) > 0
    session = surefoot.Session(("left",), unit="deg/s")
    assert len(session.push(in_degrees(samples)).strides[Foot.LEFT]) > 0


def test_a_unit_that_is_insisted_on_holds(samples: dict[Foot, Samples]) -> None:
    surefoot.Session(("left",), unit="rad/s").push(in_degrees(samples[Foot.LEFT]))


def test_what_makes_no_sense_is_refused(samples: dict[Foot, Samples]) -> None:
    with pytest.raises(ValueError, match="analyze: give left, right or both"):
        surefoot.analyze()
    with pytest.raises(ValueError, match="analyze: left= was given samples of the right foot"):
        surefoot.analyze(left=samples[Foot.RIGHT])
    with pytest.raises(ValueError, match="middle"):
        surefoot.Samples("middle", [], [])  # type: ignore[arg-type]


@pytest.mark.parametrize("clock_sd_s", [-0.001, float("nan"), float("inf")])
def test_clocks_cannot_be_apart_by_less_than_nothing(clock_sd_s: float) -> None:
    with pytest.raises(ValueError, match="Session: clock_sd_s is in seconds, 0 or more; got"):
        surefoot.Session(clock_sd_s=clock_sd_s)


def test_one_clock_for_both_feet_gives_narrower_steps(samples: dict[Foot, Samples]) -> None:
    left, right = samples[Foot.LEFT], samples[Foot.RIGHT]
    one, unknown = surefoot.analyze(left, right, clock_sd_s=0.0), surefoot.analyze(left, right)
    for narrow, wide in zip(one.windows, unknown.windows, strict=True):
        assert narrow.asymmetry_pct["step_time_s"].high < wide.asymmetry_pct["step_time_s"].high
        assert narrow.asymmetry_pct["ground_contact_time_s"] == wide.asymmetry_pct["ground_contact_time_s"]
