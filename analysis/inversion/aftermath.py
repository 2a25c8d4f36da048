"""What a foot does differently in the strides after something happened to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from surefoot.analysis.model import Floats, Strides
from surefoot.analysis.uncertainty import MEDIAN_TO_MEAN_ERROR, scatter

STRIDES = 10
"""Strides before and after that are compared."""
FEWEST = 4
KEYS = ("ground_contact_time_s", "stride_time_s", "impact_peak_30hz_g")
WORDS = {
    "ground_contact_time_s": ("contact was {:.0f} % shorter", "contact was {:.0f} % longer"),
    "stride_time_s": ("strides were {:.0f} % quicker", "strides were {:.0f} % slower"),
    "impact_peak_30hz_g": ("impact was {:.0f} % softer", "impact was {:.0f} % harder"),
}
LEAST_CHANGE_PCT = 2.0


@dataclass(slots=True)
class Recent:
    """The latest strides of one foot: when each began, when it was known, and its values of `KEYS`."""

    start_s: Floats = field(default_factory=lambda: np.empty(0))
    known_s: Floats = field(default_factory=lambda: np.empty(0))
    values: Floats = field(default_factory=lambda: np.empty((len(KEYS), 0)))

    def add(self, strides: Strides, known_s: Floats, kept: int) -> None:
        """Take new strides and keep that many."""
        self.start_s = np.concatenate([self.start_s, strides.initial_contact_s])[-kept:]
        self.known_s = np.concatenate([self.known_s, known_s])[-kept:]
        new = np.stack([strides.metrics[key] for key in KEYS])
        self.values = np.concatenate([self.values, new], axis=1)[:, -kept:]

    def before(self, time_s: float) -> Floats:
        """(keys, up to `STRIDES`) values of the strides that began before a time."""
        return self.values[:, : int(np.searchsorted(self.start_s, time_s))][:, -STRIDES:]

    def after(self, time_s: float) -> tuple[Floats, float]:
        """The same of those that began after it, and when the last of them was known."""
        rows = slice(first := int(np.searchsorted(self.start_s, time_s, side="right")), first + STRIDES)
        return self.values[:, rows], float(self.known_s[rows][-1]) if len(self.known_s[rows]) else np.nan


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Values of `KEYS` in the strides before and after, (keys, n) each."""

    before: Floats
    after: Floats

    @property
    def change_pct(self) -> dict[str, float]:
        """Of the medians, for what has changed by more than chance and `LEAST_CHANGE_PCT`."""
        found = {}
        for key, before, after in zip(KEYS, self.before, self.after, strict=True):
            sides = [values[np.isfinite(values)] for values in (before, after)]
            if min(map(len, sides)) < FEWEST:
                continue
            was, now = (float(np.median(side)) for side in sides)
            error = float(np.hypot(_error(sides[0]), _error(sides[1])))
            change = 100.0 * (now / was - 1.0)
            if abs(change) > max(LEAST_CHANGE_PCT, 200.0 * error / was):
                found[key] = change
        return found

    @property
    def sentence(self) -> str:
        """For the runner."""
        changes = [WORDS[key][change > 0.0].format(abs(change)) for key, change in self.change_pct.items()]
        if not changes:
            return "The strides after it were as those before."
        return f"In the strides after it {' and '.join(changes)} on that side."


def _error(values: Floats) -> float:
    """Standard error of the median."""
    return MEDIAN_TO_MEAN_ERROR * float(scatter(values)) / float(np.sqrt(len(values)))
