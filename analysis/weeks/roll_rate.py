"""How often an ankle rolls, with the exact interval of a count."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import gammaincinv

PER_STRIDES = 1000.0
OUTSIDE = 0.05


@dataclass(frozen=True, slots=True)
class RollRate:
    """Events among strides in which they would have been seen.

    Parameters
    ----------
    events : rolls, or near misses.
    strides : of either foot.
    """

    events: int
    strides: int

    @property
    def per_thousand(self) -> float | None:
        """Events per 1,000 strides; None where there is none of either: 0 events are not a rate of 0."""
        return PER_STRIDES * self.events / self.strides if self.events and self.strides else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The exact 95 % interval of a Poisson rate per 1,000 strides (Garwood 1936); None without strides.

        Without an event it begins at 0, and its upper end is what 95 of 100 such rates would stay below.
        """
        if not self.strides:
            return None
        each_side = OUTSIDE / 2.0 if self.events else OUTSIDE
        low = float(gammaincinv(self.events, each_side)) if self.events else 0.0
        high = float(gammaincinv(self.events + 1, 1.0 - each_side))
        return PER_STRIDES * low / self.strides, PER_STRIDES * high / self.strides

    @property
    def words(self) -> str:
        """The rate per 1,000 strides as people read it."""
        if self.interval is None:
            return "no strides were watched"
        low, high = map(_round, self.interval)
        if self.per_thousand is None:
            return f"at most {high}"
        return f"{_round(self.per_thousand)} ({low} to {high})"


def _round(rate: float) -> str:
    """Two digits that count."""
    return f"{rate:.2g}" if rate < 10.0 else f"{rate:.0f}"
