"""Who runs where with which pods: the conditions under which angles and ankle rolls are judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu

STRIKES: tuple[FootStrike, ...] = ("rear", "mid", "fore")
SPEEDS_MPS = (2.2, 3.0, 4.0, 5.0, 6.0)
RUNNER, RUN = RunnerProfile(), PlannedBout("run", 1.0, 3.0)
SLOW_TURN_RADPS = float(np.radians(2.0))


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a table; pods are mounted at random on both feet.

    Parameters
    ----------
    toes_down_deg : between what its rolls land farther toes-down than usual.
    """

    name: str
    runner: RunnerProfile = RUNNER
    bout: PlannedBout = RUN
    imu: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    toes_down_deg: tuple[float, float] = (0.0, 0.0)

    def plan(self, duration_s: float) -> list[PlannedBout]:
        """The bout for that long."""
        return [replace(self.bout, duration_s=duration_s)]

    def read(self, motion: Motion, seed: int) -> list[Samples]:
        """Both pods' samples."""
        imus = [Imu(mounting=random_mounting(2 * seed + side), **self.imu) for side in range(2)]
        return [read_imu(motion, foot, imu, seed=seed) for foot, imu in zip(Foot, imus, strict=True)]


def conditions() -> list[Condition]:
    """Every strike and speed; then the plain runner with one thing changed."""
    runs = [
        Condition(f"{strike}foot, {speed:g} m/s", RunnerProfile(strike=strike), PlannedBout("run", 1.0, speed))
        for strike in STRIKES
        for speed in SPEEDS_MPS
    ]
    return [*runs, *_ways(), *_feet(), *_pods()]


def kerbs() -> list[Condition]:
    """Rolls off a kerb: the foot lands 20 to 40° more toes-down than usual."""
    walk = Condition("walking off a kerb", bout=PlannedBout("walk", 1.0, 1.4))
    runs = [
        Condition(f"{strike}foot, 3 m/s, off a kerb", RunnerProfile(strike=strike), PlannedBout("run", 1.0, 3.0))
        for strike in STRIKES
    ]
    return [replace(each, toes_down_deg=(20.0, 40.0)) for each in (*runs, walk)]


def _ways() -> list[Condition]:
    rough = RunnerProfile(
        uneven_ground_sd_deg=3.0, strike_angle_sd_deg=3.0, contact_time_sd_s=0.012, stride_time_sd_pct=3.0
    )
    return [
        Condition("walking, 1.4 m/s", bout=PlannedBout("walk", 1.0, 1.4)),
        Condition("camber of 8 %", bout=replace(RUN, camber_pct=8.0)),
        Condition("12 % uphill", bout=replace(RUN, slope_pct=12.0)),
        Condition("12 % downhill", bout=replace(RUN, slope_pct=-12.0)),
        Condition("in circles of 9 s", bout=replace(RUN, turn_deg=3600.0)),
        Condition("trail, uneven by 3°", rough),
    ]


def _feet() -> list[Condition]:
    return [
        Condition("foot straight ahead", RunnerProfile(toe_out_deg=0.0)),
        Condition("toes out by 12°", RunnerProfile(toe_out_deg=12.0)),
        Condition("landing inverted by 12°", RunnerProfile(landing_inversion_deg=12.0, eversion_excursion_deg=16.0)),
    ]


def _pods() -> list[Condition]:
    slow = SLOW_TURN_RADPS
    return [
        Condition("gyroscope bias of 2 °/s", imu={"gyr_bias_radps": (slow, -slow, slow)}),
        Condition("gyroscope drifting by 3 °/s", imu={"gyr_warmup_radps": (1.5 * slow, 1.5 * slow, -1.5 * slow)}),
        Condition("gyroscope 5 % off in scale", imu={"gyr_scale": 1.05}),
        Condition("accelerometer 5 % off in scale", imu={"acc_scale": 1.05}),
        Condition("five times the noise", imu={"acc_noise_mps2": 0.1, "gyr_noise_radps": 0.01}),
        Condition("pod loose on the lace", imu={"rocking_ratio": 3.0, "rocking_hz": 25.0}),
        Condition("range of 8 g and 1000 °/s", imu={"acc_range_g": 8.0, "gyr_range_dps": 1000.0}),
        Condition("104 samples/s", imu={"rate_hz": 104.0}),
        Condition("sampling jitter of 0.9 ms", imu={"jitter_s": 0.0009}),
    ]
