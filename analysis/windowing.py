"""Tumbling windows: strides cut into segments of equal length, counted from the start of the recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Foot, Strides


@dataclass(frozen=True, slots=True)
class Segment:
    """The strides of either foot that begin from `start_s` until before `end_s`; `number` counts from the start."""

    number: int
    start_s: float
    end_s: float
    strides: Mapping[Foot, Strides]


class TumblingWindows:
    """Strides in; each segment that holds a stride out, once all of its strides are known."""

    def __init__(self, feet: Iterable[Foot], width_s: float) -> None:
        self._buffers = {foot: Strides.empty(foot) for foot in feet}
        self._width_s = width_s
        self._next_number = 0

    def push(self, strides: Mapping[Foot, Strides], origin_s: float, watermark_s: float) -> list[Segment]:
        """Segments that end before `watermark_s`, up to which all strides have been given; `origin_s` starts the
        first."""
        for foot, new in strides.items():
            if len(new):
                self._buffers[foot] = Strides.join([self._buffers[foot], new])
        segments = []
        while any(len(buffer) for buffer in self._buffers.values()):
            first_s = min(buffer.initial_contact_s[0] for buffer in self._buffers.values() if len(buffer))
            self._next_number = max(self._next_number, int((first_s - origin_s) // self._width_s))
            start_s = origin_s + self._next_number * self._width_s
            if start_s + self._width_s > watermark_s:
                break
            segments.append(self._cut(start_s))
        return segments

    def _cut(self, start_s: float) -> Segment:
        end_s = start_s + self._width_s
        inside = {}
        for foot, buffer in self._buffers.items():
            count = int(np.searchsorted(buffer.initial_contact_s, end_s))
            inside[foot], self._buffers[foot] = buffer[:count], buffer[count:]
        self._next_number += 1
        return Segment(self._next_number - 1, start_s, end_s, inside)
