"""Inversion events (ankle rolls): their stance, size and speed, and the guarded strides after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Floats, Foot, Ints
from surefoot.firmware_sim.body.contacts import FootContacts
from surefoot.firmware_sim.body.foot_trajectory import FootTrajectory
from surefoot.firmware_sim.body.inversion_kinematics import InversionMotion
from surefoot.firmware_sim.body.stride_variation import StrideVariation, with_landing_pitch
from surefoot.firmware_sim.body.truth import TrueInversionEvent

MIN_ONSET_S, MIN_BEFORE_TOE_OFF_S = 0.010, 0.020
"""Earliest onset after landing and latest peak before toe-off; an event that does not fit is shortened."""
RETURN_AFTER_TOE_OFF_S, MIN_RETURN_S = 0.030, 0.080
"""The foot is back in its usual posture no earlier than this after toe-off, and after the peak."""
EVENT_LIMITS = {
    "peak_deg": (0.0, 80.0),
    "rise_s": (0.03, 0.3),
    "onset_s": (MIN_ONSET_S, 0.2),
    "toes_down_deg": (0.0, 45.0),
}


@dataclass(frozen=True, slots=True)
class InversionEvent:
    """A planned inversion event. Filmed sprains: peak 48–142° at 90–180 ms after contact, 468–1752 °/s.

    Parameters
    ----------
    at_s : plan time; the stance in progress then, or the next one, is affected.
    peak_deg : peak inversion in excess of the usual angle at that phase.
    rise_s : onset to peak, minimum jerk, so that the rate peaks at 1.9 · peak_deg / rise_s.
    onset_s : after initial contact.
    rotation_ratio : internal rotation relative to inversion.
    toes_down_deg : how much farther toes-down than usual the foot lands, as off a kerb.
    aftermath_strides : strides of that foot over which the reductions fade linearly.
    contact_reduction_pct, impact_reduction_pct : of contact time and landing velocity in the first stride after it.
    """

    foot: Foot
    at_s: float
    peak_deg: float = 35.0
    rise_s: float = 0.08
    onset_s: float = 0.035
    rotation_ratio: float = 0.25
    toes_down_deg: float = 0.0
    aftermath_strides: int = 8
    contact_reduction_pct: float = 12.0
    impact_reduction_pct: float = 35.0

    def __post_init__(self) -> None:
        for name, (low, high) in EVENT_LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} of an inversion event must lie in {low}…{high}, got {getattr(self, name)}")


def event_rows(events: Sequence[InversionEvent], contacts: FootContacts, duration_s: float) -> Ints:
    """Stride index of each event, (q,).

    Raises
    ------
    ValueError
        if there is no stance of that foot left, or two events fall into one.
    """
    within = contacts.moving[:-1] & (contacts.initial_s[:-1] >= 0.0) & (contacts.initial_s[1:] <= duration_s)
    rows: list[int] = []
    for event in events:
        ahead = np.flatnonzero(within & (contacts.terminal_s[:-1] > event.at_s))
        if not len(ahead):
            raise ValueError(
                f"at_s of an inversion event must lie before the last {event.foot} stance, got {event.at_s}"
            )
        if ahead[0] in rows:
            raise ValueError(f"two inversion events fall into one {event.foot} stance, at_s {event.at_s}")
        rows.append(int(ahead[0]))
    return np.array(rows, dtype=np.int64)


def apply_aftermath(
    events: Sequence[InversionEvent], rows: Ints, contacts: FootContacts
) -> tuple[FootContacts, Floats]:
    """Contacts with those after each event shortened, and the relative landing velocity of each stride, (r,)."""
    shorter, softness = np.ones(len(contacts.gait)), np.ones(len(contacts.gait))
    for event, row in zip(events, rows.tolist(), strict=True):
        after = slice(row + 1, row + 1 + event.aftermath_strides)
        fading = np.linspace(1.0, 0.0, event.aftermath_strides, endpoint=False)[: len(shorter[after])]
        shorter[after] *= 1.0 - 0.01 * event.contact_reduction_pct * fading * contacts.moving[after]
        softness[after] *= 1.0 - 0.01 * event.impact_reduction_pct * fading * contacts.moving[after]
    contact_s = contacts.terminal_s - contacts.initial_s
    return replace(contacts, terminal_s=contacts.initial_s + contact_s * shorter), softness


def point_toes(
    events: Sequence[InversionEvent], rows: Ints, contacts: FootContacts, variation: StrideVariation
) -> StrideVariation:
    """Land the strides of the events farther toes-down, where they do."""
    pitch_rad = variation.landing_pitch_rad.copy()
    pitch_rad[rows] += np.radians([event.toes_down_deg for event in events])
    return with_landing_pitch(variation, contacts.gait, pitch_rad) if len(rows) else variation


def soften_landings(variation: StrideVariation, softness: Floats) -> StrideVariation:
    """Scale the landing velocity and deceleration by `softness`, (r,)."""
    return replace(
        variation,
        impact_mps=variation.impact_mps * softness[:, None],
        impact_mps2=variation.impact_mps2 * softness[:, None],
    )


def inversion_motion(
    events: Sequence[InversionEvent], rows: Ints, contacts: FootContacts, foot: Foot
) -> InversionMotion:
    """Timing and size of the events of one foot, in order of time."""
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
    """Ground truth of each event, measured on the simulated foot, in order of time."""
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
