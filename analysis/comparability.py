"""What of left and right can be compared, where the two pods do not read alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import nan

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Flag, Foot, Gait, Reason, Strides
from surefoot.analysis.windowing import Segment

MAX_RATE_RATIO = 1.1
"""Pods whose sampling rates differ by more read the same landing differently: at 104 Hz peaks are 7 to 15 % lower than
at 208 Hz, and the landing wobbles by twice as much."""
MIN_TIMING_RATE_HZ = 90.0
"""Contact is the same at all rates above this; at 52 Hz it is 3 to 5 % longer."""
MIN_COMPARED_RATE_HZ = 57.0
"""Left against right in contact holds within its interval from 60 Hz on, less a clock that is off; at 40 to 52 Hz a
landing and a lift-off fall between readings otherwise on one foot than on the other. Jolts and ways need 90 Hz."""
MAX_CLIPPED_SHARE = 0.2
"""Clipped landings are harder than they read, which leaves a median alone while they are few."""
MAX_PLACE_DIFFERENCE_M = 0.06
"""Half the way from the laces to the heel, over which lift and impact change by a third. In one place on both shoes,
pods read 2 cm apart at most."""

Unlike = Callable[[Segment], frozenset[Reason]]
"""In what the two feet's readings of a segment differ."""


def pods_alike(_: Segment) -> frozenset[Reason]:
    """No difference."""
    return frozenset()


def differences(
    rates_hz: Mapping[Foot, float], strides: Mapping[Foot, Strides], behind_toes_m: Mapping[Foot, Mapping[Gait, float]]
) -> frozenset[Reason]:
    """In what the pods' readings of these strides differ, so that some metrics cannot be compared.

    `behind_toes_m` is how far each pod sits behind the toes, by gait.
    """
    if len(strides) < 2:
        return frozenset()
    found = set()
    slow, fast = min(rates_hz.values()), max(rates_hz.values())
    if fast > MAX_RATE_RATIO * slow:
        found |= {Reason.RATE} | ({Reason.SLOW_RATE} if slow < MIN_TIMING_RATE_HZ else set())
    if slow < MIN_TIMING_RATE_HZ:
        found |= {Reason.SELDOM} | ({Reason.VERY_SELDOM} if slow < MIN_COMPARED_RATE_HZ else set())
    if max(_clipped_share(rows) for rows in strides.values()) > MAX_CLIPPED_SHARE:
        found.add(Reason.RANGE)
    if abs(further_back_m(behind_toes_m)) > MAX_PLACE_DIFFERENCE_M:
        found.add(Reason.PLACE)
    return frozenset(found)


def further_back_m(behind_toes_m: Mapping[Foot, Mapping[Gait, float]]) -> float:
    """How much further back on its shoe the right pod sits than the left one; NaN where that is not certain."""
    left_m, right_m = (behind_toes_m.get(foot, {}) for foot in (Foot.LEFT, Foot.RIGHT))
    return next((right_m[gait] - left_m[gait] for gait in Gait if gait in left_m and gait in right_m), nan)


def not_compared(unlike: frozenset[Reason]) -> dict[str, Reason]:
    """Metric → why left and right cannot be compared in it."""
    return {key: min(hit) for key, metric in STRIDE_METRICS.items() if (hit := metric.needs_equal & unlike)}


def _clipped_share(strides: Strides) -> float:
    return float(strides.has(Flag.IMPACT_CLIPPED).mean()) if len(strides) else 0.0
