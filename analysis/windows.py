"""Strides gathered over fixed stretches of time: medians with the interval of their sampling error, left against
right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from analysis.cutter import Cutter, Stretch
from analysis.metrics import STRIDE_METRICS
from analysis.model import Estimate, Floats, Foot, Gait, Strides, Window

WINDOW_S = 30.0
LEAST_STRIDES = 5
"""Fewer strides of one gait in a window say nothing about either foot."""
Z95 = 1.96
MEDIAN_TO_MEAN_ERROR = float(np.sqrt(np.pi / 2.0))
"""Standard error of a median against that of a mean, for normal scatter."""
MAD_TO_SD = 1.4826


class WindowBuilder:
    """Cuts both feet's strides into windows counted from the start of the recording."""

    def __init__(self, feet: Iterable[Foot], width_s: float = WINDOW_S) -> None:
        self._cutter = Cutter(feet, width_s)

    def push(
        self, strides: Mapping[Foot, Strides], origin_s: float, complete_s: float, end_s: float = np.inf
    ) -> list[Window]:
        """Windows that end before `complete_s`, up to which all strides have been given; the recording begins at
        `origin_s` and ends at `end_s`."""
        found = (window_of(each, end_s) for each in self._cutter.push(strides, origin_s, complete_s))
        return [window for window in found if window is not None]


def window_of(stretch: Stretch, last_s: float) -> Window | None:
    """The stretch as a window, unless too few strides fill it; the recording ends at `last_s`."""
    runs = np.concatenate([strides.running for strides in stretch.strides.values()])
    running = 2 * int(runs.sum()) >= len(runs)
    same = {foot: strides[strides.running == running] for foot, strides in stretch.strides.items()}
    kept = {foot: strides for foot, strides in same.items() if len(strides) >= LEAST_STRIDES}
    gait = Gait.RUN if running else Gait.WALK
    return _window(stretch.start_s, min(stretch.end_s, last_s), gait, kept) if kept else None


def _window(start_s: float, end_s: float, gait: Gait, strides: Mapping[Foot, Strides]) -> Window:
    feet = {
        foot: {key: estimate for key in STRIDE_METRICS if (estimate := median(rows.metrics[key])) is not None}
        for foot, rows in strides.items()
    }
    compared = [key for key, metric in STRIDE_METRICS.items() if metric.compared]
    both = len(feet) == 2 and [key for key in compared if all(key in values for values in feet.values())]
    asymmetry = {key: asymmetry_pct(feet[Foot.LEFT][key], feet[Foot.RIGHT][key]) for key in both or []}
    return Window(start_s, end_s, gait, cadence(list(strides.values())), feet, asymmetry)


def median(values: Floats) -> Estimate | None:
    """Median of the finite values with the normal approximation of its 95 % interval; None where too few are left."""
    values = values[np.isfinite(values)]
    if len(values) < LEAST_STRIDES:
        return None
    middle = _middle(values)
    spread = MAD_TO_SD * _middle(np.abs(values - middle))
    half = Z95 * MEDIAN_TO_MEAN_ERROR * spread / float(np.sqrt(len(values)))
    return Estimate(middle, middle - half, middle + half, len(values))


def _middle(values: Floats) -> float:
    """Median; a plain sort is a third of the price of numpy's for the few strides of a window."""
    ranked = np.sort(values)
    return 0.5 * float(ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2])


def cadence(strides: list[Strides]) -> Estimate:
    """Steps per minute of both feet, NaN where no stride time is known: stride times are averaged first, inverted
    last."""
    times_s = np.concatenate([np.empty(0), *(rows.metrics["stride_time_s"] for rows in strides if len(rows))])
    times_s = times_s[np.isfinite(times_s)]
    if not len(times_s):
        return Estimate(np.nan, np.nan, np.nan, 0)
    mean_s = float(times_s.mean())
    half_s = Z95 * float(times_s.std()) / float(np.sqrt(len(times_s)))
    return Estimate(120.0 / mean_s, 120.0 / (mean_s + half_s), 120.0 / max(mean_s - half_s, 1e-3), len(times_s))


def asymmetry_pct(left: Estimate, right: Estimate) -> Estimate:
    """Symmetry index 100 (R − L) / ½(R + L), positive where the right is larger, with its propagated interval."""
    total = left.value + right.value
    value = 200.0 * (right.value - left.value) / total
    left_half, right_half = (foot.high - foot.value for foot in (left, right))
    half = 400.0 * float(np.hypot(left.value * right_half, right.value * left_half)) / total**2
    return Estimate(value, value - half, value + half, min(left.n, right.n))
