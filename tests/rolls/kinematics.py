"""Angles, way and push-off of every stride against the simulated foot's own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from surefoot.analysis.model import Floats, Foot, Strides
from surefoot.firmware_sim.body.kinematics import TrueKinematics, true_kinematics
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.body.truth import TrueStrides
from tests.accuracy.report import Finding
from tests.analysis.simulated import analyse, match
from tests.rolls.conditions import Condition

DURATION_S = 40.0
Errors = dict[str, Floats]


def errors(condition: Condition, seed: int) -> Errors:
    """Of all strides of both feet, found less true."""
    motion = simulate(condition.runner, condition.plan(DURATION_S), seed=seed)
    found = analyse(condition.read(motion, seed))
    level = condition.bout.slope_pct == 0.0
    return _joined(
        [_errors(motion.truth[foot], true_kinematics(motion, foot), found.strides(foot), level=level) for foot in Foot]
    )


def findings(conditions: list[Condition]) -> Iterator[Finding]:
    """A line for each condition, and the targets over all of them."""
    everything: list[Errors] = []
    for number, condition in enumerate(conditions):
        one = errors(condition, 900 + number)
        everything.append(one)
        yield Finding(condition.name, "angles and way", _words(one), "told only", True)
    yield from _targets(_joined(everything))


def _targets(all_errors: Errors) -> Iterator[Finding]:
    strike = all_errors["foot strike angle"]
    bias, spread = float(np.nanmean(strike)), float(np.nanstd(strike))
    yield Finding(
        "all", "foot strike angle", f"{bias:+.2f} ± {spread:.2f}°", "bias ≤ 1°, SD ≤ 3°", abs(bias) <= 1 and spread <= 3
    )
    for name, unit, most in (
        ("eversion excursion", "°", 2.0),
        ("eversion velocity", "°/s", 50.0),
        ("stride length", "%", 3.0),
        ("speed", "%", 3.0),
        ("lift", "cm", 2.0),
    ):
        size = _rms(all_errors[name])
        yield Finding("all", name, f"{size:.2f} {unit} RMS", f"≤ {most:g} {unit}", size <= most)
    withheld = float(np.isnan(all_errors["eversion excursion"]).mean())
    yield Finding("all", "strides with angles withheld", f"{100 * withheld:.1f} %", "≤ 5 %", withheld <= 0.05)


def _errors(truth: TrueStrides, true: TrueKinematics, strides: Strides, *, level: bool) -> Errors:
    rows = match(truth, strides)
    found, at = {key: values[rows.found] for key, values in strides.metrics.items()}, rows.true
    return {
        "foot strike angle": found["foot_strike_angle_deg"] - truth.strike_angle_deg[at],
        "eversion excursion": found["eversion_excursion_deg"] - true.eversion_excursion_deg[at],
        "eversion velocity": found["peak_eversion_velocity_dps"] - true.peak_eversion_velocity_dps[at],
        "push-off rate": found["push_off_rate_dps"] - true.push_off_rate_dps[at],
        "stride length": 100.0 * (found["stride_length_m"] / true.stride_length_m[at] - 1.0),
        "speed": 100.0 * (found["speed_mps"] / true.speed_mps[at] - 1.0),
        "lift": 100.0 * (found["clearance_m"] - true.clearance_m[at]) if level else np.full(len(at), np.nan),
        "impact": 100.0 * (found["impact_peak_g"] / true.impact_peak_g[at] - 1.0),
    }


def _words(one: Errors) -> str:
    strike = one["foot strike angle"]
    return (
        f"strike {np.nanmean(strike):+.1f} ± {np.nanstd(strike):.1f}°, eversion {_rms(one['eversion excursion']):.1f}° "
        f"{_rms(one['eversion velocity']):.0f} °/s, length {_rms(one['stride length']):.1f} %, "
        f"impact {np.nanmedian(one['impact']):+.0f} %, "
        f"push-off {np.nanmedian(one['push-off rate']):+.0f} °/s"
    )


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.nanmean(values**2)))


def _joined(parts: list[Errors]) -> Errors:
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
