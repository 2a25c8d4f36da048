"""A simulated runner over weeks: healthy runs that differ, then planted differences, through store and command."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.service.configuration import load_configuration
from surefoot.service.runtime.usual import with_usual
from surefoot.service.settings import Settings
from tests.service.command import surefoot
from tests.service.past_balances import FIRST, run_name, tell
from tests.service.stored_runs import RUNNER, manifest, store_samples

PLAN = (PlannedBout("still", 10.0), PlannedBout("run", 320.0, 2.8), PlannedBout("still", 3.0))
SD_PCT = 1.0
HEALTHY = 10


def run(settings: Settings, began: datetime, runner: RunnerProfile, seed: int) -> None:
    """Five minutes, with nothing told to hurt around them."""
    motion = simulate(runner, PLAN, seed)
    samples = {foot: read_imu(motion, foot, Imu(), seed) for foot in Foot}
    store_samples(settings, samples, run=with_usual(manifest(run_name(began), began), settings))
    for hours in (-2, 5):
        tell(settings, RUNNER, began + timedelta(hours=hours))


@pytest.mark.slow
def test_planted_differences_are_told_and_the_noise_is_what_was_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    settings, healthy = load_configuration().settings, RunnerProfile(run_to_run_sd_pct=SD_PCT)
    for place in range(HEALTHY):
        run(settings, FIRST + timedelta(days=3 * place), healthy, 100 + place)
    told = surefoot(capsys, "usual", RUNNER, "--confirm", f"{FIRST + timedelta(days=40):%Y-%m-%d}").out
    noise = re.search(r"10 of 10 .* differs by (\S+) % from run to run \(95 %: (\S+) to (\S+)\)\. (\S+) of them", told)
    assert noise is not None, told
    sd_pct, low_pct, high_pct = map(float, noise.groups()[:3])
    assert low_pct < sd_pct < high_pct
    assert low_pct <= SD_PCT * 6.0 / 7.0 <= high_pct  # contact shows six sevenths
    for place, planted_pct in enumerate((0.0, 3.0, 5.0, 8.0, -8.0)):
        began = FIRST + timedelta(days=60 + 3 * place)
        run(settings, began, replace(healthy, run_to_run_sd_pct=0.0, contact_asymmetry_pct=planted_pct), 200 + place)
        newest = next(
            line for line in surefoot(capsys, "usual", RUNNER).out.splitlines() if line.startswith("Newest run")
        )
        if abs(planted_pct) <= 3.0:
            assert "As before, within what the runs differ by (± " in newest
        else:
            shorter = "left" if planted_pct > 0.0 else "right"
            size = re.search(rf"{shorter} contact is (\S+) % shorter", newest)
            assert size is not None, newest
            assert float(size[1]) == pytest.approx(abs(planted_pct) * 6.0 / 7.0, abs=1.5)
