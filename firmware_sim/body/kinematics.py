"""True kinematics of each stride, taken from the pose: angles, rates, stride length, clearance, impact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot
from surefoot.firmware_sim.body.foot_point import LACES_M, ideal_readings, point_position_m
from surefoot.firmware_sim.body.motion import Motion

STANCE_POINTS, SWING_POINTS, IMPACT_POINTS = 101, 31, 101
EARLY_STANCE_S, IMPACT_S = 0.2, 0.05


@dataclass(frozen=True, slots=True)
class TrueKinematics:
    """Kinematics of one foot's complete strides, in the rows of its `TrueStrides`; (n,) each.

    Angles are those of the foot (without the shoe's ringing) relative to the horizontal; inversion and toes up are
    positive on both feet.

    Parameters
    ----------
    toes_up_at_contact_deg, toes_up_at_flat_deg : pitch at initial contact and at mid foot-flat.
    inversion_at_contact_deg, inversion_at_flat_deg : inversion at the same instants.
    peak_inversion_deg, peak_inversion_velocity_dps : in stance, at most 200 ms after initial contact.
    eversion_excursion_deg, peak_eversion_velocity_dps : from initial contact to the minimum inversion of stance, and
        peak eversion rate in stance.
    push_off_rate_dps : peak toes-down rate in the second half of stance.
    stride_length_m, speed_mps : horizontal displacement of the pod between foot flats, and that over its duration.
    clearance_m : peak height of the pod in swing above its height at foot flat.
    impact_peak_g : peak specific force at the pod within 50 ms of initial contact.
    """

    toes_up_at_contact_deg: Floats
    toes_up_at_flat_deg: Floats
    inversion_at_contact_deg: Floats
    inversion_at_flat_deg: Floats
    peak_inversion_deg: Floats
    peak_inversion_velocity_dps: Floats
    eversion_excursion_deg: Floats
    peak_eversion_velocity_dps: Floats
    push_off_rate_dps: Floats
    stride_length_m: Floats
    speed_mps: Floats
    clearance_m: Floats
    impact_peak_g: Floats


def true_kinematics(motion: Motion, foot: Foot, position_m: tuple[float, float, float] = LACES_M) -> TrueKinematics:
    """Kinematics of every stride, for a pod at `position_m` on the foot."""
    trajectory, truth = motion.trajectories[foot], motion.truth[foot]
    initial_s, terminal_s = truth.initial_contact_s, truth.terminal_contact_s
    stance_s = np.linspace(initial_s, terminal_s, STANCE_POINTS, axis=1)
    early = stance_s <= initial_s[:, None] + EARLY_STANCE_S
    stance = trajectory.foot_pose_at(stance_s.ravel())
    angle, rate = np.degrees(stance.inversion_rad(foot)).reshape(*stance_s.shape, 2).transpose(2, 0, 1)
    toes_down = np.degrees(stance.rate_radps[:, 1]).reshape(stance_s.shape)
    flat, next_flat = trajectory.foot_pose_at(truth.foot_flat_s), trajectory.foot_pose_at(truth.next_foot_flat_s)
    flat_m, next_flat_m = point_position_m(flat, position_m), point_position_m(next_flat, position_m)
    length_m = np.hypot(*(next_flat_m - flat_m)[:, :2].T)
    swing_s = np.linspace(terminal_s, truth.next_initial_contact_s, SWING_POINTS, axis=1)
    lift_m = (
        point_position_m(trajectory.foot_pose_at(swing_s.ravel()), position_m)[:, 2].reshape(swing_s.shape)
        - flat_m[:, 2:]
    )
    hit_s = np.linspace(initial_s, initial_s + IMPACT_S, IMPACT_POINTS, axis=1)
    force = ideal_readings(trajectory.at(hit_s.ravel()), position_m)[0]
    return TrueKinematics(
        toes_up_at_contact_deg=np.degrees(np.arcsin(stance.rotation[::STANCE_POINTS, 2, 0])),
        toes_up_at_flat_deg=np.degrees(np.arcsin(flat.rotation[:, 2, 0])),
        inversion_at_contact_deg=angle[:, 0],
        inversion_at_flat_deg=np.degrees(flat.inversion_rad(foot)[:, 0]),
        peak_inversion_deg=np.where(early, angle, -np.inf).max(axis=1),
        peak_inversion_velocity_dps=np.where(early, rate, -np.inf).max(axis=1),
        eversion_excursion_deg=angle[:, 0] - angle.min(axis=1),
        peak_eversion_velocity_dps=-rate.min(axis=1),
        push_off_rate_dps=toes_down[:, STANCE_POINTS // 2 :].max(axis=1),
        stride_length_m=length_m,
        speed_mps=length_m / (truth.next_foot_flat_s - truth.foot_flat_s),
        clearance_m=lift_m.max(axis=1),
        impact_peak_g=np.linalg.norm(force, axis=1).reshape(hit_s.shape).max(axis=1) / STANDARD_GRAVITY_MPS2,
    )
