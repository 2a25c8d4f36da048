"""How well the clocks of a runner's two pods are known against each other, in a run that they kept by themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from surefoot.sensor_ingest.recording.clock_fit import LIVE_PAIR_SD_S


@dataclass(frozen=True, slots=True)
class PairClock:
    """Left against right.

    Parameters
    ----------
    sd_s : standard uncertainty where they are known.
    unknown_s : (start, end) in session time, in order, where they are not; there no step and no flight can be told.
    """

    sd_s: float
    unknown_s: tuple[tuple[float, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As in a manifest."""
        return {"sd_s": self.sd_s, "unknown_s": [list(each) for each in self.unknown_s]}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """From a manifest; KeyError, TypeError or ValueError if it is malformed."""
        sd_s = float(fields["sd_s"])
        unknown_s = tuple((float(start_s), float(end_s)) for start_s, end_s in fields["unknown_s"])
        if not 0.0 <= sd_s < math.inf or not _in_order(unknown_s):
            raise ValueError("clocks of a pair that cannot be")
        return cls(sd_s, unknown_s)


TIMED_LIVE = PairClock(LIVE_PAIR_SD_S)
"""Of pods whose packets arrived at one computer as they were made."""


def _in_order(spans_s: Sequence[tuple[float, float]]) -> bool:
    times_s = [time_s for span_s in spans_s for time_s in span_s]
    return all(math.isfinite(time_s) for time_s in times_s) and times_s == sorted(times_s)
