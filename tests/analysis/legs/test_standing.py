"""Standing on both feet is known by how quietly real feet stand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from surefoot.analysis.legs.foot_tilt import foot_tilts
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_reader import read_csv

FOLDER = Path(os.environ.get("SUREFOOT_EVAL_DATA", Path(__file__).parents[3] / "../shared/data"))


@pytest.mark.recordings
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder SUREFOOT_EVAL_DATA is missing")
@pytest.mark.parametrize("number", range(1, 9))
def test_a_real_foot_that_stands_before_it_runs_is_quiet_enough(number: int) -> None:
    assert foot_tilts([read_csv(FOLDER / f"vicon/run_{number:02d}.csv", Foot.LEFT).samples])
