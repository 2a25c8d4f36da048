"""When and where each foot stands: the contacts from which everything else follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats, Foot, Ints
from surefoot.firmware_sim.body import gait_parameters as gait
from surefoot.firmware_sim.body.runner_profile import Bout, Runner

LEAD_S = 3.0
SETTING_OFF_S = 0.75
AFTERWARDS = Bout("walk", 3.0 * LEAD_S, 1.0)


@dataclass(frozen=True, slots=True)
class Cycles:
    """The common rhythm of both feet: cycle k lasts from `start_s[k]` to `start_s[k + 1]`.

    Parameters
    ----------
    start_s : (c + 1,)
    gait : (c,) gait.STILL, gait.WALK or gait.RUN.
    speed_mps : (c,) zero while still.
    asymmetry_pct : (c,) right minus left contact time, of the mean.
    """

    start_s: Floats
    gait: Ints
    speed_mps: Floats
    asymmetry_pct: Floats

    def contact_share(self, foot: Foot) -> Floats:
        """(c,) how much this foot's contact time differs from the mean of both, as a part of it."""
        half = 0.005 * self.asymmetry_pct
        return half if foot is Foot.RIGHT else -half


@dataclass(frozen=True, slots=True)
class Contacts:
    """One foot's strides, from a contact to the next; standing still is one long contact.

    Parameters
    ----------
    initial_s, terminal_s : (r,)
    place_m : (r,) where the foot stands flat, along the way.
    gait : (r,)
    speed_mps : (r,) way of the foot over time of the stride; while still, what its first and last step look like.
    """

    initial_s: Floats
    terminal_s: Floats
    place_m: Floats
    gait: Ints
    speed_mps: Floats

    @property
    def moving(self) -> Bools:
        """(r,) False while standing."""
        return np.not_equal(self.gait, gait.STILL)


def cycles_of(runner: Runner, plan: tuple[Bout, ...], rng: np.random.Generator) -> Cycles:
    """The rhythm of a plan, begun a few strides before time zero and walked on after its end."""
    bouts = (*plan, AFTERWARDS)
    now = -LEAD_S
    starts, gaits, speeds, asymmetries = [np.array([now])], [], [], []
    for bout, end_s in zip(bouts, np.cumsum([bout.duration_s for bout in bouts]), strict=True):
        times = _cycle_times(runner, bout, end_s - now, rng)
        starts.append(now + np.cumsum(times))
        now = float(starts[-1][-1])
        gaits.append(np.full(len(times), bout.code))
        speeds.append(np.full(len(times), bout.speed_mps))
        asymmetries.append(np.full(len(times), _asymmetry_pct(runner, bout)))
    return Cycles(*(np.concatenate(columns) for columns in (starts, gaits, speeds, asymmetries)))


def _asymmetry_pct(runner: Runner, bout: Bout) -> float:
    return runner.contact_asymmetry_pct if bout.contact_asymmetry_pct is None else bout.contact_asymmetry_pct


def _cycle_times(runner: Runner, bout: Bout, duration_s: float, rng: np.random.Generator) -> Floats:
    """Stride times until `duration_s` is filled; a still bout is one cycle that ends with the first swing after it."""
    code, speed = np.array([bout.code]), np.array([bout.speed_mps])
    if bout.code == gait.STILL:
        return np.array([max(duration_s, 0.5) + SETTING_OFF_S])
    duration_s = max(duration_s, 0.0)
    usual = float(gait.stride_time_s(code, speed)[0]) / (1.0 + 0.01 * runner.cadence_change_pct)
    enough = int(max(duration_s, 0.0) / usual * 1.1) + 8
    drawn = usual * (1.0 + 0.01 * runner.stride_time_sd_pct * rng.standard_normal(enough))
    filled = np.cumsum(drawn)
    return drawn[: max(int(np.searchsorted(filled, duration_s)) + 1, 3)]


def contacts_of(runner: Runner, cycles: Cycles, foot: Foot, rng: np.random.Generator) -> Contacts:
    """One foot's contacts: the left foot lands as a cycle begins, the right foot half a cycle later."""
    landing_s = cycles.start_s[:-1] if foot is Foot.LEFT else _half_later(runner, cycles, rng)
    place_m = way_m(cycles, landing_s)
    stride_s = np.diff(landing_s)
    code = cycles.gait[:-1]
    moving = code != gait.STILL
    speed = np.where(moving, np.diff(place_m) / stride_s, gait.STANDING_STEP_MPS)
    contact_s = _contact_s(runner, cycles, foot, stride_s, rng)
    return Contacts(landing_s[:-1], landing_s[:-1] + contact_s, place_m[:-1], code, speed)


def _half_later(runner: Runner, cycles: Cycles, rng: np.random.Generator) -> Floats:
    """(c,) landings of the right foot: half a cycle after the left, beside it when the cycle is a stand."""
    length_s = np.diff(cycles.start_s)
    before = np.concatenate([length_s[:1], length_s[:-1]])
    moving = cycles.gait != gait.STILL
    half = np.where(moving, length_s, np.minimum(before, 1.2))
    spread = 0.005 * runner.stride_time_sd_pct * rng.standard_normal(len(half))
    return cycles.start_s[:-1] + half * (0.5 + spread)


def way_m(cycles: Cycles, time_s: Floats) -> Floats:
    """How far the body has come; a stand ends with half a step."""
    length_s = np.diff(cycles.start_s)
    still = np.flatnonzero(cycles.gait[:-1] == gait.STILL)
    setting_off_s = cycles.start_s[still + 1] - 0.5 * np.minimum(length_s[still + 1], length_s[still])
    advance = cycles.speed_mps * length_s
    advance[still] = cycles.speed_mps[still + 1] * (cycles.start_s[still + 1] - setting_off_s)
    way = np.concatenate([[0.0], np.cumsum(advance)])
    knots = np.concatenate([cycles.start_s, setting_off_s])
    order = np.argsort(knots, kind="stable")
    way_m: Floats = np.interp(time_s, knots[order], np.concatenate([way, way[still]])[order])
    return way_m


def _contact_s(runner: Runner, cycles: Cycles, foot: Foot, stride_s: Floats, rng: np.random.Generator) -> Floats:
    """(r,) contact times: usual for gait and speed, with asymmetry and scatter; a stand leaves only its last swing."""
    code, following = cycles.gait[:-1], cycles.gait[1:]
    cycle_s = np.diff(cycles.start_s)
    usual = gait.contact_time_s(code, cycles.speed_mps[:-1], cycle_s[:-1])
    usual *= (1.0 + 0.01 * runner.contact_change_pct) * (1.0 + cycles.contact_share(foot)[:-1])
    usual += runner.contact_time_sd_s * rng.standard_normal(len(usual))
    usual *= np.where(code == following, 1.0, np.minimum(stride_s / cycle_s[:-1], 1.0))
    next_s = gait.contact_time_s(following, cycles.speed_mps[1:], cycle_s[1:])
    last_swing_s = np.clip(cycle_s[1:] - next_s, 0.3, 0.45)
    return np.where(code == gait.STILL, stride_s - last_swing_s, np.minimum(usual, stride_s - 0.22))
