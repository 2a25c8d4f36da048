"""The person: how they run, and what they are told to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_sim import gait

Gait = Literal["still", "walk", "run"]
Strike = Literal["rear", "mid", "fore"]
CODES: dict[Gait, int] = {"still": gait.STILL, "walk": gait.WALK, "run": gait.RUN}
SPEED_RANGE_MPS: dict[Gait, tuple[float, float]] = {"still": (0.0, 0.0), "walk": (0.4, 2.3), "run": (1.5, 8.0)}


@dataclass(frozen=True, slots=True)
class Bout:
    """A stretch of one gait at one speed.

    Parameters
    ----------
    contact_asymmetry_pct : as in `Runner`, for this stretch only; None is the runner's own.
    """

    gait: Gait
    duration_s: float
    speed_mps: float = 0.0
    contact_asymmetry_pct: float | None = None

    def __post_init__(self) -> None:
        low, high = SPEED_RANGE_MPS[self.gait]
        if not low <= self.speed_mps <= high:
            raise ValueError(f"speed_mps of a {self.gait} bout must lie in {low}…{high}, got {self.speed_mps}")
        if not self.duration_s > 0.0:
            raise ValueError(f"duration_s must be positive, got {self.duration_s}")

    @property
    def code(self) -> int:
        """The gait as a number."""
        return CODES[self.gait]


@dataclass(frozen=True, slots=True)
class Runner:
    """How one person moves; the defaults are a plain rearfoot runner.

    Parameters
    ----------
    strike : which part of the foot lands first in running.
    strike_angle_deg : toes-up angle at initial contact in running; None is usual for strike and speed.
    contact_asymmetry_pct : right minus left contact time, of the mean.
    contact_change_pct, cadence_change_pct : contact time and cadence relative to what is usual at a speed.
    contact_time_sd_s, stride_time_sd_pct, strike_angle_sd_deg : scatter from stride to stride.
    landing_inversion_deg, eversion_excursion_deg : frontal plane at landing, and how far the foot then rolls in.
    toe_out_deg : direction of the foot outward of the way.
    push_off_delay_s : how much later than usual the pitch rate of push-off peaks, against terminal contact.
    impact : landing velocity and ringing relative to usual.
    ball_m, toe_m : of the sole, ahead of the heel.
    step_width_m : between the feet.
    """

    strike: Strike = "rear"
    strike_angle_deg: float | None = None
    contact_asymmetry_pct: float = 0.0
    contact_change_pct: float = 0.0
    cadence_change_pct: float = 0.0
    contact_time_sd_s: float = 0.005
    stride_time_sd_pct: float = 1.2
    strike_angle_sd_deg: float = 1.0
    landing_inversion_deg: float = 6.0
    eversion_excursion_deg: float = 9.0
    toe_out_deg: float = 6.0
    push_off_delay_s: float = 0.0
    impact: float = 1.0
    ball_m: float = 0.19
    toe_m: float = 0.25
    step_width_m: float = 0.10
