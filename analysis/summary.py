"""Summary of a whole run: duration, steps, medians of all metrics, left against right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from surefoot.analysis.clock_offset import clock_error_s
from surefoot.analysis.dose import impact_doses
from surefoot.analysis.foot_pod_run import FootPodSummary, summarise_foot_pod
from surefoot.analysis.metrics import IMPACT, STRIDE_METRICS
from surefoot.analysis.model import BoutKind, Estimate, Flag, Floats, Foot, Gait, Reason, Strides, Window, Withheld
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.rhythm import cadence
from surefoot.analysis.session import Results
from surefoot.analysis.time_watched import Aspect, time_watched
from surefoot.analysis.windows import MIN_WINDOW_STRIDES, asymmetry_pct, median, withheld


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric's median over all strides of one gait, left and right; None with too few strides, or too few of them
    in which it is known. `clock_error_s` is what an offset between the feet's clocks adds to one, and takes from the
    other."""

    key: str
    left: Estimate | None
    right: Estimate | None
    withheld: Mapping[Foot, Withheld] = field(default_factory=dict)
    not_compared: Reason | None = None
    clock_error_s: float = 0.0

    @property
    def asymmetry_pct(self) -> Estimate | None:
        """Positive where the right is larger; None where the metric is not compared, at all or because the two pods do
        not read alike, or where a median is not positive."""
        if self.left is None or self.right is None or not STRIDE_METRICS[self.key].compared or self.not_compared:
            return None
        if min(self.left.value, self.right.value) <= 0.0:
            return None
        return asymmetry_pct(self.left, self.right, self.clock_error_s)


def compare(results: Results, gait: Gait) -> tuple[Comparison, ...]:
    """Every stride metric over all strides of one gait, in the registry's order."""
    strides = {foot: strides_of(results, foot, gait) for foot in Foot}
    unknown = {foot: withheld(rows) for foot, rows in strides.items() if len(rows) >= MIN_WINDOW_STRIDES}
    apart = not_compared([window for window in results.windows if window.gait is gait])
    clock_s = clock_error_s(results.clock_sd_s, strides.values())
    errors_s = {key: clock_s if metric.of_both_feet else 0.0 for key, metric in STRIDE_METRICS.items()}
    return tuple(
        Comparison(
            key,
            _median(strides[Foot.LEFT], key, error_s),
            _median(strides[Foot.RIGHT], key, error_s),
            {foot: few[key] for foot, few in unknown.items() if key in few},
            apart.get(key),
            error_s,
        )
        for key, error_s in errors_s.items()
    )


def not_compared(windows: Sequence[Window]) -> dict[str, Reason]:
    """Metrics in which left and right are not compared in most of the windows that have both feet."""
    of_both = [window.not_compared for window in windows if len(window.feet) > 1]
    reasons = {key: reason for apart in of_both for key, reason in apart.items()}
    return {key: why for key, why in reasons.items() if 2 * sum(key in apart for apart in of_both) > len(of_both)}


def summarise(results: Results, parameters: Parameters = DEFAULTS) -> Mapping[str, float | None]:
    """The run's summary; every key is always present, None stands for unknown.

    Of a run without pods, steps and cadence are those that a foot pod of another maker told.

    Keys
    ----
    duration_s, run_time_s, walk_time_s : from the bouts.
    steps : landings of both feet; twice those of one foot where only that foot is known.
    strides_left, strides_right : complete strides.
    running_contacts_left, running_contacts_right : those of them that are running.
    cadence_spm : of running, or of walking where nobody ran.
    cadence_walk_spm : of walking.
    <metric>_left, <metric>_right, <metric>_asymmetry_pct : medians over the running strides and how they compare.
    impact_dose_g_left, impact_dose_g_right : sum of the impacts of all running landings.
    hard_landings_pct_left, hard_landings_pct_right : share of them above the hard percentile of both feet together.
    clipped_strides_pct_left, clipped_strides_pct_right : share of strides with a clipped reading.
    <aspect>_not_watched_s_left, <aspect>_not_watched_s_right : how long each was not watched.
    """
    watched = time_watched(results.strides)
    impacts_alike = IMPACT not in not_compared(results.windows)
    told = None if results.strides else summarise_foot_pod(results.companions, results.bouts)
    run_spm, walk_spm = _cadences_spm(results, told)
    dose = impact_doses(results.strides, parameters.hard_percentile)
    return {
        "duration_s": results.bouts[-1].end_s - results.bouts[0].start_s if results.bouts else None,
        "run_time_s": _time_s(results, Gait.RUN),
        "walk_time_s": _time_s(results, Gait.WALK),
        "steps": _steps(results) if told is None else round(told.steps),
        **{f"strides_{foot}": _count(results, foot) for foot in Foot},
        **{f"running_contacts_{foot}": _running_count(results, foot) for foot in Foot},
        "cadence_spm": walk_spm if run_spm is None else run_spm,
        "cadence_walk_spm": walk_spm,
        **_running_metrics(results),
        **{f"impact_dose_g_{foot}": dose[foot].impact_dose_g if foot in dose else None for foot in Foot},
        **{
            f"hard_landings_pct_{foot}": dose[foot].hard_landings_pct if foot in dose and impacts_alike else None
            for foot in Foot
        },
        **{f"clipped_strides_pct_{foot}": clipped_strides_pct(results.strides.get(foot)) for foot in Foot},
        **{
            f"{aspect}_not_watched_s_{foot}": watched[foot].not_watched_s[aspect] if foot in watched else None
            for aspect in Aspect
            for foot in Foot
        },
    }


def strides_of(results: Results, foot: Foot, gait: Gait) -> Strides:
    """One foot's strides of one gait; none for a foot without a pod."""
    strides = results.strides.get(foot, Strides.empty(foot))
    return strides[strides.running == (gait is Gait.RUN)]


def cadence_spm(results: Results, gait: Gait) -> float | None:
    """Steps per minute over all strides of one gait; None with too few known stride times."""
    estimate = cadence([strides_of(results, foot, gait) for foot in results.strides])
    return estimate.value if estimate.n >= MIN_WINDOW_STRIDES else None


def _cadences_spm(results: Results, told: FootPodSummary | None) -> tuple[float | None, float | None]:
    """Of running and of walking."""
    if told is not None:
        return told.running_spm, told.walking_spm
    return cadence_spm(results, Gait.RUN), cadence_spm(results, Gait.WALK)


def clipped_strides_pct(strides: Strides | None) -> float | None:
    """Share of the strides with a clipped reading, 0 to 100; None without strides."""
    return 100.0 * float(strides.has(Flag.CLIPPED).mean()) if strides is not None and len(strides) else None


def _running_metrics(results: Results) -> dict[str, float | None]:
    values: dict[str, float | None] = {}
    for row in compare(results, Gait.RUN):
        values[f"{row.key}_left"] = _value(row.left)
        values[f"{row.key}_right"] = _value(row.right)
        if STRIDE_METRICS[row.key].compared:
            values[f"{row.key}_asymmetry_pct"] = _value(row.asymmetry_pct)
    return values


def _median(strides: Strides, key: str, clock_error_s: float) -> Estimate | None:
    return median(strides.metrics[key], STRIDE_METRICS[key].scale_error, clock_error_s) if len(strides) else None


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else float(estimate.value)


def _time_s(results: Results, gait: Gait) -> float:
    return float(sum(bout.end_s - bout.start_s for bout in results.bouts if bout.kind == BoutKind(gait)))


def _count(results: Results, foot: Foot) -> int | None:
    return len(results.strides[foot]) if foot in results.strides else None


def _running_count(results: Results, foot: Foot) -> int | None:
    return int(results.strides[foot].running.sum()) if foot in results.strides else None


def _steps(results: Results) -> int:
    landings = [len(times_s) for rows in results.strides.values() if len(times_s := _landings_s(rows))]
    return 2 * landings[0] if len(landings) == 1 else sum(landings)


def _landings_s(strides: Strides) -> Floats:
    """Initial contacts, each once: consecutive strides share one."""
    times_s = np.concatenate([strides.initial_contact_s, strides.next_initial_contact_s])
    landings_s: Floats = np.unique(times_s[np.isfinite(times_s)])
    return landings_s
