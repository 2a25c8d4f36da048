"""How a foot's strides changed after an event."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from surefoot.analysis.metrics import CONTACT, IMPACT, STRIDE_TIME
from surefoot.analysis.model import Floats, Strides
from surefoot.analysis.uncertainty import MEDIAN_ERROR_RATIO, robust_sd

AFTERMATH_STRIDES = 10
"""Strides before and after that are compared."""
MIN_AFTERMATH_STRIDES = 4
"""Fewer known values on either side are not compared."""
AFTERMATH_KEYS = (CONTACT, STRIDE_TIME, IMPACT)
CHANGE_PHRASES = {
    CONTACT: ("ground contact was {:.0f} % shorter", "ground contact was {:.0f} % longer"),
    STRIDE_TIME: ("strides were {:.0f} % quicker", "strides were {:.0f} % slower"),
    IMPACT: ("impact was {:.0f} % softer", "impact was {:.0f} % harder"),
}
MIN_AFTERMATH_CHANGE_PCT = 2.0
"""Smaller changes are not mentioned."""


@dataclass(slots=True)
class RecentStrides:
    """The latest strides of one foot: start, time at which each was known, and values of `AFTERMATH_KEYS`."""

    start_s: Floats = field(default_factory=lambda: np.empty(0))
    known_s: Floats = field(default_factory=lambda: np.empty(0))
    values: Floats = field(default_factory=lambda: np.empty((len(AFTERMATH_KEYS), 0)))

    def add(self, strides: Strides, known_s: Floats, count: int) -> None:
        """Append new strides and keep the last `count`."""
        self.start_s = np.concatenate([self.start_s, strides.initial_contact_s])[-count:]
        self.known_s = np.concatenate([self.known_s, known_s])[-count:]
        new = np.stack([strides.metrics[key] for key in AFTERMATH_KEYS])
        self.values = np.concatenate([self.values, new], axis=1)[:, -count:]

    def before(self, time_s: float) -> Floats:
        """(keys, up to `AFTERMATH_STRIDES`) values of the last strides that began before a time."""
        return self.values[:, : int(np.searchsorted(self.start_s, time_s))][:, -AFTERMATH_STRIDES:]

    def after(self, time_s: float) -> tuple[Floats, float]:
        """The same of the first that began after it, and when the last of them was known."""
        rows = slice(first := int(np.searchsorted(self.start_s, time_s, side="right")), first + AFTERMATH_STRIDES)
        return self.values[:, rows], float(self.known_s[rows][-1]) if len(self.known_s[rows]) else np.nan


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Values of `AFTERMATH_KEYS` in the strides before and after, (keys, n) each."""

    before: Floats
    after: Floats

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
        """The changes in words for the runner."""
        changes = [CHANGE_PHRASES[key][change > 0.0].format(abs(change)) for key, change in self.change_pct.items()]
        if not changes:
            return "The strides after it were like those before."
        return f"Over the next {self.after.shape[1]} strides, on that side {' and '.join(changes)}."


def _median_error(values: Floats) -> float:
    """Standard error of the median."""
    return MEDIAN_ERROR_RATIO * float(robust_sd(values)) / float(np.sqrt(len(values)))
