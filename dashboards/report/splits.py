"""Splits of a run: by kilometre where the pods give the distance, else by five minutes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from surefoot.analysis.foot_pod_run import foot_pod_cadence_spm, foot_pod_course
from surefoot.analysis.metrics import CADENCE, CONTACT, IMPACT, STRIDE_METRICS
from surefoot.analysis.model import Bools, Estimate, Floats, Foot, Strides, Window
from surefoot.analysis.rhythm import cadence
from surefoot.analysis.summary import Comparison, not_compared
from surefoot.analysis.windows import median
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.formatting import UNKNOWN, asymmetry_text, clock, in_unit
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.report.heart_rate import mean_heart_rate

SPLIT_M, SPLIT_S = 1000.0, 300.0
MIN_KNOWN_SHARE = 0.8
"""Of a run, for which speed or distance must be known."""
WATCH_STEP_S = 5.0
MIN_LAST_SPLIT_SHARE = 0.2
"""A last split shorter than this share of a whole one is joined to the previous split."""


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a run; `distance_m` is NaN if it is not known."""

    start_s: float
    end_s: float
    distance_m: float


def distance_m(run: AnalysedRun) -> float | None:
    """Distance covered running and walking; None if it is not known."""
    _, covered_m = distance_course(run)
    return float(covered_m[-1]) if len(covered_m) else None


def pod_distance_m(windows: Sequence[Window]) -> float | None:
    """Distance covered running and walking, from the pods' speed as it is; None if it is not known."""
    covered_m = _cumulative_distance_m(windows)
    return float(covered_m[-1]) if len(covered_m) else None


def is_by_watch(run: AnalysedRun) -> bool:
    """Whether a watch tells the distance: one that was there for most of the run."""
    if run.track is None:
        return False
    moments_s = np.arange(run.origin_s, run.end_s, WATCH_STEP_S)
    known = np.isfinite(run.track.track.at("distance_m", moments_s))
    return bool(len(known)) and known.mean() >= MIN_KNOWN_SHARE


def distance_course(run: AnalysedRun) -> tuple[Floats, Floats]:
    """(n,) session times in s and the distance covered until then in m, by the watch if it tells, else from the pods'
    or a foot pod's speed; both empty if it is not known."""
    if is_by_watch(run):
        return _watch_course(run)
    if not run.results.strides:
        return foot_pod_course(run.results.companions)
    covered_m = _cumulative_distance_m(run.results.windows)
    if not len(covered_m):
        return covered_m, covered_m
    ends_s = np.array([run.origin_s, *(window.end_s for window in run.results.windows)])
    return ends_s, run.speed_factor * np.concatenate([[0.0], covered_m])


def _watch_course(run: AnalysedRun) -> tuple[Floats, Floats]:
    assert run.track is not None
    track = run.track.track.between(run.origin_s, run.end_s)
    known = np.isfinite(track.distance_m)
    covered_m = np.maximum.accumulate(track.distance_m[known])
    times_s = np.concatenate([[run.origin_s], track.time_s[known], [run.end_s]])
    return times_s, np.concatenate([covered_m[:1], covered_m, covered_m[-1:]]) - covered_m[0]


def run_splits(run: AnalysedRun) -> list[Split]:
    """Splits of equal distance (from 2 km on) or of equal duration, in order of time."""
    ends_s, covered_m = distance_course(run)
    if len(covered_m) and covered_m[-1] >= 2.0 * SPLIT_M:
        marks_m = _boundaries(float(covered_m[-1]), SPLIT_M)
        times_s = np.interp(marks_m, covered_m, ends_s)
        return [
            Split(float(times_s[k]), float(times_s[k + 1]), float(marks_m[k + 1] - marks_m[k]))
            for k in range(len(marks_m) - 1)
        ]
    marks_s = run.origin_s + _boundaries(run.end_s - run.origin_s, SPLIT_S)
    return [Split(float(a), float(b), math.nan) for a, b in pairwise(marks_s)]


def splits_table(run: AnalysedRun) -> Markup:
    """Table with one row per split."""
    splits = run_splits(run)
    by_distance = bool(splits) and math.isfinite(splits[0].distance_m)
    heads = ["to", "km" if by_distance else "time", "pace" if by_distance else "", "cadence", "contact left", "right",
             "right vs left", "impact left", "right", "heart rate", "climb"]  # fmt: skip
    rows = [_row(run, split, number, by_distance=by_distance) for number, split in enumerate(splits, 1)]
    shown = [k for k, head in enumerate(heads) if head and any(row[k] for row in rows)]
    return element(
        "table",
        element("thead", element("tr", *(element("th", heads[k], scope="col") for k in shown))),
        element("tbody", *(element("tr", *(element("td", row[k]) for k in shown)) for row in rows)),
        class_="splits",
    )


def _row(run: AnalysedRun, split: Split, number: int, *, by_distance: bool) -> list[str]:
    if not run.results.strides:
        return _told_row(run, split, number, by_distance=by_distance)
    strides = {foot: rows[_in_split(rows, split)] for foot, rows in run.results.strides.items()}
    apart = not_compared(run.results.windows)
    sides = {key: [_median(strides.get(foot), key) for foot in Foot] for key in (CONTACT, IMPACT)}
    comparisons = {
        key: Comparison(key, left, right, not_compared=apart.get(key)) for key, (left, right) in sides.items()
    }
    steps = cadence(list(strides.values()))
    return [
        *_pace_cells(run, split, number, by_distance=by_distance),
        in_unit(CADENCE, steps.value) if steps.n else UNKNOWN,
        *_left_right_cells(comparisons[CONTACT]),
        asymmetry_text(comparisons[CONTACT].asymmetry_pct),
        *_left_right_cells(comparisons[IMPACT]),
        *_heart_and_climb_cells(run, split),
    ]


def _told_row(run: AnalysedRun, split: Split, number: int, *, by_distance: bool) -> list[str]:
    """A split of a run without pods: what a foot pod told."""
    spm = foot_pod_cadence_spm(run.results.companions, split.start_s, split.end_s)
    return [
        *_pace_cells(run, split, number, by_distance=by_distance),
        in_unit(CADENCE, spm) if math.isfinite(spm) else UNKNOWN,
        *[""] * 5,
        *_heart_and_climb_cells(run, split),
    ]


def _pace_cells(run: AnalysedRun, split: Split, number: int, *, by_distance: bool) -> list[str]:
    duration_s = split.end_s - split.start_s
    return [
        clock(split.end_s - run.origin_s),
        f"{number - 1 + split.distance_m / SPLIT_M:.4g}" if by_distance else clock(duration_s),
        f"{clock(duration_s * SPLIT_M / split.distance_m)} /km" if by_distance else "",
    ]


def _heart_and_climb_cells(run: AnalysedRun, split: Split) -> list[str]:
    return [
        _rounded(mean_heart_rate(run, split.start_s, split.end_s)),
        "" if run.track is None else _rounded(run.track.track.between(split.start_s, split.end_s).climb_m(), " m"),
    ]


def _rounded(value: float, unit: str = "") -> str:
    """A whole number; empty where it is not known."""
    return f"{value:.0f}{unit}" if math.isfinite(value) else ""


def _in_split(rows: Strides, split: Split) -> Bools:
    within: Bools = rows.running & (rows.initial_contact_s >= split.start_s) & (rows.initial_contact_s < split.end_s)
    return within


def _median(rows: Strides | None, key: str) -> Estimate | None:
    return median(rows.metrics[key]) if rows is not None and len(rows) else None


def _left_right_cells(row: Comparison) -> list[str]:
    metric = STRIDE_METRICS[row.key]
    return [in_unit(metric, None if side is None else side.value) for side in (row.left, row.right)]


def _cumulative_distance_m(windows: Sequence[Window]) -> Floats:
    """(n,) distance in m at the end of each window; empty if more than 20 % of the windows have no speed."""
    speeds = np.array([speed_mps(window) for window in windows])
    duration_s = np.array([window.end_s - window.start_s for window in windows])
    known = np.isfinite(speeds)
    if not len(speeds) or known.mean() < MIN_KNOWN_SHARE:
        return np.empty(0)
    filled: Floats = np.interp(np.arange(len(speeds)), np.flatnonzero(known), speeds[known])
    covered_m: Floats = np.cumsum(filled * duration_s)
    return covered_m


def speed_mps(window: Window) -> float:
    """Speed over a window; NaN if it is not known."""
    speeds = [values["speed_mps"].value for values in window.feet.values() if "speed_mps" in values]
    return sum(speeds) / len(speeds) if speeds else math.nan


def _boundaries(total: float, part: float) -> Floats:
    """Zero, every multiple of `part` below the last split, and `total`."""
    whole = max(math.floor(total / part - MIN_LAST_SPLIT_SHARE) + 1, 1)
    return np.array([*(part * np.arange(whole)), total])
