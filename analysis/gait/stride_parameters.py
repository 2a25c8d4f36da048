"""From linked landings to measured strides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.event_detection import touch, touch_landmarks, touch_whole
from surefoot.analysis.gait.resampling import Cells
from surefoot.analysis.gait.spatial_parameters import Landed, movement_metrics
from surefoot.analysis.gait.strapdown import Evidence
from surefoot.analysis.gait.stride_segmentation import Link
from surefoot.analysis.gait.temporal_parameters import Timing, time_at, timing_of
from surefoot.analysis.gait.variability import RollVariability
from surefoot.analysis.model import Bools, Flag, Floats, Foot, Ints, Mounting, MountingStatus, Strides

CONFIDENCE = {Flag.GAP: 0.5, Flag.CLIPPED: 0.8, Flag.CONTACT_WITHHELD: 0.8, Flag.NO_GYROSCOPE: 0.7}
"""Factors by which a flag lowers the confidence that the landings' likeness gives."""


@dataclass(frozen=True, slots=True)
class MountedLink:
    """A stride in the rough with the mounting that holds for it.

    Parameters
    ----------
    first_axes : (3, 3) sensor to foot when the pod was new in its place.
    fits : whether the foot pitches about the mounting's axis; contact needs that.
    settled : whether up and the way are where the mounting has them; angles need that too.
    """

    link: Link
    mounting: Mounting
    evidence: Evidence
    first_axes: Floats
    fits: bool = True
    settled: bool = True

    @property
    def frame(self) -> Floats:
        """(3, 3) sensor to foot; NaN where it is not trusted, or the pod may just have been moved."""
        return self.mounting.sensor_to_foot if self._sure else np.full((3, 3), np.nan)

    @property
    def first_frame(self) -> Floats:
        """The same when the pod was new in its place."""
        return self.first_axes if self._sure else np.full((3, 3), np.nan)

    @property
    def _sure(self) -> bool:
        return self.fits and self.settled and self.mounting.status is MountingStatus.OK


class StrideMeter:
    """Measures one foot's strides in order; remembers the last landing, which the next stride may share."""

    def __init__(self, foot: Foot) -> None:
        self._foot = foot
        self._last_landing = -1
        self._last_touch_s = np.nan
        self._last_whole = False
        self._variability = RollVariability()

    def measure(self, grid: Cells, first_cell: int, links: list[MountedLink], gyroscope: bool) -> Strides:
        """Strides of the links; `first_cell` is the absolute cell that the grid begins with."""
        if not links:
            return Strides.none(self._foot)
        first = np.array([each.link.first for each in links], dtype=np.int64)
        last = np.array([each.link.last for each in links], dtype=np.int64)
        axes = np.stack([each.mounting.pitch_axis for each in links], axis=-1)
        touch_s, sure = self._touch(grid, first_cell, first, last, axes, gyroscope)
        begin, finish = first - first_cell, last - first_cell
        liftable = np.array([each.fits and gyroscope for each in links])
        timing = timing_of(grid, begin, finish - begin, axes, touch_s, sure, liftable)
        movement = movement_metrics(grid, _landed(grid, begin, finish, links, timing), timing.stride_s, self._foot)
        movement["roll_variability_deg"] = self._variability.push(movement["inversion_at_contact_deg"])
        flags = _flags(grid, begin, finish, timing, movement, gyroscope)
        return Strides(
            self._foot,
            timing.initial_s,
            timing.lift_s,
            timing.next_initial_s,
            timing.running,
            _confidence(links, flags),
            flags,
            {**_times(timing), **movement},
        )

    def _touch(
        self, grid: Cells, first_cell: int, first: Ints, last: Ints, axes: Floats, gyroscope: bool
    ) -> tuple[Floats, Bools]:
        """(2, n) times of the initial contacts that begin and end each stride, and whether the readings there are
        whole.

        Consecutive strides share a landing, and with it the very same time.
        """
        joined = first == np.concatenate([[self._last_landing], last[:-1]])
        landing = np.stack([first, last], axis=1).ravel()
        fresh = np.stack([~joined, np.ones(len(first), bool)], axis=1).ravel()
        cell = landing[fresh] - first_cell
        axis = np.repeat(axes, 2, axis=1)[:, fresh]
        landmarks = touch_landmarks(grid, cell, axis, gyroscope=gyroscope)
        time_s = np.concatenate([[self._last_touch_s], time_at(grid, cell, touch(*landmarks))])
        whole = np.concatenate([[self._last_whole], touch_whole(grid, cell)])
        self._last_landing, self._last_touch_s, self._last_whole = int(last[-1]), float(time_s[-1]), bool(whole[-1])
        place = np.cumsum(fresh)
        return time_s[place].reshape(-1, 2).T, whole[place].reshape(-1, 2).T


def _landed(grid: Cells, begin: Ints, finish: Ints, links: list[MountedLink], timing: Timing) -> Landed:
    """What the links' movement is measured from."""
    touch_s = np.where(timing.initial_sure, timing.initial_s - grid.time_s[begin], np.nan)
    return Landed(
        begin,
        finish - begin,
        Evidence.join([each.evidence for each in links]),
        np.stack([each.frame for each in links], axis=-1),
        np.stack([each.first_frame for each in links], axis=-1),
        touch_s,
        timing.contact_s,
    )


def _times(timing: Timing) -> dict[str, Floats]:
    return {
        "stride_time_s": timing.stride_s,
        "ground_contact_time_s": timing.contact_s,
        "swing_time_s": timing.stride_s - timing.contact_s,
        "duty_factor": timing.contact_s / timing.stride_s,
        "push_off_rate_dps": np.degrees(timing.push_off_radps),
    }


def _flags(
    grid: Cells, first: Ints, last: Ints, timing: Timing, movement: Mapping[str, Floats], gyroscope: bool
) -> Ints:
    """(n,) `Flag` bits of strides between cells."""
    marks = {
        Flag.CLIPPED: _any(grid.clipped, first, last),
        Flag.GAP: _any(~grid.valid, first, last),
        Flag.CONTACT_WITHHELD: np.isnan(timing.lift_s),
        Flag.ANGLES_WITHHELD: np.isnan(movement["inversion_at_contact_deg"]),
    }
    flags = np.full(len(first), 0 if gyroscope else int(Flag.NO_GYROSCOPE))
    for flag, marked in marks.items():
        flags = flags | np.where(marked, int(flag), 0)
    return flags


def _any(marks: Bools, first: Ints, last: Ints) -> Bools:
    """Whether any cell from first to last is marked."""
    count = np.concatenate([[0], np.cumsum(marks)])
    return count[last + 1] > count[first]


def _confidence(links: list[MountedLink], flags: Ints) -> Floats:
    """0 … 1: likeness of the two landings, lowered by what is missing."""
    alike = np.array([np.clip(each.link.alike, 0.0, 1.0) for each in links])
    sure = np.array([1.0 if each.mounting.status is MountingStatus.OK else 0.8 for each in links]) * alike
    for flag, factor in CONFIDENCE.items():
        sure = np.where(flags & flag, sure * factor, sure)
    return sure
