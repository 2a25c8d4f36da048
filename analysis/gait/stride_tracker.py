"""From cells to strides in the rough: landings found, and linked where they are gait."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.gait.contact_candidates import (
    BEFORE_CELLS,
    LOOK_BACK_CELLS,
    Landing,
    find_hidden,
    find_landings,
    similarity,
)
from surefoot.analysis.gait.filters import cells, squared_norm
from surefoot.analysis.gait.resampling import Cells
from surefoot.analysis.gait.strapdown import gather_links
from surefoot.analysis.gait.stride_segmentation import LEAST_LINKS, Chain, Link

HIDDEN = 0.4
"""A landing hidden in an ankle roll hits at least with this share of the one before it."""
JUST_BEFORE_CELLS = cells(0.044)
"""What lies so close before a landing is part of it."""
LEAST_TRAVEL_M = 0.25
"""Strides are longer than this, on a treadmill's belt too; hands that wave or shake end where they began."""


class StrideTracker:
    """Follows one foot from landing to landing; what it finds depends on the cells alone, not on when they come."""

    def __init__(self, *, gyroscope: bool) -> None:
        self.decided = BEFORE_CELLS
        self._gyroscope = gyroscope
        self._landings: list[Landing] = []
        self._chain = Chain()

    @property
    def needed(self) -> int:
        """First cell that it may still look at."""
        oldest = self._chain.oldest
        return min(self.decided - BEFORE_CELLS, self.decided if oldest is None else oldest - LOOK_BACK_CELLS)

    @property
    def settled(self) -> int:
        """Cell before which no further stride will begin."""
        oldest = self._chain.oldest
        return self.decided if oldest is None else min(oldest, self.decided)

    def advance(self, grid: Cells, first_cell: int, ready: int, *, end: bool) -> tuple[list[Link], set[int]]:
        """Links proven up to the cell `ready`, and before which of them a chain had ended.

        `grid` begins with the absolute cell `first_cell`; `end` says that nothing will follow.
        """
        known = self._landings[-2:]
        landings = [*known, *self._find(grid, first_cell, ready)]
        alike_last = self._alike_last(grid, first_cell, landings)
        links: list[Link] = []
        breaks: set[int] = set()
        for k in range(len(known), len(landings)):
            links += self._hidden(grid, first_cell, landings[k].cell - JUST_BEFORE_CELLS)
            if self._chain.covers(landings[k]):
                continue
            if self._chain.expire(landings[k].cell):
                breaks.add(len(links))
            before = landings[k - 2 : k - 1] if self._chain.aside is not None else []
            alike_before = self._alike(grid, first_cell, before, landings[k : k + 1])
            proven = self._chain.add(landings[k], alike_last[k], alike_before[0] if alike_before else 0.0)
            if len(proven) >= LEAST_LINKS and not self._travels(grid, first_cell, proven):
                self._chain.reject()
            else:
                links += proven
        if self._chain.lost(ready):
            links += self._hidden(grid, first_cell, ready)
        if self._chain.expire(ready) or end:
            breaks.add(len(links))
        self._landings = landings[-2:]
        return links, breaks

    def _hidden(self, grid: Cells, first_cell: int, until: int) -> list[Link]:
        """The stride to a landing that was overdue before the cell `until`, and lies hidden in an ankle roll."""
        awaited = self._chain.awaited(until)
        if awaited is None or not self._gyroscope:
            return []
        self._chain.sought = True
        landing = find_hidden(grid, first_cell, *awaited, HIDDEN * self._chain.strength_mps2)
        return [] if landing is None else self._chain.add(landing, 0.0, 0.0)

    def _find(self, grid: Cells, first_cell: int, ready: int) -> list[Landing]:
        """Landings among the cells that became decidable."""
        start = max(self.decided - BEFORE_CELLS, first_cell)
        found = find_landings(grid[start - first_cell :], start, gyroscope=self._gyroscope)
        past, self.decided = self.decided, max(ready, self.decided)
        return [landing for landing in found if past <= landing.cell < ready]

    def _alike_last(self, grid: Cells, first_cell: int, landings: list[Landing]) -> list[float]:
        """Likeness of each landing to the one before it; nothing where that has been forgotten."""
        held = [k for k in range(1, len(landings)) if landings[k - 1].cell - first_cell >= LOOK_BACK_CELLS]
        values = self._alike(grid, first_cell, [landings[k - 1] for k in held], [landings[k] for k in held])
        known = dict(zip(held, values, strict=True))
        return [known.get(k, 0.0) for k in range(len(landings))]

    def _alike(self, grid: Cells, first_cell: int, first: list[Landing], second: list[Landing]) -> list[float]:
        """Likeness of landings in pairs."""
        if not first:
            return []
        a, b = (np.array([landing.cell for landing in each]) - first_cell for each in (first, second))
        return similarity(grid, a, b, gyroscope=self._gyroscope).tolist()

    def _travels(self, grid: Cells, first_cell: int, links: list[Link]) -> bool:
        """Whether the foot gets anywhere in a newly proven chain; told only with a gyroscope."""
        if not self._gyroscope:
            return True
        travel_m = np.sqrt(squared_norm(gather_links(grid, first_cell, links).travel_m))
        return float(np.median(travel_m)) >= LEAST_TRAVEL_M
