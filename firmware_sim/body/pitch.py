"""Pitch of the foot over all strides, integrated from a pitch-rate curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body import gait_parameters
from surefoot.firmware_sim.body.contacts import FootContacts
from surefoot.firmware_sim.body.gait_parameters import LANDING_KNOTS, per_stride
from surefoot.firmware_sim.body.runner_profile import RunnerProfile
from surefoot.firmware_sim.body.stride_variation import StrideVariation

FLAT_KNOT, HEEL_RISE_KNOT = LANDING_KNOTS - 1, LANDING_KNOTS
PUSH_PEAK_KNOT = LANDING_KNOTS + gait_parameters.PUSH_KNOTS - 1
KNOTS = PUSH_PEAK_KNOT + gait_parameters.SWING_KNOTS + 1


@dataclass(frozen=True, slots=True)
class PitchCurve:
    """Pitch over all strides but the last.

    Parameters
    ----------
    knot_s : (m,)
    nodes : (m, 1, 3) pitch, rate and acceleration (rad, toes down positive).
    """

    knot_s: Floats
    nodes: Floats


def pitch_curve(runner: RunnerProfile, contacts: FootContacts, variation: StrideVariation) -> PitchCurve:
    """Pitch from knots of its rate; landing pulse and swing lobe are scaled to meet the required angles."""
    knot_s = _knot_times(runner, contacts)
    rate, slope = _scaled_rate(knot_s, contacts, variation)
    turned = np.cumsum(_angle_increments(knot_s, rate, slope), axis=1)
    angle = variation.landing_pitch_rad[:-1, None] + np.concatenate([np.zeros((len(turned), 1)), turned], axis=1)
    nodes = np.stack([angle, rate, slope], axis=-1)
    return PitchCurve(_chain_rows(knot_s), _chain_rows(nodes)[:, None, :])


def _scaled_rate(knot_s: Floats, contacts: FootContacts, variation: StrideVariation) -> tuple[Floats, Floats]:
    """Rate and its slope, (r - 1, KNOTS), such that the foot gets flat and meets its next landing angle."""
    rate, pulse, lobe = _push_off_rate(contacts, variation), _landing_pulse(contacts), _swing_lobe(contacts)
    slope, pulse_slope, lobe_slope = (_slopes(knot_s, values) for values in (rate, pulse, lobe))
    slope[:, 0], slope[:, -1] = variation.landing_acc_radps2[:-1], variation.landing_acc_radps2[1:]
    fixed = _angle_increments(knot_s, rate, slope)
    to_flat = -variation.landing_pitch_rad[:-1] - fixed[:, :FLAT_KNOT].sum(axis=1)
    to_landing = variation.landing_pitch_rad[1:] - fixed[:, FLAT_KNOT:].sum(axis=1)
    a = (to_flat / _angle_increments(knot_s, pulse, pulse_slope)[:, :FLAT_KNOT].sum(axis=1))[:, None]
    b = (to_landing / _angle_increments(knot_s, lobe, lobe_slope).sum(axis=1))[:, None]
    return rate + a * pulse + b * lobe, slope + a * pulse_slope + b * lobe_slope


def _knot_times(runner: RunnerProfile, contacts: FootContacts) -> Floats:
    """Knot times, (r - 1, KNOTS); the last knot of a stride is the first of the next."""
    kind = contacts.gait[:-1]
    landing_s = contacts.initial_s[:-1, None] + per_stride("landing_s", kind)
    peak_s = contacts.terminal_s[:-1, None] + (runner.push_off_delay_s - per_stride("peak_lead_s", kind))[:, None]
    swing_s = contacts.initial_s[1:, None] - peak_s
    push_s = push_duration_s(contacts)[:-1, None]
    return np.concatenate(
        [
            landing_s,
            peak_s - push_s * per_stride("push_at", kind),
            peak_s,
            peak_s + swing_s * per_stride("swing_at", kind),
        ],
        axis=1,
    )


def push_duration_s(contacts: FootContacts) -> Floats:
    """Duration from heel rise to terminal contact, (r,); contact counts for at most 0.9 s, for stands."""
    contact_s = contacts.terminal_s - contacts.initial_s
    return per_stride("push_off_fraction", contacts.gait) * np.minimum(contact_s, 0.9)


def foot_flat_s(contacts: FootContacts) -> Floats:
    """Mid foot-flat, (r,): middle between foot flat and heel rise, at most 0.25 s after foot flat."""
    begin_s = contacts.initial_s + per_stride("landing_s", contacts.gait)[:, -1]
    length_s = contacts.terminal_s - push_duration_s(contacts) - begin_s
    middle_s: Floats = begin_s + 0.5 * np.minimum(length_s, 0.5)
    return middle_s


def _push_off_rate(contacts: FootContacts, variation: StrideVariation) -> Floats:
    """Rate without landing pulse and swing lobe, (r - 1, KNOTS)."""
    kind = contacts.gait[:-1]
    peak, flat, shoulder = (
        values[:-1, None] for values in (variation.push_rate_radps, variation.flat_rate_radps, variation.shoulder_mps)
    )
    landing = np.zeros((len(kind), LANDING_KNOTS))
    landing[:, 0], landing[:, -1] = variation.landing_rate_radps[:-1], flat[:, 0]
    push = flat + (peak - flat) * per_stride("push", kind)
    follow = peak * (per_stride("follow", kind) + shoulder * per_stride("late_follow", kind))
    follow[:, -1] = variation.landing_rate_radps[1:]
    return np.concatenate([landing, push, follow], axis=1)


def _landing_pulse(contacts: FootContacts) -> Floats:
    rate = np.zeros((len(contacts.gait) - 1, KNOTS))
    rate[:, :LANDING_KNOTS] = per_stride("landing_pulse", contacts.gait[:-1])
    return rate


def _swing_lobe(contacts: FootContacts) -> Floats:
    rate = np.zeros((len(contacts.gait) - 1, KNOTS))
    rate[:, PUSH_PEAK_KNOT + 1 :] = per_stride("swing_lobe", contacts.gait[:-1])
    return rate


def _slopes(knot_s: Floats, rate: Floats) -> Floats:
    """Three-point derivatives of the rate; zero at the ends of a stride and of the flat phase."""
    interval_s = np.diff(knot_s, axis=1)
    chord = np.diff(rate, axis=1) / interval_s
    slope = np.zeros_like(rate)
    before, after = interval_s[:, :-1], interval_s[:, 1:]
    slope[:, 1:-1] = (after * chord[:, :-1] + before * chord[:, 1:]) / (before + after)
    slope[:, [FLAT_KNOT, HEEL_RISE_KNOT]] = 0.0
    return slope


def _angle_increments(knot_s: Floats, rate: Floats, slope: Floats) -> Floats:
    """Integral of the cubic rate over each interval, (r, KNOTS - 1)."""
    interval_s = np.diff(knot_s, axis=1)
    return interval_s * (rate[:, :-1] + rate[:, 1:]) / 2.0 + interval_s**2 * (slope[:, :-1] - slope[:, 1:]) / 12.0


def _chain_rows(rows: Floats) -> Floats:
    """Concatenate rows whose last element is the first of the next row."""
    return np.concatenate([rows[:, :-1].reshape(-1, *rows.shape[2:]), rows[-1:, -1]])
