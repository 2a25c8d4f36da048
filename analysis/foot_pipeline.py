"""One foot's pod, samples in, strides out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surefoot.analysis.bouts import SECOND_CELLS, Seconds, still_seconds
from surefoot.analysis.findings import Finding
from surefoot.analysis.gait.contact_candidates import BEFORE_CELLS, LOOK_BACK_CELLS, after_cells
from surefoot.analysis.gait.filters import cells
from surefoot.analysis.gait.resampling import Cells, Grid
from surefoot.analysis.gait.sensor_alignment import NO_GAIT, NO_GYROSCOPE, MountingFinder, fits, settled
from surefoot.analysis.gait.strapdown import Evidence, gather_links
from surefoot.analysis.gait.stride_parameters import MountedLink, StrideMeter
from surefoot.analysis.gait.stride_segmentation import Link
from surefoot.analysis.gait.stride_tracker import StrideTracker
from surefoot.analysis.inversion.criteria import POPULATION, Band
from surefoot.analysis.inversion.detector import RollWatch
from surefoot.analysis.model import Bools, Foot, Mounting, MountingStatus, Samples, Strides

PIECE_SAMPLES = 1 << 15
"""Samples worked on at once: large enough to be fast, small enough to bound memory."""
HOP_CELLS = cells(0.1)
"""New cells worth a look for landings."""


class FootStream:
    """Strides of one foot from its samples; any cut of the samples gives the same strides.

    `moved_s` are the times at which the pod was moved on its shoe.
    """

    def __init__(self, foot: Foot, usual: Band = POPULATION) -> None:
        self.foot = foot
        self._mounting = NO_GAIT
        self.moved_s: list[float] = []
        self._grid = Grid()
        self._cells = Cells.none()
        self._first = 0
        self._gyroscope = False
        self._tracker: StrideTracker | None = None
        self._waiting: list[tuple[Link, Evidence]] = []
        self._finder = MountingFinder(foot)
        self._meter = StrideMeter(foot)
        self._rolls = RollWatch(foot, usual)
        self._findings: list[Finding] = []
        self._second = Cells.none()
        self._still: list[Seconds] = []

    def push(self, samples: Samples) -> Strides:
        """Strides that became known with these samples."""
        parts = [Strides.none(self.foot)]
        for start in range(0, len(samples), PIECE_SAMPLES):
            piece = samples[start : start + PIECE_SAMPLES]
            if self._tracker is None:
                self._gyroscope = bool(np.isfinite(piece.gyr_radps[0]).all())
                self._tracker = StrideTracker(gyroscope=self._gyroscope)
            parts.append(self._advance(self._tracker, self._grid.push(piece)))
        return Strides.join(parts)

    def flush(self) -> Strides:
        """The strides still open at the end of the samples."""
        parts = [Strides.none(self.foot)]
        if self._tracker is not None:
            parts.append(self._advance(self._tracker, self._grid.flush()))
        if self._tracker is not None and len(self._cells):
            parts.append(self._advance(self._tracker, self._cells.held(self._after), end=True))
        self._findings += self._rolls.flush()
        return Strides.join(parts)

    def settle(self) -> Strides:
        """All strides that the samples so far prove, without waiting for more of them to look at together."""
        return Strides.none(self.foot) if self._tracker is None else self._advance(self._tracker, Cells.none(), hop=0)

    @property
    def mounting(self) -> Mounting:
        """How the pod sits on the shoe, as known now; never quite trusted once it was moved."""
        if not self.moved_s:
            return self._mounting
        when = ", ".join(f"{time_s:.0f}" for time_s in self.moved_s)
        note = f"the pod was moved on the shoe at {when} s: contact and angles are withheld there until its axes"
        return replace(self._mounting, status=MountingStatus.UNSURE, note=f"{note} are found again")

    @property
    def settled_s(self) -> float:
        """Time before which no further stride will begin; minus infinity while nothing is known."""
        if self._tracker is None or not len(self._cells):
            return -np.inf
        earliest = min([self._tracker.settled, *(link.first for link, _ in self._waiting[:1])])
        return float(self._cells.time_s[earliest - LOOK_BACK_CELLS - self._first])

    @property
    def usual(self) -> Band:
        """The foot's usual stances, as known now."""
        return self._rolls.band

    def findings(self) -> list[Finding]:
        """Ankle rolls, and revisions of earlier ones, since the last call."""
        found, self._findings = self._findings, []
        return found

    def still(self) -> Seconds:
        """Start times of the seconds that went by since the last call, and whether the foot was still in them."""
        seconds, self._still = self._still, []
        start_s = np.concatenate([np.empty(0), *(start_s for start_s, _ in seconds)])
        return start_s, np.concatenate([np.empty(0, bool), *(mark for _, mark in seconds)])

    @property
    def _after(self) -> int:
        return after_cells(gyroscope=self._gyroscope)

    def _advance(self, tracker: StrideTracker, new: Cells, *, hop: int = HOP_CELLS, end: bool = False) -> Strides:
        self._take(new)
        ready = self._first + len(self._cells) - self._after
        if ready - tracker.decided < hop and not end:
            return Strides.none(self.foot)
        links, breaks = tracker.advance(self._cells, self._first, ready, end=end)
        mounted = self._mounted(links, breaks)
        strides = self._meter.measure(self._cells, self._first, mounted, self._gyroscope)
        if self._gyroscope:
            self._watch(mounted, strides)
        self._forget(tracker.needed)
        return strides

    def _watch(self, links: list[MountedLink], strides: Strides) -> None:
        """Look for ankle rolls in the landings that end new strides."""
        last = np.array([each.link.last for each in links], dtype=np.int64) - self._first
        known = np.minimum(last + self._after, len(self._cells) - 1)
        self._findings += self._rolls.push(links, strides, self._cells.time_s[last], self._cells.time_s[known])

    def _take(self, new: Cells) -> None:
        """Add cells, the very first after a quiet run-up."""
        if not len(self._cells) and len(new):
            new = Cells.join([new[:1].held(BEFORE_CELLS), new])
        self._cells = Cells.join([self._cells, new])
        self._second = Cells.join([self._second, new])
        if len(self._second) >= SECOND_CELLS:
            self._still.append(still_seconds(self._second))
            self._second = self._second[len(self._second) // SECOND_CELLS * SECOND_CELLS :]

    def _mounted(self, links: list[Link], breaks: set[int]) -> list[MountedLink]:
        """Links whose mounting is known by now, each with the one that holds for it."""
        if not links and not breaks:
            return []
        evidence = gather_links(self._cells, self._first, links)
        if not self._gyroscope:
            self._mounting = NO_GYROSCOPE
            return [
                MountedLink(link, NO_GYROSCOPE, evidence[k : k + 1], NO_GYROSCOPE.sensor_to_foot)
                for k, link in enumerate(links)
            ]
        done: list[MountedLink] = []
        held, pitching, still = self._held_against(evidence)
        for k in range(len(links) + 1):
            if k in breaks:
                done += self._released(self._finder.settle())
            if self._finder.mounting is not held:
                held, pitching, still = self._held_against(evidence)
            if k < len(links):
                done += self._take_up(links[k], evidence[k : k + 1], pitching=bool(pitching[k]), still=bool(still[k]))
        return done

    def _held_against(self, evidence: Evidence) -> tuple[Mounting | None, Bools, Bools]:
        """The mounting as known now, and which strides pitch as it says and sit still in it."""
        mounting = self._finder.mounting
        if mounting is None:
            return None, np.ones(len(evidence), bool), np.ones(len(evidence), bool)
        return mounting, fits(evidence, mounting), settled(evidence, mounting)

    def _take_up(self, link: Link, evidence: Evidence, *, pitching: bool, still: bool) -> list[MountedLink]:
        """What is released by one more link; a link that pitches another way goes without being evidence for the
        mounting."""
        mounting = self._finder.mounting
        if mounting is None:
            return self._wait(link, evidence)
        if self._finder.doubt(evidence, fits=pitching and still):
            self.moved_s.append(float(self._cells.time_s[link.first - self._first]))
        elif pitching and still:
            return self._wait(link, evidence)
        elif pitching:
            self._finder.add(evidence)
        return [MountedLink(link, mounting, evidence, self._finder.first_axes, fits=pitching, settled=still)]

    def _wait(self, link: Link, evidence: Evidence) -> list[MountedLink]:
        self._waiting.append((link, evidence))
        return self._released(self._finder.add(evidence))

    def _released(self, mounting: Mounting | None) -> list[MountedLink]:
        """The waiting links, once there is a mounting for them."""
        if mounting is None:
            return []
        self._mounting = mounting
        waiting, self._waiting = self._waiting, []
        return [MountedLink(link, mounting, evidence, self._finder.first_axes) for link, evidence in waiting]

    def _forget(self, needed: int) -> None:
        """Drop the cells that neither the tracker nor a waiting link will look at."""
        keep = min([needed, *(link.first - LOOK_BACK_CELLS for link, _ in self._waiting[:1])]) - self._first
        if keep > 0:
            self._cells = self._cells[keep:].copy()
            self._first += keep
