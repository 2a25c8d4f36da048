"""Named scenarios: runner profile, plan, inversion events and faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import get_args

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.runner_profile import FootStrike, NonGaitActivity, PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.oscillator import Crystal
from surefoot.firmware_sim.radio.link import LinkQuality

STANDING_BEFORE_S, STANDING_AFTER_S = 12.0, 5.0
"""Standing before the run, in which pods are found and connected, and after it."""
MIN_DURATION_MIN = 1.0
"""Shortest duration of a scenario."""
GOOD_LINK = LinkQuality()
FATIGUE_ASYMMETRY_PCT = (0.0, -1.5, -3.0, -4.5, -6.0)
"""Contact asymmetry in consecutive equal parts of the run; negative is longer on the left."""
STORY_ASYMMETRY_PCT = (-3.0, -5.0, -6.0, -6.0, -6.0)
"""The same in the part of `story` in which the runner fatigues: fast, so that it is found well before the end."""
INVERSION_AT, EASY_FRACTION = 0.4, 0.45
"""Fraction of the run at which the inversion event happens, and after which the runner of `story` fatigues."""
NON_GAIT_ACTIVITIES: tuple[NonGaitActivity, ...] = get_args(NonGaitActivity)
STRIKES: tuple[FootStrike, ...] = ("rear", "rear", "mid", "fore")


@dataclass(frozen=True, slots=True)
class Outage:
    """A pod is out of radio reach."""

    foot: Foot
    at_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class PowerCycle:
    """A pod loses power and is switched on again after `off_s`."""

    foot: Foot
    at_s: float
    off_s: float


@dataclass(frozen=True, slots=True)
class BatteryCharge:
    """Initial state of charge, and discharge rate while streaming."""

    level_pct: float = 87.0
    streaming_pct_per_h: float = 5.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """Profile, plan and faults of one runner; times are from the start of the plan. Pods without a crystal draw one."""

    name: str
    runner: RunnerProfile
    plan: tuple[PlannedBout, ...]
    link_quality: LinkQuality = GOOD_LINK
    faults: tuple[Outage | PowerCycle, ...] = ()
    battery_charges: Mapping[Foot, BatteryCharge] = field(default_factory=lambda: MappingProxyType({}))
    inversion_events: tuple[InversionEvent, ...] = ()
    crystals: Mapping[Foot, Crystal] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def duration_s(self) -> float:
        """Duration of the whole plan."""
        return sum(bout.duration_s for bout in self.plan)


def make_scenario(name: str, minutes: float = 10.0, seed: int = 0) -> Scenario:
    """A scenario by name; the seed determines the runner profile and the times of faults."""
    if name not in SCENARIOS:
        raise ValueError(f"no scenario {name!r}; choose one of {', '.join(SCENARIOS)}")
    if not minutes >= MIN_DURATION_MIN:
        raise ValueError(f"minutes must be at least {MIN_DURATION_MIN}, got {minutes}")
    rng = np.random.default_rng([seed, list(SCENARIOS).index(name)])
    return SCENARIOS[name](60.0 * minutes - STANDING_BEFORE_S - STANDING_AFTER_S, rng)


def make_squad(size: int, minutes: float = 10.0, seed: int = 0) -> list[Scenario]:
    """Scenarios of several runners with different plans and profiles; the first fatigues on the left."""
    if size < 1:
        raise ValueError(f"size of a squad must be at least 1, got {size}")
    names = ["fatiguing-left", *(("easy", "tempo", "walk-run", "trail")[place % 4] for place in range(size - 1))]
    return [make_scenario(name, minutes, 1000 * seed + place) for place, name in enumerate(names)]


def _with_standing(*bouts: PlannedBout) -> tuple[PlannedBout, ...]:
    return PlannedBout("still", STANDING_BEFORE_S), *bouts, PlannedBout("still", STANDING_AFTER_S)


def _random_runner(rng: np.random.Generator) -> RunnerProfile:
    """Draw a typical runner profile."""
    return RunnerProfile(
        strike=STRIKES[rng.integers(len(STRIKES))],
        contact_asymmetry_pct=float(rng.normal(0.0, 1.0)),
        contact_change_pct=float(rng.normal(0.0, 4.0)),
        cadence_change_pct=float(rng.normal(0.0, 3.0)),
        landing_inversion_deg=float(rng.uniform(4.0, 9.0)),
        eversion_excursion_deg=float(rng.uniform(7.0, 13.0)),
        toe_out_deg=float(rng.uniform(2.0, 10.0)),
    )


def _easy(run_s: float, rng: np.random.Generator) -> Scenario:
    speed_mps = float(rng.uniform(2.5, 3.0))
    return Scenario("easy", _random_runner(rng), _with_standing(PlannedBout("run", run_s, speed_mps)))


def _tempo(run_s: float, rng: np.random.Generator) -> Scenario:
    speed_mps = float(rng.uniform(3.6, 4.3))
    parts = ((0.25, 2.8), (0.55, speed_mps), (0.2, 2.6))
    return Scenario(
        "tempo",
        _random_runner(rng),
        _with_standing(*(PlannedBout("run", part * run_s, speed) for part, speed in parts)),
    )


def _trail(run_s: float, rng: np.random.Generator) -> Scenario:
    """Varying speed, large scatter between strides, higher packet error rate."""
    profile = _random_runner(rng)
    runner = replace(
        profile,
        contact_time_sd_s=0.012,
        stride_time_sd_pct=3.0,
        strike_angle_sd_deg=3.5,
        uneven_ground_sd_deg=4.0,
        impact_scale=1.2,
    )
    count = max(int(run_s / 20.0), 2)
    bouts = [PlannedBout("run", run_s / count, speed) for speed in rng.uniform(2.0, 3.4, count).tolist()]
    return Scenario("trail", runner, _with_standing(*bouts), LinkQuality(packet_error_rate=0.1))


def _fatiguing_left(run_s: float, rng: np.random.Generator) -> Scenario:
    runner = replace(_random_runner(rng), contact_asymmetry_pct=0.0)
    return Scenario("fatiguing-left", runner, _with_standing(*_fatiguing(FATIGUE_ASYMMETRY_PCT, run_s)))


def _fatiguing(asymmetry_pct: Sequence[float], run_s: float) -> list[PlannedBout]:
    part_s = run_s / len(asymmetry_pct)
    return [PlannedBout("run", part_s, 2.9, contact_asymmetry_pct=percent) for percent in asymmetry_pct]


def _ankle_roll(run_s: float, rng: np.random.Generator) -> Scenario:
    """An easy run with one inversion event on a random foot."""
    foot = list(Foot)[rng.integers(2)]
    return replace(_easy(run_s, rng), name="ankle-roll", inversion_events=(_inversion_event(foot, run_s, rng),))


def _inversion_event(foot: Foot, run_s: float, rng: np.random.Generator) -> InversionEvent:
    peak_deg, rise_s = float(rng.uniform(28.0, 42.0)), float(rng.uniform(0.06, 0.1))
    return InversionEvent(foot, STANDING_BEFORE_S + INVERSION_AT * run_s, peak_deg, rise_s)


def _story(run_s: float, rng: np.random.Generator) -> Scenario:
    """An easy run with an inversion event on the left, then growing contact asymmetry to the left."""
    runner, event = replace(_random_runner(rng), contact_asymmetry_pct=0.0), _inversion_event(Foot.LEFT, run_s, rng)
    easy = PlannedBout("run", EASY_FRACTION * run_s, 2.9)
    plan = _with_standing(easy, *_fatiguing(STORY_ASYMMETRY_PCT, (1.0 - EASY_FRACTION) * run_s))
    return Scenario("story", runner, plan, inversion_events=(event,))


def _walk_run(run_s: float, rng: np.random.Generator) -> Scenario:
    """Walk and run in turn, as in a return to running."""
    rounds = max(round(run_s / 120.0), 1)
    speed_mps = float(rng.uniform(2.3, 2.8))
    pair = (PlannedBout("walk", 0.4 * run_s / rounds, 1.5), PlannedBout("run", 0.6 * run_s / rounds, speed_mps))
    return Scenario("walk-run", _random_runner(rng), _with_standing(*(pair * rounds)))


def _battery_dying(run_s: float, rng: np.random.Generator) -> Scenario:
    """The right pod warns of a low battery after a quarter of the run and is empty after three quarters."""
    easy = _easy(run_s, rng)
    per_h = 10.0 / (0.5 * run_s / 3600.0)
    charge = {Foot.RIGHT: BatteryCharge(15.0 + per_h * STANDING_BEFORE_S / 3600.0, per_h)}
    return replace(easy, name="battery-dying", battery_charges=charge)


def _drop_outs(run_s: float, rng: np.random.Generator) -> Scenario:
    """Poor reception: packet errors, outages shorter and longer than the supervision timeout, one power cycle."""
    faults: list[Outage | PowerCycle] = []
    at_s = STANDING_BEFORE_S + 10.0
    while at_s < STANDING_BEFORE_S + run_s - 15.0:
        foot = list(Foot)[rng.integers(2)]
        faults.append(Outage(foot, at_s, float(rng.choice([1.0, 3.0, 8.0]))))
        at_s += float(rng.uniform(20.0, 60.0))
    faults.append(PowerCycle(Foot.LEFT, STANDING_BEFORE_S + 0.5 * run_s, 3.0))
    return replace(
        _easy(run_s, rng), name="drop-outs", link_quality=LinkQuality(packet_error_rate=0.2), faults=tuple(faults)
    )


def _obstacles(run_s: float, rng: np.random.Generator) -> Scenario:
    """No inversion event, but motion that resembles one: uneven ground, sharp turns, non-gait activities."""
    runner = replace(
        _random_runner(rng),
        uneven_ground_sd_deg=float(rng.uniform(1.0, 6.0)),
        strike_angle_sd_deg=float(rng.uniform(1.0, 4.0)),
    )
    bouts: list[PlannedBout] = []
    left_s = run_s
    while left_s > 0.0:
        for bout in _obstacle(rng):
            if left_s > 0.0:
                bouts.append(replace(bout, duration_s=min(bout.duration_s, left_s)))
                left_s -= bout.duration_s
    return Scenario("obstacles", runner, _with_standing(*bouts))


def _obstacle(rng: np.random.Generator) -> tuple[PlannedBout, ...]:
    """A running bout on slope and camber, followed by sharp turns, a walk or a non-gait activity."""
    speed_mps, slope_pct, camber_pct = (float(rng.uniform(*span)) for span in ((2.2, 3.6), (-12, 12), (-8, 8)))
    easy = PlannedBout("run", float(rng.uniform(15.0, 35.0)), speed_mps, slope_pct=slope_pct, camber_pct=camber_pct)
    side = float(rng.choice([-1.0, 1.0]))
    kind = rng.integers(5)
    if kind == 0:
        return easy, PlannedBout(
            "run", float(rng.uniform(1.5, 2.5)), 2.2, turn_deg=side * float(rng.uniform(90.0, 180.0))
        )
    if kind == 1:
        return easy, *(PlannedBout("run", 0.8, 2.8, turn_deg=side * turn_deg) for turn_deg in (35.0, -70.0, 35.0))
    if kind == 2:
        return easy, PlannedBout("walk", float(rng.uniform(8.0, 20.0)), 1.4, camber_pct=camber_pct)
    return easy, PlannedBout(
        NON_GAIT_ACTIVITIES[int(rng.integers(len(NON_GAIT_ACTIVITIES)))], float(rng.uniform(10.0, 20.0))
    )


def _flat_landing(run_s: float, rng: np.random.Generator) -> Scenario:
    """An easy run with landings of the whole sole at once, which neither slap nor ring."""
    easy = _easy(run_s, rng)
    return replace(easy, name="flat-landing", runner=replace(easy.runner, strike="flat"))


def _one_leg(run_s: float, rng: np.random.Generator) -> Scenario:
    """An easy run, then calf raises and balance, each on the left leg and then on the right."""
    easy = _easy(run_s, rng)
    still, run, after = easy.plan
    parts = (replace(run, duration_s=0.65 * run_s), PlannedBout("calf_raises", 0.2 * run_s))
    return replace(easy, name="one-leg", plan=(still, *parts, PlannedBout("balance", 0.15 * run_s), after))


SCENARIOS: dict[str, Callable[[float, np.random.Generator], Scenario]] = {
    "easy": _easy,
    "tempo": _tempo,
    "trail": _trail,
    "fatiguing-left": _fatiguing_left,
    "walk-run": _walk_run,
    "battery-dying": _battery_dying,
    "drop-outs": _drop_outs,
    "ankle-roll": _ankle_roll,
    "story": _story,
    "obstacles": _obstacles,
    "flat-landing": _flat_landing,
    "one-leg": _one_leg,
}
