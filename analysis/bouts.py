"""Bouts: what the runner did when, as periods of running, walking, standing still and anything else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import cycle, pairwise

import numpy as np

from surefoot.analysis.gait.stillness import StillSeconds
from surefoot.analysis.model import Bools, Bout, BoutKind, Floats, Foot, Ints, Strides
from surefoot.analysis.parameters import DEFAULTS, Parameters

MAX_CHANGE_S = 1.0
"""Between a run and a walk lies a stride that is neither, of at most so long: it belongs to what comes after it."""


class BoutBuilder:
    """Strides of either foot in, in time order, and still seconds; bouts out that cover the recording without gaps."""

    def __init__(self, parameters: Parameters = DEFAULTS) -> None:
        self._parameters = parameters
        self._start_s = np.empty(0)
        self._end_s = np.empty(0)
        self._running = np.empty(0, bool)
        self._classified = 0
        self._still: dict[Foot, StillSeconds] = {}
        self._open: Bout | None = None
        self._covered_until_s: float | None = None

    def begin(self, start_s: float) -> None:
        """Set the start of the recording; later calls change nothing."""
        if self._covered_until_s is None:
            self._covered_until_s = start_s

    def push(
        self, strides: Mapping[Foot, Strides], still: Mapping[Foot, StillSeconds], watermark_s: float
    ) -> list[Bout]:
        """Bouts that are over.

        All strides that begin before `watermark_s` have been given by now.
        """
        self._buffer([rows for rows in strides.values() if len(rows)], still)
        known = int(np.searchsorted(self._start_s, watermark_s))
        return self._classify(known - self._parameters.vote_neighbours, known)

    def flush(self, end_s: float) -> list[Bout]:
        """The bouts still open at the end of the recording."""
        bouts = self._classify(len(self._start_s), len(self._start_s))
        if self._open is not None:
            bouts += self._close(np.inf)
        return bouts + self._fill_pause(end_s)

    def _buffer(self, strides: list[Strides], still: Mapping[Foot, StillSeconds]) -> None:
        for foot, (start_s, mark) in still.items():
            if len(start_s):
                before_s, before = self._still.get(foot, (np.empty(0), np.empty(0, bool)))
                self._still[foot] = np.concatenate([before_s, start_s]), np.concatenate([before, mark])
        if not strides:
            return
        start_s = np.concatenate([self._start_s, *(rows.initial_contact_s for rows in strides)])
        order = np.argsort(start_s, kind="stable")
        self._start_s = start_s[order]
        self._end_s = np.concatenate([self._end_s, *(rows.next_initial_contact_s for rows in strides)])[order]
        self._running = np.concatenate([self._running, *(rows.running for rows in strides)])[order]

    def _classify(self, ready: int, known: int) -> list[Bout]:
        """Process the strides before `ready`, whose neighbours before `known` are available."""
        bouts: list[Bout] = []
        if ready <= self._classified:
            return bouts
        majority = _majority(self._running[:known], self._parameters.vote_neighbours)
        for k in range(self._classified, ready):
            bouts += self._extend(
                BoutKind.RUN if majority[k] else BoutKind.WALK, float(self._start_s[k]), float(self._end_s[k])
            )
        drop = max(ready - self._parameters.vote_neighbours, 0)
        self._classified = ready - drop
        self._start_s, self._end_s, self._running = self._start_s[drop:], self._end_s[drop:], self._running[drop:]
        self._forget_still()
        return bouts

    def _extend(self, kind: BoutKind, start_s: float, end_s: float) -> list[Bout]:
        """Extend the open bout by a stride, or end it and open the next."""
        bouts: list[Bout] = []
        if self._open is not None and (
            kind != self._open.kind or start_s > self._open.end_s + self._parameters.max_pause_s
        ):
            bouts = self._close(start_s)
            if start_s <= bouts[-1].end_s + MAX_CHANGE_S:
                start_s = bouts[-1].end_s
        if self._open is None:
            bouts += self._fill_pause(start_s)
            self._open = Bout(kind, start_s, end_s)
        else:
            self._open = Bout(kind, self._open.start_s, max(end_s, self._open.end_s))
        return bouts

    def _close(self, next_s: float) -> list[Bout]:
        """The open bout, ended before `next_s`."""
        assert self._open is not None
        bout = Bout(self._open.kind, self._open.start_s, min(self._open.end_s, next_s))
        self._covered_until_s, self._open = bout.end_s, None
        return [bout]

    def _fill_pause(self, end_s: float) -> list[Bout]:
        """Still and other periods since the last bout of gait."""
        start_s = end_s if self._covered_until_s is None else self._covered_until_s
        self._covered_until_s = end_s
        if end_s <= start_s:
            return []
        if end_s - start_s < self._parameters.min_still_pause_s:
            return [Bout(BoutKind.OTHER, start_s, end_s)]
        count = int(np.ceil(end_s - start_s))
        count -= start_s + (count - 1) >= end_s  # rounding may have put one on the end
        calm = _calm_seconds(start_s, count, self._still.values())
        first, last = calm[np.diff(calm, prepend=-2) > 1], calm[np.diff(calm, append=count + 1) > 1]
        change = np.setdiff1d(np.concatenate([first, last + 1]), [0, count])
        edges_s = [start_s, *(start_s + change.astype(np.float64)).tolist(), end_s]
        kinds = (BoutKind.OTHER, BoutKind.STILL) if not len(calm) or calm[0] > 0 else (BoutKind.STILL, BoutKind.OTHER)
        return [Bout(kind, a, b) for kind, (a, b) in zip(cycle(kinds), pairwise(edges_s), strict=False)]

    def _forget_still(self) -> None:
        """Drop the seconds before the end of the open bout."""
        if self._open is not None:
            for foot, (start_s, mark) in self._still.items():
                later = start_s >= self._open.end_s - 1.0
                self._still[foot] = start_s[later], mark[later]


def _calm_seconds(start_s: float, count: int, feet: Collection[StillSeconds]) -> Ints:
    """(n,) which of the `count` seconds from `start_s` on were still, in order; costs what is known, not `count`."""
    nearest = [np.round(known_s - start_s).astype(np.int64) for known_s, _ in feet]
    some = np.unique(np.concatenate([np.empty(0, np.int64), *(each + k for each in nearest for k in (-1, 0, 1))]))
    some = some[(some >= 0) & (some < count)]
    calm: Ints = some[_all_still(start_s + some + 0.5, feet)]
    return calm


def _all_still(time_s: Floats, feet: Iterable[StillSeconds]) -> Bools:
    """Whether all feet with known seconds at a time were still then; False where nothing is known."""
    moving, known = np.zeros(len(time_s), bool), np.zeros(len(time_s), bool)
    for start_s, mark in feet:
        if len(start_s):
            place = np.maximum(np.searchsorted(start_s, time_s, side="right") - 1, 0)
            covered = (time_s >= start_s[place]) & (time_s < start_s[place] + 1.0)
            known |= covered
            moving |= covered & ~mark[place]
    return known & ~moving


def _majority(marks: Bools, neighbours: int) -> Bools:
    """Each mark replaced by the majority of it and its neighbours, unchanged in a tie; fewer vote at the ends."""
    padded = np.pad(np.where(marks, 1, -1), neighbours)
    votes = np.add.reduce([padded[k : k + len(marks)] for k in range(2 * neighbours + 1)])
    return np.where(votes == 0, marks, votes > 0)
