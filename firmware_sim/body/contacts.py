"""Contact times and footholds of each foot, from which the rest of the motion is built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats, Foot, Ints
from surefoot.firmware_sim.body import gait_parameters
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile

LEAD_IN_S = 3.0
"""Motion simulated before time zero, so that the first stride is complete."""
FIRST_SWING_S = 0.75
"""Duration of the first swing out of a stand, which belongs to the stand's cycle."""
TRAILING_BOUT = PlannedBout("walk", 3.0 * LEAD_IN_S, 1.0)
"""Appended to every plan, so that its last stride is complete."""


@dataclass(frozen=True, slots=True)
class GaitCycles:
    """Gait cycles shared by both feet; cycle k lasts from `start_s[k]` to `start_s[k + 1]`.

    Parameters
    ----------
    start_s : (c + 1,)
    gait : (c,) gait_parameters.STILL, WALK or RUN.
    speed_mps : (c,) zero while standing.
    asymmetry_pct : (c,) right minus left contact time, relative to their mean.
    shared_scatter : (c,) standard normal, of what makes both contacts of a cycle long or short.
    """

    start_s: Floats
    gait: Ints
    speed_mps: Floats
    asymmetry_pct: Floats
    shared_scatter: Floats

    def contact_deviation(self, foot: Foot) -> Floats:
        """Relative deviation of this foot's contact time from the mean of both, (c,)."""
        half = 0.005 * self.asymmetry_pct
        return half if foot is Foot.RIGHT else -half


@dataclass(frozen=True, slots=True)
class FootContacts:
    """Strides of one foot, contact to contact; standing still is one long contact.

    Parameters
    ----------
    initial_s, terminal_s : (r,)
    foothold_m : (r,) position of the flat foot along the path.
    gait : (r,)
    speed_mps : (r,) stride length over stride time; while standing, the speed by which its steps are shaped.
    """

    initial_s: Floats
    terminal_s: Floats
    foothold_m: Floats
    gait: Ints
    speed_mps: Floats

    @property
    def moving(self) -> Bools:
        """False while standing, (r,)."""
        return np.not_equal(self.gait, gait_parameters.STILL)


def gait_cycles(runner: RunnerProfile, plan: tuple[PlannedBout, ...], rng: np.random.Generator) -> GaitCycles:
    """Draw the gait cycles of a plan, from `LEAD_IN_S` before time zero through `TRAILING_BOUT`."""
    bouts = (*plan, TRAILING_BOUT)
    now = -LEAD_IN_S
    starts, gaits, speeds, asymmetries = [np.array([now])], [], [], []
    for bout, end_s in zip(bouts, np.cumsum([bout.duration_s for bout in bouts]), strict=True):
        times = _cycle_times(runner, bout, end_s - now, rng)
        starts.append(now + np.cumsum(times))
        now = float(starts[-1][-1])
        gaits.append(np.full(len(times), bout.code))
        speeds.append(np.full(len(times), bout.speed_mps))
        asymmetries.append(np.full(len(times), _asymmetry_pct(runner, bout)))
    shared_scatter = [rng.spawn(1)[0].standard_normal(sum(len(each) for each in gaits))]
    columns = (starts, gaits, speeds, asymmetries, shared_scatter)
    return GaitCycles(*(np.concatenate(each) for each in columns))


def _asymmetry_pct(runner: RunnerProfile, bout: PlannedBout) -> float:
    return runner.contact_asymmetry_pct if bout.contact_asymmetry_pct is None else bout.contact_asymmetry_pct


def _cycle_times(runner: RunnerProfile, bout: PlannedBout, duration_s: float, rng: np.random.Generator) -> Floats:
    """Stride times that fill `duration_s`; a stand is one cycle that includes the first swing after it."""
    code, speed = np.array([bout.code]), np.array([bout.speed_mps])
    if bout.code == gait_parameters.STILL:
        return np.array([max(duration_s, 0.5) + FIRST_SWING_S])
    duration_s = max(duration_s, 0.0)
    typical = float(gait_parameters.stride_time_s(code, speed)[0]) / (1.0 + 0.01 * runner.cadence_change_pct)
    max_count = int(max(duration_s, 0.0) / typical * 1.1) + 8
    drawn = typical * (1.0 + 0.01 * runner.stride_time_sd_pct * rng.standard_normal(max_count))
    elapsed_s = np.cumsum(drawn)
    return drawn[: max(int(np.searchsorted(elapsed_s, duration_s)) + 1, 3)]


def foot_contacts(runner: RunnerProfile, cycles: GaitCycles, foot: Foot, rng: np.random.Generator) -> FootContacts:
    """Contacts of one foot; the left lands at the start of a cycle, the right half a cycle later."""
    landing_s = cycles.start_s[:-1] if foot is Foot.LEFT else _right_landings_s(runner, cycles, rng)
    foothold_m = distance_m(cycles, landing_s)
    stride_s = np.diff(landing_s)
    code = cycles.gait[:-1]
    moving = code != gait_parameters.STILL
    speed = np.where(moving, np.diff(foothold_m) / stride_s, gait_parameters.STANDING_STEP_MPS)
    contact_s = _contact_s(runner, cycles, foot, stride_s, rng)
    return FootContacts(landing_s[:-1], landing_s[:-1] + contact_s, foothold_m[:-1], code, speed)


def _right_landings_s(runner: RunnerProfile, cycles: GaitCycles, rng: np.random.Generator) -> Floats:
    """Landings of the right foot, (c,): half a cycle after the left; into a stand, half the cycle before it."""
    length_s = np.diff(cycles.start_s)
    before = np.concatenate([length_s[:1], length_s[:-1]])
    moving = cycles.gait != gait_parameters.STILL
    half = np.where(moving, length_s, np.minimum(before, 1.2))
    spread = 0.005 * runner.stride_time_sd_pct * rng.standard_normal(len(half))
    return cycles.start_s[:-1] + half * (0.5 + spread)


def distance_m(cycles: GaitCycles, time_s: Floats) -> Floats:
    """Distance that the body has covered at each time, (n,); a stand ends with half a cycle of walking off."""
    length_s = np.diff(cycles.start_s)
    still = np.flatnonzero(cycles.gait[:-1] == gait_parameters.STILL)
    walk_off_s = cycles.start_s[still + 1] - 0.5 * np.minimum(length_s[still + 1], length_s[still])
    advance = cycles.speed_mps * length_s
    advance[still] = cycles.speed_mps[still + 1] * (cycles.start_s[still + 1] - walk_off_s)
    knot_distance_m = np.concatenate([[0.0], np.cumsum(advance)])
    knots = np.concatenate([cycles.start_s, walk_off_s])
    order = np.argsort(knots, kind="stable")
    distance_m: Floats = np.interp(
        time_s, knots[order], np.concatenate([knot_distance_m, knot_distance_m[still]])[order]
    )
    return distance_m


def _contact_s(
    runner: RunnerProfile, cycles: GaitCycles, foot: Foot, stride_s: Floats, rng: np.random.Generator
) -> Floats:
    """Contact times, (r,): typical of gait and speed, with asymmetry and scatter; a stand lasts to its last swing."""
    code, following = cycles.gait[:-1], cycles.gait[1:]
    cycle_s = np.diff(cycles.start_s)
    typical = gait_parameters.contact_time_s(code, cycles.speed_mps[:-1], cycle_s[:-1])
    typical *= (1.0 + 0.01 * runner.contact_change_pct) * (1.0 + cycles.contact_deviation(foot)[:-1])
    typical += runner.contact_time_sd_s * _contact_scatter(runner, cycles, foot, rng)
    typical *= np.where(code == following, 1.0, np.minimum(stride_s / cycle_s[:-1], 1.0))
    next_s = gait_parameters.contact_time_s(following, cycles.speed_mps[1:], cycle_s[1:])
    last_swing_s = np.clip(cycle_s[1:] - next_s, 0.3, 0.45)
    return np.where(code == gait_parameters.STILL, stride_s - last_swing_s, np.minimum(typical, stride_s - 0.22))


def _contact_scatter(runner: RunnerProfile, cycles: GaitCycles, foot: Foot, rng: np.random.Generator) -> Floats:
    """Standard normal, (r,), of which left and right are correlated."""
    correlation, own = runner.contact_correlation, rng.standard_normal(len(cycles.gait) - 1)
    sign = np.sign(correlation) if foot is Foot.RIGHT else 1.0
    scatter: Floats = np.sqrt(1.0 - abs(correlation)) * own
    return scatter + sign * np.sqrt(abs(correlation)) * cycles.shared_scatter[:-1]
