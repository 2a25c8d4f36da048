"""Waiting longer and longer, and never all at once."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """How long to wait before the next attempt.

    Parameters
    ----------
    first_s, longest_s : limits; each wait is up to twice the one before, drawn between half of that and all.
    """

    first_s: float = 0.5
    longest_s: float = 30.0
    rng: random.Random = field(default_factory=random.Random)
    failures: int = 0

    def failed(self) -> float:
        """Seconds to wait after one more failure."""
        most_s = min(self.first_s * 2.0 ** min(self.failures, 30), self.longest_s)
        self.failures += 1
        return most_s * self.rng.uniform(0.5, 1.0)

    def worked(self) -> None:
        """Begin anew."""
        self.failures = 0
