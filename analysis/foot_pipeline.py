"""One foot's pod, samples in, strides out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surefoot.analysis.bouts import SECOND_CELLS, StillSeconds, still_seconds
from surefoot.analysis.findings import Finding
from surefoot.analysis.gait.contact_candidates import (
    DECISION_LOOKBACK_CELLS,
    SIMILARITY_LOOKBACK_CELLS,
    lookahead_cells,
)
from surefoot.analysis.gait.filters import cell_count
from surefoot.analysis.gait.resampling import Resampler, UniformSamples
from surefoot.analysis.gait.sensor_alignment import (
    NO_GAIT,
    NO_GYROSCOPE,
    SensorAlignment,
    orientation_matches,
    pitch_axis_matches,
)
from surefoot.analysis.gait.strapdown import StrideKinematics, integrate_strides
from surefoot.analysis.gait.stride_parameters import AlignedStride, StrideMeasurer
from surefoot.analysis.gait.stride_segmentation import StrideCandidate
from surefoot.analysis.gait.stride_tracker import StrideTracker
from surefoot.analysis.inversion.criteria import POPULATION_REFERENCE, StanceReference
from surefoot.analysis.inversion.detector import InversionDetector
from surefoot.analysis.model import Bools, Foot, Mounting, MountingStatus, Samples, Strides

PIECE_SAMPLES = 1 << 15
"""Samples worked on at once: large enough to be fast, small enough to bound memory."""
MIN_NEW_CELLS = cell_count(0.1)
"""New cells worth a look for landings."""


class FootPipeline:
    """Strides of one foot from its samples; any cut of the samples gives the same strides.

    `moved_s` are the times at which the pod was moved on its shoe.
    """

    def __init__(self, foot: Foot, stance_reference: StanceReference = POPULATION_REFERENCE) -> None:
        self.foot = foot
        self._mounting = NO_GAIT
        self.moved_s: list[float] = []
        self._resampler = Resampler()
        self._cells = UniformSamples.empty()
        self._first = 0
        self._gyroscope = False
        self._tracker: StrideTracker | None = None
        self._waiting: list[tuple[StrideCandidate, StrideKinematics]] = []
        self._alignment = SensorAlignment(foot)
        self._measurer = StrideMeasurer(foot)
        self._inversion = InversionDetector(foot, stance_reference)
        self._findings: list[Finding] = []
        self._second = UniformSamples.empty()
        self._still: list[StillSeconds] = []

    def push(self, samples: Samples) -> Strides:
        """Strides that became known with these samples."""
        parts = [Strides.empty(self.foot)]
        for start in range(0, len(samples), PIECE_SAMPLES):
            piece = samples[start : start + PIECE_SAMPLES]
            if self._tracker is None:
                self._gyroscope = bool(np.isfinite(piece.gyr_radps[0]).all())
                self._tracker = StrideTracker(gyroscope=self._gyroscope)
            parts.append(self._advance(self._tracker, self._resampler.push(piece)))
        return Strides.join(parts)

    def flush(self) -> Strides:
        """The strides still open at the end of the samples."""
        parts = [Strides.empty(self.foot)]
        if self._tracker is not None:
            parts.append(self._advance(self._tracker, self._resampler.flush()))
        if self._tracker is not None and len(self._cells):
            parts.append(self._advance(self._tracker, self._cells.hold_last(self._after), end=True))
        self._findings += self._inversion.flush()
        return Strides.join(parts)

    def settle(self) -> Strides:
        """All strides that the samples so far prove, without waiting for more of them to look at together."""
        return (
            Strides.empty(self.foot)
            if self._tracker is None
            else self._advance(self._tracker, UniformSamples.empty(), min_new_cells=0)
        )

    @property
    def mounting(self) -> Mounting:
        """How the pod sits on the shoe, as known now; never quite trusted once it was moved."""
        if not self.moved_s:
            return self._mounting
        when = ", ".join(f"{time_s:.0f}" for time_s in self.moved_s)
        note = f"the pod was moved on the shoe at {when} s: contact and angles are withheld there until its axes"
        return replace(self._mounting, status=MountingStatus.UNSURE, note=f"{note} are found again")

    @property
    def watermark_s(self) -> float:
        """Time before which no further stride will begin; minus infinity while nothing is known."""
        if self._tracker is None or not len(self._cells):
            return -np.inf
        earliest = min([self._tracker.watermark_cell, *(candidate.start_cell for candidate, _ in self._waiting[:1])])
        return float(self._cells.time_s[earliest - SIMILARITY_LOOKBACK_CELLS - self._first])

    @property
    def stance_reference(self) -> StanceReference:
        """The foot's usual stances, as known now."""
        return self._inversion.reference

    def findings(self) -> list[Finding]:
        """Ankle rolls, and revisions of earlier ones, since the last call."""
        found, self._findings = self._findings, []
        return found

    def still(self) -> StillSeconds:
        """Start times of the seconds that went by since the last call, and whether the foot was still in them."""
        seconds, self._still = self._still, []
        start_s = np.concatenate([np.empty(0), *(start_s for start_s, _ in seconds)])
        return start_s, np.concatenate([np.empty(0, bool), *(mark for _, mark in seconds)])

    @property
    def _after(self) -> int:
        return lookahead_cells(gyroscope=self._gyroscope)

    def _advance(
        self, tracker: StrideTracker, new: UniformSamples, *, min_new_cells: int = MIN_NEW_CELLS, end: bool = False
    ) -> Strides:
        self._take(new)
        ready = self._first + len(self._cells) - self._after
        if ready - tracker.decided_cell < min_new_cells and not end:
            return Strides.empty(self.foot)
        candidates, breaks = tracker.advance(self._cells, self._first, ready, end=end)
        aligned = self._align(candidates, breaks)
        strides = self._measurer.measure(self._cells, self._first, aligned, self._gyroscope)
        if self._gyroscope:
            self._detect_inversion(aligned, strides)
        self._forget(tracker.first_needed_cell)
        return strides

    def _detect_inversion(self, candidates: list[AlignedStride], strides: Strides) -> None:
        """Look for ankle rolls in the landings that end new strides."""
        last = np.array([each.candidate.end_cell for each in candidates], dtype=np.int64) - self._first
        known = np.minimum(last + self._after, len(self._cells) - 1)
        self._findings += self._inversion.push(candidates, strides, self._cells.time_s[last], self._cells.time_s[known])

    def _take(self, new: UniformSamples) -> None:
        """Add cells, the very first after a quiet run-up."""
        if not len(self._cells) and len(new):
            new = UniformSamples.join([new[:1].hold_last(DECISION_LOOKBACK_CELLS), new])
        self._cells = UniformSamples.join([self._cells, new])
        self._second = UniformSamples.join([self._second, new])
        if len(self._second) >= SECOND_CELLS:
            self._still.append(still_seconds(self._second))
            self._second = self._second[len(self._second) // SECOND_CELLS * SECOND_CELLS :]

    def _align(self, candidates: list[StrideCandidate], breaks: set[int]) -> list[AlignedStride]:
        """Links whose mounting is known by now, each with the one that holds for it."""
        if not candidates and not breaks:
            return []
        kinematics = integrate_strides(self._cells, self._first, candidates)
        if not self._gyroscope:
            self._mounting = NO_GYROSCOPE
            return [
                AlignedStride(candidate, NO_GYROSCOPE, kinematics[k : k + 1], NO_GYROSCOPE.sensor_to_foot)
                for k, candidate in enumerate(candidates)
            ]
        done: list[AlignedStride] = []
        held, pitching, still = self._held_against(kinematics)
        for k in range(len(candidates) + 1):
            if k in breaks:
                done += self._released(self._alignment.conclude())
            if self._alignment.mounting is not held:
                held, pitching, still = self._held_against(kinematics)
            if k < len(candidates):
                done += self._take_up(
                    candidates[k], kinematics[k : k + 1], pitching=bool(pitching[k]), still=bool(still[k])
                )
        return done

    def _held_against(self, kinematics: StrideKinematics) -> tuple[Mounting | None, Bools, Bools]:
        """The mounting as known now, and which strides pitch as it says and sit still in it."""
        mounting = self._alignment.mounting
        if mounting is None:
            return None, np.ones(len(kinematics), bool), np.ones(len(kinematics), bool)
        return mounting, pitch_axis_matches(kinematics, mounting), orientation_matches(kinematics, mounting)

    def _take_up(
        self, candidate: StrideCandidate, kinematics: StrideKinematics, *, pitching: bool, still: bool
    ) -> list[AlignedStride]:
        """What is released by one more link; a link that pitches another way goes without being evidence for the
        mounting."""
        mounting = self._alignment.mounting
        if mounting is None:
            return self._wait(candidate, kinematics)
        if self._alignment.is_moved(kinematics, matches=pitching and still):
            self.moved_s.append(float(self._cells.time_s[candidate.start_cell - self._first]))
        elif pitching and still:
            return self._wait(candidate, kinematics)
        elif pitching:
            self._alignment.add(kinematics)
        return [
            AlignedStride(
                candidate, mounting, kinematics, self._alignment.first_axes, pitch_fits=pitching, orientation_fits=still
            )
        ]

    def _wait(self, candidate: StrideCandidate, kinematics: StrideKinematics) -> list[AlignedStride]:
        self._waiting.append((candidate, kinematics))
        return self._released(self._alignment.add(kinematics))

    def _released(self, mounting: Mounting | None) -> list[AlignedStride]:
        """The waiting links, once there is a mounting for them."""
        if mounting is None:
            return []
        self._mounting = mounting
        waiting, self._waiting = self._waiting, []
        return [
            AlignedStride(candidate, mounting, kinematics, self._alignment.first_axes)
            for candidate, kinematics in waiting
        ]

    def _forget(self, needed: int) -> None:
        """Drop the cells that neither the tracker nor a waiting link will look at."""
        keep = (
            min([needed, *(candidate.start_cell - SIMILARITY_LOOKBACK_CELLS for candidate, _ in self._waiting[:1])])
            - self._first
        )
        if keep > 0:
            self._cells = self._cells[keep:].copy()
            self._first += keep
