"""Parameters of every single stride: typical for gait and speed, adjusted to the runner, with scatter."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Ints
from surefoot.firmware_sim.body import gait_parameters
from surefoot.firmware_sim.body.contacts import FootContacts
from surefoot.firmware_sim.body.gait_parameters import by_gait
from surefoot.firmware_sim.body.runner_profile import FootStrike, RunnerProfile

MAX_SPEED_MPS = 6.0
"""Above this speed the parameters stay as they are at it."""
STRIKE_IMPACT: dict[FootStrike, float] = {"rear": 1.0, "mid": 0.75, "fore": 0.6, "flat": 1.0}
"""Landing velocity relative to a rearfoot strike."""
FLAT_IMPACT_S = (0.035, 0.043)
"""Range of a flat landing's impact, in which the sole's whole length gives way at once."""


@dataclass(frozen=True, slots=True)
class StrideVariation:
    """One row per stride; angles are Euler angles of a left foot, toes down and toe-out positive.

    Parameters
    ----------
    landing_pitch_rad, landing_rate_radps, landing_acc_radps2 : (r,) at initial contact.
    flat_rate_radps : (r,) slow pitching of the foot on the ground.
    push_rate_radps : (r,) peak of push-off.
    shoulder_mps : (r,) speed above 2.2 m/s (at most 1.3 more), which scales `StrideShape.late_follow`.
    impact_s : (r,)
    impact_mps, impact_mps2 : (r, 2) forward and upward velocity and acceleration at initial contact.
    lift_mps : (r, 2) forward and upward velocity at terminal contact in excess of rolling.
    inversion_rad, eversion_rad : (r,) inversion at landing, and eversion from there.
    yaw_rad : (r,) in stance.
    swing_height_m : (r,) of the ankle in mid-swing.
    lateral_m : (r,) to the left of the path.
    """

    landing_pitch_rad: Floats
    landing_rate_radps: Floats
    landing_acc_radps2: Floats
    flat_rate_radps: Floats
    push_rate_radps: Floats
    shoulder_mps: Floats
    impact_s: Floats
    impact_mps: Floats
    impact_mps2: Floats
    lift_mps: Floats
    inversion_rad: Floats
    eversion_rad: Floats
    yaw_rad: Floats
    swing_height_m: Floats
    lateral_m: Floats


def draw_variation(runner: RunnerProfile, contacts: FootContacts, rng: np.random.Generator) -> StrideVariation:
    """Draw the parameters of every stride."""
    kind, moving = contacts.gait, contacts.moving
    speed = np.minimum(contacts.speed_mps, MAX_SPEED_MPS)

    def scatter(part: float) -> Floats:
        return 1.0 + part * rng.standard_normal(len(speed))

    pitch = -np.radians(strike_angle_deg(runner, contacts, rng))
    push = by_gait(kind, 1.6 + 4.9 * speed, 2.2 + 2.35 * speed) * scatter(0.03)
    inversion = np.radians(runner.landing_inversion_deg + 0.8 * rng.standard_normal(len(speed))) * by_gait(
        kind, 0.7, 1.0
    )
    uneven = np.radians(runner.uneven_ground_sd_deg) * rng.spawn(1)[0].standard_normal(len(speed))
    everting = np.radians(runner.eversion_excursion_deg) * scatter(0.07) * by_gait(kind, 0.7, 1.0)
    impact_mps, impact_mps2 = _impact(runner, contacts, speed, scatter(0.1)[:, None])
    return StrideVariation(
        landing_pitch_rad=pitch,
        landing_rate_radps=_landing_rate_radps(kind, pitch),
        landing_acc_radps2=_landing_acc_radps2(kind, pitch),
        flat_rate_radps=np.where(moving, by_gait(kind, 0.1, 0.6), 0.0),
        push_rate_radps=push,
        shoulder_mps=by_gait(kind, 0.0, np.clip(speed - 2.2, 0.0, 1.3)) * scatter(0.05),
        impact_s=_impact_s(runner, kind, rng),
        impact_mps=impact_mps,
        impact_mps2=impact_mps2,
        lift_mps=runner.lift_scale
        * np.stack([by_gait(kind, 0.65, 0.2), by_gait(kind, 0.65, 0.3)], axis=1)
        * speed[:, None],
        inversion_rad=inversion + np.where(moving, uneven, 0.0),
        eversion_rad=np.where(moving, everting, inversion),
        yaw_rad=np.radians(runner.toe_out_deg + 0.8 * rng.standard_normal(len(speed))),
        swing_height_m=by_gait(kind, 0.17 + 0.04 * speed, 0.18 + 0.06 * speed) * scatter(0.03),
        lateral_m=0.5 * runner.step_width_m + 0.01 * rng.standard_normal(len(speed)),
    )


def with_landing_pitch(variation: StrideVariation, gait: Ints, pitch_rad: Floats) -> StrideVariation:
    """The same strides with other angles at landing."""
    return replace(
        variation,
        landing_pitch_rad=pitch_rad,
        landing_rate_radps=_landing_rate_radps(gait, pitch_rad),
        landing_acc_radps2=_landing_acc_radps2(gait, pitch_rad),
    )


def _landing_rate_radps(gait: Ints, pitch_rad: Floats) -> Floats:
    return by_gait(gait, -0.4, np.clip(-0.4 + 5.0 * pitch_rad, -2.0, 0.5))


def _landing_acc_radps2(gait: Ints, pitch_rad: Floats) -> Floats:
    return by_gait(gait, 110.0, -1300.0 * pitch_rad)


def strike_angle_deg(runner: RunnerProfile, contacts: FootContacts, rng: np.random.Generator) -> Floats:
    """Toes-up angle at landing, (r,)."""
    speed = np.minimum(contacts.speed_mps, MAX_SPEED_MPS)
    typical = {"rear": 7.0 + 2.0 * speed, "mid": 1.0 + 0.0 * speed, "fore": -6.0 - 0.4 * speed, "flat": 0.0 * speed}[
        runner.strike
    ]
    running = typical if runner.strike_angle_deg is None else np.full(len(speed), runner.strike_angle_deg)
    scatter = runner.strike_angle_sd_deg * rng.standard_normal(len(speed))
    return by_gait(contacts.gait, 14.0 + 8.0 * speed, running) + scatter


def _impact_s(runner: RunnerProfile, kind: Ints, rng: np.random.Generator) -> Floats:
    """Duration of the impact, (r,)."""
    typical = gait_parameters.per_stride("impact_s", kind)
    if runner.strike != "flat":
        return typical
    return by_gait(kind, typical, rng.spawn(1)[0].uniform(*FLAT_IMPACT_S, len(kind)))


def _impact(runner: RunnerProfile, contacts: FootContacts, speed: Floats, scatter: Floats) -> tuple[Floats, Floats]:
    """Forward and upward velocity and acceleration at initial contact, (r, 2) each."""
    running = np.minimum(speed, 4.0) * STRIKE_IMPACT[runner.strike]
    slow = STRIKE_IMPACT[runner.strike] * np.clip(1.0 - speed / 2.8, 0.0, 1.0)
    forward = by_gait(contacts.gait, 0.15 + 0.58 * speed, 0.58 * running + 1.2 * slow)
    upward = by_gait(contacts.gait, -0.12 - 0.28 * speed, -0.35 - 0.15 * running - 0.3 * slow)
    falling = 0.0 if runner.strike == "flat" else 1.0
    braking = by_gait(contacts.gait, 0.3 + 2.0 * speed, falling * (1.9 * speed + 3.5 * slow)) * STANDARD_GRAVITY_MPS2
    velocity = np.stack([forward, upward], axis=1) * scatter * runner.impact_scale
    return velocity, np.stack([-braking, 0.5 * braking], axis=1)
