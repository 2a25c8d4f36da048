"""Exponential back-off with jitter."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Delays between attempts, doubling from `first_s` up to `max_s`.

    Parameters
    ----------
    first_s, max_s : upper limits of the first and of the longest delay.
    jitter : share of each delay that is drawn at random: 0 for none, 0.5 for between half of it and all.
    failures : in a row, so far.
    """

    first_s: float = 0.5
    max_s: float = 30.0
    jitter: float = 0.5
    rng: random.Random = field(default_factory=random.Random)
    failures: int = 0

    def next_delay_s(self) -> float:
        """Count one more failure; seconds to wait before the next attempt."""
        limit_s = min(self.first_s * 2.0 ** min(self.failures, 30), self.max_s)
        self.failures += 1
        return limit_s * self.rng.uniform(1.0 - self.jitter, 1.0)

    def reset(self) -> None:
        """Start again from `first_s`, after a success."""
        self.failures = 0
