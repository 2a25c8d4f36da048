"""Every reading of the pods is in the MCAP file, at its time, as the format's own library reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Foot
from surefoot.service.runtime.demo import DemoRun
from tests.service.command import surefoot
from tests.service.formats.mcap_reader import read_mcap

RUNNER = "runner-1"


def test_its_messages_are_the_readings(demo: DemoRun, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    surefoot(capsys, "export", demo.run.path, "--to", tmp_path, "--as", "mcap,samples")
    stem = f"{demo.run.manifest.run_id}-{RUNNER}"
    messages = read_mcap(tmp_path / f"{stem}.mcap")
    zero_ns = round(demo.run.manifest.created_utc.timestamp()) * 1_000_000_000
    for foot in Foot:
        rows = np.loadtxt(tmp_path / f"{stem}-{foot}.csv", delimiter=",", skiprows=1)
        assert len(rows) > 10_000
        times_ns = np.array([time_ns for time_ns, _ in messages[foot]])
        np.testing.assert_allclose((times_ns - zero_ns) * 1e-9, rows[:, 0], atol=2e-9)
        np.testing.assert_array_equal([values for _, values in messages[foot]], rows[:, 1:])
