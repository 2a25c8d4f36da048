"""Monitors a run for load that moves from one side to the other, and for ankles that become unsteady."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isinf, nan
from statistics import fmean

from surefoot.analysis.comparability import Unlike, pods_alike
from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.change_points import ChangePointDetector
from surefoot.analysis.drift.ewma import MINUTE_BLOCKS, EwmaChart
from surefoot.analysis.drift.finding_lifecycle import EpisodeTracker
from surefoot.analysis.drift.monitored_metrics import POSITION_DEPENDENT
from surefoot.analysis.drift.standing_asymmetry import StandingAsymmetry
from surefoot.analysis.drift.steady_state import BLOCK_S, Block, SteadyStateFilter
from surefoot.analysis.findings import Finding, Kind
from surefoot.analysis.model import Foot, Strides
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.windowing import Segment, TumblingWindows

EVENT_RELEVANCE_S = 75.0
"""A change point is expected within a minute of an inversion event, at the end of the block in which that ends."""

ROUNDING_MARGIN_S = 1.0
"""A minute counts as complete this long after its end, so that rounding cannot leave its last block open."""


class DriftMonitor:
    """Paired strides in, findings out; any cut gives the same findings."""

    def __init__(
        self,
        feet: Iterable[Foot],
        baseline: Baseline | None = None,
        parameters: Parameters = DEFAULTS,
        unlike: Unlike = pods_alike,
    ) -> None:
        self._blocks = TumblingWindows(feet, BLOCK_S)
        self._steady_state = SteadyStateFilter(unlike)
        self._change_points = ChangePointDetector()
        self._chart = EwmaChart(baseline, parameters)
        self._episodes = EpisodeTracker()
        self._standing = StandingAsymmetry()
        self._minute: list[Block] = []
        self._number = 0
        self._events: list[Finding] = []
        self._inclinations: list[tuple[float, float]] = []
        self._move_count = 0
        self._last_end_s = -inf

    @property
    def baseline(self) -> Baseline:
        """What left against right is compared with, as known now."""
        return self._chart.baseline

    def add_events(self, events: Iterable[Finding]) -> None:
        """Take new findings of other kinds, of which inversion events are used, before the strides after them."""
        self._events += [event for event in events if event.kind is Kind.INVERSION_EVENT]

    def add_inclination(self, time_s: float, inclination_pct: float) -> None:
        """Take what a treadmill told, before the strides after it."""
        self._inclinations.append((time_s, inclination_pct))

    def push(
        self,
        strides: Mapping[Foot, Strides],
        moved_s: Sequence[float],
        origin_s: float,
        watermark_s: float,
    ) -> list[Finding]:
        """New findings and revisions.

        Parameters
        ----------
        strides : new ones; all that begin before `watermark_s` have been given by now.
        moved_s : all times at which a pod was moved on its shoe.
        """
        self._episodes.origin_s = origin_s
        found: list[Finding] = []
        for segment in self._blocks.push(strides, origin_s, watermark_s):
            found += self._close_minute(segment.number // MINUTE_BLOCKS)
            found += self._add_segment(segment, moved_s)
        found += self._close_minute(self._complete_minutes(origin_s, watermark_s))
        if isinf(watermark_s) and self._chart.count:
            found += self._episodes.finish(self._last_end_s, self._chart)
        return found

    def _complete_minutes(self, origin_s: float, watermark_s: float) -> int:
        """Minutes of which every block is known."""
        if isinf(watermark_s):
            return self._number + (watermark_s > 0.0)
        return int((watermark_s - ROUNDING_MARGIN_S - origin_s) // (MINUTE_BLOCKS * BLOCK_S))

    def _add_segment(self, segment: Segment, moved_s: Sequence[float]) -> list[Finding]:
        if sum(time_s < segment.end_s for time_s in moved_s) > self._move_count:
            self._move_count = sum(time_s < segment.end_s for time_s in moved_s)
            self._chart.forget(POSITION_DEPENDENT)
            self._change_points.forget(POSITION_DEPENDENT)
        block = self._steady_state.block(segment, self._inclination_pct(segment))
        if block is None:
            return []
        self._minute.append(block)
        change_point = self._change_points.add(block, self._chart, self._last_event_s(block))
        return [] if change_point is None else self._episodes.add_change_point(change_point, self._chart)

    def _inclination_pct(self, segment: Segment) -> float:
        """Mean of what a treadmill told in a segment; NaN without one."""
        self._inclinations = [each for each in self._inclinations if each[0] >= segment.start_s]
        told = [value for time_s, value in self._inclinations if time_s < segment.end_s]
        return fmean(told) if told else nan

    def _last_event_s(self, block: Block) -> float | None:
        """The last inversion event that may have changed the running of the block."""
        self._events = [event for event in self._events if event.time_s >= block.end_s - EVENT_RELEVANCE_S]
        known = [
            event.time_s for event in self._events if event.known_s <= block.end_s and event.time_s < block.start_s
        ]
        return max(known, default=None)

    def _close_minute(self, number: int) -> list[Finding]:
        """End the minutes before this one."""
        if number <= self._number:
            return []
        blocks, self._minute = self._minute, []
        closed, self._number = self._number, number
        deviation = self._chart.add(closed, blocks)
        self._last_end_s = blocks[-1].end_s if blocks else self._last_end_s
        if deviation is None:
            return []
        eased = self._standing.add_minute(deviation, self._chart, idle=self._episodes.idle)
        return eased if eased else self._episodes.add_minute(deviation, self._chart)
