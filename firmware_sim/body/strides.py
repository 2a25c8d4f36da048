"""Spline nodes of the pose over all strides of one foot."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body import gait_parameters
from surefoot.firmware_sim.body.contacts import FootContacts
from surefoot.firmware_sim.body.euler import YAW
from surefoot.firmware_sim.body.frontal import inversion_curve, veer_curve
from surefoot.firmware_sim.body.impact_ringing import ImpactRinging
from surefoot.firmware_sim.body.monotone_spline import minimum_jerk
from surefoot.firmware_sim.body.pitch import PitchCurve, pitch_curve, push_duration_s
from surefoot.firmware_sim.body.pose import MIRROR_TO_RIGHT, quintic_hermite
from surefoot.firmware_sim.body.runner_profile import RunnerProfile
from surefoot.firmware_sim.body.stance import ankle_from_heel, landing_offset, lifting_offset, stance_heel
from surefoot.firmware_sim.body.stride_variation import StrideVariation
from surefoot.firmware_sim.body.swing import flight_path, forward_shapes, vertical_shapes

IMPACT_AT = np.linspace(0.0, 1.0, 7)
SETTLE_AT = np.array([0.25, 0.5, 0.75, 1.0])
PUSH_AT = np.array([1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.0])
SWING_AT = np.concatenate([np.arange(0.03, 0.36, 0.03), np.arange(0.39, 0.9, 0.05), [0.92, 0.95, 0.97, 0.985, 1.0]])


def stride_nodes(
    runner: RunnerProfile, contacts: FootContacts, variation: StrideVariation, foot: Foot, rng: np.random.Generator
) -> tuple[Floats, Floats, ImpactRinging]:
    """Pose of all strides but the last, which only defines how the one before it ends.

    Returns
    -------
    Knot times (m,), pose channels with two derivatives (m, 7, 3), and the ringing after each landing.
    """
    pitch = pitch_curve(runner, contacts, variation)
    node_s = _node_times(contacts)
    euler = _euler_nodes(contacts, variation, pitch, node_s)
    ankle = _ankle_nodes(runner, contacts, variation, euler, node_s)
    nodes = np.concatenate([euler, ankle], axis=2)[:, :-1].reshape(-1, 7, 3)
    mirror = MIRROR_TO_RIGHT if foot is Foot.RIGHT else np.ones(7)
    ringing = _ringing(runner, contacts, variation, rng)
    return (
        node_s[:, :-1].ravel(),
        nodes * mirror[:, None],
        ImpactRinging(ringing.landing_s, ringing.rate_radps, ringing.amplitude * mirror),
    )


def _node_times(contacts: FootContacts) -> Floats:
    """Node times, (r - 1, k), dense where the pose changes fast."""
    kind = contacts.gait[:-1]
    initial_s, terminal_s, next_s = (
        values[:, None] for values in (contacts.initial_s[:-1], contacts.terminal_s[:-1], contacts.initial_s[1:])
    )
    impact_s = gait_parameters.per_stride("impact_s", kind)[:, None]
    settled_s = gait_parameters.per_stride("landing_s", kind)[:, -1:]
    push_s = push_duration_s(contacts)[:-1, None]
    flat_s = terminal_s - push_s - initial_s - settled_s
    return np.concatenate(
        [
            initial_s + impact_s * IMPACT_AT,
            initial_s + impact_s + (settled_s - impact_s) * SETTLE_AT,
            initial_s + settled_s + np.minimum(0.5 * flat_s, 0.1),
            terminal_s - push_s - np.minimum(0.25 * flat_s, 0.1),
            terminal_s - push_s * PUSH_AT,
            terminal_s + (next_s - terminal_s) * SWING_AT,
        ],
        axis=1,
    )


STANCE_NODES = len(IMPACT_AT) + len(SETTLE_AT) + 2 + len(PUSH_AT)


def _euler_nodes(contacts: FootContacts, variation: StrideVariation, pitch: PitchCurve, node_s: Floats) -> Floats:
    """Roll, pitch, yaw, veer of a left foot with derivatives, (r - 1, k, 4, 3)."""
    tilt = quintic_hermite(pitch.knot_s, pitch.nodes, node_s.ravel())[:, 0].reshape(*node_s.shape, 3)
    inverted, veer = (curve.at(node_s) for curve in (inversion_curve(contacts, variation), veer_curve(contacts)))
    return np.stack([-inverted, tilt, _yaw_nodes(contacts, variation, node_s), veer], axis=2)


def _yaw_nodes(contacts: FootContacts, variation: StrideVariation, node_s: Floats) -> Floats:
    """Yaw with derivatives, (r - 1, k, 3): constant in stance, minimum jerk to the next value in swing."""
    begin_s, end_s = contacts.terminal_s[:-1, None], contacts.initial_s[1:, None]
    yaw_change, length_s = np.diff(variation.yaw_rad)[:, None], end_s - begin_s
    turned = yaw_change[:, :, None] * minimum_jerk((node_s - begin_s) / length_s) / length_s[:, :, None] ** np.arange(3)
    turned[:, :, 0] += variation.yaw_rad[:-1, None]
    return turned


def _ankle_nodes(
    runner: RunnerProfile, contacts: FootContacts, variation: StrideVariation, euler: Floats, node_s: Floats
) -> Floats:
    """Ankle position with derivatives over stance and swing, (r - 1, k, 3, 3)."""
    stance = _stance_ankle(runner, contacts, variation, euler[:, :STANCE_NODES], node_s[:, :STANCE_NODES])
    landing = _stance_ankle(runner, contacts, variation, euler[:, -1:], node_s[:, -1:], ahead=1)[:, 0]
    air_s = node_s[:, STANCE_NODES - 1 :]
    fraction = np.concatenate([[0.0], SWING_AT])
    brake_s = gait_parameters.per_stride("brake_s", contacts.gait[:-1])
    level = forward_shapes(air_s, brake_s, early=runner.strike == "flat")
    start = stance[:, -1]
    flown = [
        flight_path(air_s, start[:, 0], landing[:, 0], level),
        flight_path(air_s, start[:, 1], landing[:, 1], level),
        flight_path(air_s, start[:, 2], landing[:, 2], vertical_shapes(fraction), variation.swing_height_m[:-1]),
    ]
    return np.concatenate([stance, np.stack(flown, axis=2)[:, 1:]], axis=1)


def _stance_ankle(
    runner: RunnerProfile,
    contacts: FootContacts,
    variation: StrideVariation,
    euler: Floats,
    node_s: Floats,
    *,
    ahead: int = 0,
) -> Floats:
    """Ankle at times within the contact of each row, or of the row `ahead` rows later, (r - 1, k, 3, 3)."""
    rows = slice(ahead, len(contacts.gait) - 1 + ahead)
    foothold_m = np.stack([contacts.foothold_m[rows], variation.lateral_m[rows]], axis=1)[:, None, :]
    offset = landing_offset(
        node_s - contacts.initial_s[rows, None],
        variation.impact_s[rows, None],
        variation.impact_mps[rows, None],
        variation.impact_mps2[rows, None],
    )
    offset += lifting_offset(
        contacts.terminal_s[rows, None] - node_s, push_duration_s(contacts)[rows, None], variation.lift_mps[rows, None]
    )
    return ankle_from_heel(stance_heel(runner, euler, foothold_m, offset), euler)


def _ringing(
    runner: RunnerProfile, contacts: FootContacts, variation: StrideVariation, rng: np.random.Generator
) -> ImpactRinging:
    """Draw the ringing of all channels but yaw: proportional to landing velocity, phases similar across strides."""
    count = len(contacts.gait)
    hit_mps = np.linalg.norm(variation.impact_mps, axis=1)
    rate_radps = 2.0 * np.pi * (34.0 + 3.0 * rng.standard_normal(count))
    turning = np.array([2.6, 1.0, 2.6]) / rate_radps[:, None]
    shaking = np.array([17.0, 9.0, 17.0]) / rate_radps[:, None] ** 2
    phase = 2.0 * np.pi * rng.random(6) + 0.4 * rng.standard_normal((count, 6))
    size = np.concatenate([turning, shaking], axis=1) * hit_mps[:, None]
    if runner.strike == "flat":
        size = np.where((contacts.gait == gait_parameters.RUN)[:, None], 0.0, size)
    return ImpactRinging(contacts.initial_s, rate_radps, np.insert(size * np.exp(1j * phase), YAW, 0.0, axis=1))
