"""Live snapshot of one runner: medians of the last strides, left and right of the newest ten seconds, silent pods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.companions import FOOT_POD_CADENCE, FOOT_POD_SPEED, QUANTITIES, newest_values
from surefoot.analysis.foot_pod_run import MIN_RUNNING_SPM, MIN_WALKING_SPM
from surefoot.analysis.metrics import CONTACT, STRIDE_METRICS
from surefoot.analysis.model import Estimate, Floats, Foot, Gait, Reason, Strides, Window, Withheld
from surefoot.analysis.time_watched import TimeWatched, time_watched
from surefoot.analysis.uncertainty import MIN_KNOWN_SHARE
from surefoot.dashboards.data_source import RunnerState
from surefoot.dashboards.formatting import in_unit, quantity_text
from surefoot.dashboards.vocabulary import DIFFERENCE_WORDS, GAIT_WORDS, not_watched_text

RECENT_STRIDES = 8
MAX_STRIDE_AGE_S = 4.0
"""Without a stride for this long the runner is shown as not moving; results lag by one to two seconds."""
COMPARED_METRIC = CONTACT
"""Metric whose left–right difference the live views show."""
MAX_COMPARISON_AGE_S = 25.0
"""A comparison older than this is not shown: a new one is due every ten seconds, and one may be missed."""
WATCHED_S = 60.0
"""What was not watched in this time is told."""


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """Latest values of one runner.

    Parameters
    ----------
    recent_strides : each foot's last `RECENT_STRIDES` strides of the current gait.
    stride_count : complete strides of both feet so far.
    silent_feet : feet whose pod sends no samples.
    watched : each foot's last minute.
    newest_window : newest ten seconds of gait, whatever is known of them.
    compared : newest ten seconds of running in which left and right can be compared; None if older than
        `MAX_COMPARISON_AGE_S`, or if the runner no longer runs.
    foot_pod : what a foot pod of another maker says, of a runner without pods; None for others.
    """

    recent_strides: Mapping[Foot, Strides]
    stride_count: int
    silent_feet: tuple[Foot, ...]
    watched: Mapping[Foot, TimeWatched]
    newest_window: Window | None
    compared: Window | None
    foot_pod: Mapping[str, float] | None = None

    @classmethod
    def current(cls, runner: RunnerState) -> LiveSnapshot:
        """Snapshot as of now; without recent strides if the runner pauses."""
        return cls._as_of(runner, runner.now_s)

    @classmethod
    def last_known(cls, runner: RunnerState) -> LiveSnapshot:
        """Snapshot as of the newest stride, however long ago that was."""
        return cls._as_of(runner, runner.now_s if runner.newest_stride_end_s is None else runner.newest_stride_end_s)

    @classmethod
    def _as_of(cls, runner: RunnerState, as_of_s: float) -> LiveSnapshot:
        recent = {foot: _recent_strides(strides, as_of_s) for foot, strides in runner.strides.items()}
        running = _is_running(recent.values())
        return cls(
            {foot: strides[strides.running == running] for foot, strides in recent.items()},
            runner.stride_count,
            tuple(pod.foot for pod in runner.pods if pod.heard is False),
            time_watched(runner.strides, as_of_s - WATCHED_S),
            next(reversed(runner.live_windows), None),
            _newest_comparison(runner.live_windows, as_of_s) if running else None,
            newest_values(runner.companions, as_of_s) if runner.has_foot_pod_alone else None,
        )

    @property
    def activity(self) -> str:
        """What the runner is doing, in a few words: "Running", "Waiting for the left pod"."""
        if self.foot_pod is not None:
            return self._told_activity
        if self._newest_strides is not None:
            return GAIT_WORDS[Gait.RUN if self._newest_strides.running[-1] else Gait.WALK]
        if self.silent_feet:
            return f"Waiting for the {' and '.join(self.silent_feet)} pod{'s' * (len(self.silent_feet) > 1)}"
        return "Waiting for steps" if not self.stride_count else "Stopped"

    @property
    def why_not_compared(self) -> str:
        """Why left and right are not compared; empty if they may be."""
        apart = self.newest_window.not_compared if self.newest_window is not None else {}
        return DIFFERENCE_WORDS[apart[COMPARED_METRIC]] if COMPARED_METRIC in apart else ""

    @property
    def blind_feet(self) -> tuple[Foot, ...]:
        """Feet of which something was not watched."""
        return tuple(foot for foot, watched in self.watched.items() if not_watched_text(watched))

    @property
    def not_watched(self) -> list[str]:
        """What was not watched, by foot: "left not watched: ankle rolls 21 s of 1:00 min"."""
        return [f"{foot} not watched: {not_watched_text(self.watched[foot])}" for foot in self.blind_feet]

    @property
    def cadence_spm(self) -> float | None:
        """Cadence of the recent strides, or what a foot pod alone tells; None without any."""
        if self.foot_pod is not None:
            return self.foot_pod.get(FOOT_POD_CADENCE) or None
        return (
            None
            if self._newest_strides is None
            else 120.0 / float(np.nanmean(self._newest_strides.metrics["stride_time_s"]))
        )

    @property
    def told_speed_text(self) -> str:
        """Speed that a foot pod tells, with its unit, or a dash."""
        return quantity_text(FOOT_POD_SPEED, (self.foot_pod or {}).get(FOOT_POD_SPEED))

    @property
    def _told_activity(self) -> str:
        spm = (self.foot_pod or {}).get(FOOT_POD_CADENCE)
        if spm is None:
            return "Waiting for the foot pod"
        gait = Gait.RUN if spm >= MIN_RUNNING_SPM else Gait.WALK
        return GAIT_WORDS[gait] if spm >= MIN_WALKING_SPM else "Stopped"

    @property
    def asymmetry_pct(self) -> Estimate | None:
        """Right vs left of what is compared; None without."""
        return None if self.compared is None else self.compared.asymmetry_pct[COMPARED_METRIC]

    def compared_text(self, foot: Foot, key: str) -> str:
        """One side of the comparison, so that both and their difference are of the same strides; without a comparison
        the median of the recent strides."""
        if self.compared is None:
            return self.median_text(foot, key)
        side = self.compared.feet[foot].get(key)
        return in_unit(STRIDE_METRICS[key], None if side is None else side.value)

    def median_text(self, foot: Foot, key: str) -> str:
        """Median of the recent strides with its unit, or a dash."""
        return in_unit(STRIDE_METRICS[key], self.median_value(foot, key))

    def median_value(self, foot: Foot, key: str) -> float | None:
        """Median of the recent strides in the stored unit; None if it is known in less than half of them."""
        values = self._known(foot, key)
        return float(np.median(values)) if len(values) and self._few_recent(foot, key) is None else None

    def withheld(self, foot: Foot, key: str) -> Withheld | None:
        """Why `compared_text` is a dash, where the strides are there."""
        if self.compared is None:
            return self._few_recent(foot, key)
        return self.compared.withheld.get(foot, {}).get(key)

    def _few_recent(self, foot: Foot, key: str) -> Withheld | None:
        known, strides = len(self._known(foot, key)), len(self.recent_strides.get(foot, ()))
        return Withheld(Reason.FEW_STRIDES, known, strides) if known < MIN_KNOWN_SHARE * strides else None

    def _known(self, foot: Foot, key: str) -> Floats:
        strides = self.recent_strides.get(foot)
        if strides is None or not len(strides):
            return np.empty(0)
        return strides.metrics[key][np.isfinite(strides.metrics[key])]

    @property
    def _newest_strides(self) -> Strides | None:
        strides = [rows for rows in self.recent_strides.values() if len(rows)]
        return max(strides, key=lambda rows: float(rows.initial_contact_s[-1])) if strides else None


def companions_line(runner: RunnerState) -> str:
    """What the sensors beside the pods say now: "heart rate 152 bpm · belt speed 10.0 km/h"; a dash for one that fell
    silent, empty without any."""
    now = newest_values(runner.companions, runner.now_s)
    told = {key for reading in runner.companions for key in reading.values}
    shown = [key for key, quantity in QUANTITIES.items() if key in told and not quantity.counts_up]
    return " · ".join(f"{QUANTITIES[key].label.lower()} {quantity_text(key, now.get(key))}" for key in shown)


def _recent_strides(strides: Strides, as_of_s: float) -> Strides:
    if not len(strides) or strides.next_initial_contact_s[-1] < as_of_s - MAX_STRIDE_AGE_S:
        return strides[:0]
    return strides[-RECENT_STRIDES:]


def _newest_comparison(live: Sequence[Window], as_of_s: float) -> Window | None:
    known = (window for window in reversed(live) if window.gait is Gait.RUN and COMPARED_METRIC in window.asymmetry_pct)
    newest = next(known, None)
    return None if newest is None or newest.end_s < as_of_s - MAX_COMPARISON_AGE_S else newest


def _is_running(recent: Iterable[Strides]) -> bool:
    """Whether the newest stride of either foot is a running stride."""
    newest = max(
        (rows for rows in recent if len(rows)), key=lambda rows: float(rows.initial_contact_s[-1]), default=None
    )
    return newest is not None and bool(newest.running[-1])
