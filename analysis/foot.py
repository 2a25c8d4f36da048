"""One foot's pod, samples in, strides out."""

from __future__ import annotations

import numpy as np

from analysis.bouts import SECOND_CELLS, still_seconds
from analysis.chain import LEAST_LINKS, Chain, Link
from analysis.contacts import BRISK, SLOW
from analysis.filters import cells, squared_norm
from analysis.grid import Cells, Grid
from analysis.landings import BEFORE_CELLS, LOOK_BACK_CELLS, after_cells, find_landings, similarity
from analysis.model import Bools, Floats, Foot, Mounting, Samples, Strides
from analysis.mounting import NO_GAIT, NO_GYROSCOPE, Evidence, MountingFinder, gather
from analysis.strides import StrideMeter

PIECE_SAMPLES = 1 << 15
"""Samples worked on at once: large enough to be fast, small enough to bound memory."""
HOP_CELLS = cells(0.1)
"""New cells worth a look for landings."""
LEAST_TRAVEL_M = 0.25
"""Strides are longer than this, on a treadmill's belt too; hands that wave or shake end where they began."""


class FootStream:
    """Strides of one foot from its samples; any cut of the samples gives the same strides."""

    def __init__(self, foot: Foot) -> None:
        self.foot = foot
        self.mounting = NO_GAIT
        self._grid = Grid()
        self._cells = Cells.none()
        self._first = 0
        self._decided = 0
        self._gyroscope: bool | None = None
        self._landings: list[int] = []
        self._chain = Chain()
        self._waiting: list[Link] = []
        self._finder = MountingFinder()
        self._meter = StrideMeter(foot)
        self._second = Cells.none()
        self._still: list[tuple[Floats, Bools]] = []

    def push(self, samples: Samples) -> Strides:
        """Strides that became known with these samples."""
        parts = [Strides.none(self.foot)]
        for start in range(0, len(samples), PIECE_SAMPLES):
            piece = samples[start : start + PIECE_SAMPLES]
            if self._gyroscope is None:
                self._gyroscope = bool(np.isfinite(piece.gyr_radps[0]).all())
            parts.append(self._advance(self._grid.push(piece)))
        return Strides.join(parts)

    def flush(self) -> Strides:
        """The strides still open at the end of the samples."""
        parts = [Strides.none(self.foot), self._advance(self._grid.flush())]
        if len(self._cells):
            parts.append(self._advance(self._cells.held(self._after), end=True))
        return Strides.join(parts)

    @property
    def _after(self) -> int:
        return after_cells(gyroscope=bool(self._gyroscope))

    @property
    def settled_s(self) -> float:
        """Time before which no further stride will begin; minus infinity while nothing is known."""
        if not len(self._cells):
            return -np.inf
        earliest = [self._decided, *(link.first for link in self._waiting[:1])]
        if self._chain.oldest is not None:
            earliest.append(self._chain.oldest)
        return float(self._cells.time_s[min(earliest) - LOOK_BACK_CELLS - self._first])

    def still(self) -> tuple[Floats, Bools]:
        """Start times of the seconds that went by since the last call, and whether the foot was still in them."""
        seconds, self._still = self._still, []
        return np.concatenate([np.empty(0), *(start_s for start_s, _ in seconds)]), np.concatenate(
            [np.empty(0, bool), *(mark for _, mark in seconds)]
        )

    def _advance(self, new: Cells, *, end: bool = False) -> Strides:
        if not len(self._cells) and len(new):
            new = Cells.join([new[:1].held(BEFORE_CELLS), new])
            self._decided = BEFORE_CELLS
        self._cells = Cells.join([self._cells, new])
        self._second = Cells.join([self._second, new])
        if len(self._second) >= SECOND_CELLS:
            self._still.append(still_seconds(self._second))
            self._second = self._second[len(self._second) // SECOND_CELLS * SECOND_CELLS :]
        ready = self._first + len(self._cells) - self._after
        if ready - self._decided < HOP_CELLS and not end:
            return Strides.none(self.foot)
        links, breaks = self._chained(ready, end=end)
        strides = self._meter.measure(self._cells, self._first, self._mounted(links, breaks), bool(self._gyroscope))
        self._forget()
        return strides

    def _chained(self, ready: int, *, end: bool) -> tuple[list[Link], set[int]]:
        """Links proven up to the cell `ready`, and before which of them a chain had ended."""
        known = self._landings[-2:]
        landings = [*known, *self._find(ready)]
        alike_last = self._alike_last(landings)
        links: list[Link] = []
        breaks: set[int] = set()
        for k in range(len(known), len(landings)):
            if self._chain.expire(landings[k]):
                breaks.add(len(links))
            alike_before = self._alike(landings[k - 2 : k - 1], landings[k : k + 1]) if self._chain.aside else [0.0]
            proven = self._chain.add(landings[k], alike_last[k], alike_before[0])
            if len(proven) >= LEAST_LINKS and not self._travels(proven):
                self._chain.reject()
            else:
                links += proven
        if self._chain.expire(ready) or end:
            breaks.add(len(links))
        self._landings = landings[-2:]
        return links, breaks

    def _find(self, ready: int) -> list[int]:
        """Absolute cells of the landings among those that became decidable."""
        start = max(self._decided - BEFORE_CELLS - self._first, 0)
        found = find_landings(self._cells[start:], gyroscope=bool(self._gyroscope)).cell + start + self._first
        self._decided, past = max(ready, self._decided), self._decided
        return [int(cell) for cell in found if past <= cell < ready]

    def _alike_last(self, landings: list[int]) -> list[float]:
        """Likeness of each landing to the one before it; nothing where that has been forgotten."""
        within = [cell - self._first >= LOOK_BACK_CELLS for cell in landings]
        pairs = [k for k in range(1, len(landings)) if within[k - 1]]
        values = self._alike([landings[k - 1] for k in pairs], [landings[k] for k in pairs])
        known = dict(zip(pairs, values, strict=True))
        return [known.get(k, 0.0) for k in range(len(landings))]

    def _alike(self, first: list[int], second: list[int]) -> list[float]:
        """Likeness of landings in pairs, given by their absolute cells."""
        if not first:
            return []
        a, b = (np.array(cells_, dtype=np.int64) - self._first for cells_ in (first, second))
        return similarity(self._cells, a, b, gyroscope=bool(self._gyroscope)).tolist()

    def _travels(self, links: list[Link]) -> bool:
        """Whether the foot gets anywhere in a newly proven chain; told only with a gyroscope."""
        if not self._gyroscope:
            return True
        travel_m = np.sqrt(squared_norm(self._gather(links).travel_m))
        return float(np.median(travel_m)) >= LEAST_TRAVEL_M

    def _mounted(self, links: list[Link], breaks: set[int]) -> list[tuple[Link, Mounting]]:
        """Links whose mounting is known by now, each with the one that holds for it."""
        if not self._gyroscope:
            self.mounting = NO_GYROSCOPE
            return [(link, NO_GYROSCOPE) for link in links]
        wanted = np.flatnonzero(self._finder.wanted(len(links)))
        evidence = self._gather([links[k] for k in wanted])
        piece = {int(k): evidence[row : row + 1] for row, k in enumerate(wanted)}
        done: list[tuple[Link, Mounting]] = []
        for k in range(len(links) + 1):
            mounting = self._finder.settle() if k in breaks else None
            if k < len(links):
                self._waiting.append(links[k])
                mounting = self._finder.add(piece.get(k)) or mounting
            if mounting is not None:
                self.mounting = mounting
                done += [(link, mounting) for link in self._waiting]
                self._waiting.clear()
        return done

    def _gather(self, links: list[Link]) -> Evidence:
        """Evidence of the links, brisk and slow strides apart, in their order."""
        if not links:
            return Evidence.none()
        first, last = (
            np.array([getattr(link, end) for link in links], dtype=np.int64) - self._first for end in ("first", "last")
        )
        rows, parts = [np.empty(0, np.int64)], [Evidence.none()]
        for pace, chosen in ((BRISK, last - first <= BRISK.longest_cells), (SLOW, last - first > BRISK.longest_cells)):
            if chosen.any():
                parts.append(gather(self._cells, first[chosen], last[chosen], pace.longest_cells))
                rows.append(np.flatnonzero(chosen))
        return Evidence.join(parts)[np.argsort(np.concatenate(rows))]

    def _forget(self) -> None:
        """Drop the cells that no later decision looks at."""
        needed = [self._decided - BEFORE_CELLS]
        needed += [link.first - LOOK_BACK_CELLS for link in self._waiting[:1]]
        if self._chain.oldest is not None:
            needed.append(self._chain.oldest - LOOK_BACK_CELLS)
        keep = max(min(needed) - self._first, 0)
        if keep:
            self._cells = self._cells[keep:].copy()
            self._first += keep
