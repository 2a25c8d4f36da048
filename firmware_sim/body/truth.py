"""Ground truth of strides and inversion events, known by construction before any sensor reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from surefoot.analysis.model import Floats, Foot


@dataclass(frozen=True, slots=True)
class TrueInversionEvent:
    """An ankle roll that happened; inversion is positive on both feet.

    Parameters
    ----------
    initial_contact_s : of the stance in which it happened.
    onset_s, peak_s : when the foot leaves its usual course, and when it is farthest from it.
    excursion_deg : greatest inversion beyond the usual angle at that phase.
    inversion_deg, rate_dps : greatest frontal angle and rate.
    """

    foot: Foot
    initial_contact_s: float
    onset_s: float
    peak_s: float
    excursion_deg: float
    inversion_deg: float
    rate_dps: float

    def shifted(self, by_s: float) -> Self:
        """The same on a clock that reads `by_s` more."""
        return replace(
            self,
            initial_contact_s=self.initial_contact_s + by_s,
            onset_s=self.onset_s + by_s,
            peak_s=self.peak_s + by_s,
        )


@dataclass(frozen=True, slots=True)
class TrueStrides:
    """One foot's complete strides, one row each.

    Initial contact is the first touch of the ground, terminal contact the last.

    Parameters
    ----------
    initial_contact_s, terminal_contact_s, next_initial_contact_s : (n,)
    foot_flat_s, next_foot_flat_s : (n,) middle of the time in which the whole sole bears, in this stance and the next.
    gait : (n,) "run" or "walk".
    speed_mps : (n,) stride length over stride time.
    strike_angle_deg : (n,) toes up is positive.
    inversion_deg : (n,) at initial contact; inversion is positive.
    eversion_excursion_deg : (n,) from initial contact to the most everted posture of stance.
    toe_out_deg : (n,) during stance.
    inversion_events : the ankle rolls of this foot, in order.
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
        """(n,) initial to terminal contact."""
        return self.terminal_contact_s - self.initial_contact_s

    @property
    def stride_time_s(self) -> Floats:
        """(n,) initial contact to the next of the same foot."""
        return self.next_initial_contact_s - self.initial_contact_s

    @property
    def stride_length_m(self) -> Floats:
        """(n,) way of the foot from flat to flat."""
        return self.speed_mps * self.stride_time_s

    def shifted(self, by_s: float) -> Self:
        """The same on a clock that reads `by_s` more."""
        return replace(
            self,
            initial_contact_s=self.initial_contact_s + by_s,
            terminal_contact_s=self.terminal_contact_s + by_s,
            next_initial_contact_s=self.next_initial_contact_s + by_s,
            foot_flat_s=self.foot_flat_s + by_s,
            next_foot_flat_s=self.next_foot_flat_s + by_s,
            inversion_events=tuple(event.shifted(by_s) for event in self.inversion_events),
        )
