"""How far the clock of a watch is ahead, from what both it and the pods felt: the rhythm of the steps, or the speed.

Both series are turned into their changes over a quarter of a minute, large ones limited, so that neither a steady level
nor a single stop makes two runs alike. At each lag their correlation r over n seconds, of which n/T are independent
(Bartlett), speaks for a common course with log odds of −½ n/T ln(1 − r²). These are weighed with what is known of
clocks: most are right to a minute, some are wrong by a time zone, few by anything else. Two runners who do the same
intervals, or start together, are alike in their large changes: the small ones alone must agree as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import fftconvolve

from surefoot.analysis.model import Bools, Floats

SPAN_S = 15
"""Changes are between the means of so long before and after: longer than a watch's own smoothing."""
LIMIT_SDS = 3.0
"""A change counts as no more than so many robust standard deviations."""
MAX_LAG_S = 15 * 3600
"""Time zones differ by up to 14 h from UTC."""
LEAST_COMMON_S = 180
ZONE_STEP_S, USUAL_ERROR_S = 900, 60
USUAL_SHARE, ZONE_SHARE = 0.5, 0.3
"""Of watches that are right to `USUAL_ERROR_S`, and of those that are so but for a time zone."""
LEAST_LOG_ODDS = math.log(1000.0)
LEAST_CERTAINTY = 0.99
"""Share of the odds that must be at the one lag."""
LEAST_SMALL_Z = 3.0
"""Standard deviations by which the small changes must be correlated."""
LEAST_SD_S = 2.0
"""Watches show a rhythm smoothed over the last seconds, up to about six, and do not tell over how many."""


@dataclass(frozen=True, slots=True)
class WatchOffset:
    """What was found.

    Parameters
    ----------
    ahead_s : how far the watch's clock is ahead of the run's; NaN if nothing stands out.
    sd_s : its standard uncertainty.
    correlation : of the limited changes at this lag.
    common_s : seconds of which both tell.
    log_odds : for a common course at any lag, against none.
    certainty : share of the odds that is near this lag.
    small_z : standard deviations by which the changes that are not limited are correlated at this lag.
    """

    ahead_s: float
    sd_s: float
    correlation: float
    common_s: int
    log_odds: float
    certainty: float
    small_z: float

    @property
    def is_supported(self) -> bool:
        """Whether the two are of one run, at this lag and no other."""
        return self.log_odds >= LEAST_LOG_ODDS and self.certainty >= LEAST_CERTAINTY and self.small_z >= LEAST_SMALL_Z


NOTHING_COMMON = WatchOffset(math.nan, math.nan, 0.0, 0, -math.inf, 0.0, 0.0)


def watch_offset(pods: Floats, watch: Floats, later_s: int, resolution: float) -> WatchOffset:
    """Compare what pods and a watch tell second by second.

    Parameters
    ----------
    pods, watch : (n,) and (m,) values in the same unit, NaN where not known.
    later_s : how much later, by their clocks, the watch's first second is than the pods'.
    resolution : the least change that a watch can show.
    """
    if not (len(pods) and len(watch)):
        return NOTHING_COMMON
    first, second = _changes(pods, resolution), _changes(watch, resolution)
    lags = np.arange(len(first) + len(second) - 1) - (len(second) - 1)
    ahead_s = (later_s - lags).astype(np.float64)
    correlation, common = _correlations(first, second)
    usable = (common >= LEAST_COMMON_S) & (np.abs(ahead_s) <= MAX_LAG_S) & np.isfinite(correlation)
    if not usable.any():
        return replace(NOTHING_COMMON, common_s=int(common.max(initial=0)))
    ahead_s, correlation, common = ahead_s[usable], correlation[usable], common[usable]
    independent = common / _correlation_time_s(first, second)
    log_odds = -0.5 * independent * np.log1p(-np.square(np.clip(correlation, 0.0, 0.999)))
    log_odds += np.log(_prior(ahead_s))
    best = int(np.argmax(log_odds))
    small_z = _small_z(first, second, int(later_s - ahead_s[best]))
    odds = np.exp(log_odds - log_odds[best])
    near = np.abs(ahead_s - ahead_s[best]) <= SPAN_S
    weights = odds[near] / odds[near].sum()
    mean_s = float(weights @ ahead_s[near])
    spread_s2 = float(weights @ np.square(ahead_s[near] - mean_s))
    return WatchOffset(
        mean_s,
        math.sqrt(spread_s2 + LEAST_SD_S**2),
        float(correlation[best]),
        int(common[best]),
        float(log_odds[best] + np.log(odds.sum())),
        float(odds[near].sum() / odds.sum()),
        small_z,
    )


def _small_z(first: Floats, second: Floats, lag: int) -> float:
    """How surely changes that are not limited are correlated where the second series begins `lag` after the first."""
    begin, end = max(lag, 0), min(len(first), lag + len(second))
    x, y = _unlimited(first)[begin:end], _unlimited(second)[begin - lag : end - lag]
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < LEAST_COMMON_S:
        return 0.0
    r = float(np.corrcoef(x[both], y[both])[0, 1]) if x[both].std() * y[both].std() > 0.0 else 0.0
    independent = both.sum() / _correlation_time_s(x, y)
    return math.atanh(min(r, 0.999)) * math.sqrt(max(independent - 3.0, 0.0))


def _unlimited(changes: Floats) -> Floats:
    """The changes further than `SPAN_S` from a limited one, whose flanks are its own."""
    limited = np.abs(changes) >= np.nanmax(np.abs(changes), initial=0.0)
    beside = np.convolve(limited, np.ones(2 * SPAN_S + 1), "same") > 0.5
    inner: Floats = np.where(beside, np.nan, changes)
    return inner


def _changes(values: Floats, resolution: float) -> Floats:
    """(n,) mean of the seconds after less that of those before, limited; NaN where half of either is not known."""
    after, before = _mean_after(values), _mean_after(values[::-1])[::-1]
    changes = after - before
    known = changes[np.isfinite(changes)]
    if not len(known):
        return changes
    sd = 1.4826 * float(np.median(np.abs(known - np.median(known))))
    limit = LIMIT_SDS * max(sd, resolution)
    limited: Floats = np.clip(changes, -limit, limit)
    return limited


def _mean_after(values: Floats) -> Floats:
    known = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    first = np.arange(len(values))
    end = np.minimum(first + SPAN_S, len(values))
    count = counts[end] - counts[first]
    means: Floats = np.full(len(values), np.nan)
    enough = count >= SPAN_S / 2
    means[enough] = (sums[end] - sums[first])[enough] / count[enough]
    return means


def _correlations(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Correlation and number of common seconds at each lag."""
    (x, known_x), (y, known_y) = _filled(first), _filled(second)
    n = np.round(_at_lags(known_x, known_y))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y = _at_lags(x, known_y) / n, _at_lags(known_x, y) / n
        var_x = _at_lags(x * x, known_y) / n - mean_x**2
        var_y = _at_lags(known_x, y * y) / n - mean_y**2
        r = (_at_lags(x, y) / n - mean_x * mean_y) / np.sqrt(var_x * var_y)
    r[~((var_x > 1e-9) & (var_y > 1e-9))] = np.nan
    return r, n


def _filled(values: Floats) -> tuple[Floats, Floats]:
    known: Bools = np.isfinite(values)
    return np.where(known, values, 0.0), known.astype(np.float64)


def _at_lags(first: Floats, second: Floats) -> Floats:
    sums: Floats = fftconvolve(first, second[::-1])
    return sums


def _correlation_time_s(first: Floats, second: Floats) -> float:
    """Seconds that count as one independent observation of the correlation of two series, at least one."""
    shared = _autocorrelation(first) * _autocorrelation(second)
    return max(float(shared[0] + 2.0 * shared[1:].sum()), 1.0)


def _autocorrelation(values: Floats) -> Floats:
    """(4 · SPAN_S,) by lag."""
    known = np.isfinite(values)
    centred = np.where(known, values - np.mean(values[known]), 0.0)
    power = float(centred @ centred) or 1.0
    found = [float(centred[: len(centred) - k] @ centred[k:]) / power for k in range(min(4 * SPAN_S, len(centred)))]
    return np.array([*found, *[0.0] * (4 * SPAN_S - len(found))])


def _prior(ahead_s: Floats) -> Floats:
    """Probability of each whole second, before anything is compared."""
    seconds = 2 * USUAL_ERROR_S + 1
    flat = np.full(len(ahead_s), (1.0 - USUAL_SHARE - ZONE_SHARE) / (2 * MAX_LAG_S + 1))
    from_zone_s = np.abs((ahead_s + ZONE_STEP_S / 2) % ZONE_STEP_S - ZONE_STEP_S / 2)
    zones = 2 * MAX_LAG_S // ZONE_STEP_S + 1
    flat[from_zone_s <= USUAL_ERROR_S] += ZONE_SHARE / (zones * seconds)
    flat[np.abs(ahead_s) <= USUAL_ERROR_S] += USUAL_SHARE / seconds
    return flat
