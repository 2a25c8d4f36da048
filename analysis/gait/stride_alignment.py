"""Stride candidates joined with the mounting that holds for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.sensor_alignment import (
    NO_GAIT,
    NO_GYROSCOPE,
    SensorAlignment,
    orientation_matches,
    pitch_axis_matches,
)
from surefoot.analysis.gait.strapdown import StrideKinematics, integrate_strides
from surefoot.analysis.gait.stride_parameters import AlignedStride
from surefoot.analysis.gait.stride_segmentation import StrideCandidate
from surefoot.analysis.model import Bools, Foot, Mounting, MountingStatus


class StrideAligner:
    """Holds stride candidates back until a mounting is known, and passes them on with it.

    Attributes
    ----------
    moved_s : start times of the strides at which the pod was found to have been moved on its shoe.
    """

    def __init__(self, foot: Foot) -> None:
        self.moved_s: list[float] = []
        self._mounting = NO_GAIT
        self._alignment = SensorAlignment(foot)
        self._waiting: list[tuple[StrideCandidate, StrideKinematics]] = []

    @property
    def mounting(self) -> Mounting:
        """The mounting as known now; at best `UNSURE` once the pod was moved."""
        if not self.moved_s:
            return self._mounting
        when = ", ".join(f"{time_s:.0f}" for time_s in self.moved_s)
        note = f"the pod was moved on the shoe at {when} s: contact and angles are withheld there until its axes"
        return replace(self._mounting, status=MountingStatus.UNSURE, note=f"{note} are found again")

    @property
    def first_waiting_cell(self) -> int | None:
        """Start of the first candidate held back."""
        return self._waiting[0][0].start_cell if self._waiting else None

    def align(
        self,
        grid: UniformSamples,
        first_cell: int,
        candidates: list[StrideCandidate],
        breaks: set[int],
        *,
        gyroscope: bool,
    ) -> list[AlignedStride]:
        """Aligned strides that the new candidates release.

        Parameters
        ----------
        first_cell : absolute cell that the grid begins with.
        breaks : indices of the candidates before which a chain of strides ended; ends the warm-up there.
        """
        if not candidates and not breaks:
            return []
        kinematics = integrate_strides(grid, first_cell, candidates)
        if not gyroscope:
            self._mounting = NO_GYROSCOPE
            return [
                AlignedStride(candidate, NO_GYROSCOPE, kinematics[k : k + 1], NO_GYROSCOPE.sensor_to_foot)
                for k, candidate in enumerate(candidates)
            ]
        start_s = [float(grid.time_s[candidate.start_cell - first_cell]) for candidate in candidates]
        return self._align(candidates, kinematics, start_s, breaks)

    def _align(
        self, candidates: list[StrideCandidate], kinematics: StrideKinematics, start_s: list[float], breaks: set[int]
    ) -> list[AlignedStride]:
        aligned: list[AlignedStride] = []
        compared_with, pitch_fits, orientation_fits = self._compare(kinematics)
        for k in range(len(candidates) + 1):
            if k in breaks:
                aligned += self._release(self._alignment.conclude())
            if self._alignment.mounting is not compared_with:
                compared_with, pitch_fits, orientation_fits = self._compare(kinematics)
            if k < len(candidates):
                one, fits = kinematics[k : k + 1], (bool(pitch_fits[k]), bool(orientation_fits[k]))
                aligned += self._add(candidates[k], one, start_s[k], *fits)
        return aligned

    def _compare(self, kinematics: StrideKinematics) -> tuple[Mounting | None, Bools, Bools]:
        """The mounting now, and which strides match its pitch axis and its orientation."""
        mounting = self._alignment.mounting
        if mounting is None:
            return None, np.ones(len(kinematics), bool), np.ones(len(kinematics), bool)
        return mounting, pitch_axis_matches(kinematics, mounting), orientation_matches(kinematics, mounting)

    def _add(
        self,
        candidate: StrideCandidate,
        kinematics: StrideKinematics,
        start_s: float,
        pitch_fits: bool,
        orientation_fits: bool,
    ) -> list[AlignedStride]:
        """What one more candidate releases; with another pitch axis it passes without informing the mounting."""
        mounting = self._alignment.mounting
        if mounting is None:
            return self._wait(candidate, kinematics)
        if self._alignment.is_moved(kinematics, matches=pitch_fits and orientation_fits):
            self.moved_s.append(start_s)
        elif pitch_fits and orientation_fits:
            return self._wait(candidate, kinematics)
        elif pitch_fits:
            self._alignment.add(kinematics)
        first_axes = self._alignment.first_axes
        return [AlignedStride(candidate, mounting, kinematics, first_axes, pitch_fits, orientation_fits)]

    def _wait(self, candidate: StrideCandidate, kinematics: StrideKinematics) -> list[AlignedStride]:
        self._waiting.append((candidate, kinematics))
        return self._release(self._alignment.add(kinematics))

    def _release(self, mounting: Mounting | None) -> list[AlignedStride]:
        """The candidates held back, once there is a mounting for them."""
        if mounting is None:
            return []
        self._mounting = mounting
        waiting, self._waiting = self._waiting, []
        first_axes = self._alignment.first_axes
        return [AlignedStride(candidate, mounting, kinematics, first_axes) for candidate, kinematics in waiting]
