"""Recordings of Movesense, made as their description says, with numbers of our own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import NotTextError
from tests.sensor_ingest.synthetic import walk

BATCH = 4


def vectors(rows: Floats) -> list[dict[str, float]]:
    return [dict(zip("xyz", row, strict=True)) for row in rows.tolist()]


def write(path: Path, stream: str) -> Path:
    batches = [
        {
            "ArrayAcc": vectors(walk()[k : k + BATCH, 1:4]),
            "ArrayGyro": vectors(np.degrees(walk()[k : k + BATCH, 4:7])),
            "Timestamp": 251818 + round(1e3 * walk()[k, 0]),
        }
        for k in range(0, len(walk()), BATCH)
    ]
    path.write_text(json.dumps({"Meas": {stream: batches}}))
    return path


@pytest.mark.parametrize("stream", ["IMU9", "IMU6"])
def test_batches_are_spread_evenly(tmp_path: Path, stream: str) -> None:
    recording = read_csv(write(tmp_path / "a.json", stream), Foot.LEFT)
    assert recording.notes[0] == "Read as a recording of Movesense."
    np.testing.assert_allclose(recording.samples.acc_mps2, walk()[:, 1:4], atol=1e-9)
    np.testing.assert_allclose(recording.samples.gyr_radps, walk()[:, 4:7], atol=1e-9)
    np.testing.assert_allclose(np.diff(recording.samples.time_s), 0.005, atol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        '{"Meas": {"ArrayAcc": [{"x": 1, "y": 2, "z": 3}], "Timestamp": 1200}}',
        '{"Meas": {"IMU9": [{"ArrayAcc": [{"x": 1}], "ArrayGyro": [], "Timestamp": 1}]}}',
        '{"Meas": {"IMU9": 7}}',
        '{"Meas": ',
        '{"a": ' * 5000,
        "[]",
    ],
)
def test_json_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(NotTextError, match="is not a CSV text file but JSON; export the recording as plain"):
        read_csv(tmp_path / "a.json", Foot.LEFT)
