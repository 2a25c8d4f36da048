"""Ankle rolls: which stance goes over the edge, how far and how fast, and how the next strides are spared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Floats, Foot, Ints
from surefoot.firmware_sim.body.contacts import Contacts
from surefoot.firmware_sim.body.foot_trajectory import Track
from surefoot.firmware_sim.body.inversion_kinematics import Tipping
from surefoot.firmware_sim.body.stride_variation import Style
from surefoot.firmware_sim.body.truth import TrueRoll

EARLIEST_S, LAST_BEFORE_LIFT_S = 0.010, 0.020
"""A roll begins no earlier after landing and peaks no later before toe-off; one that does not fit is hurried."""
LIFTED_S, QUICKEST_RETURN_S = 0.030, 0.080


@dataclass(frozen=True, slots=True)
class Roll:
    """One ankle roll. Sprains on film: peak 48–142° at 90–180 ms after contact, 468–1752 °/s.

    Parameters
    ----------
    at_s : the stance in progress at that time of the plan, or the next, goes over the edge.
    peak_deg : greatest inversion beyond the usual angle at that phase.
    rise_s : from onset to peak, by minimum jerk, so that the rate peaks at 1.9 · peak_deg / rise_s.
    onset_s : after initial contact.
    turn_share : internal rotation as a part of the inversion.
    aftermath_strides : of that foot, over which shorter contact and softer landing fade.
    shorter_pct, softer_pct : contact time and landing velocity of the first stride after it.
    """

    foot: Foot
    at_s: float
    peak_deg: float = 35.0
    rise_s: float = 0.08
    onset_s: float = 0.035
    turn_share: float = 0.25
    aftermath_strides: int = 8
    shorter_pct: float = 12.0
    softer_pct: float = 35.0

    def __post_init__(self) -> None:
        for name, low, high in (("peak_deg", 0.0, 80.0), ("rise_s", 0.03, 0.3), ("onset_s", EARLIEST_S, 0.2)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} of a roll must lie in {low}…{high}, got {getattr(self, name)}")


def rolled_rows(rolls: Sequence[Roll], contacts: Contacts, duration_s: float) -> Ints:
    """(q,) the stride in which each roll happens.

    Raises
    ------
    ValueError
        if there is no stance of that foot left, or two rolls fall into one.
    """
    within = contacts.moving[:-1] & (contacts.initial_s[:-1] >= 0.0) & (contacts.initial_s[1:] <= duration_s)
    rows: list[int] = []
    for roll in rolls:
        ahead = np.flatnonzero(within & (contacts.terminal_s[:-1] > roll.at_s))
        if not len(ahead):
            raise ValueError(f"at_s of a roll must lie before the last {roll.foot} stance, got {roll.at_s}")
        if ahead[0] in rows:
            raise ValueError(f"two rolls fall into one {roll.foot} stance, at_s {roll.at_s}")
        rows.append(int(ahead[0]))
    return np.array(rows, dtype=np.int64)


def spared(rolls: Sequence[Roll], rows: Ints, contacts: Contacts) -> tuple[Contacts, Floats]:
    """Contacts with those after each roll shortened, and each landing's velocity relative to usual, (r,)."""
    shorter, softness = np.ones(len(contacts.gait)), np.ones(len(contacts.gait))
    for roll, row in zip(rolls, rows.tolist(), strict=True):
        after = slice(row + 1, row + 1 + roll.aftermath_strides)
        fading = np.linspace(1.0, 0.0, roll.aftermath_strides, endpoint=False)[: len(shorter[after])]
        shorter[after] *= 1.0 - 0.01 * roll.shorter_pct * fading * contacts.moving[after]
        softness[after] *= 1.0 - 0.01 * roll.softer_pct * fading * contacts.moving[after]
    contact_s = contacts.terminal_s - contacts.initial_s
    return replace(contacts, terminal_s=contacts.initial_s + contact_s * shorter), softness


def softened(style: Style, softness: Floats) -> Style:
    """A style whose landings are softer."""
    return replace(
        style, impact_mps=style.impact_mps * softness[:, None], impact_mps2=style.impact_mps2 * softness[:, None]
    )


def tipping_of(rolls: Sequence[Roll], rows: Ints, contacts: Contacts, foot: Foot) -> Tipping:
    """When and how far the foot goes over."""
    order = np.argsort(rows)
    rolls, rows = [rolls[k] for k in order], rows[order]
    initial_s, terminal_s = contacts.initial_s[rows], contacts.terminal_s[rows]
    rise_s, asked_s, peak_deg, share = (
        np.array([getattr(roll, name) for roll in rolls], dtype=np.float64)
        for name in ("rise_s", "onset_s", "peak_deg", "turn_share")
    )
    latest_s = terminal_s - LAST_BEFORE_LIFT_S
    onset_s = np.clip(latest_s - rise_s, initial_s + EARLIEST_S, initial_s + asked_s)
    peak_s = np.minimum(onset_s + rise_s, latest_s)
    back_s = np.maximum(terminal_s + LIFTED_S, peak_s + np.maximum(peak_s - onset_s, QUICKEST_RETURN_S))
    return Tipping(foot, onset_s, peak_s, back_s, np.radians(peak_deg), np.radians(peak_deg * share))


def true_rolls(track: Track, rows: Ints, contacts: Contacts) -> tuple[TrueRoll, ...]:
    """What the foot really did in each roll, in order of time."""
    tipping, found = track.tipping, []
    for k, row in enumerate(np.sort(rows).tolist()):
        pose = track.foot_at(np.linspace(tipping.onset_s[k], tipping.back_s[k], 401))
        found.append(
            TrueRoll(
                tipping.foot,
                float(contacts.initial_s[row]),
                float(tipping.onset_s[k]),
                float(tipping.peak_s[k]),
                beyond_deg=float(np.degrees(tipping.tilt_rad[k])),
                inversion_deg=float(np.degrees(pose.inversion_rad(tipping.foot)[:, 0].max())),
                rate_dps=float(np.degrees(pose.inversion_rad(tipping.foot)[:, 1].max())),
            )
        )
    return tuple(found)
