"""How often the 95 % intervals hold what they are of, on runners simulated down to the sensors' samples.

An interval is of the error of sampling: how far a window's value may lie from that of endless running at the same
speed. For cadence and stride time that is the simulator's own rhythm. For all other metrics it is the value of the
whole run at one speed, so that what a method reads too much or too little, which no interval can know, is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS, STRIDE_TIME
from surefoot.analysis.model import Estimate, Floats, Foot, Strides, Window
from surefoot.analysis.windows import WindowBuilder
from surefoot.firmware_sim.body import gait_parameters
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.simulated import analyse, record

GOAL_PCT = (92.0, 97.0)
RUN_S, SETTLED_S = 600.0, 20.0
"""Length of a run, and from when its windows count."""
CONTACT_CORRELATIONS = (0.0, 0.6, -0.6)
"""How left and right contact times go together, run by run."""
SPEED = "speed_mps"
FEET = tuple(Foot)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one kind of interval: how many hold the truth, of how many."""

    what: str
    held: int
    intervals: int
    judged: bool = True

    @property
    def held_pct(self) -> float:
        """Share that holds the truth."""
        return 100.0 * self.held / self.intervals

    @property
    def missed(self) -> bool:
        """Whether the share lies outside the goal."""
        return self.judged and not GOAL_PCT[0] <= self.held_pct <= GOAL_PCT[1]

    @property
    def surely_missed(self) -> bool:
        """Whether it lies further outside than twice what so many intervals may by chance, at the goal's nearer end."""
        low, high = (each - side * self._chance_pct(each) for each, side in zip(GOAL_PCT, (2.0, -2.0), strict=True))
        return self.judged and not low <= self.held_pct <= high

    def _chance_pct(self, held_pct: float) -> float:
        """Standard error of a share, in percentage points."""
        return float(np.sqrt(held_pct * (100.0 - held_pct) / self.intervals))


def measure(runs: int, seed: int, widths_s: Iterable[float]) -> list[Coverage]:
    """All kinds of intervals; the same seed gives the same runs."""
    held: dict[str, list[bool]] = defaultdict(list)
    for number in range(runs):
        for what, inside in _run(seed, number, widths_s):
            held[what].append(inside)
    return [Coverage(what, sum(each), len(each), judged=f"true {SPEED}" not in what) for what, each in held.items()]


def _run(seed: int, number: int, widths_s: Iterable[float]) -> Iterator[tuple[str, bool]]:
    """Of one run at a speed drawn for it: what an interval is of, and whether it holds it."""
    chance = np.random.default_rng([seed, number])
    speed_mps, correlation = float(chance.uniform(2.4, 4.4)), CONTACT_CORRELATIONS[number % 3]
    runner = RunnerProfile(contact_asymmetry_pct=float(chance.normal(0.0, 2.0)), contact_correlation=correlation)
    plan = (PlannedBout("still", 5.0), PlannedBout("run", RUN_S, speed_mps))
    strides = analyse(record(runner, plan, seed=1000 * seed + number).feet).results.strides
    for width_s in widths_s:
        for window in WindowBuilder(FEET, width_s).push(strides, 0.0, np.inf):
            if window.start_s >= SETTLED_S and window.end_s <= RUN_S:
                for what, inside in _held(window, strides, speed_mps, correlation):
                    yield f"{width_s:.0f} s: {what}", inside


def _held(
    window: Window, strides: Mapping[Foot, Strides], speed_mps: float, correlation: float
) -> Iterator[tuple[str, bool]]:
    stride_s = float(gait_parameters.stride_time_s(np.array([gait_parameters.RUN]), np.array([speed_mps]))[0])
    yield CADENCE.key, _holds(window.cadence_spm, 120.0 / stride_s)
    whole = {foot: _medians(strides[foot]) for foot in window.feet}
    for foot, estimates in window.feet.items():
        for key, estimate in estimates.items():
            if STRIDE_METRICS[key].scale_error:
                continue
            yield key, _holds(estimate, stride_s if key == STRIDE_TIME else whole[foot][key])
        if SPEED in estimates:
            yield f"true {SPEED}", _holds(estimates[SPEED], speed_mps)
    together = f", feet together by {correlation:g}"
    for key, estimate in window.asymmetry_pct.items():
        left, right = whole[Foot.LEFT][key], whole[Foot.RIGHT][key]
        inside = _holds(estimate, 200.0 * (right - left) / (right + left))
        yield f"{key}, right against left" + together * (key == "ground_contact_time_s"), inside
    for key, estimate in window.difference.items():
        yield f"{key}, right less left", _holds(estimate, whole[Foot.RIGHT][key] - whole[Foot.LEFT][key])


def _medians(strides: Strides) -> dict[str, float]:
    known: dict[str, Floats] = {key: values[np.isfinite(values)] for key, values in strides.metrics.items()}
    return {key: float(np.median(known[key])) for key in STRIDE_METRICS if key in known and len(known[key])}


def _holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high
