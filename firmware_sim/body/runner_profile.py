"""Runner profile and planned bouts: how a person runs, and what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body import gait_parameters

NonGaitActivity = Literal["fidget", "jump", "lace", "shuffle", "side_step", "backward", "stumble", "tap", "lift"]
OneLegActivity = Literal["calf_raises", "balance"]
Activity = Literal["still", "walk", "run"] | NonGaitActivity | OneLegActivity
FootStrike = Literal["rear", "mid", "fore", "flat"]
GAIT_CODES: dict[Activity, int] = {"walk": gait_parameters.WALK, "run": gait_parameters.RUN}
SPEED_RANGE_MPS: dict[Activity, tuple[float, float]] = {"walk": (0.4, 2.3), "run": (1.5, 9.0)}
"""All other activities are on the spot and have speed 0."""
RUN_TO_RUN = 19
"""Beside a run's seed, so that all else is drawn as without it."""
MAX_GRADE_PCT = 30.0
"""Largest slope or camber that a bout accepts."""


@dataclass(frozen=True, slots=True)
class PlannedBout:
    """A period of one gait at one speed, or of an activity on the spot.

    Parameters
    ----------
    contact_asymmetry_pct : as in `RunnerProfile`, for this bout only; None takes the runner's own.
    slope_pct : rise in the direction of running.
    camber_pct : rise to the left.
    turn_deg : change of direction over the whole bout, positive to the left.
    foot : the only one that moves in a bout on the spot; None draws one for each movement. Of calf raises and balance
        the leg that is stood on; None is first the left, then the right.
    """

    activity: Activity
    duration_s: float
    speed_mps: float = 0.0
    contact_asymmetry_pct: float | None = None
    slope_pct: float = 0.0
    camber_pct: float = 0.0
    turn_deg: float = 0.0
    foot: Foot | None = None

    def __post_init__(self) -> None:
        low, high = SPEED_RANGE_MPS.get(self.activity, (0.0, 0.0))
        if not low <= self.speed_mps <= high:
            raise ValueError(f"speed_mps of a {self.activity} bout must lie in {low}…{high}, got {self.speed_mps}")
        if not self.duration_s > 0.0:
            raise ValueError(f"duration_s must be positive, got {self.duration_s}")
        for name in ("slope_pct", "camber_pct"):
            if not abs(getattr(self, name)) <= MAX_GRADE_PCT:
                raise ValueError(f"{name} must lie within ±{MAX_GRADE_PCT:g}, got {getattr(self, name)}")
        if self.turn_deg and self.activity not in GAIT_CODES:
            raise ValueError(f"turn_deg needs a walk or a run, got {self.turn_deg} in {self.activity}")

    @property
    def code(self) -> int:
        """Gait code; STILL for activities on the spot."""
        return GAIT_CODES.get(self.activity, gait_parameters.STILL)


@dataclass(frozen=True, slots=True)
class RunnerProfile:
    """Gait characteristics of one person; the defaults are a typical rearfoot runner.

    Parameters
    ----------
    strike : foot strike in running; flat is a midfoot landing of the whole sole at once, which neither slaps nor rings.
    strike_angle_deg : toes-up angle at initial contact in running; None takes the typical one for strike and speed.
    contact_asymmetry_pct : right minus left contact time, relative to their mean.
    run_to_run_sd_pct : by how much `contact_asymmetry_pct` differs from run to run: standard deviation of what a run's
        seed adds to all of it.
    contact_change_pct, cadence_change_pct : deviation from the typical contact time and cadence at a speed.
    contact_time_sd_s, stride_time_sd_pct, strike_angle_sd_deg : scatter from stride to stride.
    contact_correlation : of the scatter of left and right contact times in one gait cycle, −1 … 1.
    landing_inversion_deg, eversion_excursion_deg : inversion at landing, and eversion from there.
    uneven_ground_sd_deg : scatter of the ground's sideways tilt from stride to stride, as on a trail.
    toe_out_deg : outward direction of the foot relative to the direction of running.
    push_off_delay_s : delay of the pitch-rate peak of push-off relative to the typical time.
    impact_scale : landing velocity and ringing relative to the typical ones.
    lift_scale : lift-off velocity in excess of rolling, relative to the typical one.
    ball_m, toe_m : distance of ball and toe from the heel.
    step_width_m : lateral distance between the feet.
    """

    strike: FootStrike = "rear"
    strike_angle_deg: float | None = None
    contact_asymmetry_pct: float = 0.0
    run_to_run_sd_pct: float = 0.0
    contact_change_pct: float = 0.0
    cadence_change_pct: float = 0.0
    contact_time_sd_s: float = 0.005
    stride_time_sd_pct: float = 1.2
    strike_angle_sd_deg: float = 1.0
    contact_correlation: float = 0.0
    landing_inversion_deg: float = 6.0
    eversion_excursion_deg: float = 9.0
    uneven_ground_sd_deg: float = 0.0
    toe_out_deg: float = 6.0
    push_off_delay_s: float = 0.0
    impact_scale: float = 1.0
    lift_scale: float = 1.0
    ball_m: float = 0.19
    toe_m: float = 0.25
    step_width_m: float = 0.10


def of_the_day(
    runner: RunnerProfile, plan: Sequence[PlannedBout], seed: int
) -> tuple[RunnerProfile, Sequence[PlannedBout]]:
    """A runner and their bouts with what this run differs by from their other runs; the same for the same seed."""
    if not runner.run_to_run_sd_pct:
        return runner, plan
    more_pct = float(np.random.default_rng([seed, RUN_TO_RUN]).normal(0.0, runner.run_to_run_sd_pct))
    bouts = [
        bout
        if bout.contact_asymmetry_pct is None
        else replace(bout, contact_asymmetry_pct=bout.contact_asymmetry_pct + more_pct)
        for bout in plan
    ]
    return replace(runner, contact_asymmetry_pct=runner.contact_asymmetry_pct + more_pct), bouts
