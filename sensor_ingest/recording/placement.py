"""When boots of pods were, and how well two of them are on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.recording.beacon_fit import MAX_PAIR_SD_S
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.pair_clock import PairClock
from surefoot.sensor_ingest.recording.timelines import BootKey, PairFits

_STEP_S = 10.0
"""Left against right is looked at so often."""


@dataclass(frozen=True, slots=True)
class PlacedBoot:
    """A boot and when it was.

    Parameters
    ----------
    boot : number of the boot in the packets.
    timeline : boots of one timeline heard each other; left and right of different ones cannot be compared.
    dated : whether the wall time is known.
    mappings : to seconds since 1970 if dated, else to seconds of the timeline's own clock.
    utc_sd_s : standard uncertainty of the wall time; infinite if it is not known.
    start_s, end_s : the first and the last sample, by the mappings.
    after_s, before_s : what is known of the wall time of a boot that nothing dates: the end of the dated boot before it
        and the start of the one after; infinite without one.
    """

    tag: str
    boot_count: int
    boot: int
    timeline: int
    dated: bool
    mappings: tuple[ClockMapping, ...]
    utc_sd_s: float
    start_s: float
    end_s: float
    after_s: float = -np.inf
    before_s: float = np.inf

    @property
    def key(self) -> BootKey:
        """Pod's tag and boot count."""
        return self.tag, self.boot_count

    def session_mappings(
        self, zero_s: float, *, start_s: float = -np.inf, end_s: float = np.inf
    ) -> tuple[ClockMapping, ...]:
        """The mappings to a session clock that is 0 at `zero_s`; only those for what was between two times."""
        begun = [each for each in self.mappings if each.session0_s < end_s] or [self.mappings[0]]
        ended = sum(each.session0_s <= start_s for each in begun) - 1
        return tuple(replace(each, session0_s=each.session0_s - zero_s) for each in begun[max(ended, 0) :])


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """All boots, in order of pod and boot count, and what is to be told of their times."""

    boots: tuple[PlacedBoot, ...]
    fits: PairFits
    notes: tuple[str, ...]

    def pair_clock(
        self, left_tag: str, right_tag: str, start_s: float, end_s: float, *, zero_s: float = 0.0
    ) -> PairClock:
        """How well two pods' clocks agree between two times, on a session clock that is 0 at `zero_s`."""
        at_s = np.arange(start_s, end_s, _STEP_S)
        sd_s = np.zeros(len(at_s))
        for left, right in ((a, b) for a in self.boots for b in self.boots if (a.tag, b.tag) == (left_tag, right_tag)):
            both = (at_s > max(left.start_s, right.start_s) - _STEP_S) & (at_s < min(left.end_s, right.end_s))
            sd_s[both] = self._pair_sd_s(left, right, at_s[both])
        known = (sd_s > 0.0) & (sd_s <= MAX_PAIR_SD_S)
        typical_s = float(np.sqrt(np.mean(sd_s[known] ** 2))) if known.any() else MAX_PAIR_SD_S
        edges = np.flatnonzero(np.diff(sd_s > MAX_PAIR_SD_S, prepend=False, append=False))
        times_s = np.append(at_s, end_s)[edges] - zero_s
        return PairClock(typical_s, tuple((float(a), float(b)) for a, b in times_s.reshape(-1, 2)))

    def _pair_sd_s(self, left: PlacedBoot, right: PlacedBoot, at_s: Floats) -> Floats:
        """(n,) standard uncertainty of left against right; infinite if the boots did not hear each other."""
        for one, other in ((left, right), (right, left)):
            if (one.key, other.key) in self.fits:
                return self.fits[one.key, other.key].sd_s(_ticks_us(one.mappings, at_s))
        return np.full(len(at_s), np.inf)


def _ticks_us(mappings: Sequence[ClockMapping], at_s: Floats) -> Floats:
    """(n,) ticks at times that the mappings give."""
    starts_s = np.array([mapping.session0_s for mapping in mappings])
    which = np.maximum(np.searchsorted(starts_s, at_s, side="right") - 1, 0)
    tick0_us = np.array([mapping.tick0_us for mapping in mappings], np.float64)[which]
    rate = np.array([mapping.rate for mapping in mappings])[which]
    ticks_us: Floats = tick0_us + 1e6 * (at_s - starts_s[which]) / rate
    return ticks_us
