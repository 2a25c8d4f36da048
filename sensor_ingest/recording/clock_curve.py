"""How far one free-running clock is ahead of another: a curve that bends as crystals do, with its uncertainty.

A crystal's rate follows its temperature, and a pod's temperature follows that of the shoe within minutes. So the rate
wanders: over 10 minutes by about as much as a pod that warms up, 10 ppm each. The curve is the most likely one under
that random walk, piecewise linear between knots; where nothing is known, its uncertainty grows as the walk does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Bools, Floats, Ints

WANDER = 6e-7
"""Standard deviation of the change of rate over a second, of two crystals against each other: 15 ppm in 10 min."""
KNOT_SPACING_S = 60.0
"""Within it a step of 10 ppm bends the curve by 0.15 ms."""
MAX_KNOTS = 600
MAX_RATE = 200e-6
"""Faster drift is no crystal's."""
_FREEDOM = 4.0
"""Of Student's t, which the errors are taken to follow: outliers count little, and the further off the less."""
_ROUNDS, _SETTLED = 20, 0.01
"""Ends when no knot moves by more than this part of a point's standard deviation."""
_NEIGHBOURS = 9
_LINE_POINTS = 250
_LEVEL_SLACK_S = 0.02
_BEND_SLACK = 30e-6
"""Points this far from the straight line are looked at: bends of 30 ppm over the whole span, and 20 ms."""
_REJECTED_SD = 6.0


@dataclass(frozen=True, slots=True)
class Spread:
    """What is known before the points are.

    Parameters
    ----------
    noise_s : least standard deviation of a point.
    rate_sd : standard deviation of the rate.
    delay_s, delay_sd_s : of what every point is late by, whichever clock read it, and its standard deviation.
    """

    noise_s: float
    rate_sd: float
    delay_s: float = 0.0
    delay_sd_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class ClockCurve:
    """Offset over time, linear between evenly spaced knots; not known beyond them.

    Parameters
    ----------
    knots_s, offset_s : (k,) each.
    variance_s2, covariance_s2 : (k,) of each knot, (k − 1,) of each with the next.
    residual_s : standard deviation of the points about the curve, outliers left out.
    used : (n,) which points are no outliers.
    """

    knots_s: Floats
    offset_s: Floats
    variance_s2: Floats
    covariance_s2: Floats
    residual_s: float
    used: Bools

    def at(self, time_s: Floats) -> Floats:
        """(n,) offset; beyond the knots it goes on at the last rate."""
        before, part = self._place(time_s)
        value: Floats = (1.0 - part) * self.offset_s[before] + part * self.offset_s[before + 1]
        return value

    def sd_s(self, time_s: Floats) -> Floats:
        """(n,) standard uncertainty of the offset; infinite beyond the knots."""
        before, part = self._place(time_s)
        variance_s2 = (
            (1.0 - part) ** 2 * self.variance_s2[before]
            + 2.0 * part * (1.0 - part) * self.covariance_s2[before]
            + part**2 * self.variance_s2[before + 1]
        )
        within = (part >= 0.0) & (part <= 1.0)
        sd_s: Floats = np.where(within, np.sqrt(np.maximum(variance_s2, 0.0)), np.inf)
        return sd_s

    def _place(self, time_s: Floats) -> tuple[Ints, Floats]:
        return _place(self.knots_s, time_s)


def fit_curve(at_s: Floats, offset_s: Floats, late: Floats, spread: Spread, over_s: tuple[float, float]) -> ClockCurve:
    """The curve through points that may be noisy, doubled, missing for long, and wrong up to a third of them.

    Parameters
    ----------
    at_s, offset_s : (n,) points, n ≥ 1, in any order.
    late : (n,) +1 where the delay adds to the offset, −1 where it takes from it, 0 without one.
    over_s : first and last time at which the offset is asked for; the points are within.
    """
    knots_s, level_s = _knots(*over_s), float(np.median(offset_s))
    ahead_s, rest_s = offset_s - level_s, offset_s - _robust_line(at_s, offset_s)
    possible = np.abs(rest_s) <= max(_LEVEL_SLACK_S + _BEND_SLACK * float(np.ptp(at_s)), 6.0 * _scale(rest_s))
    error_s = np.where(possible, rest_s - _running_median(at_s, rest_s), np.inf)
    prior = _prior(knots_s, spread)
    before = np.full(len(knots_s) + 1, np.inf)
    for _ in range(_ROUNDS):
        sd_s = max(spread.noise_s, _scale(error_s[possible]))
        weight = np.where(possible, (_FREEDOM + 1.0) / (_FREEDOM + (error_s / sd_s) ** 2) / sd_s**2, 0.0)
        solution, inverse = _solve(knots_s, (at_s, ahead_s, late, weight), prior, spread)
        fitted_s = ClockCurve(knots_s, solution[:-1], inverse.diagonal()[:-1], inverse.diagonal(1)[:-1], 0.0, possible)
        error_s = np.where(possible, ahead_s - fitted_s.at(at_s) - late * solution[-1], np.inf)
        if np.abs(solution - before).max() < _SETTLED * sd_s:
            break
        before = solution
    used = np.abs(error_s) <= _REJECTED_SD * sd_s
    residual_s = float(np.sqrt(np.mean(error_s[used] ** 2))) if used.any() else np.inf
    return ClockCurve(
        knots_s,
        fitted_s.offset_s + level_s,
        fitted_s.variance_s2,
        fitted_s.covariance_s2,
        residual_s,
        used,
    )


def _knots(begin_s: float, end_s: float) -> Floats:
    spacing_s = max(KNOT_SPACING_S, (end_s - begin_s) / MAX_KNOTS)
    knots_s: Floats = begin_s + spacing_s * np.arange(max(np.ceil((end_s - begin_s) / spacing_s), 2.0) + 1.0)
    return knots_s


def _place(knots_s: Floats, time_s: Floats) -> tuple[Ints, Floats]:
    """The knot before each time, and how far the time is on the way to the next one."""
    steps = (np.asarray(time_s, np.float64) - knots_s[0]) / (knots_s[1] - knots_s[0])
    before = np.clip(np.floor(steps), 0, len(knots_s) - 2).astype(np.int64)
    return before, steps - before


def _prior(knots_s: Floats, spread: Spread) -> Floats:
    """(k + 1, k + 1) what is known before of the knots and, last, the delay: walk of the rate, and rate half way."""
    count, spacing_s = len(knots_s), float(knots_s[1] - knots_s[0])
    bends = np.diff(np.eye(count), n=2, axis=0) / (WANDER * spacing_s**1.5)
    rate = np.zeros(count)
    rate[count // 2 - 1 : count // 2 + 1] = np.array([-1.0, 1.0]) / (spread.rate_sd * spacing_s)
    prior = np.zeros((count + 1, count + 1))
    prior[:-1, :-1] = bends.T @ bends + np.outer(rate, rate)
    prior[-1, -1] = 1.0 / max(spread.delay_sd_s, 1e-9) ** 2
    return prior


def _solve(
    knots_s: Floats, points: tuple[Floats, Floats, Floats, Floats], prior: Floats, spread: Spread
) -> tuple[Floats, Floats]:
    """Knots' offsets and the delay, weighted least squares, and their covariance."""
    at_s, offset_s, late, weight = points
    before, part = _place(knots_s, at_s)
    delay = np.full(len(at_s), len(knots_s))
    columns = ((before, 1.0 - part), (before + 1, part), (delay, late))
    normal, right = prior.copy(), np.zeros(len(prior))
    right[-1] = prior[-1, -1] * spread.delay_s
    for rows, share in columns:
        np.add.at(right, rows, weight * share * offset_s)
        for others, other_share in columns:
            np.add.at(normal, (rows, others), weight * share * other_share)
    inverse = np.asarray(np.linalg.inv(normal), np.float64)
    return inverse @ right, inverse


def _robust_line(at_s: Floats, offset_s: Floats) -> Floats:
    """(n,) the line with the median of the slopes between points far apart."""
    chosen = np.argsort(at_s, kind="stable")[np.linspace(0, len(at_s) - 1, min(len(at_s), _LINE_POINTS)).astype(int)]
    x_s, y_s = at_s[chosen], offset_s[chosen]
    run_s, rise_s = x_s[:, None] - x_s[None, :], y_s[:, None] - y_s[None, :]
    far = run_s > max(0.1 * float(np.ptp(x_s)), 1.0)
    slope = float(np.clip(np.median(rise_s[far] / run_s[far]), -MAX_RATE, MAX_RATE)) if far.any() else 0.0
    line_s: Floats = slope * at_s + np.median(offset_s - slope * at_s)
    return line_s


def _running_median(at_s: Floats, value_s: Floats) -> Floats:
    """(n,) median of each point and its neighbours in time."""
    order = np.argsort(at_s, kind="stable")
    padded = np.pad(value_s[order], _NEIGHBOURS // 2, mode="edge")
    found = np.empty_like(value_s)
    found[order] = np.median(np.lib.stride_tricks.sliding_window_view(padded, _NEIGHBOURS), axis=1)
    return found


def _scale(error_s: Floats) -> float:
    """Standard deviation, from the median of the sizes."""
    return 1.4826 * float(np.median(np.abs(error_s))) if len(error_s) else 0.0
