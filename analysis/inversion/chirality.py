"""Whether a pod sits on the foot that it is said to sit on, and its accelerometer has the sign that is assumed.

An accelerometer of opposite sign, with its mounting unknown, mirrors the world: what happens in the sagittal plane is
the same, roll and yaw turn round, as on the other foot. So each pod gives one bit, the side said to be XOR the sign:
feet exchanged and both signs turned look alike, both at once look right, and one odd pod alone is a turned sign or one
side named twice. Gravity at rest does not help, since −1 g up is also what a pod that sits upside down reads.

The bit rests on anatomy: a foot lands outward and rolls in, by 12 ± 7° in twelve runners (Sinclair 2017, Foot Ankle
Online J. 10(4):1). Some hardly do or roll out, so less than `MARGIN_DEG` says nothing.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from surefoot.analysis.inversion.frontal_curves import FrontalCurves
from surefoot.analysis.model import Bools

MARGIN_DEG = 5.0
"""Least rolling in, of the median stance, that shows a side: more than a foot that lands flat is seen to roll either
way, 1 to 4° with what pitch adds where the toes point another way than assumed."""
MEMORY_STANCES = 48
MIN_STANCES = 12
JUDGED_EVERY = 4
"""Stances from one judgement to the next."""


class Chirality(StrEnum):
    """What a foot's stances say about the side that its pod was given."""

    AGREES = "agrees"
    UNKNOWN = "cannot_tell"
    OPPOSITE = "opposite"


class ChiralityEstimator:
    """Stances of one foot in, what they say out; it depends on the stances alone, not on when they come."""

    def __init__(self) -> None:
        self.chirality = Chirality.UNKNOWN
        self._rolled_in_deg: list[float] = []
        self._stances = 0

    def push(self, curves: FrontalCurves, usual: Bools) -> list[Chirality]:
        """What was known before each of the next n stances; those that are not `usual` (n,) say nothing."""
        before = []
        for rolled_in_deg, counts in zip(curves.rolled_in_deg.tolist(), usual.tolist(), strict=True):
            before.append(self.chirality)
            if counts:
                self._add(rolled_in_deg)
        return before

    def _add(self, rolled_in_deg: float) -> None:
        self._rolled_in_deg = [*self._rolled_in_deg[1 - MEMORY_STANCES :], rolled_in_deg]
        self._stances += 1
        if self._stances >= MIN_STANCES and self._stances % JUDGED_EVERY == 0:
            self.chirality = judged(float(np.median(self._rolled_in_deg)))


def judged(rolled_in_deg: float) -> Chirality:
    """What the median stance says."""
    if abs(rolled_in_deg) < MARGIN_DEG:
        return Chirality.UNKNOWN
    return Chirality.AGREES if rolled_in_deg > 0.0 else Chirality.OPPOSITE
