"""Simulated runners, whose contacts and mounting are known exactly: every strike, speed and way to wear the pod."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats, Foot, MountingStatus
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from tests.accuracy.recordings import analyse
from tests.accuracy.report import Finding

STRIKES: tuple[FootStrike, ...] = ("rear", "mid", "fore")
RUN_MPS = (2.2, 2.8, 3.5, 4.5, 6.0)
WALK_MPS = (0.7, 1.1, 1.5, 1.9)
DURATION_S = 40.0


@dataclass(frozen=True, slots=True)
class Errors:
    """Both feet of one simulated runner: estimates less truth, stride by stride."""

    found: int
    true: int
    touch_ms: Floats
    lift_ms: Floats
    contact_ms: Floats
    stride_pct: Floats
    up_deg: float
    toes_deg: float
    mounted: bool


def errors(runner: RunnerProfile, bout: PlannedBout, seed: int) -> Errors:
    """Simulate, analyse and match by the nearest initial contact."""
    motion = simulate(runner, [bout], seed=seed)
    mountings = {foot: random_mounting(2 * seed + number) for number, foot in enumerate(Foot)}
    run = analyse(*(read_imu(motion, foot, Imu(208.0, mountings[foot]), seed=seed) for foot in Foot))
    touch, lift, pace, off_deg, true, found = [], [], [], [], 0, 0
    for foot in Foot:
        truth, strides = motion.truth[foot], run.strides(foot)
        near = np.abs(truth.initial_contact_s[:, None] - strides.initial_contact_s).argmin(axis=0)
        touch.append(1e3 * (strides.initial_contact_s - truth.initial_contact_s[near]))
        lift.append(1e3 * (strides.terminal_contact_s - truth.terminal_contact_s[near]))
        pace.append(100.0 * (strides.metrics["stride_time_s"] / truth.stride_time_s[near] - 1.0))
        cosine = (run.mountings[foot].sensor_to_foot * mountings[foot].T).sum(axis=1)
        off_deg.append(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
        true, found = true + len(truth), found + len(np.unique(near))
    mounted = all(each.status is MountingStatus.OK for each in run.mountings.values())
    touch_ms, lift_ms = np.concatenate(touch), np.concatenate(lift)
    toes_deg, _, up_deg = np.max(off_deg, axis=0)
    return Errors(found, true, touch_ms, lift_ms, lift_ms - touch_ms, np.concatenate(pace), up_deg, toes_deg, mounted)


def findings() -> Iterator[Finding]:
    """Contact times per strike and for walking; strides found; axes."""
    everyone: list[Errors] = []
    for number, strike in enumerate(STRIKES):
        group = [
            errors(RunnerProfile(strike=strike), PlannedBout("run", DURATION_S, speed), 10 * number + k)
            for k, speed in enumerate(RUN_MPS)
        ]
        everyone += group
        yield _contact(f"simulated {strike}foot, {RUN_MPS[0]}–{RUN_MPS[-1]} m/s", group)
    walks = [
        errors(RunnerProfile(), PlannedBout("walk", DURATION_S, speed), 50 + k) for k, speed in enumerate(WALK_MPS)
    ]
    everyone += walks
    yield _contact(f"simulated walk, {WALK_MPS[0]}–{WALK_MPS[-1]} m/s", walks)
    found, true = sum(each.found for each in everyone), sum(each.true for each in everyone)
    yield Finding("simulated, all", "strides found", f"{found} of {true}", "≥ 99 %", found >= 0.99 * true)
    pace = np.concatenate([each.stride_pct for each in everyone])
    spread = float(np.nanstd(pace))
    yield Finding("simulated, all", "stride time, per stride", f"SD {spread:.2f} %", "≤ 1 %", spread <= 1.0)
    sure = sum(each.mounted for each in everyone)
    up_deg, toes_deg = max(each.up_deg for each in everyone), max(each.toes_deg for each in everyone)
    name = "simulated, any mounting"
    yield Finding(name, "mountings trusted", f"{sure} of {len(everyone)}", "all", sure == len(everyone))
    yield Finding(name, "largest error of up", f"{up_deg:.1f}°", "≤ 5°", up_deg <= 5)
    yield Finding(name, "largest error of toes", f"{toes_deg:.1f}°", "told only", True)


def _contact(name: str, group: list[Errors]) -> Finding:
    """Range of the runners' median errors and the largest spread within one of them."""
    medians = [float(np.nanmedian(each.contact_ms)) for each in group]
    spread = max(float(np.nanstd(each.contact_ms)) for each in group)
    found = f"{min(medians):+.1f} … {max(medians):+.1f} ms, SD ≤ {spread:.1f} ms"
    return Finding(name, "contact time", found, "±15 ms, SD ≤ 8 ms", max(map(abs, medians)) <= 15 and spread <= 8)
