"""Accelerometer and gyroscope in rows or files of their own."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import RecordingError
from tests.sensor_ingest.synthetic import HEADER, walk, write

EPOCH_MS = 1_790_000_000_000.0


def pair(folder: Path, gyr_rate_hz: float = 200.0, late_s: float = 0.048) -> Path:
    """Two files whose elapsed time starts at 0 in each; the gyroscope begins `late_s` later by the epoch."""
    acc, gyr = walk(), walk(rate_hz=gyr_rate_hz)
    gyr = gyr[gyr[:, 0] >= late_s]
    _write(folder / "acc.csv", acc[:, [0, 1, 2, 3]], "epoch_ms,elapsed_s,x_mps2,y_mps2,z_mps2")
    _write(folder / "gyr.csv", gyr[:, [0, 4, 5, 6]], "epoch_ms,elapsed_s,x_radps,y_radps,z_radps")
    return Path(f"{folder / 'acc.csv'},{folder / 'gyr.csv'}")


def _write(path: Path, rows: Floats, header: str) -> None:
    write(path, np.column_stack((EPOCH_MS + 1e3 * rows[:, 0], rows[:, 0] - rows[0, 0], rows[:, 1:])), header)


def test_two_files_are_joined_by_epoch(tmp_path: Path) -> None:
    recording = read_csv(pair(tmp_path), Foot.LEFT)
    later = walk()[walk()[:, 0] >= 0.048]
    np.testing.assert_allclose(recording.samples.acc_mps2, later[:, 1:4], atol=1e-9)
    np.testing.assert_allclose(recording.samples.gyr_radps, later[:, 4:7], atol=0.01)
    assert "Accelerometer at 200 Hz and gyroscope at 200 Hz: brought together by time." in recording.notes


def test_each_sensor_keeps_its_own_rate(tmp_path: Path) -> None:
    recording = read_csv(pair(tmp_path, gyr_rate_hz=400.0), Foot.LEFT)
    assert recording.sampling_rate_hz == pytest.approx(200.0)
    assert "Accelerometer at 200 Hz and gyroscope at 400 Hz: brought together by time." in recording.notes
    true = walk(rate_hz=400.0)[::2]
    true = true[true[:, 0] >= 0.048]
    np.testing.assert_allclose(recording.samples.gyr_radps, true[:, 4:7], atol=0.01)


def test_sensors_in_rows_of_their_own_are_brought_together(tmp_path: Path) -> None:
    acc, gyr = walk(), walk()
    acc[:, 4:7], gyr[:, 1:4] = np.nan, np.nan
    rows = np.stack([acc, gyr], axis=1).reshape(-1, 7)
    recording = read_csv(write(tmp_path / "a.csv", rows), Foot.LEFT)
    np.testing.assert_allclose(recording.samples.acc_mps2, walk()[:, 1:4], atol=1e-9)
    np.testing.assert_allclose(recording.samples.gyr_radps, walk()[:, 4:7], atol=1e-9)


def test_nothing_is_made_up_where_angular_rates_are_missing(tmp_path: Path) -> None:
    both = pair(tmp_path)
    lines = (tmp_path / "gyr.csv").read_text().splitlines()
    (tmp_path / "gyr.csv").write_text("\n".join(lines[:800] + lines[900:]))
    assert read_csv(both, Foot.LEFT).loss_pct == pytest.approx(100 * 100 / 1990, abs=0.3)


def test_files_of_other_times_are_refused(tmp_path: Path) -> None:
    both = pair(tmp_path)
    _write(tmp_path / "gyr.csv", walk()[:, [0, 4, 5, 6]] + [[1e5, 0, 0, 0]], "epoch_ms,elapsed_s,gx,gy,gz")
    with pytest.raises(RecordingError, match="accelerometer and gyroscope have no moment in common; hand over two"):
        read_csv(both, Foot.LEFT)


def test_both_files_in_one_archive_are_found(tmp_path: Path) -> None:
    pair(tmp_path)
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.write(tmp_path / "acc.csv", "TotalAcceleration.csv")
        archive.write(tmp_path / "gyr.csv", "Gyroscope.csv")
        archive.writestr("Annotation.csv", HEADER)
    assert read_csv(tmp_path / "run.zip", Foot.LEFT).has_gyroscope
