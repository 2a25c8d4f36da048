"""Contact time and its asymmetry for every foot strike at every speed, on simulated runners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from tests.accuracy.recordings import analyse
from tests.accuracy.report import Finding

STRIKES: tuple[FootStrike, ...] = get_args(FootStrike)
SPEEDS_MPS = (2.2, 2.8, 3.5, 4.5, 6.0)
ASYMMETRY_PCT, DURATION_S, FIRST_SEED = -4.0, 40.0, 700
TARGET = "±20 ms, ±3 points, kept ≥ 80 %"


def findings(strikes: Iterable[FootStrike] = STRIKES, speeds_mps: Iterable[float] = SPEEDS_MPS) -> Iterator[Finding]:
    """A line per strike and speed: error of the contact time of either foot, asymmetry found and true, strides whose
    contact is not withheld."""
    for strike in strikes:
        for speed_mps in speeds_mps:
            yield _finding(strike, speed_mps, FIRST_SEED + 10 * STRIKES.index(strike) + SPEEDS_MPS.index(speed_mps))


def _finding(strike: FootStrike, speed_mps: float, seed: int) -> Finding:
    runner = RunnerProfile(strike=strike, contact_asymmetry_pct=ASYMMETRY_PCT)
    motion = simulate(runner, [PlannedBout("run", DURATION_S, speed_mps)], seed=seed)
    imus = {foot: Imu(mounting=random_mounting(2 * seed + side)) for side, foot in enumerate(Foot)}
    run = analyse(*(read_imu(motion, foot, imus[foot], seed=seed) for foot in Foot))
    measured = [run.strides(foot).metrics.get("ground_contact_time_s", np.full(1, np.nan)) for foot in Foot]
    true = [motion.truth[foot].ground_contact_time_s for foot in Foot]
    found_ms, true_ms = (1e3 * np.array([np.nanmedian(each) for each in feet]) for feet in (measured, true))
    error_ms = found_ms - true_ms
    found_pct, true_pct = (200.0 * (right - left) / (right + left) for left, right in (found_ms, true_ms))
    kept_pct = 100.0 * float(np.isfinite(np.concatenate(measured)).sum() / sum(len(each) for each in true))
    passed = bool(np.abs(error_ms).max() <= 20.0 and abs(found_pct - true_pct) <= 3.0 and kept_pct >= 80.0)
    value = f"{error_ms[0]:+.0f}, {error_ms[1]:+.0f} ms, {found_pct:+.1f} for {true_pct:+.1f} %, kept {kept_pct:.0f} %"
    return Finding(f"simulated {strike} strike, {speed_mps} m/s", "contact, asymmetry", value, TARGET, passed)
