"""The reader that reading is compared with reads the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_reader import read_csv
from tests.bench.loadtxt_reader import read_with_loadtxt
from tests.sensor_ingest.synthetic import walk, write


def test_both_readers_give_the_same_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", walk(20.0))
    now, before = (read(path, Foot.LEFT) for read in (read_csv, read_with_loadtxt))
    np.testing.assert_array_equal(now.samples.time_s, before.samples.time_s)
    np.testing.assert_array_equal(now.samples.acc_mps2, before.samples.acc_mps2)
    np.testing.assert_array_equal(now.samples.gyr_radps, before.samples.gyr_radps)
    assert now.notes == before.notes
