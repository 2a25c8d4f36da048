"""One foot of a session, from samples to strides, inversion findings and still seconds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surefoot.analysis.findings import Finding
from surefoot.analysis.gait.contact_candidates import (
    DECISION_LOOKBACK_CELLS,
    SIMILARITY_LOOKBACK_CELLS,
    lookahead_cells,
)
from surefoot.analysis.gait.filters import cell_count
from surefoot.analysis.gait.gravity_check import gravity_note
from surefoot.analysis.gait.pod_place import PodPlace
from surefoot.analysis.gait.resampling import Resampler, UniformSamples
from surefoot.analysis.gait.stillness import StillnessDetector, StillSeconds, join_seconds
from surefoot.analysis.gait.stride_alignment import StrideAligner
from surefoot.analysis.gait.stride_parameters import AlignedStride, StrideMeasurer
from surefoot.analysis.gait.stride_tracker import StrideTracker
from surefoot.analysis.inversion.chirality import ChiralityCourse
from surefoot.analysis.inversion.detector import InversionDetector
from surefoot.analysis.inversion.stance_reference import StanceReference
from surefoot.analysis.model import Flag, Foot, Mounting, MountingStatus, Samples, Strides
from surefoot.analysis.pairing import Spans, StridePairer
from surefoot.analysis.parameters import DEFAULTS, Parameters

PIECE_SAMPLES = 1 << 15
"""Samples processed at once; bounds the memory that a long recording pushed whole takes."""
MIN_NEW_CELLS = cell_count(0.1)
"""Fewer new cells than this are not searched for contacts yet."""


class FootPipeline:
    """Samples of one foot in; strides, findings and still seconds out. Any cut of the samples gives the same results.

    Results of a time before the last `mark_absent` are late: their strides are flagged, and the other results of that
    time are given apart or left out.

    Attributes
    ----------
    pairer : the strides, which wait there for the other foot.
    first_s, last_s : times of the first sample that was not late, and of the last.
    moved_s : times at which the pod was moved on its shoe, late ones left out.
    place : where along the shoe the pod sits, from strides that are not late.
    """

    def __init__(
        self,
        foot: Foot,
        stance_reference: StanceReference,
        parameters: Parameters = DEFAULTS,
        *,
        side_confirmed: bool = False,
        clocks_unknown_s: Spans = (),
    ) -> None:
        self.foot = foot
        self.pairer = StridePairer(Strides.empty(foot), clocks_unknown_s)
        self.first_s, self.last_s = np.inf, -np.inf
        self.moved_s: list[float] = []
        self.place = PodPlace()
        self._late_before_s = -np.inf
        self._gyroscope = False
        self._cells = UniformSamples.empty()
        self._first_cell = 0
        self._gap_cells = np.empty(0, np.int64)
        self._last_stride_cell = 0
        self._resampler = Resampler()
        self._tracker: StrideTracker | None = None
        self._aligner = StrideAligner(foot)
        self._measurer = StrideMeasurer(foot, parameters)
        self._inversion = InversionDetector(foot, stance_reference, parameters, side_confirmed=side_confirmed)
        self._stillness = StillnessDetector(parameters)
        self._moves_seen_s: set[float] = set()
        self._strides = self._clipped_strides = self._gap_strides = 0
        self._findings: tuple[list[Finding], list[Finding]] = [], []
        self._still: list[StillSeconds] = []

    @property
    def rate_hz(self) -> float:
        """Sampling rate of the first readings; NaN until it is known."""
        return self._resampler.rate_hz

    @property
    def mounting(self) -> Mounting:
        """How the pod sits on the shoe, as known now, and if gravity is not right, why."""
        mounting = replace(self._aligner.mounting, behind_toes_m=self.place.known_before(np.inf))
        mounting = replace(mounting, note=mounting.note or self.place.note)
        if mounting.status is not MountingStatus.FAILED or not np.isfinite(mounting.gravity_mps2):
            return mounting
        at_rest = self._stillness.rest_forces_mps2
        rest_mps2 = float(np.median(at_rest)) if at_rest else None
        shares = (count / max(self._strides, 1) for count in (self._clipped_strides, self._gap_strides))
        return replace(mounting, note=gravity_note(mounting.gravity_mps2, rest_mps2, *shares))

    @property
    def stance_reference(self) -> StanceReference:
        """The foot's usual stances, as known now."""
        return self._inversion.reference

    @property
    def rolled_in_deg(self) -> float:
        """How far the foot rolls in, which shows the side of its pod, as known now."""
        return self._inversion.rolled_in_deg

    @property
    def moving_rates_radps(self) -> list[float]:
        """Root-mean-square angular rates of the first seconds in which the foot moved."""
        return self._stillness.moving_rates_radps

    @property
    def watermark_s(self) -> float:
        """Time before which no further stride will begin that is not late; minus infinity while nothing is known."""
        if self._tracker is None or not len(self._cells):
            return max(-np.inf, self._late_before_s)
        cell = self._earliest(self._tracker.watermark_cell, self._aligner.first_waiting_cell)
        time_s = float(self._cells.time_s[cell - SIMILARITY_LOOKBACK_CELLS - self._first_cell])
        return max(time_s, self._late_before_s)

    def push(self, samples: Samples) -> None:
        """Take the next samples."""
        on_time = int(np.searchsorted(samples.time_s, self._late_before_s))
        if on_time < len(samples):
            self.first_s = min(self.first_s, float(samples.time_s[on_time]))
        self.last_s = float(samples.time_s[-1])
        pieces = (samples[start : start + PIECE_SAMPLES] for start in range(0, len(samples), PIECE_SAMPLES))
        self._collect([self._push(piece) for piece in pieces])

    def flush(self) -> None:
        """End the recording: results of what is still open."""
        parts = []
        if self._tracker is not None:
            parts.append(self._advance(self._tracker, self._resampler.flush()))
        if self._tracker is not None and len(self._cells):
            parts.append(self._advance(self._tracker, self._cells.hold_last(self._lookahead_cells), end=True))
        self._note(self._inversion.flush())
        self._collect(parts)

    def mark_absent(self, until_s: float) -> None:
        """Give all results that the samples so far prove; what comes to be known later of the time before is late."""
        if self._tracker is not None:
            self._collect([self._advance(self._tracker, UniformSamples.empty(), min_new_cells=0)])
        self._late_before_s = max(self._late_before_s, until_s)

    def take_findings(self) -> tuple[list[Finding], list[Finding]]:
        """Inversion findings since the last call: all, and those that are not late."""
        findings, self._findings = self._findings, ([], [])
        return findings

    def take_chirality(self) -> ChiralityCourse:
        """What the foot's stances said of its side since the last call, late ones left out."""
        course = self._inversion.take_chirality()
        return course[course.time_s >= self._late_before_s]

    def take_still_seconds(self) -> StillSeconds:
        """The seconds since the last call, late ones left out."""
        seconds, self._still = self._still, []
        return join_seconds(seconds)

    @property
    def _lookahead_cells(self) -> int:
        return lookahead_cells(gyroscope=self._gyroscope)

    def _push(self, piece: Samples) -> Strides:
        if self._tracker is None:
            self._gyroscope = bool(np.isfinite(piece.gyr_radps[0]).all())
            self._tracker = StrideTracker(gyroscope=self._gyroscope)
        return self._advance(self._tracker, self._resampler.push(piece))

    def _advance(
        self, tracker: StrideTracker, new: UniformSamples, *, min_new_cells: int = MIN_NEW_CELLS, end: bool = False
    ) -> Strides:
        """Strides that became known with the new cells."""
        self._add_cells(new)
        ready_cell = self._first_cell + len(self._cells) - self._lookahead_cells
        if ready_cell - tracker.decided_cell < min_new_cells and not end:
            return Strides.empty(self.foot)
        candidates, breaks = tracker.advance(self._cells, self._first_cell, ready_cell, end=end)
        aligned = self._aligner.align(self._cells, self._first_cell, candidates, breaks, gyroscope=self._gyroscope)
        strides = self._measurer.measure(self._cells, self._first_cell, aligned, self._gyroscope)
        strides = self._flag_after_gaps(aligned, strides)
        late = int(np.searchsorted(strides.initial_contact_s, self._late_before_s))
        self.place.push(self._cells, self._first_cell, aligned[late:], strides[late:])
        self._strides += len(strides)
        self._clipped_strides += int(strides.has(Flag.CLIPPED).sum())
        self._gap_strides += int(strides.has(Flag.GAP).sum())
        if self._gyroscope:
            strides = self._detect_inversion(aligned, strides)
        self._drop_cells(tracker.first_needed_cell)
        return strides

    def _add_cells(self, new: UniformSamples) -> None:
        """Append cells, the very first after a run-up that repeats them, of which no second is counted."""
        start_s, still = self._stillness.push(new)
        if not len(self._cells) and len(new):
            new = UniformSamples.join([new[:1].hold_last(DECISION_LOOKBACK_CELLS), new])
        gaps = self._first_cell + len(self._cells) + np.flatnonzero(~new.valid)
        self._gap_cells = np.concatenate([self._gap_cells, gaps])
        self._cells = UniformSamples.join([self._cells, new])
        on_time = start_s >= self._late_before_s
        self._still.append((start_s[on_time], still[on_time]))

    def _flag_after_gaps(self, aligned: list[AlignedStride], strides: Strides) -> Strides:
        """The strides, with `AFTER_GAP` where readings are missing between one and the last; forgets older gaps."""
        if not aligned:
            return strides
        start, end = np.array([(each.candidate.start_cell, each.candidate.end_cell) for each in aligned]).T
        before = np.concatenate([[self._last_stride_cell or start[0]], end[:-1]])
        missing = np.searchsorted(self._gap_cells, start) > np.searchsorted(self._gap_cells, before)
        self._last_stride_cell = int(end[-1])
        self._gap_cells = self._gap_cells[np.searchsorted(self._gap_cells, self._last_stride_cell) :]
        return replace(strides, flags=strides.flags | np.where(missing, int(Flag.AFTER_GAP), 0))

    def _detect_inversion(self, aligned: list[AlignedStride], strides: Strides) -> Strides:
        """Look for inversion events in the stances after new strides; flags those that were not watched."""
        last = np.array([each.candidate.end_cell for each in aligned], dtype=np.int64) - self._first_cell
        known = np.minimum(last + self._lookahead_cells, len(self._cells) - 1)
        time_s = self._cells.time_s
        findings, strides = self._inversion.push(aligned, strides, time_s[last], time_s[known])
        self._note(findings)
        return strides

    def _note(self, findings: list[Finding]) -> None:
        every, on_time = self._findings
        every += findings
        on_time += [finding for finding in findings if finding.time_s >= self._late_before_s]

    def _collect(self, parts: list[Strides]) -> None:
        """Hand new strides to the pairer, late ones flagged, and note new moves of the pod."""
        strides = Strides.join([Strides.empty(self.foot), *parts])
        late = strides.initial_contact_s < self._late_before_s
        if late.any():
            strides = replace(strides, flags=strides.flags | np.where(late, int(Flag.LATE), 0))
        if len(strides):
            self.pairer.add(strides)
        new_s = {*self._aligner.moved_s, *self.place.slipped_s} - self._moves_seen_s
        self.moved_s += sorted(time_s for time_s in new_s if time_s >= self._late_before_s)
        self._moves_seen_s |= new_s

    def _drop_cells(self, first_needed_cell: int) -> None:
        """Forget the cells that neither the tracker nor a waiting candidate will look at."""
        waiting = self._aligner.first_waiting_cell
        first = self._earliest(first_needed_cell, None if waiting is None else waiting - SIMILARITY_LOOKBACK_CELLS)
        if first > self._first_cell:
            self._cells = self._cells[first - self._first_cell :].copy()
            self._first_cell = first

    @staticmethod
    def _earliest(cell: int, other: int | None) -> int:
        return cell if other is None else min(cell, other)
