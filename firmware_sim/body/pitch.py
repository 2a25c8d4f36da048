"""The pitch of the foot over all strides, from the course of its rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.body import gait_parameters as gait
from surefoot.firmware_sim.body.contacts import Contacts
from surefoot.firmware_sim.body.gait_parameters import LANDING_KNOTS, stacked
from surefoot.firmware_sim.body.runner_profile import Runner
from surefoot.firmware_sim.body.stride_variation import Style

FLAT_KNOT, HEEL_RISE_KNOT = LANDING_KNOTS - 1, LANDING_KNOTS
PUSH_PEAK_KNOT = LANDING_KNOTS + gait.PUSH_KNOTS - 1
KNOTS = PUSH_PEAK_KNOT + gait.SWING_KNOTS + 1


@dataclass(frozen=True, slots=True)
class Pitch:
    """Pitch over all strides but the last.

    Parameters
    ----------
    knot_s : (m,)
    nodes : (m, 1, 3) pitch, rate and acceleration (rad, toes down positive).
    """

    knot_s: Floats
    nodes: Floats


def pitch_of(runner: Runner, contacts: Contacts, style: Style) -> Pitch:
    """Build the rate from knots; its landing pulse and swing lobe are scaled so that the angles are met."""
    knot_s = _knot_times(runner, contacts)
    rate, slope = _scaled(knot_s, contacts, style)
    turned = np.cumsum(_gains(knot_s, rate, slope), axis=1)
    angle = style.landing_pitch_rad[:-1, None] + np.concatenate([np.zeros((len(turned), 1)), turned], axis=1)
    nodes = np.stack([angle, rate, slope], axis=-1)
    return Pitch(_chained(knot_s), _chained(nodes)[:, None, :])


def _scaled(knot_s: Floats, contacts: Contacts, style: Style) -> tuple[Floats, Floats]:
    """(r - 1, KNOTS) rate and its slope, with the foot flat after landing and at its landing angle at the next."""
    rate, pulse, lobe = _push_and_follow(contacts, style), _pulse(contacts), _lobe(contacts)
    slope, pulse_slope, lobe_slope = (_slopes(knot_s, values) for values in (rate, pulse, lobe))
    slope[:, 0], slope[:, -1] = style.landing_acc_radps2[:-1], style.landing_acc_radps2[1:]
    fixed = _gains(knot_s, rate, slope)
    to_flat = -style.landing_pitch_rad[:-1] - fixed[:, :FLAT_KNOT].sum(axis=1)
    to_landing = style.landing_pitch_rad[1:] - fixed[:, FLAT_KNOT:].sum(axis=1)
    a = (to_flat / _gains(knot_s, pulse, pulse_slope)[:, :FLAT_KNOT].sum(axis=1))[:, None]
    b = (to_landing / _gains(knot_s, lobe, lobe_slope).sum(axis=1))[:, None]
    return rate + a * pulse + b * lobe, slope + a * pulse_slope + b * lobe_slope


def _knot_times(runner: Runner, contacts: Contacts) -> Floats:
    """(r - 1, KNOTS) seconds; the last knot of a stride is the first of the next."""
    kind = contacts.gait[:-1]
    landing_s = contacts.initial_s[:-1, None] + stacked("landing_s", kind)
    peak_s = contacts.terminal_s[:-1, None] + (runner.push_off_delay_s - stacked("peak_lead_s", kind))[:, None]
    swing_s = contacts.initial_s[1:, None] - peak_s
    push_s = push_duration_s(contacts)[:-1, None]
    return np.concatenate(
        [landing_s, peak_s - push_s * stacked("push_at", kind), peak_s, peak_s + swing_s * stacked("swing_at", kind)],
        axis=1,
    )


def push_duration_s(contacts: Contacts) -> Floats:
    """(r,) from heel rise to terminal contact; after a stand as in a usual step."""
    contact_s = contacts.terminal_s - contacts.initial_s
    return stacked("push_part", contacts.gait) * np.minimum(contact_s, 0.9)


def flat_s(contacts: Contacts) -> Floats:
    """(r,) middle of the time between foot flat and heel rise; at a stand soon after it begins."""
    begin_s = contacts.initial_s + stacked("landing_s", contacts.gait)[:, -1]
    length_s = contacts.terminal_s - push_duration_s(contacts) - begin_s
    middle_s: Floats = begin_s + 0.5 * np.minimum(length_s, 0.5)
    return middle_s


def _push_and_follow(contacts: Contacts, style: Style) -> Floats:
    """(r - 1, KNOTS) the rate without landing pulse and swing lobe."""
    kind = contacts.gait[:-1]
    peak, flat, shoulder = (
        values[:-1, None] for values in (style.push_rate_radps, style.flat_rate_radps, style.shoulder_mps)
    )
    landing = np.zeros((len(kind), LANDING_KNOTS))
    landing[:, 0], landing[:, -1] = style.landing_rate_radps[:-1], flat[:, 0]
    push = flat + (peak - flat) * stacked("push", kind)
    follow = peak * (stacked("follow", kind) + shoulder * stacked("late_follow", kind))
    follow[:, -1] = style.landing_rate_radps[1:]
    return np.concatenate([landing, push, follow], axis=1)


def _pulse(contacts: Contacts) -> Floats:
    rate = np.zeros((len(contacts.gait) - 1, KNOTS))
    rate[:, :LANDING_KNOTS] = stacked("pulse", contacts.gait[:-1])
    return rate


def _lobe(contacts: Contacts) -> Floats:
    rate = np.zeros((len(contacts.gait) - 1, KNOTS))
    rate[:, PUSH_PEAK_KNOT + 1 :] = stacked("lobe", contacts.gait[:-1])
    return rate


def _slopes(knot_s: Floats, rate: Floats) -> Floats:
    """Three-point derivatives, linear in the rate; zero at the ends of a stride and of the flat phase."""
    step = np.diff(knot_s, axis=1)
    chord = np.diff(rate, axis=1) / step
    slope = np.zeros_like(rate)
    before, after = step[:, :-1], step[:, 1:]
    slope[:, 1:-1] = (after * chord[:, :-1] + before * chord[:, 1:]) / (before + after)
    slope[:, [FLAT_KNOT, HEEL_RISE_KNOT]] = 0.0
    return slope


def _gains(knot_s: Floats, rate: Floats, slope: Floats) -> Floats:
    """(r, KNOTS - 1) angle turned in each interval by a cubic rate."""
    step = np.diff(knot_s, axis=1)
    return step * (rate[:, :-1] + rate[:, 1:]) / 2.0 + step**2 * (slope[:, :-1] - slope[:, 1:]) / 12.0


def _chained(rows: Floats) -> Floats:
    """Rows whose last element is the next row's first, as one sequence."""
    return np.concatenate([rows[:, :-1].reshape(-1, *rows.shape[2:]), rows[-1:, -1]])
