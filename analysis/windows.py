"""Strides gathered over fixed stretches of time: medians with the interval of their sampling error, left against
right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Bools, Estimate, Floats, Foot, Gait, Strides, Window
from surefoot.analysis.uncertainty import Z95, Likeness, Medians, independent, paired, repetition, t95
from surefoot.analysis.windowing import Cutter, Stretch

WINDOW_S, LIVE_WINDOW_S = 30.0, 10.0
"""For statistics, and for what a runner sees now."""
LEAST_STRIDES = 5
"""Fewer strides of one gait in a window say nothing about either foot."""
NEXT_STEP_S = {Gait.RUN: 0.7, Gait.WALK: 1.4}
"""The right foot's stride belongs to the left's that began no longer ago."""
KEYS = tuple(STRIDE_METRICS)
COMPARED = np.array([metric.compared for metric in STRIDE_METRICS.values()])


class WindowBuilder:
    """Cuts both feet's strides into windows counted from the start of the recording."""

    def __init__(self, feet: Iterable[Foot], width_s: float = WINDOW_S) -> None:
        self._cutter = Cutter(feet, width_s)
        self._likeness = {gait: Likenesses() for gait in Gait}

    def push(
        self, strides: Mapping[Foot, Strides], origin_s: float, complete_s: float, end_s: float = np.inf
    ) -> list[Window]:
        """Windows that end before `complete_s`, up to which all strides have been given; the recording begins at
        `origin_s` and ends at `end_s`."""
        found = (self._window(each, end_s) for each in self._cutter.push(strides, origin_s, complete_s))
        return [window for window in found if window is not None]

    def _window(self, stretch: Stretch, last_s: float) -> Window | None:
        """The stretch as a window, unless too few strides fill it; the recording ends at `last_s`."""
        runs = np.concatenate([strides.running for strides in stretch.strides.values()])
        running = 2 * int(runs.sum()) >= len(runs)
        feet = [foot for foot in Foot if foot in stretch.strides]  # in one order, to the last bit
        same = {foot: _of_gait(stretch.strides[foot], running) for foot in feet}
        kept = {foot: strides for foot, strides in same.items() if len(strides) >= LEAST_STRIDES}
        if not kept:
            return None
        gait = Gait.RUN if running else Gait.WALK
        likeness = self._likeness[gait]
        medians = {foot: Medians.of(_columns(rows)) for foot, rows in kept.items()}
        likeness.learn(medians, kept, gait)
        repeated = repetition(likeness.strides.alike)
        counts = {foot: independent(medians[foot].count, repeated) for foot in kept}
        errors = {foot: medians[foot].error(counts[foot]) for foot in kept}
        alone = {foot: _estimates(medians[foot], errors[foot], counts[foot]) for foot in kept}
        end_s = min(stretch.end_s, last_s)
        both = _compared(medians, errors, counts, likeness.feet.alike) if len(kept) == 2 else ({}, {})
        return Window(stretch.start_s, end_s, gait, cadence(list(kept.values())), alone, *both)


class Likenesses:
    """How alike neighbouring strides are, and left and right, in one gait."""

    def __init__(self) -> None:
        self.strides = Likeness(len(KEYS))
        self.feet = Likeness(len(KEYS))

    def learn(self, medians: Mapping[Foot, Medians], strides: Mapping[Foot, Strides], gait: Gait) -> None:
        """Take a window."""
        for each in medians.values():
            self.strides.add(each.sign[:, :-1], each.sign[:, 1:], neighbours=True)
        if len(medians) == 2:
            left_s, right_s = (strides[foot].initial_contact_s for foot in (Foot.LEFT, Foot.RIGHT))
            found, rows = paired(left_s, right_s, NEXT_STEP_S[gait])
            self.feet.add(medians[Foot.LEFT].sign[:, found], medians[Foot.RIGHT].sign[:, rows])


def _of_gait(strides: Strides, running: bool) -> Strides:
    """The strides that are run, or walked."""
    same = strides.running == running
    return strides if same.all() else strides[same]


def _columns(strides: Strides) -> Floats:
    """(metrics, n) NaN where a metric is not measured."""
    unknown = np.full(len(strides), np.nan)
    return np.stack([strides.metrics.get(key, unknown) for key in KEYS])


def _compared(
    medians: Mapping[Foot, Medians], errors: Mapping[Foot, Floats], counts: Mapping[Foot, Floats], together: Floats
) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """Right against left: in percent of their mean where that has a meaning, else as a difference in the own unit."""
    left, right = medians[Foot.LEFT], medians[Foot.RIGHT]
    e, f = errors[Foot.LEFT], errors[Foot.RIGHT]
    count = np.minimum(left.count, right.count)
    half_factor = t95(2.0 * np.minimum(counts[Foot.LEFT], counts[Foot.RIGHT]) - 2.0)
    plain = right.middle - left.middle
    plain_error = np.sqrt(e**2 + f**2 - 2.0 * together * e * f)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.where(left.middle + right.middle > 0.0, left.middle + right.middle, np.nan)
        a, b = 400.0 * left.middle / total**2, 400.0 * right.middle / total**2
        percent, percent_error = (
            200.0 * plain / total,
            np.sqrt((a * f) ** 2 + (b * e) ** 2 - 2.0 * together * a * f * b * e),
        )
    spread = np.sqrt(left.spread**2 + right.spread**2)
    in_percent = _named(percent, half_factor * percent_error, count, 200.0 * spread / total, COMPARED)
    return in_percent, _named(plain, half_factor * plain_error, count, spread, ~COMPARED)


def _estimates(medians: Medians, error: Floats, count: Floats) -> dict[str, Estimate]:
    half = t95(count - 1.0) * error
    return _named(medians.middle, half, medians.count, medians.spread, np.ones(len(KEYS), bool))


def _named(value: Floats, half: Floats, count: Floats, spread: Floats, wanted: Bools) -> dict[str, Estimate]:
    """Estimates of the wanted metrics that enough strides tell."""
    known = wanted & (count >= LEAST_STRIDES) & np.isfinite(value)
    columns = (value, value - half, value + half, count, spread)
    rows = zip(*(column[known].tolist() for column in columns), strict=True)
    names = [key for key, is_known in zip(KEYS, known.tolist(), strict=True) if is_known]
    return {
        key: Estimate(middle, low, high, int(n), sd)
        for key, (middle, low, high, n, sd) in zip(names, rows, strict=True)
    }


def median(values: Floats) -> Estimate | None:
    """Median of the finite values with its 95 % interval; None where too few are left."""
    values = values[np.isfinite(values)]
    if len(values) < LEAST_STRIDES:
        return None
    medians, likeness = Medians.of(values[None]), Likeness(1)
    likeness.add(medians.sign[:, :-1], medians.sign[:, 1:], neighbours=True)
    count = independent(medians.count, repetition(likeness.alike))
    half = t95(count - 1.0) * medians.error(count)
    middle, half_width = float(medians.middle[0]), float(half[0])
    return Estimate(middle, middle - half_width, middle + half_width, len(values), float(medians.spread[0]))


def cadence(strides: list[Strides]) -> Estimate:
    """Steps per minute of both feet, NaN where no stride time is known: stride times are averaged first, inverted
    last."""
    times_s = np.concatenate([np.empty(0), *(rows.metrics["stride_time_s"] for rows in strides if len(rows))])
    times_s = times_s[np.isfinite(times_s)]
    if not len(times_s):
        return Estimate(np.nan, np.nan, np.nan, 0)
    mean_s = float(times_s.mean())
    spread_spm = 120.0 / mean_s**2 * float(times_s.std())
    half_s = Z95 * float(times_s.std()) / float(np.sqrt(len(times_s)))
    return Estimate(
        120.0 / mean_s, 120.0 / (mean_s + half_s), 120.0 / max(mean_s - half_s, 1e-3), len(times_s), spread_spm
    )


def asymmetry_pct(left: Estimate, right: Estimate) -> Estimate:
    """Symmetry index 100 (R − L) / ½(R + L), positive where the right is larger, with its propagated interval."""
    total = left.value + right.value
    value = 200.0 * (right.value - left.value) / total
    left_half, right_half = (foot.high - foot.value for foot in (left, right))
    half = 400.0 * float(np.hypot(left.value * right_half, right.value * left_half)) / total**2
    return Estimate(value, value - half, value + half, min(left.n, right.n))
