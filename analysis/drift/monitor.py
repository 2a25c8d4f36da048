"""Watches a run for load that moves from one side to the other, and for ankles that become unsteady."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isinf

from surefoot.analysis.drift.baseline import Baseline
from surefoot.analysis.drift.change_points import StepWatch
from surefoot.analysis.drift.ewma import MINUTE_BLOCKS, Trend
from surefoot.analysis.drift.finding_lifecycle import Stories
from surefoot.analysis.drift.monitored_metrics import PLACED
from surefoot.analysis.drift.standing_asymmetry import Standing
from surefoot.analysis.drift.steady_state import BLOCK_S, Block, SteadyRunning
from surefoot.analysis.findings import Finding, Kind
from surefoot.analysis.model import Foot, Strides
from surefoot.analysis.windowing import Cutter, Stretch

ROLL_MATTERS_S = 75.0
"""After an ankle roll a step is expected within a minute, and told at the end of the block in which that ends."""

GRACE_S = 1.0
"""Blocks that end with a minute have been cut for certain, whatever the rounding."""


class Watch:
    """Paired strides in, findings out; any cut gives the same findings."""

    def __init__(self, feet: Iterable[Foot], baseline: Baseline | None = None) -> None:
        self._cutter = Cutter(feet, BLOCK_S)
        self._steady = SteadyRunning()
        self._steps = StepWatch()
        self._trend = Trend(baseline)
        self._stories = Stories()
        self._standing = Standing()
        self._minute: list[Block] = []
        self._number = 0
        self._rolls: list[Finding] = []
        self._moves = 0

    @property
    def baseline(self) -> Baseline:
        """What everything is held against, as known now."""
        return self._trend.baseline

    def note(self, events: Iterable[Finding]) -> None:
        """Take new findings of other kinds, of which ankle rolls matter here, before the strides after them."""
        self._rolls += [event for event in events if event.kind is Kind.INVERSION_EVENT]

    def push(
        self,
        strides: Mapping[Foot, Strides],
        moved_s: Sequence[float],
        origin_s: float,
        complete_s: float,
    ) -> list[Finding]:
        """New findings and revisions.

        Parameters
        ----------
        strides : new ones; all that begin before `complete_s` have been given by now.
        moved_s : all times at which a pod was moved on its shoe.
        """
        self._stories.origin_s = origin_s
        found: list[Finding] = []
        for stretch in self._cutter.push(strides, origin_s, complete_s):
            found += self._close_minute(stretch.number // MINUTE_BLOCKS)
            found += self._take(stretch, moved_s)
        return found + self._close_minute(self._minutes_over(origin_s, complete_s))

    def _minutes_over(self, origin_s: float, complete_s: float) -> int:
        """Minutes of which every block has been cut."""
        if isinf(complete_s):
            return self._number + (complete_s > 0.0)
        return int((complete_s - GRACE_S - origin_s) // (MINUTE_BLOCKS * BLOCK_S))

    def _take(self, stretch: Stretch, moved_s: Sequence[float]) -> list[Finding]:
        if sum(time_s < stretch.end_s for time_s in moved_s) > self._moves:
            self._moves = sum(time_s < stretch.end_s for time_s in moved_s)
            self._trend.forget(PLACED)
            self._steps.forget(PLACED)
        block = self._steady.block(stretch)
        if block is None:
            return []
        self._minute.append(block)
        step = self._steps.add(block, self._trend, self._roll_s(block))
        return [] if step is None else self._stories.step(step, self._trend)

    def _roll_s(self, block: Block) -> float | None:
        """The last ankle roll that may have changed the running of the block."""
        self._rolls = [roll for roll in self._rolls if roll.time_s >= block.end_s - ROLL_MATTERS_S]
        known = [roll.time_s for roll in self._rolls if roll.known_s <= block.end_s and roll.time_s < block.start_s]
        return max(known, default=None)

    def _close_minute(self, number: int) -> list[Finding]:
        """End the minutes before this one."""
        if number <= self._number:
            return []
        blocks, self._minute = self._minute, []
        closed, self._number = self._number, number
        shift = self._trend.add(closed, blocks)
        if shift is None:
            return []
        eased = self._standing.minute(shift, self._trend, quiet=self._stories.quiet)
        return eased if eased else self._stories.minute(shift, self._trend)
