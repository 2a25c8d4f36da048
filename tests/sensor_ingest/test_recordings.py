"""Real recordings come through unchanged, and are recognised when their units or columns are changed."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import ColumnsSwappedError

FOLDER = Path(os.environ.get("SUREFOOT_EVAL_DATA", Path(__file__).parents[2] / "../shared/data"))
pytestmark = [
    pytest.mark.recordings,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder SUREFOOT_EVAL_DATA is missing"),
]


def _names(*patterns: str) -> list[str]:
    files = (file for pattern in patterns for file in sorted(FOLDER.glob(pattern)))
    return [str(file.relative_to(FOLDER)) for file in files if "acc_x" in _first_line(file)]


def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return lines.readline()


@cache
def recording(name: str) -> Recording:
    return read_csv(FOLDER / name, Foot.LEFT)


def distorted(name: str, acc_factor: float = 1.0, gyr_factor: float = 1.0, swap: bool = False) -> Recording:
    samples = recording(name).samples
    acc: Floats = samples.acc_mps2 * acc_factor
    gyr: Floats | None = samples.gyr_radps * gyr_factor if recording(name).has_gyroscope else None
    if swap and gyr is not None:
        acc, gyr = gyr, acc
    return clean(Table(samples.time_s, acc, gyr), Foot.LEFT)


ALL = _names("*/*.csv")
GAIT = _names("treadmill/*.csv", "vicon/*.csv", "two_feet_*/*.csv", "sprint_clipped/*.csv")
WITH_GRAVITY = [name for name in ALL if not name.startswith("two_feet_run")]


@pytest.mark.parametrize("name", ALL)
def test_units_are_right_as_they_are(name: str) -> None:
    assert not [note for note in recording(name).notes if "converted" in note]


@pytest.mark.parametrize("name", ALL)
def test_gravity_is_missing_only_where_it_was_removed(name: str) -> None:
    expected = {False} if name.startswith("two_feet_run") else {True, None}
    assert recording(name).has_gravity in expected


@pytest.mark.parametrize("name", ALL)
def test_gyroscope_is_missing_only_in_the_long_run(name: str) -> None:
    assert recording(name).has_gyroscope != name.startswith("long_run_acc_only")


@pytest.mark.parametrize(
    ("name", "rate_hz"),
    [
        ("treadmill/10kmh.csv", 166.67),
        ("vicon/run_01.csv", 200.0),
        ("two_feet_walk/left.csv", 204.8),
        ("two_feet_run/run_20m_22_steps_left.csv", 100.0),
        ("sprint_clipped/sprint_1.csv", 500.0),
        ("long_run_acc_only/first_10_min.csv", 100.0),
    ],
)
def test_sampling_rate(name: str, rate_hz: float) -> None:
    assert recording(name).sampling_rate_hz == pytest.approx(rate_hz, rel=0.002)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("sprint_clipped/sprint_1.csv", 5.0, 7.0),
        ("vicon/run_06.csv", 1.2, 2.0),
        ("vicon/run_08.csv", 0.6, 1.2),
        ("two_feet_run/run_20m_22_steps_left.csv", 0.8, 1.6),
        ("two_feet_walk/left.csv", 0.03, 0.1),
    ],
)
def test_clipping_is_found(name: str, low: float, high: float) -> None:
    assert low < 100 * np.mean(recording(name).samples.clipped) < high


@pytest.mark.parametrize("name", _names("treadmill/*.csv", "nongait/*.csv", "sprint_clipped/walk*.csv"))
def test_nothing_clips_where_the_range_is_not_reached(name: str) -> None:
    assert not recording(name).samples.clipped.any()


def test_repeated_stamps_of_the_sprint_are_repaired() -> None:
    steps_s = np.diff(recording("sprint_clipped/sprint_1.csv").samples.time_s)
    assert np.mean((steps_s > 0.0005) & (steps_s < 0.0035)) > 0.99
    assert recording("sprint_clipped/sprint_1.csv").loss_pct == pytest.approx(10.5, abs=0.5)


@pytest.mark.parametrize("name", WITH_GRAVITY)
@pytest.mark.parametrize(("factor", "unit"), [(1.0, "g"), (1e3, "mg")])
def test_acceleration_in_g_is_recognised(name: str, factor: float, unit: str) -> None:
    notes = distorted(name, acc_factor=factor / STANDARD_GRAVITY_MPS2).notes
    assert f"Acceleration is in {unit}: converted to m/s²." in notes


@pytest.mark.parametrize("name", GAIT)
def test_gyroscope_in_degrees_is_recognised(name: str) -> None:
    assert "The gyroscope is in °/s: converted to rad/s." in distorted(name, gyr_factor=180 / np.pi).notes


@pytest.mark.parametrize("name", [name for name in GAIT if name in WITH_GRAVITY])
@pytest.mark.parametrize("gyr_factor", [1.0, 180 / np.pi])
def test_exchanged_sensors_are_recognised(name: str, gyr_factor: float) -> None:
    with pytest.raises(ColumnsSwappedError):
        distorted(name, gyr_factor=gyr_factor, swap=True)
