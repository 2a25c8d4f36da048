"""What became of everything after a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is missing or too much at the end.

    Parameters
    ----------
    counted : how many of each there should be.
    lost, doubled : how many of each are missing, or there twice or without a reason.
    recovered_s : seconds from the end of the fault until everything was everywhere; infinite where that never was.
    target_s : how long that may take.
    missed : packets that were never on disk, because the pods' memory did not last.
    """

    counted: Mapping[str, int]
    lost: Mapping[str, int]
    doubled: Mapping[str, int]
    recovered_s: float
    target_s: float
    missed: int = field(default=0, kw_only=True)

    @property
    def clean(self) -> bool:
        """Nothing is missing, nothing is there twice, and there was something to lose."""
        return any(self.counted.values()) and not any((*self.lost.values(), *self.doubled.values()))

    @property
    def met(self) -> bool:
        """Clean, and in time."""
        return self.clean and self.recovered_s <= self.target_s
