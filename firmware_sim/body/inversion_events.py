"""Ankle rolls: which stance goes over the edge, how far and how fast, and how the next strides are spared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Floats, Foot, Ints
from surefoot.firmware_sim.body.contacts import FootContacts
from surefoot.firmware_sim.body.foot_trajectory import FootTrajectory
from surefoot.firmware_sim.body.inversion_kinematics import InversionMotion
from surefoot.firmware_sim.body.stride_variation import StrideVariation
from surefoot.firmware_sim.body.truth import TrueInversionEvent

MIN_ONSET_S, MIN_BEFORE_TOE_OFF_S = 0.010, 0.020
"""A roll begins no earlier after landing and peaks no later before toe-off; one that does not fit is hurried."""
RETURN_AFTER_TOE_OFF_S, MIN_RETURN_S = 0.030, 0.080


@dataclass(frozen=True, slots=True)
class InversionEvent:
    """One ankle roll. Sprains on film: peak 48–142° at 90–180 ms after contact, 468–1752 °/s.

    Parameters
    ----------
    at_s : the stance in progress at that time of the plan, or the next, goes over the edge.
    peak_deg : greatest inversion beyond the usual angle at that phase.
    rise_s : from onset to peak, by minimum jerk, so that the rate peaks at 1.9 · peak_deg / rise_s.
    onset_s : after initial contact.
    rotation_ratio : internal rotation as a part of the inversion.
    aftermath_strides : of that foot, over which shorter contact and softer landing fade.
    contact_reduction_pct, impact_reduction_pct : contact time and landing velocity of the first stride after it.
    """

    foot: Foot
    at_s: float
    peak_deg: float = 35.0
    rise_s: float = 0.08
    onset_s: float = 0.035
    rotation_ratio: float = 0.25
    aftermath_strides: int = 8
    contact_reduction_pct: float = 12.0
    impact_reduction_pct: float = 35.0

    def __post_init__(self) -> None:
        for name, low, high in (("peak_deg", 0.0, 80.0), ("rise_s", 0.03, 0.3), ("onset_s", MIN_ONSET_S, 0.2)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} of a roll must lie in {low}…{high}, got {getattr(self, name)}")


def event_rows(events: Sequence[InversionEvent], contacts: FootContacts, duration_s: float) -> Ints:
    """(q,) the stride in which each roll happens.

    Raises
    ------
    ValueError
        if there is no stance of that foot left, or two rolls fall into one.
    """
    within = contacts.moving[:-1] & (contacts.initial_s[:-1] >= 0.0) & (contacts.initial_s[1:] <= duration_s)
    rows: list[int] = []
    for event in events:
        ahead = np.flatnonzero(within & (contacts.terminal_s[:-1] > event.at_s))
        if not len(ahead):
            raise ValueError(f"at_s of a roll must lie before the last {event.foot} stance, got {event.at_s}")
        if ahead[0] in rows:
            raise ValueError(f"two rolls fall into one {event.foot} stance, at_s {event.at_s}")
        rows.append(int(ahead[0]))
    return np.array(rows, dtype=np.int64)


def apply_aftermath(
    events: Sequence[InversionEvent], rows: Ints, contacts: FootContacts
) -> tuple[FootContacts, Floats]:
    """Contacts with those after each roll shortened, and each landing's velocity relative to usual, (r,)."""
    shorter, softness = np.ones(len(contacts.gait)), np.ones(len(contacts.gait))
    for event, row in zip(events, rows.tolist(), strict=True):
        after = slice(row + 1, row + 1 + event.aftermath_strides)
        fading = np.linspace(1.0, 0.0, event.aftermath_strides, endpoint=False)[: len(shorter[after])]
        shorter[after] *= 1.0 - 0.01 * event.contact_reduction_pct * fading * contacts.moving[after]
        softness[after] *= 1.0 - 0.01 * event.impact_reduction_pct * fading * contacts.moving[after]
    contact_s = contacts.terminal_s - contacts.initial_s
    return replace(contacts, terminal_s=contacts.initial_s + contact_s * shorter), softness


def soften_landings(variation: StrideVariation, softness: Floats) -> StrideVariation:
    """A style whose landings are softer."""
    return replace(
        variation,
        impact_mps=variation.impact_mps * softness[:, None],
        impact_mps2=variation.impact_mps2 * softness[:, None],
    )


def inversion_motion(
    events: Sequence[InversionEvent], rows: Ints, contacts: FootContacts, foot: Foot
) -> InversionMotion:
    """When and how far the foot goes over."""
    order = np.argsort(rows)
    events, rows = [events[k] for k in order], rows[order]
    initial_s, terminal_s = contacts.initial_s[rows], contacts.terminal_s[rows]
    rise_s, wanted_onset_s, peak_deg, rotation_ratio = (
        np.array([getattr(event, name) for event in events], dtype=np.float64)
        for name in ("rise_s", "onset_s", "peak_deg", "rotation_ratio")
    )
    latest_s = terminal_s - MIN_BEFORE_TOE_OFF_S
    onset_s = np.clip(latest_s - rise_s, initial_s + MIN_ONSET_S, initial_s + wanted_onset_s)
    peak_s = np.minimum(onset_s + rise_s, latest_s)
    end_s = np.maximum(terminal_s + RETURN_AFTER_TOE_OFF_S, peak_s + np.maximum(peak_s - onset_s, MIN_RETURN_S))
    return InversionMotion(foot, onset_s, peak_s, end_s, np.radians(peak_deg), np.radians(peak_deg * rotation_ratio))


def true_inversion_events(
    trajectory: FootTrajectory, rows: Ints, contacts: FootContacts
) -> tuple[TrueInversionEvent, ...]:
    """What the foot really did in each roll, in order of time."""
    inversion, found = trajectory.inversion, []
    for k, row in enumerate(np.sort(rows).tolist()):
        pose = trajectory.foot_pose_at(np.linspace(inversion.onset_s[k], inversion.end_s[k], 401))
        found.append(
            TrueInversionEvent(
                inversion.foot,
                float(contacts.initial_s[row]),
                float(inversion.onset_s[k]),
                float(inversion.peak_s[k]),
                excursion_deg=float(np.degrees(inversion.excursion_rad[k])),
                inversion_deg=float(np.degrees(pose.inversion_rad(inversion.foot)[:, 0].max())),
                rate_dps=float(np.degrees(pose.inversion_rad(inversion.foot)[:, 1].max())),
            )
        )
    return tuple(found)
