"""A run second by second: what its strides and windows say at each moment, NaN where they say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.companions import FOOT_POD_CADENCE, FOOT_POD_SPEED
from surefoot.analysis.foot_pod_run import foot_pod_values
from surefoot.analysis.metrics import CONTACT, STRIDE_TIME
from surefoot.analysis.model import Floats, Foot, Ints, Strides, Window
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.report.splits import distance_course, is_by_watch

SPAN_S = 2.0
"""Strides that ended so shortly before a moment tell about it: two or three of each running foot, one of walking."""
CONFIDENCE = "confidence"
SPEED = "speed_mps"


def told_values(strides: Strides, key: str, windows: Sequence[Window]) -> Floats:
    """(n,) one metric of every stride; NaN also in windows in which its median is withheld."""
    values = np.array(strides.metrics[key] if key in strides.metrics else np.full(len(strides), np.nan))
    for window in windows:
        if key in window.withheld.get(strides.foot, {}):
            within = (strides.initial_contact_s >= window.start_s) & (strides.initial_contact_s < window.end_s)
            values[within] = np.nan
    return values


def mean_of_feet(sides: Sequence[Floats]) -> Floats:
    """(n,) mean of the feet that are known."""
    table = np.array(sides)
    known = np.isfinite(table)
    total = np.where(known, table, 0.0).sum(axis=0)
    return _ratio(total, np.count_nonzero(known, axis=0))


@dataclass(frozen=True, slots=True)
class Course:
    """A run at given moments.

    Parameters
    ----------
    time_s : (n,) moments, ascending, session clock.
    """

    run: AnalysedRun
    time_s: Floats

    def of_foot(self, foot: Foot, key: str) -> Floats:
        """(n,) mean of one foot's strides that ended in the last `SPAN_S`: a metric, or `CONFIDENCE`."""
        strides = self.run.results.strides.get(foot, Strides.empty(foot))
        values = strides.confidence if key == CONFIDENCE else told_values(strides, key, self.run.results.windows)
        known = np.isfinite(values) & np.isfinite(strides.next_initial_contact_s)
        ends_s, values = strides.next_initial_contact_s[known], values[known]
        sums = np.concatenate([[0.0], np.cumsum(values)])
        first = np.searchsorted(ends_s, self.time_s - SPAN_S, side="right")
        after = np.searchsorted(ends_s, self.time_s, side="right")
        return _ratio(sums[after] - sums[first], after - first)

    def of_feet(self, key: str) -> Floats:
        """(n,) mean of both feet, or of the one that is known."""
        return mean_of_feet([self.of_foot(foot, key) for foot in Foot])

    @property
    def cadence_rpm(self) -> Floats:
        """(n,) cycles of one foot per minute: half the steps."""
        if not self.run.results.strides:
            return 0.5 * foot_pod_values(self.run.results.companions, FOOT_POD_CADENCE, self.time_s)
        return 60.0 / self.of_feet(STRIDE_TIME)

    @property
    def distance_m(self) -> Floats:
        """(n,) distance covered so far."""
        times_s, covered_m = distance_course(self.run)
        if not len(times_s):
            return np.full(len(self.time_s), np.nan)
        distances_m: Floats = np.interp(self.time_s, times_s, covered_m)
        return distances_m

    @property
    def speed_mps(self) -> Floats:
        """(n,) speed by whichever tells the distance."""
        if self.run.track is not None and is_by_watch(self.run):
            return self.run.track.track.at(SPEED, self.time_s)
        if not self.run.results.strides:
            return foot_pod_values(self.run.results.companions, FOOT_POD_SPEED, self.time_s)
        return self.run.speed_factor * self.of_feet(SPEED)

    @property
    def contact_asymmetry_pct(self) -> Floats:
        """(n,) right less left ground contact in percent, of the half-minute window around each moment."""
        asymmetry_pct = np.full(len(self.time_s), np.nan)
        for window in self.run.results.windows:
            if CONTACT in window.asymmetry_pct:
                within = (self.time_s >= window.start_s) & (self.time_s < window.end_s)
                asymmetry_pct[within] = window.asymmetry_pct[CONTACT].value
        return asymmetry_pct


def _ratio(total: Floats, count: Ints) -> Floats:
    shares: Floats = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return shares
