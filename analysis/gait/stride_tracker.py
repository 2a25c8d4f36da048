"""From grid cells to stride candidates: landings are found, then grouped."""

from __future__ import annotations

import numpy as np

from surefoot.analysis.gait.contact_candidates import (
    DECISION_LOOKBACK_CELLS,
    SIMILARITY_LOOKBACK_CELLS,
    ContactCandidate,
    find_contact_candidates,
    find_hidden_contact,
    similarity,
)
from surefoot.analysis.gait.filters import cell_count, squared_norm
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.strapdown import integrate_strides
from surefoot.analysis.gait.stride_segmentation import MIN_CHAIN_STRIDES, StrideCandidate, StrideSegmenter

HIDDEN_STRENGTH_RATIO = 0.4
"""A landing hidden in an ankle roll has at least this share of the strength of the landing before it."""
CONTACT_MARGIN_CELLS = cell_count(0.044)
"""A hidden landing must lie farther than this before the next landing."""
MIN_GAIT_TRAVEL_M = 0.25
"""Median displacement of a new chain's strides, lower limit, on a treadmill too; hands that wave or shake end where
they began."""


class StrideTracker:
    """Follows one foot from landing to landing; the result depends on the cells alone, not on when they come."""

    def __init__(self, *, gyroscope: bool) -> None:
        self.decided_cell = DECISION_LOOKBACK_CELLS
        self._gyroscope = gyroscope
        self._contacts: list[ContactCandidate] = []
        self._segmenter = StrideSegmenter()

    @property
    def first_needed_cell(self) -> int:
        """First cell that may still be read."""
        oldest_cell = self._segmenter.oldest_cell
        return min(
            self.decided_cell - DECISION_LOOKBACK_CELLS,
            self.decided_cell if oldest_cell is None else oldest_cell - SIMILARITY_LOOKBACK_CELLS,
        )

    @property
    def watermark_cell(self) -> int:
        """Cell before which no further stride will begin."""
        oldest_cell = self._segmenter.oldest_cell
        return self.decided_cell if oldest_cell is None else min(oldest_cell, self.decided_cell)

    def advance(
        self, grid: UniformSamples, first_cell: int, ready_cell: int, *, end: bool
    ) -> tuple[list[StrideCandidate], set[int]]:
        """Stride candidates proven up to `ready_cell`, and the indices of those before which a chain had ended.

        `grid` begins with the absolute cell `first_cell`; `end` means that nothing will follow.
        """
        previous = self._contacts[-2:]
        contacts = [*previous, *self._find_contacts(grid, first_cell, ready_cell)]
        similarity_to_last = self._similarity_to_last(grid, first_cell, contacts)
        candidates: list[StrideCandidate] = []
        breaks: set[int] = set()
        for k in range(len(previous), len(contacts)):
            candidates += self._recover_hidden(grid, first_cell, contacts[k].cell - CONTACT_MARGIN_CELLS)
            if self._segmenter.overlaps(contacts[k]):
                continue
            if self._segmenter.expire(contacts[k].cell):
                breaks.add(len(candidates))
            before = contacts[k - 2 : k - 1] if self._segmenter.set_aside is not None else []
            (similarity_to_previous,) = self._similarities(grid, first_cell, before, contacts[k : k + 1]) or [0.0]
            proven = self._segmenter.add(contacts[k], similarity_to_last[k], similarity_to_previous)
            if len(proven) >= MIN_CHAIN_STRIDES and not self._travels(grid, first_cell, proven):
                self._segmenter.reject()
            else:
                candidates += proven
        if self._segmenter.is_lost(ready_cell):
            candidates += self._recover_hidden(grid, first_cell, ready_cell)
        if self._segmenter.expire(ready_cell) or end:
            breaks.add(len(candidates))
        self._contacts = contacts[-2:]
        return candidates, breaks

    def _recover_hidden(self, grid: UniformSamples, first_cell: int, until_cell: int) -> list[StrideCandidate]:
        """The stride to a landing that was overdue before `until_cell` and is hidden in an ankle roll."""
        overdue_range = self._segmenter.overdue_range(until_cell)
        if overdue_range is None or not self._gyroscope:
            return []
        self._segmenter.searched = True
        min_strength_mps2 = HIDDEN_STRENGTH_RATIO * self._segmenter.strength_mps2
        contact = find_hidden_contact(grid, first_cell, *overdue_range, min_strength_mps2)
        return [] if contact is None else self._segmenter.add(contact, 0.0, 0.0)

    def _find_contacts(self, grid: UniformSamples, first_cell: int, ready_cell: int) -> list[ContactCandidate]:
        """Landings among the cells that became decidable."""
        start = max(self.decided_cell - DECISION_LOOKBACK_CELLS, first_cell)
        found = find_contact_candidates(grid[start - first_cell :], start, gyroscope=self._gyroscope)
        previous_cell, self.decided_cell = self.decided_cell, max(ready_cell, self.decided_cell)
        return [contact for contact in found if previous_cell <= contact.cell < ready_cell]

    def _similarity_to_last(
        self, grid: UniformSamples, first_cell: int, contacts: list[ContactCandidate]
    ) -> list[float]:
        """Similarity of each landing to the one before it; zero where that has been forgotten."""
        held = [k for k in range(1, len(contacts)) if contacts[k - 1].cell - first_cell >= SIMILARITY_LOOKBACK_CELLS]
        values = self._similarities(grid, first_cell, [contacts[k - 1] for k in held], [contacts[k] for k in held])
        previous = dict(zip(held, values, strict=True))
        return [previous.get(k, 0.0) for k in range(len(contacts))]

    def _similarities(
        self, grid: UniformSamples, first_cell: int, first: list[ContactCandidate], second: list[ContactCandidate]
    ) -> list[float]:
        """Similarities of landings in pairs."""
        if not first:
            return []
        a, b = (np.array([contact.cell for contact in each]) - first_cell for each in (first, second))
        return similarity(grid, a, b, gyroscope=self._gyroscope).tolist()

    def _travels(self, grid: UniformSamples, first_cell: int, candidates: list[StrideCandidate]) -> bool:
        """Whether the strides of a new chain cover ground; True without a gyroscope, where it cannot be known."""
        if not self._gyroscope:
            return True
        travel_m = np.sqrt(squared_norm(integrate_strides(grid, first_cell, candidates).displacement_m))
        return float(np.median(travel_m)) >= MIN_GAIT_TRAVEL_M
