"""Battery of a pod: state of charge, discharging faster while streaming."""

from __future__ import annotations

from dataclasses import dataclass

LOW_PCT = 10.0
"""Below this level packets carry the low-battery flag."""


@dataclass(slots=True)
class Battery:
    """State of charge.

    Parameters
    ----------
    level_pct : charge at `updated_s`.
    idle_pct_per_h, streaming_pct_per_h : discharge rates; the defaults are 100 mAh at 0.3 mA and at 5 mA.
    """

    level_pct: float = 87.0
    idle_pct_per_h: float = 0.3
    streaming_pct_per_h: float = 5.0
    updated_s: float = 0.0

    def discharge(self, until_s: float, streaming: bool) -> None:
        """Discharge up to a time."""
        hours = max(until_s - self.updated_s, 0.0) / 3600.0
        rate = self.streaming_pct_per_h if streaming else self.idle_pct_per_h
        self.level_pct = max(self.level_pct - rate * hours, 0.0)
        self.updated_s = max(until_s, self.updated_s)

    @property
    def low(self) -> bool:
        """Below `LOW_PCT`."""
        return self.level_pct < LOW_PCT

    @property
    def empty(self) -> bool:
        """Fully discharged; the pod switches off."""
        return self.level_pct <= 0.0
