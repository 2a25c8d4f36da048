"""What one foot's stride says together with the other foot's: step time and flight."""

from __future__ import annotations

import dataclasses

import numpy as np

from surefoot.analysis.model import Flag, Floats, Strides

STEP_SHARE = (0.25, 0.75)
"""Part of the stride after which the other foot lands: near a half, with a bad limp 0.35. Beyond these the two pods'
clocks are apart, or the landing is not the one that follows."""


def pair(strides: Strides, other_contact_s: Floats) -> Strides:
    """Strides with step and flight times from the other foot's initial contacts (m,) in time order; NaN where it is
    missing or the stride is late."""
    place = np.searchsorted(other_contact_s, strides.initial_contact_s, side="right")
    known = np.concatenate([other_contact_s, [np.nan]])
    share = (known[place] - strides.initial_contact_s) / strides.metrics["stride_time_s"]
    follows = (share > STEP_SHARE[0]) & (share < STEP_SHARE[1]) & ~strides.has(Flag.LATE)
    landing = np.where(follows, known[place], np.nan)
    crossed = {
        "step_time_s": landing - strides.initial_contact_s,
        "flight_time_s": landing - strides.terminal_contact_s,
    }
    return dataclasses.replace(strides, metrics={**strides.metrics, **crossed})


class Pairer:
    """Holds one foot's strides until the other foot is known up to their end."""

    def __init__(self, none: Strides) -> None:
        self._none = none
        self._held = [none]
        self._contacts_s = np.empty(0)

    def add(self, strides: Strides) -> None:
        """Take this foot's new strides."""
        self._held.append(strides)
        whole = strides[np.isfinite(strides.metrics["stride_time_s"]) & ~strides.has(Flag.LATE)]
        ends = np.concatenate([self._contacts_s, whole.initial_contact_s, whole.next_initial_contact_s])
        self._contacts_s = np.unique(ends)

    @property
    def contacts_s(self) -> Floats:
        """This foot's initial contacts, in time order, as far as `forget` has kept them."""
        return self._contacts_s

    @property
    def earliest_s(self) -> float:
        """Start of the first stride still held that is not late."""
        starts_s = (rows.initial_contact_s[~rows.has(Flag.LATE)] for rows in self._held if len(rows))
        return next((float(start_s[0]) for start_s in starts_s if len(start_s)), np.inf)

    def release(self, other_contact_s: Floats, settled_s: float) -> Strides:
        """Strides that end before the other foot's `settled_s`, paired."""
        held = Strides.join(self._held)
        ready = int(np.searchsorted(held.next_initial_contact_s, settled_s, side="right"))
        if not ready:
            self._held = [held]
            return self._none
        self._held = [held[ready:]] if ready < len(held) else [self._none]
        return pair(held[:ready], other_contact_s)

    def forget(self, before_s: float) -> None:
        """Drop contacts that no stride of the other foot can need."""
        self._contacts_s = self._contacts_s[np.searchsorted(self._contacts_s, before_s) :]
