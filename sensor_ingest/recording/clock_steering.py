"""Continuous, monotonic clock mappings: a new estimate is reached by slewing, never by a step."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from surefoot.analysis.model import Floats, Ints
from surefoot.sensor_ingest.recording.clock_fit import BUCKET_S, ClockEstimate, ClockMapping, fit_drift

MAX_SLEW = 1e-3
"""Fastest correction; a contact of 250 ms measured meanwhile is 0.25 ms off."""
FIRST_MAPPING_AFTER_S = 3.0
"""Pod time before the first mapping: the first packet may be 80 ms late, the best of 3 s at most a few ms."""
MIN_SLEW_S = 5.0
_KNOT_SPACING_S = 60.0
_DRIFT_HALF_WINDOW_S = 150.0
_OFFSET_HALF_WINDOW_S = 45.0
"""Packets this close to a knot of `fit_boot` set its drift and its offset."""


def steer(current: Sequence[ClockMapping], target: ClockEstimate, join_tick_us: int) -> tuple[ClockMapping, ...]:
    """Mappings from a tick on: one that slews to the target, then the target; only the target if there is none yet.

    Parameters
    ----------
    current : mappings in use, by `tick0_us`; may be empty.
    join_tick_us : last tick that was already mapped.
    """
    aim = target.mapping
    if not current:
        return (aim,)
    joined_s = mapping_at(current, join_tick_us).session_s(join_tick_us)
    error_s = aim.session_s(join_tick_us) - joined_s
    slew_us = round(1e6 * max(MIN_SLEW_S, abs(error_s) / MAX_SLEW))
    end_us = join_tick_us + slew_us
    end_s = aim.session_s(end_us)
    over = ClockMapping(aim.boot, join_tick_us, joined_s, (end_s - joined_s) / (slew_us * 1e-6))
    return over, ClockMapping(aim.boot, end_us, end_s, aim.rate)


def mapping_at(mappings: Sequence[ClockMapping], tick_us: int) -> ClockMapping:
    """The last mapping that begins at or before a tick, else the first."""
    return mappings[max(0, bisect_right(mappings, tick_us, key=lambda mapping: mapping.tick0_us) - 1)]


def session_times(mappings: Sequence[ClockMapping], ticks_us: Floats) -> Floats:
    """(n,) session times of (n,) ticks, each by the mapping that `mapping_at` gives."""
    starts = np.array([mapping.tick0_us for mapping in mappings], dtype=np.float64)
    which = np.maximum(np.searchsorted(starts, ticks_us, side="right") - 1, 0)
    session0_s = np.array([mapping.session0_s for mapping in mappings])[which]
    rate = np.array([mapping.rate for mapping in mappings])[which]
    return session0_s + (ticks_us - starts[which]) * 1e-6 * rate


def fit_boot(boot: int, ticks_us: Floats, arrivals_s: Floats) -> tuple[ClockMapping, ...]:
    """Mappings of a whole boot, piecewise linear with a knot each minute, fitted from the packets around each knot.

    Parameters
    ----------
    ticks_us, arrivals_s : (n,) tick of the last sample and arrival of each packet that was not resent, n ≥ 1.
    """
    at_s = (ticks_us - ticks_us[0]) * 1e-6
    fastest = _fastest_per_bucket(at_s, arrivals_s - at_s)
    at_s, offset_s = at_s[fastest], (arrivals_s - at_s)[fastest]
    knots_s = np.linspace(at_s[0], at_s[-1], 1 + max(1, round((at_s[-1] - at_s[0]) / _KNOT_SPACING_S)))
    if at_s[-1] == at_s[0]:
        knots_s = at_s[0] + np.array([0.0, 1.0])
    session_s = knots_s + np.array([_offset_near(knot_s, at_s, offset_s) for knot_s in knots_s])
    rates = np.diff(session_s) / np.diff(knots_s)
    return tuple(
        ClockMapping(boot, round(ticks_us[0] + knot_s * 1e6), float(start_s), float(rate))
        for knot_s, start_s, rate in zip(knots_s, session_s, rates, strict=False)
    )


def _fastest_per_bucket(at_s: Floats, offset_s: Floats) -> Ints:
    """Indices of the packet with the least offset in each bucket, in time order."""
    bucket = np.floor(at_s / BUCKET_S)
    order: Ints = np.lexsort((offset_s, bucket)).astype(np.int64)
    return order[np.flatnonzero(np.diff(bucket[order], prepend=-np.inf))]


def _offset_near(knot_s: float, at_s: Floats, offset_s: Floats) -> float:
    away_s = np.abs(at_s - knot_s)
    wide = away_s <= max(_DRIFT_HALF_WINDOW_S, float(away_s.min()))
    drift = fit_drift(at_s[wide], offset_s[wide])
    close = away_s <= max(_OFFSET_HALF_WINDOW_S, float(away_s.min()))
    return float(np.min((offset_s - drift * (at_s - knot_s))[close]))
