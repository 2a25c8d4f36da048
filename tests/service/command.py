"""Running the command line inside the test, and recordings to give to it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.service.cli.main import main

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("SUREFOOT_EVAL_DATA", ROOT / "../shared/data"))
PLAN = (PlannedBout("still", 6.0), PlannedBout("walk", 20.0, 1.4), PlannedBout("run", 40.0, 2.9))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    code: object
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as strict JSON, without NaN."""
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def surefoot(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Outcome:
    """Run `surefoot` with arguments."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    return Outcome(end.value.code or 0, *capsys.readouterr())


def write_samples(path: Path, samples: Samples, *, gyroscope: bool = True, later_s: float = 0.0) -> Path:
    """Write a recording as a CSV file."""
    names = [f"acc_{axis}_mps2" for axis in "xyz"] + [f"gyr_{axis}_radps" for axis in "xyz"] * gyroscope
    columns = [samples.time_s[:, None] + later_s, samples.acc_mps2, *([samples.gyr_radps] if gyroscope else [])]
    header = ",".join(["time_s", *names])
    np.savetxt(path, np.hstack(columns), fmt="%.5f", delimiter=",", header=header, comments="")
    return path


def simulated(plan: Sequence[PlannedBout] = PLAN, seed: int = 1) -> dict[Foot, Samples]:
    """Both pods' readings of a plain runner."""
    motion = simulate(RunnerProfile(), plan, seed)
    return {foot: read_imu(motion, foot, Imu(), seed) for foot in Foot}
