"""Ground truth of strides and inversion events, known by construction before any sensor reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats, Foot


@dataclass(frozen=True, slots=True)
class TrueInversionEvent:
    """An inversion event as simulated; inversion is positive on both feet.

    Parameters
    ----------
    initial_contact_s : of the affected stance.
    onset_s, peak_s : start and peak of the deviation from the usual angle.
    excursion_deg : peak inversion in excess of the usual angle at that phase.
    inversion_deg, rate_dps : peak inversion angle and rate.
    """

    foot: Foot
    initial_contact_s: float
    onset_s: float
    peak_s: float
    excursion_deg: float
    inversion_deg: float
    rate_dps: float

    def shifted(self, by_s: float) -> Self:
        """A copy with all times later by `by_s`."""
        return replace(
            self,
            initial_contact_s=self.initial_contact_s + by_s,
            onset_s=self.onset_s + by_s,
            peak_s=self.peak_s + by_s,
        )


@dataclass(frozen=True, slots=True)
class TrueStrides:
    """Truth of one foot's complete strides, one row each.

    Initial contact is the first touch of the ground, terminal contact the last.

    Parameters
    ----------
    initial_contact_s, terminal_contact_s, next_initial_contact_s : (n,)
    foot_flat_s, next_foot_flat_s : (n,) mid foot-flat of this stance and the next.
    gait : (n,) "run" or "walk".
    speed_mps : (n,) stride length over stride time.
    strike_angle_deg : (n,) pitch at initial contact, toes up positive.
    inversion_deg : (n,) at initial contact.
    eversion_excursion_deg : (n,) from initial contact to the most everted posture of stance.
    toe_out_deg : (n,) during stance.
    inversion_events : of this foot, in order of time.
    """

    initial_contact_s: Floats
    terminal_contact_s: Floats
    next_initial_contact_s: Floats
    foot_flat_s: Floats
    next_foot_flat_s: Floats
    gait: NDArray[np.str_]
    speed_mps: Floats
    strike_angle_deg: Floats
    inversion_deg: Floats
    eversion_excursion_deg: Floats
    toe_out_deg: Floats
    inversion_events: tuple[TrueInversionEvent, ...] = ()

    def __len__(self) -> int:
        return len(self.initial_contact_s)

    @property
    def ground_contact_time_s(self) -> Floats:
        """Initial to terminal contact, (n,)."""
        return self.terminal_contact_s - self.initial_contact_s

    @property
    def stride_time_s(self) -> Floats:
        """Initial contact to the next of the same foot, (n,)."""
        return self.next_initial_contact_s - self.initial_contact_s

    @property
    def stride_length_m(self) -> Floats:
        """Distance between consecutive foot flats, (n,)."""
        return self.speed_mps * self.stride_time_s

    def shifted(self, by_s: float) -> Self:
        """A copy with all times later by `by_s`."""
        return replace(
            self,
            initial_contact_s=self.initial_contact_s + by_s,
            terminal_contact_s=self.terminal_contact_s + by_s,
            next_initial_contact_s=self.next_initial_contact_s + by_s,
            foot_flat_s=self.foot_flat_s + by_s,
            next_foot_flat_s=self.next_foot_flat_s + by_s,
            inversion_events=tuple(event.shifted(by_s) for event in self.inversion_events),
        )
