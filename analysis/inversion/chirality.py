"""Whether a pod sits on the foot that it is said to sit on, and its accelerometer has the sign that is assumed.

An accelerometer of opposite sign, with its mounting unknown, mirrors the world: what happens in the sagittal plane is
the same, roll and yaw turn round, as on the other foot. So each pod gives one bit, the side said to be XOR the sign:
feet exchanged and both signs turned look alike, both at once look right, and one odd pod alone is a turned sign or one
side named twice. Gravity at rest does not help, since −1 g up is also what a pod that sits upside down reads.

The bit rests on anatomy: a foot lands outward and rolls in, by 12 ± 7° in twelve runners (Sinclair 2017, Foot Ankle
Online J. 10(4):1). Some hardly do, or roll out: they show no side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np

from surefoot.analysis.inversion.frontal_curves import FrontalCurves
from surefoot.analysis.model import Bools, Floats

AGREES_DEG, OPPOSITE_DEG = 8.0, -6.5
"""Rolling in of the median stance that shows the right side, and the other; what lies between says nothing. A foot that
rolls out by 3° with its toes 15° out is seen at −6°, since the 20° that it pitches after a heel strike look like 4° of
roll; on the wrong pod it is seen at up to 8°."""
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
    """Stances of one foot in, what they say out; it depends on the stances alone, not on when they come.

    Attributes
    ----------
    rolled_in_deg : of the median stance; NaN before `MIN_STANCES`.
    """

    def __init__(self) -> None:
        self.rolled_in_deg = np.nan
        self._recent_deg: list[float] = []
        self._stances = 0

    def push(self, curves: FrontalCurves, usual: Bools) -> Floats:
        """(n,) `rolled_in_deg` as known before each of the next stances; those that are not `usual` do not count."""
        before = []
        for rolled_in_deg, counts in zip(curves.rolled_in_deg.tolist(), usual.tolist(), strict=True):
            before.append(self.rolled_in_deg)
            if counts:
                self._add(rolled_in_deg)
        return np.array(before)

    def _add(self, rolled_in_deg: float) -> None:
        self._recent_deg = [*self._recent_deg[1 - MEMORY_STANCES :], rolled_in_deg]
        self._stances += 1
        if self._stances >= MIN_STANCES and self._stances % JUDGED_EVERY == 0:
            self.rolled_in_deg = float(np.median(self._recent_deg))


def judged(rolled_in_deg: float) -> Chirality:
    """What a median stance says."""
    if rolled_in_deg >= AGREES_DEG:
        return Chirality.AGREES
    return Chirality.OPPOSITE if rolled_in_deg <= OPPOSITE_DEG else Chirality.UNKNOWN


@dataclass(frozen=True, slots=True)
class ChiralityCourse:
    """What one foot's stances said before each of n of them.

    Parameters
    ----------
    time_s, known_s : (n,) of contact, and of the last sample behind it.
    rolled_in_deg : (n,) of the median stance; NaN while unknown.
    """

    time_s: Floats
    known_s: Floats
    rolled_in_deg: Floats

    def __getitem__(self, rows: Bools) -> ChiralityCourse:
        return ChiralityCourse(self.time_s[rows], self.known_s[rows], self.rolled_in_deg[rows])

    def rows(self) -> list[tuple[float, float, float]]:
        """The stances one by one."""
        columns = (self.time_s.tolist(), self.known_s.tolist(), self.rolled_in_deg.tolist())
        return list(zip(*columns, strict=True))

    @classmethod
    def join(cls, parts: Sequence[ChiralityCourse]) -> ChiralityCourse:
        """Consecutive pieces as one."""
        names = [each.name for each in fields(cls)]
        return cls(*(np.concatenate([np.empty(0), *(getattr(part, name) for part in parts)]) for name in names))
