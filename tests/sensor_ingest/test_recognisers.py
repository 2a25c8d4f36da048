"""Known layouts are read as what was measured, each by its own recogniser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_header import encoding_of, find_header
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.errors import RecordingError
from surefoot.sensor_ingest.files.recognisers import RECOGNISERS
from tests.sensor_ingest.device_exports import EPOCH_S, EXPORTS, Export, csv, gyr, said_of, seconds
from tests.sensor_ingest.synthetic import RATE_HZ, walk


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.source)
def test_known_layout_is_read_as_what_was_measured(tmp_path: Path, export: Export) -> None:
    recording = read_csv(export.written(tmp_path), Foot.LEFT, said=said_of(export))
    assert recording.notes[0] == f"Read as a recording of {export.source}."
    np.testing.assert_allclose(recording.samples.acc_mps2, walk()[:, 1:4], atol=2e-4)
    assert recording.has_gyroscope == export.gyroscope
    if export.gyroscope:
        np.testing.assert_allclose(recording.samples.gyr_radps, walk()[:, 4:7], atol=2e-5)
    np.testing.assert_allclose(np.diff(recording.samples.time_s), 1 / RATE_HZ, atol=2e-6)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.source)
def test_each_layout_is_claimed_by_its_own_recogniser_alone(export: Export) -> None:
    head = export.text().encode(export.encoding)
    lines = head.decode(encoding_of(head)).split("\n")
    layout = find_header(lines, Foot.LEFT, export.name, said_of(export)).layout
    assert [each.source for each in RECOGNISERS if each.claims(layout.names, export.name)] == [export.source]


def test_every_recogniser_has_its_file() -> None:
    assert {each.source for each in RECOGNISERS} == {each.source for each in EXPORTS}


def test_own_columns_are_claimed_by_none() -> None:
    names = ["time_s", "acc_x_mps2", "acc_y_mps2", "acc_z_mps2", "gyr_x_radps", "gyr_y_radps", "gyr_z_radps"]
    assert not any(each.claims(names, "left.csv") for each in RECOGNISERS)


def test_sensor_logger_has_its_sensor_in_the_name_of_the_file(tmp_path: Path) -> None:
    accelerometer = next(each for each in EXPORTS if each.source == "Sensor Logger")
    gyroscope = Export(
        "",
        "Gyroscope.csv",
        accelerometer.head,
        csv(lambda r: round(1e9 * (EPOCH_S + r[0])), seconds, *gyr(order="zyx")),
    )
    both = Path(f"{accelerometer.written(tmp_path)},{gyroscope.written(tmp_path)}")
    np.testing.assert_allclose(read_csv(both, Foot.LEFT).samples.gyr_radps, walk()[:, 4:7], atol=1e-3)


def test_counts_without_their_range_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RecordingError, match=r"has ax_raw in counts of the sensor; say its range with --unit acc=8g/32768"
    ):
        read_csv(EXPORTS[-1].written(tmp_path), Foot.LEFT)


def test_wide_range_accelerometer_is_read_where_there_are_two(tmp_path: Path) -> None:
    shimmer = next(each for each in EXPORTS if each.source.startswith("Shimmer"))
    assert "_Accel_LN_X_CAL" in " ".join(read_csv(shimmer.written(tmp_path), Foot.LEFT).notes)
