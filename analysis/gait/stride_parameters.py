"""From aligned stride candidates to measured strides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.event_detection import contact_clipped, contact_landmarks, contact_valid, initial_contact
from surefoot.analysis.gait.filters import GRID_HZ
from surefoot.analysis.gait.gravity_check import without_scaled
from surefoot.analysis.gait.impact import END_CELLS, START_CELLS
from surefoot.analysis.gait.landing_match import matched_cells
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.spatial_parameters import AlignedStances, spatial_metrics
from surefoot.analysis.gait.strapdown import StrideKinematics
from surefoot.analysis.gait.stride_segmentation import StrideCandidate
from surefoot.analysis.gait.temporal_parameters import TemporalParameters, temporal_parameters, time_at
from surefoot.analysis.gait.variability import RollVariability
from surefoot.analysis.metrics import CONTACT, PUSH_OFF, STRIDE_TIME
from surefoot.analysis.model import Bools, Flag, Floats, Foot, Ints, Mounting, MountingStatus, Strides
from surefoot.analysis.parameters import DEFAULTS, Parameters

FLAG_CONFIDENCE = {Flag.GAP: 0.5, Flag.CLIPPED: 0.8, Flag.CONTACT_WITHHELD: 0.8, Flag.NO_GYROSCOPE: 0.7}
"""Factors by which a flag lowers the confidence that the landings' similarity gives."""


@dataclass(frozen=True, slots=True)
class AlignedStride:
    """A stride candidate with the mounting that holds for it.

    Parameters
    ----------
    first_axes : (3, 3) sensor to foot when the pod was new in its place.
    pitch_fits : whether the foot pitches about the mounting's axis; contact times need that.
    orientation_fits : whether up and the direction of travel are where the mounting has them; angles need that too.
    """

    candidate: StrideCandidate
    mounting: Mounting
    kinematics: StrideKinematics
    first_axes: Floats
    pitch_fits: bool = True
    orientation_fits: bool = True

    @property
    def frame(self) -> Floats:
        """(3, 3) sensor to foot; NaN where it is not trusted, or the pod may just have been moved."""
        return self.mounting.sensor_to_foot if self._trusted else np.full((3, 3), np.nan)

    @property
    def first_frame(self) -> Floats:
        """The same when the pod was new in its place."""
        return self.first_axes if self._trusted else np.full((3, 3), np.nan)

    @property
    def _trusted(self) -> bool:
        return self.pitch_fits and self.orientation_fits and self.mounting.status is MountingStatus.OK


class StrideMeasurer:
    """Measures one foot's strides in order; remembers the last landing, which the next stride may share."""

    def __init__(self, foot: Foot, parameters: Parameters = DEFAULTS) -> None:
        self._foot = foot
        self._parameters = parameters
        self._last_landing = -1
        self._last_contact_s = np.nan
        self._last_valid = False
        self._last_sharp = False
        self._variability = RollVariability(parameters.variability_strides)

    def measure(self, grid: UniformSamples, first_cell: int, aligned: list[AlignedStride], gyroscope: bool) -> Strides:
        """Strides of the candidates; `first_cell` is the absolute cell that the grid begins with."""
        if not aligned:
            return Strides.empty(self._foot)
        first = np.array([each.candidate.start_cell for each in aligned], dtype=np.int64)
        last = np.array([each.candidate.end_cell for each in aligned], dtype=np.int64)
        axes = np.stack([each.mounting.pitch_axis for each in aligned], axis=-1)
        contacts_s, valid, sharp = self._initial_contacts(grid, first_cell, first, last, axes, gyroscope)
        start, end = first - first_cell, last - first_cell
        matched_s = matched_cells(grid, start, end, gyroscope=gyroscope) / GRID_HZ
        matched = np.isfinite(matched_s)
        whole = valid[0] & valid[1] & (matched | ~_any(~grid.valid, start, end))
        between_s = np.where(whole & sharp[0] & sharp[1], contacts_s[1] - contacts_s[0], np.nan)
        stride_time_s = np.where(matched, matched_s, between_s)
        has_terminal_contact = np.array([each.pitch_fits and gyroscope for each in aligned])
        temporal = temporal_parameters(
            grid, start, end - start, axes, contacts_s, stride_time_s, valid[0], has_terminal_contact, self._parameters
        )
        stances = _stances(grid, start, end, aligned, temporal)
        spatial = spatial_metrics(grid, stances, temporal.stride_time_s, self._foot, self._parameters)
        spatial["roll_variability_deg"] = self._variability.push(spatial["inversion_at_contact_deg"])
        flags = _flags(grid, start, end, temporal, spatial, gyroscope) | np.where(whole, 0, int(Flag.LANDING_GAP))
        gravity_mps2 = np.array([each.mounting.gravity_mps2 for each in aligned])
        return Strides(
            self._foot,
            temporal.initial_contact_s,
            temporal.terminal_contact_s,
            temporal.next_initial_contact_s,
            temporal.running,
            _confidence(aligned, flags),
            flags,
            without_scaled({**_temporal_metrics(temporal), **spatial}, gravity_mps2),
        )

    def _initial_contacts(
        self, grid: UniformSamples, first_cell: int, first: Ints, last: Ints, axes: Floats, gyroscope: bool
    ) -> tuple[Floats, Bools, Bools]:
        """(2, n) initial contacts that begin and end each stride, whether the readings there are whole, and whether the
        landing's onset is sharp and unclipped.

        Consecutive strides share a landing, and with it the very same time.
        """
        shared = first == np.concatenate([[self._last_landing], last[:-1]])
        landing = np.stack([first, last], axis=1).ravel()
        new = np.stack([~shared, np.ones(len(first), bool)], axis=1).ravel()
        cell = landing[new] - first_cell
        axis = np.repeat(axes, 2, axis=1)[:, new]
        landmarks = contact_landmarks(grid, cell, axis, gyroscope=gyroscope)
        time_s = np.concatenate([[self._last_contact_s], time_at(grid, cell, initial_contact(landmarks))])
        whole = np.concatenate([[self._last_valid], contact_valid(grid, cell)])
        sharp = np.concatenate([[self._last_sharp], ~landmarks.blurred & ~contact_clipped(grid, cell)])
        self._last_landing, self._last_contact_s = int(last[-1]), float(time_s[-1])
        self._last_valid, self._last_sharp = bool(whole[-1]), bool(sharp[-1])
        pair = np.cumsum(new).reshape(-1, 2).T
        return time_s[pair], whole[pair], sharp[pair]


def _stances(
    grid: UniformSamples, start: Ints, end: Ints, aligned: list[AlignedStride], temporal: TemporalParameters
) -> AlignedStances:
    """What the strides' spatial parameters are measured from."""
    contact_offset_s = np.where(temporal.initial_valid, temporal.initial_contact_s - grid.time_s[start], np.nan)
    return AlignedStances(
        start,
        end - start,
        StrideKinematics.join([each.kinematics for each in aligned]),
        np.stack([each.frame for each in aligned], axis=-1),
        np.stack([each.first_frame for each in aligned], axis=-1),
        contact_offset_s,
        temporal.contact_time_s,
    )


def _temporal_metrics(temporal: TemporalParameters) -> dict[str, Floats]:
    return {
        STRIDE_TIME: temporal.stride_time_s,
        CONTACT: temporal.contact_time_s,
        "swing_time_s": temporal.stride_time_s - temporal.contact_time_s,
        "duty_factor": temporal.contact_time_s / temporal.stride_time_s,
        PUSH_OFF: np.degrees(temporal.push_off_rate_radps),
    }


def _flags(
    grid: UniformSamples,
    first: Ints,
    last: Ints,
    temporal: TemporalParameters,
    spatial: Mapping[str, Floats],
    gyroscope: bool,
) -> Ints:
    """(n,) `Flag` bits of the strides between cells."""
    contact = first + np.round((temporal.initial_contact_s - grid.time_s[first]) * GRID_HZ).astype(np.int64)
    marks = {
        Flag.CLIPPED: _any(grid.clipped, first, last),
        Flag.GAP: _any(~grid.valid, first, last),
        Flag.IMPACT_CLIPPED: _any(grid.clipped, contact + START_CELLS, contact + END_CELLS),
        Flag.CONTACT_WITHHELD: np.isnan(temporal.terminal_contact_s),
        Flag.ANGLES_WITHHELD: np.isnan(spatial["inversion_at_contact_deg"]),
    }
    flags = np.full(len(first), 0 if gyroscope else int(Flag.NO_GYROSCOPE))
    for flag, marked in marks.items():
        flags = flags | np.where(marked, int(flag), 0)
    return flags


def _any(marks: Bools, first: Ints, last: Ints) -> Bools:
    """Whether any cell from first to last is marked."""
    count = np.concatenate([[0], np.cumsum(marks)])
    return count[last + 1] > count[first]


def _confidence(aligned: list[AlignedStride], flags: Ints) -> Floats:
    """0 … 1: similarity of the two landings, lowered by what is missing."""
    similarity = np.array([np.clip(each.candidate.similarity, 0.0, 1.0) for each in aligned])
    confidence = np.array([1.0 if each.mounting.status is MountingStatus.OK else 0.8 for each in aligned]) * similarity
    for flag, factor in FLAG_CONFIDENCE.items():
        confidence = np.where(flags & flag, confidence * factor, confidence)
    return confidence
