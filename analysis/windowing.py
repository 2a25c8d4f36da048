"""Strides cut into stretches of equal length, counted from the start of the recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Foot, Strides


@dataclass(frozen=True, slots=True)
class Stretch:
    """The strides of either foot that begin from `start_s` until before `end_s`; `number` counts from the origin."""

    number: int
    start_s: float
    end_s: float
    strides: Mapping[Foot, Strides]


class Cutter:
    """Gives each stretch that holds a stride, once all of its strides are known."""

    def __init__(self, feet: Iterable[Foot], width_s: float) -> None:
        self._held = {foot: Strides.none(foot) for foot in feet}
        self._width_s = width_s
        self._next = 0

    def push(self, strides: Mapping[Foot, Strides], origin_s: float, complete_s: float) -> list[Stretch]:
        """Stretches that end before `complete_s`, up to which all strides have been given; `origin_s` starts the
        first."""
        for foot, new in strides.items():
            if len(new):
                self._held[foot] = Strides.join([self._held[foot], new])
        stretches = []
        while any(len(held) for held in self._held.values()):
            first_s = min(held.initial_contact_s[0] for held in self._held.values() if len(held))
            self._next = max(self._next, int((first_s - origin_s) // self._width_s))
            start_s = origin_s + self._next * self._width_s
            if start_s + self._width_s > complete_s:
                break
            stretches.append(self._cut(start_s))
        return stretches

    def _cut(self, start_s: float) -> Stretch:
        end_s = start_s + self._width_s
        inside = {}
        for foot, held in self._held.items():
            count = int(np.searchsorted(held.initial_contact_s, end_s))
            inside[foot], self._held[foot] = held[:count], held[count:]
        self._next += 1
        return Stretch(self._next - 1, start_s, end_s, inside)
