"""Two pods on one clock, from the beacons that each heard of the other: no host was near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats
from surefoot.sensor_ingest.pod_store.records import BeaconRecord
from surefoot.sensor_ingest.recording.clock_curve import ClockCurve, Spread, fit_curve

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
"""The curve goes on so far before the first beacon and after the last."""
_END_US = 1 << 53
"""No pod runs for 285 years without a restart."""
_MAX_APART_US = 100_000_000
"""Crystals take ten days for this; what is further off is no beacon's."""
_UNEQUAL_SD_S = 0.0002
"""How unequally late the two directions may be, which no beacon shows."""


@dataclass(frozen=True, slots=True, eq=False)
class PairFit:
    """One boot of a right pod on the ticks of one boot of a left pod.

    Parameters
    ----------
    origin_us : left and right tick that the curve counts from.
    curve : how far the right pod's clock is ahead, over the left pod's.
    beacons, outliers : number used, and left out.
    """

    origin_us: tuple[int, int]
    curve: ClockCurve
    beacons: int
    outliers: int

    @property
    def residual_s(self) -> float:
        """Standard deviation of the beacons about the fit."""
        return self.curve.residual_s

    def map_right_to_left(self, ticks_us: Floats) -> Floats:
        """(n,) left pod's ticks at ticks of the right pod."""
        right_s = (np.asarray(ticks_us, np.float64) - self.origin_us[1]) * 1e-6
        left_s = right_s - self.curve.at(right_s)
        for _ in range(3):  # the offset is read at left times: each round is 10⁴ times nearer
            left_s = right_s - self.curve.at(left_s)
        mapped: Floats = self.origin_us[0] + 1e6 * left_s
        return mapped

    def map_left_to_right(self, ticks_us: Floats) -> Floats:
        """(n,) right pod's ticks at ticks of the left pod."""
        left_s = (np.asarray(ticks_us, np.float64) - self.origin_us[0]) * 1e-6
        mapped: Floats = self.origin_us[1] + 1e6 * (left_s + self.curve.at(left_s))
        return mapped

    def sd_s(self, left_ticks_us: Floats) -> Floats:
        """(n,) standard uncertainty of left against right at ticks of the left pod."""
        sd_s: Floats = np.hypot(self.curve.sd_s((left_ticks_us - self.origin_us[0]) * 1e-6), _UNEQUAL_SD_S)
        return sd_s

    def known(self, left_ticks_us: Floats) -> Bools:
        """(n,) whether left and right can be compared to the millisecond at ticks of the left pod."""
        known: Bools = self.sd_s(left_ticks_us) <= MAX_PAIR_SD_S
        return known


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
    possible = [row for row in sorted(heard) if max(row[:2]) < _END_US]
    if len(possible) < MIN_BEACONS:
        return None
    rows = np.array(possible, np.int64)
    ahead_us = rows[:, 1] - rows[:, 0]
    origin_us = rows[np.argsort(ahead_us, kind="stable")[len(rows) // 2], :2]
    rows = rows[np.abs(ahead_us - (origin_us[1] - origin_us[0])) < _MAX_APART_US]
    left_s, right_s = ((rows[:, :2] - origin_us) * 1e-6).T
    over_s = float(left_s.min()) - REACH_S, float(left_s.max()) + REACH_S
    curve = fit_curve(left_s, right_s - left_s, rows[:, 2].astype(np.float64), BEACON_SPREAD, over_s)
    used = int(curve.used.sum())
    if used < MIN_BEACONS:
        return None
    return PairFit((int(origin_us[0]), int(origin_us[1])), curve, used, len(heard) - used)


def _check_boots(left_beacons: Sequence[BeaconRecord], right_beacons: Sequence[BeaconRecord]) -> None:
    boots = {(each.boot_count & AIR_BOOT_MASK, each.partner_boot_count) for each in left_beacons}
    boots |= {(each.partner_boot_count, each.boot_count & AIR_BOOT_MASK) for each in right_beacons}
    if len(boots) > 1:
        raise ValueError(f"fit_pair: beacons of one boot of each pod; got {sorted(boots)}")
