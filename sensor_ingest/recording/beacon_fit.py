"""Two pods on one clock, from the beacons that each heard of the other: no host was near."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints
from surefoot.sensor_ingest.pod_store.records import BeaconRecord
from surefoot.sensor_ingest.recording.clock_curve import ClockCurve, Spread, fit_curve
from surefoot.sensor_ingest.recording.kept_pods import MAX_TICK_US

MAX_PAIR_SD_S = 0.0025
"""Left against right is known where its standard uncertainty is at most this: ±5 ms in 95 of 100 cases."""
AIR_BOOT_MASK = 0xFFFF
"""A beacon has room for so much of its sender's boot count."""
MIN_BEACONS = 3
"""Fewer that agree prove nothing."""
BEACON_SPREAD = Spread(noise_s=0.0003, rate_sd=70e-6, delay_s=0.0005, delay_sd_s=0.0005)
"""A beacon goes out on three channels in turn, within a millisecond, and is heard on one of them; both directions are
late alike. Two crystals of ±50 ppm."""
REACH_S = 1800.0
"""A curve goes on so far before its first beacon and after the last."""
_SILENCE_US = 7_200_000_000
"""Beacons this far apart are of different runs: no curve goes from one to the other."""
_MAX_APART_US = 2_000_000
"""Crystals take hours for this; what is further off is no beacon's."""
_UNEQUAL_SD_S = 0.0002
"""How unequally late the two directions may be, which no beacon shows."""


@dataclass(frozen=True, slots=True, eq=False)
class HeardStretch:
    """A time in which two boots heard each other.

    Parameters
    ----------
    left0_us, right0_us : ticks that the curve counts from.
    curve : how far the right pod's clock is ahead, over the left pod's.
    beacons : number used.
    """

    left0_us: int
    right0_us: int
    curve: ClockCurve
    beacons: int

    def left_us(self, right_us: Floats) -> Floats:
        """(n,) left pod's ticks."""
        right_s = (right_us - self.right0_us) * 1e-6
        left_s = right_s - self.curve.at(right_s)
        for _ in range(3):  # the offset is read at left times: each round is 10⁴ times nearer
            left_s = right_s - self.curve.at(left_s)
        mapped: Floats = self.left0_us + 1e6 * left_s
        return mapped

    def right_us(self, left_us: Floats) -> Floats:
        """(n,) right pod's ticks."""
        left_s = (left_us - self.left0_us) * 1e-6
        mapped: Floats = self.right0_us + 1e6 * (left_s + self.curve.at(left_s))
        return mapped

    def sd_s(self, left_us: Floats) -> Floats:
        """(n,) standard uncertainty of left against right; infinite where nothing was heard for long."""
        sd_s: Floats = np.hypot(self.curve.sd_s((left_us - self.left0_us) * 1e-6), _UNEQUAL_SD_S)
        return sd_s


@dataclass(frozen=True, slots=True, eq=False)
class PairFit:
    """One boot of a right pod on the ticks of one boot of a left pod.

    Parameters
    ----------
    stretches : at least one, in order of time.
    outliers : beacons left out.
    """

    stretches: tuple[HeardStretch, ...]
    outliers: int

    @property
    def beacons(self) -> int:
        """Number used."""
        return sum(stretch.beacons for stretch in self.stretches)

    @property
    def residual_s(self) -> float:
        """Standard deviation of the beacons about the fit."""
        squares = [stretch.beacons * stretch.curve.residual_s**2 for stretch in self.stretches]
        return float((sum(squares) / self.beacons) ** 0.5)

    def map_right_to_left(self, ticks_us: Floats) -> Floats:
        """(n,) left pod's ticks at ticks of the right pod."""
        ticks_us = np.asarray(ticks_us, np.float64)
        mapped = np.empty_like(ticks_us)
        for stretch, rows in self._nearest(ticks_us, [stretch.right0_us for stretch in self.stretches]):
            mapped[rows] = stretch.left_us(ticks_us[rows])
        return mapped

    def map_left_to_right(self, ticks_us: Floats) -> Floats:
        """(n,) right pod's ticks at ticks of the left pod."""
        ticks_us = np.asarray(ticks_us, np.float64)
        mapped = np.empty_like(ticks_us)
        for stretch, rows in self._nearest(ticks_us, [stretch.left0_us for stretch in self.stretches]):
            mapped[rows] = stretch.right_us(ticks_us[rows])
        return mapped

    def sd_s(self, left_ticks_us: Floats) -> Floats:
        """(n,) standard uncertainty of left against right at ticks of the left pod; infinite far from any beacon."""
        sds_s = [stretch.sd_s(np.asarray(left_ticks_us, np.float64)) for stretch in self.stretches]
        sd_s: Floats = np.min(sds_s, axis=0)
        return sd_s

    def known(self, left_ticks_us: Floats) -> Bools:
        """(n,) whether left and right can be compared to the millisecond at ticks of the left pod."""
        known: Bools = self.sd_s(left_ticks_us) <= MAX_PAIR_SD_S
        return known

    def _nearest(self, ticks_us: Floats, middles_us: Sequence[int]) -> Iterator[tuple[HeardStretch, Bools]]:
        """Each stretch with the rows of which it is the nearest."""
        edges_us = [-np.inf, *(0.5 * (one + other) for one, other in pairwise(middles_us)), np.inf]
        for stretch, (start_us, end_us) in zip(self.stretches, pairwise(edges_us), strict=True):
            yield stretch, (ticks_us >= start_us) & (ticks_us < end_us)


def fit_pair(left_beacons: Sequence[BeaconRecord], right_beacons: Sequence[BeaconRecord]) -> PairFit | None:
    """The right pod's clock on the left one's; None if they did not hear each other.

    Parameters
    ----------
    left_beacons, right_beacons : what one boot of the left pod heard of one boot of the right pod, and the other way
        round; in any order, doubled or wrong ones among them. ValueError if they are of several boots.
    """
    _check_boots(left_beacons, right_beacons)
    heard = {(each.tick_us, each.partner_tick_us, -1) for each in left_beacons}
    heard |= {(each.partner_tick_us, each.tick_us, 1) for each in right_beacons}
    rows = np.array([row for row in sorted(heard) if max(row[:2]) < MAX_TICK_US], np.int64).reshape(-1, 3)
    runs = np.split(rows, np.flatnonzero(np.diff(rows[:, 0]) > _SILENCE_US) + 1)
    found = tuple(stretch for stretch in map(_fit_stretch, runs) if stretch is not None)
    return PairFit(found, len(heard) - sum(stretch.beacons for stretch in found)) if found else None


def _fit_stretch(rows: Ints) -> HeardStretch | None:
    """From (n, 3) left ticks, right ticks and which of them was late."""
    if len(rows) < MIN_BEACONS:
        return None
    ahead_us = rows[:, 1] - rows[:, 0]
    origin_us = rows[np.argsort(ahead_us, kind="stable")[len(rows) // 2], :2]
    rows = rows[np.abs(ahead_us - (origin_us[1] - origin_us[0])) < _MAX_APART_US]
    left_s, right_s = ((rows[:, :2] - origin_us) * 1e-6).T
    over_s = float(left_s.min()) - REACH_S, float(left_s.max()) + REACH_S
    curve = fit_curve(left_s, right_s - left_s, rows[:, 2].astype(np.float64), BEACON_SPREAD, over_s)
    used = int(curve.used.sum())
    return HeardStretch(int(origin_us[0]), int(origin_us[1]), curve, used) if used >= MIN_BEACONS else None


def _check_boots(left_beacons: Sequence[BeaconRecord], right_beacons: Sequence[BeaconRecord]) -> None:
    boots = {(each.boot_count & AIR_BOOT_MASK, each.partner_boot_count) for each in left_beacons}
    boots |= {(each.partner_boot_count, each.boot_count & AIR_BOOT_MASK) for each in right_beacons}
    if len(boots) > 1:
        raise ValueError(f"fit_pair: beacons of one boot of each pod; got {sorted(boots)}")
