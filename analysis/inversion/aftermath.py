"""How a foot's strides changed after an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from surefoot.analysis.metrics import CONTACT, IMPACT, STRIDE_TIME
from surefoot.analysis.model import Bools, Floats, Ints, Strides
from surefoot.analysis.uncertainty import MEDIAN_ERROR_RATIO, robust_sd

AFTERMATH_STRIDES = 10
"""Strides before and after that are compared."""
MIN_AFTERMATH_STRIDES = 4
"""Fewer known values on either side are not compared."""
AFTERMATH_KEYS = (CONTACT, STRIDE_TIME, IMPACT)
MAX_PAUSE_S = 3.0
"""Strides that begin farther apart lie on either side of a pause."""
CHANGE_PHRASES = {
    CONTACT: ("ground contact was {:.0f} % shorter", "ground contact was {:.0f} % longer"),
    STRIDE_TIME: ("strides were {:.0f} % quicker", "strides were {:.0f} % slower"),
    IMPACT: ("impact was {:.0f} % softer", "impact was {:.0f} % harder"),
}
MIN_AFTERMATH_CHANGE_PCT = 2.0
"""Smaller changes are not mentioned."""


class Then(StrEnum):
    """What ended the strides after an event that can be compared, in words for the runner."""

    NOTHING = ""
    WALKING = "Then came walking."
    RUNNING = "Then came running."
    PAUSE = "Then came a pause."


@dataclass(slots=True)
class RecentStrides:
    """The latest strides of one foot: start, time at which each was known, gait, and values of `AFTERMATH_KEYS`."""

    start_s: Floats = field(default_factory=lambda: np.empty(0))
    known_s: Floats = field(default_factory=lambda: np.empty(0))
    running: Bools = field(default_factory=lambda: np.empty(0, bool))
    values: Floats = field(default_factory=lambda: np.empty((len(AFTERMATH_KEYS), 0)))

    def add(self, strides: Strides, known_s: Floats, count: int) -> None:
        """Append new strides and keep the last `count`."""
        self.start_s = np.concatenate([self.start_s, strides.initial_contact_s])[-count:]
        self.known_s = np.concatenate([self.known_s, known_s])[-count:]
        self.running = np.concatenate([self.running, strides.running])[-count:]
        new = np.stack([strides.metrics[key] for key in AFTERMATH_KEYS])
        self.values = np.concatenate([self.values, new], axis=1)[:, -count:]

    def around(self, time_s: float) -> Aftermath:
        """Up to `AFTERMATH_STRIDES` strides that began before a time and after it, of one gait and without a pause."""
        event, first = (int(np.searchsorted(self.start_s, time_s, side=side)) for side in ("left", "right"))
        other = self.running != self.running[max(event - 1, 0)]
        before = np.arange(event)[::-1][:AFTERMATH_STRIDES]
        after = np.arange(first, len(other))[:AFTERMATH_STRIDES]
        apart = np.diff(self.start_s, append=np.inf) > MAX_PAUSE_S
        kept, _ = self._end(before, other, apart[before])
        count, then = self._end(after, other, apart[after - 1])
        decisive = after[: count + (2 if then in (Then.WALKING, Then.RUNNING) else then is Then.PAUSE)]
        known_s = float(self.known_s[decisive[-1]]) if len(decisive) else np.nan
        return Aftermath(self.values[:, before[:kept][::-1]], self.values[:, after[:count]], known_s, then)

    def _end(self, rows: Ints, other: Bools, paused: Bools) -> tuple[int, Then]:
        """How many rows come before two in a row of the other gait or a pause, and which of them it is."""
        changed = np.flatnonzero(other[rows][:-1] & other[rows][1:])
        change, pause = (int(ends[0]) if len(ends) else len(rows) for ends in (changed, np.flatnonzero(paused)))
        if min(change, pause) == len(rows):
            return len(rows), Then.NOTHING
        if pause <= change:
            return pause, Then.PAUSE
        return change, Then.RUNNING if self.running[rows[change]] else Then.WALKING


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Values of `AFTERMATH_KEYS` in the strides before and after, (keys, n) each.

    Parameters
    ----------
    known_s : when the last stride that decides on them was known.
    then : what ended the strides after the event early.
    """

    before: Floats
    after: Floats
    known_s: float
    then: Then = Then.NOTHING

    @property
    def complete(self) -> bool:
        """Whether no later stride will change it."""
        return self.then is not Then.NOTHING or self.after.shape[1] == AFTERMATH_STRIDES

    @property
    def compared(self) -> bool:
        """Whether there are enough strides on both sides."""
        return min(self.before.shape[1], self.after.shape[1]) >= MIN_AFTERMATH_STRIDES

    @property
    def change_pct(self) -> dict[str, float]:
        """Changes of the medians that exceed two standard errors and `MIN_AFTERMATH_CHANGE_PCT`."""
        found = {}
        for key, before, after in zip(AFTERMATH_KEYS, self.before, self.after, strict=True):
            known = [values[np.isfinite(values)] for values in (before, after)]
            if min(map(len, known)) < MIN_AFTERMATH_STRIDES:
                continue
            median_before, median_after = (float(np.median(side)) for side in known)
            error = float(np.hypot(_median_error(known[0]), _median_error(known[1])))
            change = 100.0 * (median_after / median_before - 1.0)
            if abs(change) > max(MIN_AFTERMATH_CHANGE_PCT, 200.0 * error / median_before):
                found[key] = change
        return found

    @property
    def sentence(self) -> str:
        """The changes in words for the runner, and what came then."""
        return " ".join(part for part in (self._changes, self.then) if part)

    @property
    def _changes(self) -> str:
        if not self.compared:
            return ""
        changes = [CHANGE_PHRASES[key][change > 0.0].format(abs(change)) for key, change in self.change_pct.items()]
        if not changes:
            return "The strides after it were like those before."
        return f"Over the next {self.after.shape[1]} strides, on that side {' and '.join(changes)}."


def _median_error(values: Floats) -> float:
    """Standard error of the median."""
    return MEDIAN_ERROR_RATIO * float(robust_sd(values)) / float(np.sqrt(len(values)))
