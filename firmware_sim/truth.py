"""What is true of every stride, known before any sensor reads it, and of every packet, before any radio delays it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.model import Floats


@dataclass(frozen=True, slots=True, eq=False)
class TruePacket:
    """What is true of a pod's packet: where its samples lie on the session clock, and their counts."""

    boot: int
    sequence: int
    time_s: Floats
    counts: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Truth:
    """One foot's complete strides, one row each.

    Initial contact is the first touch of the ground, terminal contact the last.

    Parameters
    ----------
    initial_contact_s, terminal_contact_s, next_initial_contact_s : (n,)
    gait : (n,) "run" or "walk".
    speed_mps : (n,) stride length over stride time.
    strike_angle_deg : (n,) toes up is positive.
    inversion_deg : (n,) at initial contact; inversion is positive.
    eversion_excursion_deg : (n,) from initial contact to the most everted posture of stance.
    toe_out_deg : (n,) during stance.
    """

    initial_contact_s: Floats
    terminal_contact_s: Floats
    next_initial_contact_s: Floats
    gait: NDArray[np.str_]
    speed_mps: Floats
    strike_angle_deg: Floats
    inversion_deg: Floats
    eversion_excursion_deg: Floats
    toe_out_deg: Floats

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
