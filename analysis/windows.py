"""Windows: medians of both feet's strides with their sampling error, and left against right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from surefoot.analysis.clock_offset import clock_error_s
from surefoot.analysis.comparability import Unlike, not_compared, pods_alike
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Bools, Estimate, Floats, Foot, Gait, Reason, Strides, Window, Withheld
from surefoot.analysis.parameters import DEFAULTS
from surefoot.analysis.rhythm import LandingCorrelation, cadence, stride_times_s
from surefoot.analysis.scatter import METRIC_KEYS, Errors, Scatter
from surefoot.analysis.uncertainty import (
    MIN_KNOWN_SHARE,
    Z95,
    Medians,
    SignCorrelation,
    design_effect,
    effective_sample_size,
    t95,
)
from surefoot.analysis.windowing import Segment, TumblingWindows

WINDOW_S, LIVE_WINDOW_S = DEFAULTS.window_s, DEFAULTS.live_window_s
"""Length of the windows for statistics, and of those shown live."""
MIN_WINDOW_STRIDES = 5
"""A foot with fewer strides of the window's gait is left out."""
COMPARED_MASK = np.array([metric.compared for metric in STRIDE_METRICS.values()])
"""Metrics that are compared in percent."""
SCALE_ERROR = np.array([metric.scale_error for metric in STRIDE_METRICS.values()])
LEVEL_ERROR = np.array([metric.level_error for metric in STRIDE_METRICS.values()])
CLOCK_SHARE = np.array([float(metric.of_both_feet) for metric in STRIDE_METRICS.values()])
"""Part of the offset between the feet's clocks that is in a foot's value; right less left it is there twice."""


class WindowBuilder:
    """Strides of both feet in, windows out; `clock_sd_s` as of a `Session`."""

    def __init__(
        self,
        feet: Iterable[Foot],
        width_s: float = WINDOW_S,
        unlike: Unlike = pods_alike,
        clock_sd_s: float | None = 0.0,
    ) -> None:
        self._unlike, self._clock_sd_s = unlike, clock_sd_s
        self._tumbling = TumblingWindows(feet, width_s)
        self._scatter = {gait: Scatter() for gait in Gait}
        self._rhythm = {(gait, n): LandingCorrelation(n) for gait in Gait for n in (1, 2)}

    def push(
        self, strides: Mapping[Foot, Strides], origin_s: float, watermark_s: float, end_s: float = np.inf
    ) -> list[Window]:
        """Windows that end before `watermark_s`, up to which all strides have been given; the recording begins at
        `origin_s` and ends at `end_s`."""
        found = (self._window(each, end_s) for each in self._tumbling.push(strides, origin_s, watermark_s))
        return [window for window in found if window is not None]

    def _window(self, segment: Segment, last_s: float) -> Window | None:
        """The segment as a window; None with too few strides. The recording ends at `last_s`."""
        runs = np.concatenate([strides.running for strides in segment.strides.values()])
        running = 2 * int(runs.sum()) >= len(runs)
        feet = [foot for foot in Foot if foot in segment.strides]  # in one order, to the last bit
        same = {foot: _of_gait(segment.strides[foot], running) for foot in feet}
        kept = {foot: strides for foot, strides in same.items() if len(strides) >= MIN_WINDOW_STRIDES}
        if not kept:
            return None
        gait = Gait.RUN if running else Gait.WALK
        scatter = self._scatter[gait]
        medians = {foot: Medians.from_values(_metric_rows(rows)) for foot, rows in kept.items()}
        scatter.learn(medians, kept, gait)
        errors = {foot: scatter.errors(foot, medians[foot], scatter.strides) for foot in kept}
        clock_s = clock_error_s(self._clock_sd_s, kept.values())
        per_foot = {foot: _estimates(medians[foot], errors[foot], clock_s) for foot in kept}
        end_s = min(segment.end_s, last_s)
        apart = not_compared(self._unlike(segment)) if len(kept) == 2 else {}
        compared = _compare_feet(medians, scatter, apart, clock_s) if len(kept) == 2 else ({}, {})
        rows = list(kept.values())
        rhythm = self._rhythm[gait, len(rows)]
        rhythm.update(stride_times_s(rows))
        not_told = {foot: withheld(rows) for foot, rows in kept.items()}
        return Window(segment.start_s, end_s, gait, cadence(rows, rhythm), per_foot, *compared, not_told, apart)


def _of_gait(strides: Strides, running: bool) -> Strides:
    """The running strides, or the walking ones."""
    same = strides.running == running
    return strides if same.all() else strides[same]


def _metric_rows(strides: Strides) -> Floats:
    """(metrics, n) values, NaN where a metric is missing."""
    unknown = np.full(len(strides), np.nan)
    return np.stack([strides.metrics.get(key, unknown) for key in METRIC_KEYS])


def _compare_feet(
    medians: Mapping[Foot, Medians], scatter: Scatter, apart: Mapping[str, Reason], clock_s: float
) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """Right against left: in percent of their mean for metrics compared in percent, else in their own unit."""
    left, right = medians[Foot.LEFT], medians[Foot.RIGHT]
    correlation = scatter.together
    left_errors, right_errors = (scatter.errors(foot, medians[foot], scatter.differences) for foot in Foot)
    left_error, right_error = left_errors.standard, right_errors.standard
    count, alike = np.minimum(left.count, right.count), np.array([key not in apart for key in METRIC_KEYS])
    told = _is_told(left) & _is_told(right) & alike
    t_factor = t95(2.0 * np.minimum(left_errors.freedom, right_errors.freedom))
    difference = right.median - left.median
    difference_error = np.sqrt(left_error**2 + right_error**2 - 2.0 * correlation * left_error * right_error)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.where(left.median + right.median > 0.0, left.median + right.median, np.nan)
        left_weight, right_weight = 400.0 * left.median / total**2, 400.0 * right.median / total**2
        percent = 200.0 * difference / total
        shared = 2.0 * correlation * left_weight * right_error * right_weight * left_error
        percent_error = np.sqrt((left_weight * right_error) ** 2 + (right_weight * left_error) ** 2 - shared)
    spread = np.sqrt(left.spread**2 + right.spread**2)
    clocks, frames = 2.0 * CLOCK_SHARE * clock_s, np.sqrt(2.0) * LEVEL_ERROR
    percent_half = np.hypot(t_factor * percent_error, 200.0 * Z95 * clocks / total)
    in_percent = _by_key(percent, percent_half, count, 200.0 * spread / total, told & COMPARED_MASK)
    half = np.hypot(t_factor * difference_error, Z95 * (clocks + frames))
    return in_percent, _by_key(difference, half, count, spread, told & ~COMPARED_MASK)


def _estimates(medians: Medians, errors: Errors, clock_s: float) -> dict[str, Estimate]:
    shared = np.hypot(SCALE_ERROR * medians.median, LEVEL_ERROR + CLOCK_SHARE * clock_s)
    half = np.hypot(t95(errors.freedom) * errors.standard, Z95 * shared)
    return _by_key(medians.median, half, medians.count, medians.spread, _is_told(medians))


def _is_told(medians: Medians) -> Bools:
    """(k,) metrics that are known in enough strides."""
    told: Bools = medians.count >= least_known(medians.strides)
    return told


def least_known(strides: int) -> float:
    """Least number of known values whose median is told for so many strides."""
    return max(MIN_WINDOW_STRIDES, MIN_KNOWN_SHARE * strides)


def withheld(strides: Strides) -> dict[str, Withheld]:
    """Metrics whose median over the strides is not told."""
    counts = np.isfinite(_metric_rows(strides)).sum(axis=1).tolist()
    few = {key: n for key, n in zip(METRIC_KEYS, counts, strict=True) if n < least_known(len(strides))}
    return {key: Withheld(Reason.FEW_STRIDES, n, len(strides)) for key, n in few.items()}


def _by_key(value: Floats, half: Floats, count: Floats, spread: Floats, wanted: Bools) -> dict[str, Estimate]:
    """Estimates of the wanted metrics that have a value."""
    known = wanted & np.isfinite(value)
    columns = (value, value - half, value + half, count, spread)
    rows = zip(*(column[known].tolist() for column in columns), strict=True)
    keys = [key for key, is_known in zip(METRIC_KEYS, known.tolist(), strict=True) if is_known]
    return {
        key: Estimate(middle, low, high, int(n), sd) for key, (middle, low, high, n, sd) in zip(keys, rows, strict=True)
    }


def median(values: Floats, scale_error: float = 0.0, shared_error: float = 0.0) -> Estimate | None:
    """Median of the finite values with its 95 % interval; None with too few, or too few of all.

    `scale_error` is that of the metric; `shared_error` is what all values have in common, in their unit.
    """
    known = values[np.isfinite(values)]
    if len(known) < least_known(len(values)):
        return None
    medians, signs = Medians.from_values(known[None]), SignCorrelation(np.zeros(1))
    signs.update_neighbours(medians.sign)
    count = effective_sample_size(medians.count, design_effect(signs.correlation))
    half = t95(count - 1.0) * medians.standard_error(count)
    middle = float(medians.median[0])
    half_width = float(np.hypot(half[0], Z95 * np.hypot(scale_error * middle, shared_error)))
    return Estimate(middle, middle - half_width, middle + half_width, len(known), float(medians.spread[0]))


def asymmetry_pct(left: Estimate, right: Estimate, clock_error: float = 0.0) -> Estimate:
    """Symmetry index 100 (R − L) / ½(R + L), positive where the right is larger, with its propagated interval.

    `clock_error` is the standard error that is part of both and opposite in them, as an offset of clocks, in their
    unit.
    """
    total = left.value + right.value
    value = 200.0 * (right.value - left.value) / total
    left_half, right_half = (foot.high - foot.value for foot in (left, right))
    independent = float(np.hypot(left.value * right_half, right.value * left_half))
    opposite = Z95 * clock_error * (2.0 * left.value * right.value) ** 0.5
    half = 400.0 * float(np.hypot(independent, opposite)) / total**2
    return Estimate(value, value - half, value + half, min(left.n, right.n))
