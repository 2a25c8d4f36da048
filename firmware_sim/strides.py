"""Every stride of one foot as one pose over time."""

from __future__ import annotations

import numpy as np

from analysis.model import Floats, Foot
from firmware_sim import gait
from firmware_sim.contacts import Contacts
from firmware_sim.person import Runner
from firmware_sim.pitch import Pitch, pitch_of, push_duration_s
from firmware_sim.pose import Track, hermite
from firmware_sim.ringing import Ringing
from firmware_sim.stance import ankle_of, heel_of, landing_offset
from firmware_sim.style import Style
from firmware_sim.swing import along, travel, upward
from firmware_sim.tipping import Tipping

IMPACT_AT = np.linspace(0.0, 1.0, 7)
SETTLE_AT = np.array([0.25, 0.5, 0.75, 1.0])
PUSH_AT = np.array([1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.0])
SWING_AT = np.concatenate([np.arange(0.03, 0.36, 0.03), np.arange(0.39, 0.9, 0.05), [0.92, 0.95, 0.97, 0.985, 1.0]])
MIRROR = np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])


def track_of(runner: Runner, contacts: Contacts, style: Style, tipping: Tipping, rng: np.random.Generator) -> Track:
    """The pose over all strides but the last, which only says how the one before it ends."""
    pitch = pitch_of(runner, contacts, style)
    node_s = _node_times(contacts)
    euler = _euler(contacts, style, pitch, node_s)
    ankle = _ankle(runner, contacts, style, euler, node_s)
    nodes = np.concatenate([euler, ankle], axis=2)[:, :-1].reshape(-1, 6, 3)
    mirror = MIRROR if tipping.foot is Foot.RIGHT else np.ones(6)
    ringing = _ringing(contacts, style, rng)
    return Track(
        node_s[:, :-1].ravel(),
        nodes * mirror[:, None],
        tipping,
        Ringing(ringing.landing_s, ringing.rate_radps, ringing.amplitude * mirror),
    )


def _node_times(contacts: Contacts) -> Floats:
    """(r - 1, k) dense where the pose changes fast."""
    kind = contacts.gait[:-1]
    initial_s, terminal_s, next_s = (
        values[:, None] for values in (contacts.initial_s[:-1], contacts.terminal_s[:-1], contacts.initial_s[1:])
    )
    impact_s = gait.stacked("impact_s", kind)[:, None]
    settled_s = gait.stacked("landing_s", kind)[:, -1:]
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


def _euler(contacts: Contacts, style: Style, pitch: Pitch, node_s: Floats) -> Floats:
    """(r - 1, k, 3, 3) roll, pitch, yaw of a left foot with derivatives."""
    tilt = hermite(pitch.knot_s, pitch.nodes, node_s.ravel())[:, 0].reshape(*node_s.shape, 3)
    return np.stack([-_inversion(contacts, style, node_s), tilt, _toe_out(contacts, style, node_s)], axis=2)


def _inversion(contacts: Contacts, style: Style, node_s: Floats) -> Floats:
    """(r - 1, k, 3) lands inverted, everts in early stance, comes back, and swings out and in through the air."""
    kind, terminal_s, next_s = contacts.gait[:-1], contacts.terminal_s[:-1], contacts.initial_s[1:]
    initial_s, swing_s = contacts.initial_s[:-1], next_s - terminal_s
    landed, everted = style.inversion_rad[:-1], style.inversion_rad[:-1] - style.eversion_rad[:-1]
    back = everted + np.where(kind == gait.STILL, 0.0, np.radians(4.0))
    out, inward = np.radians(gait.by_gait(kind, -5.0, -8.0)), np.radians(gait.by_gait(kind, 5.5, 9.0))
    everted_s = initial_s + np.minimum(0.4 * (terminal_s - initial_s), 0.2)
    turn_s = [initial_s, everted_s, terminal_s, terminal_s + 0.3 * swing_s, terminal_s + 0.75 * swing_s, next_s]
    values = [landed, everted, back, out, inward, style.inversion_rad[1:]]
    return _smooth_through(node_s, np.stack(turn_s, axis=1), np.stack(values, axis=1))


def _toe_out(contacts: Contacts, style: Style, node_s: Floats) -> Floats:
    """(r - 1, k, 3) still in stance, in and out through the air."""
    terminal_s, next_s = contacts.terminal_s[:-1], contacts.initial_s[1:]
    swing_s, size = next_s - terminal_s, np.radians(gait.by_gait(contacts.gait[:-1], 3.0, 5.0))
    yaw, next_yaw = style.yaw_rad[:-1], style.yaw_rad[1:]
    turn_s = [contacts.initial_s[:-1], terminal_s, terminal_s + 0.3 * swing_s, terminal_s + 0.7 * swing_s, next_s]
    values = [yaw, yaw, yaw - size, yaw + 0.8 * size, next_yaw]
    return _smooth_through(node_s, np.stack(turn_s, axis=1), np.stack(values, axis=1))


def _smooth_through(time_s: Floats, turn_s: Floats, values: Floats) -> Floats:
    """(r, k, 3) minimum-jerk moves between turning points (r, m), with two derivatives."""
    out = np.zeros((*time_s.shape, 3))
    for j in range(turn_s.shape[1] - 1):
        begin, length = turn_s[:, j, None], np.diff(turn_s[:, j : j + 2], axis=1)
        step = np.diff(values[:, j : j + 2], axis=1)
        inside = time_s >= begin
        u = np.clip((time_s - begin) / length, 0.0, 1.0)
        rise = np.stack(
            [
                values[:, j, None] + step * (10 * u**3 - 15 * u**4 + 6 * u**5),
                step * 30 * u**2 * (1 - u) ** 2 / length,
                step * 60 * u * (1 - u) * (1 - 2 * u) / length**2,
            ],
            axis=-1,
        )
        out = np.where(inside[..., None], rise, out)
    return out


def _ankle(runner: Runner, contacts: Contacts, style: Style, euler: Floats, node_s: Floats) -> Floats:
    """(r - 1, k, 3, 3) ankle position with derivatives: rolling in stance, carried through the air in swing."""
    stance = _standing(runner, contacts, style, euler[:, :STANCE_NODES], node_s[:, :STANCE_NODES])
    landing = _standing(runner, contacts, style, euler[:, -1:], node_s[:, -1:], ahead=1)[:, 0]
    air_s = node_s[:, STANCE_NODES - 1 :]
    part = np.concatenate([[0.0], SWING_AT])
    level = along(part, gait.by_gait(contacts.gait[:-1], 0.42, 0.62))
    start = stance[:, -1]
    flown = [
        travel(air_s, start[:, 0], landing[:, 0], level),
        travel(air_s, start[:, 1], landing[:, 1], level),
        travel(air_s, start[:, 2], landing[:, 2], upward(part), style.swing_height_m[:-1]),
    ]
    return np.concatenate([stance, np.stack(flown, axis=2)[:, 1:]], axis=1)


def _standing(
    runner: Runner, contacts: Contacts, style: Style, euler: Floats, node_s: Floats, *, ahead: int = 0
) -> Floats:
    """(r - 1, k, 3, 3) ankle at instants of the contact of each row, or of the row `ahead` of it."""
    rows = slice(ahead, len(contacts.gait) - 1 + ahead)
    place = np.stack([contacts.place_m[rows], style.side_m[rows]], axis=1)[:, None, :]
    offset = landing_offset(
        node_s - contacts.initial_s[rows, None],
        style.impact_s[rows, None],
        style.impact_mps[rows, None],
        style.impact_mps2[rows, None],
    )
    return ankle_of(heel_of(runner, euler, place, offset), euler)


def _ringing(contacts: Contacts, style: Style, rng: np.random.Generator) -> Ringing:
    """Grows with the landing velocity; phases are much the same from stride to stride."""
    count = len(contacts.gait)
    hit_mps = np.linalg.norm(style.impact_mps, axis=1)
    rate_radps = 2.0 * np.pi * (34.0 + 3.0 * rng.standard_normal(count))
    turning = np.array([2.6, 1.0, 2.6]) / rate_radps[:, None]
    shaking = np.array([17.0, 9.0, 17.0]) / rate_radps[:, None] ** 2
    phase = 2.0 * np.pi * rng.random(6) + 0.4 * rng.standard_normal((count, 6))
    size = np.concatenate([turning, shaking], axis=1) * hit_mps[:, None]
    return Ringing(contacts.initial_s, rate_radps, size * np.exp(1j * phase))
