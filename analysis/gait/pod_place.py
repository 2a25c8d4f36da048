"""Where along its shoe a pod sits: how far behind the toes, about which the foot turns from mid-stance to lift-off."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, cell_count, gaussian_sigma_s, kernel_half_width, smooth
from surefoot.analysis.gait.orientation import accumulate, conjugate, cross, increments, rotate
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.stride_parameters import AlignedStride
from surefoot.analysis.model import Floats, Gait, Strides

SIGMA_S = gaussian_sigma_s(30.0)
MARGIN_CELLS = kernel_half_width(SIGMA_S) + 1
MIN_CELLS = cell_count(0.05)
"""The foot turns about the toes for twice this even in a sprint."""
STRIDES = 12
"""Strides of one gait from which a pod's place is known."""
LATER_EVERY = 6
"""Of later strides, so many cost one look at where it sits now."""
SLIPPED_LOOKS, MIN_SLIP_M = 3, 0.03
"""So many looks in a row that find it further from its place than this, on one side, say that it has slipped."""
MAX_SCATTER_M = 0.02
"""With more from stride to stride, as in turns, the median is off by a centimetre and the place is not known."""
SD_PER_MAD = 1.4826


Looks = list[tuple[float, float]]
"""When (s), and how far behind the toes (m)."""


class PodPlace:
    """One foot's strides in; the place of its pod out, from the latest strides of either gait since it last slipped.

    In walking the foot turns about a point further forward, so a place is compared with one of the same gait.
    """

    def __init__(self) -> None:
        self._stays: list[tuple[float, dict[Gait, Looks]]] = [(-np.inf, {gait: [] for gait in Gait})]
        self._seen = dict.fromkeys(Gait, 0)

    @property
    def slipped_s(self) -> list[float]:
        """Start times of the strides at which the pod was found to have slipped along its shoe."""
        return [since_s for since_s, _ in self._stays[1:]]

    @property
    def note(self) -> str:
        """Clause on what slipping cost; empty if it did not."""
        if not self.slipped_s:
            return ""
        when = ", ".join(f"{slip_s:.0f}" for slip_s in self.slipped_s)
        return f"the pod slipped along its shoe at {when} s: impact, lift and wobble of before are not like those after"

    def push(self, grid: UniformSamples, first_cell: int, aligned: list[AlignedStride], strides: Strides) -> None:
        """Take strides and the candidates they were measured from, in order; the grid begins with `first_cell`."""
        for k, stride in enumerate(aligned):
            gait = Gait.RUN if strides.running[k] else Gait.WALK
            self._seen[gait] += 1
            if len(self._stays[-1][1][gait]) < STRIDES or self._seen[gait] % LATER_EVERY == 0:
                place_m = behind_toes_m(grid, first_cell, stride, float(strides.terminal_contact_s[k]))
                if np.isfinite(place_m):
                    self._add(gait, float(strides.initial_contact_s[k]), place_m)

    def known_before(self, end_s: float) -> dict[Gait, float]:
        """Gait → how far (m) the pod sits behind the toes, where strides that begin before `end_s` make it certain."""
        stay = next(looks for since_s, looks in reversed(self._stays) if since_s < end_s)
        places_m = {gait: _place_m(looks[: bisect_left(looks, (end_s,))]) for gait, looks in stay.items()}
        return {gait: place_m for gait, place_m in places_m.items() if np.isfinite(place_m)}

    def _add(self, gait: Gait, time_s: float, place_m: float) -> None:
        looks = self._stays[-1][1][gait]
        looks.append((time_s, place_m))
        off_m = np.array([each_m for _, each_m in looks[-SLIPPED_LOOKS:]]) - _place_m(looks[:-SLIPPED_LOOKS])
        if (off_m > MIN_SLIP_M).all() or (off_m < -MIN_SLIP_M).all():
            self._stays.append((time_s, {each: looks[-SLIPPED_LOOKS:] if each is gait else [] for each in Gait}))


def _place_m(looks: Looks) -> float:
    """Median of the latest looks; NaN with too few, or if they differ too much."""
    place_m = np.array([each_m for _, each_m in looks[-STRIDES:]])
    if len(place_m) < STRIDES:
        return np.nan
    middle_m = float(np.median(place_m))
    return middle_m if SD_PER_MAD * np.median(np.abs(place_m - middle_m)) <= MAX_SCATTER_M else np.nan


def behind_toes_m(grid: UniformSamples, first_cell: int, stride: AlignedStride, terminal_contact_s: float) -> float:
    """How far behind the toes the pod sits, from one stride; NaN where readings, axes or lift-off are not known.

    In a body that turns about a fixed point, the acceleration at r from there is α × r + ω × (ω × r): least squares
    over the cells from mid-stance to terminal contact give r.
    """
    start = stride.candidate.start_cell - first_cell + int(stride.kinematics.mid_stance_cells[0])
    stop = int(np.searchsorted(grid.time_s, terminal_contact_s))
    near = slice(start - MARGIN_CELLS, stop + MARGIN_CELLS)
    known = np.isfinite(terminal_contact_s) and stride.kinematics.valid[0] and np.isfinite(stride.frame).all()
    if not known or stop - start < MIN_CELLS or grid.clipped[near].any() or not grid.valid[near].all():
        return np.nan
    inside = slice(MARGIN_CELLS, -MARGIN_CELLS)
    rate = smooth(grid.gyr_radps[:, near], SIGMA_S)
    turning, rate = np.gradient(rate, axis=1)[:, inside] * GRID_HZ, rate[:, inside]
    moved = smooth(grid.acc_mps2[:, near], SIGMA_S)[:, inside] - _gravity(grid, stride, slice(start, stop))
    per_metre = [cross(turning, axis) + cross(rate, cross(rate, axis)) for axis in stride.frame[..., None]]
    return -float(np.linalg.lstsq(np.stack([each.ravel() for each in per_metre], axis=1), moved.ravel())[0][0])


def _gravity(grid: UniformSamples, stride: AlignedStride, cells: slice) -> Floats:
    """(3, m) gravity in the sensor's frame, carried on from mid-stance, with which the cells begin."""
    orientation = accumulate(increments(grid.gyr_radps[:, None, cells]))
    return rotate(conjugate(orientation), stride.kinematics.gravity_mps2[..., None])[:, 0]
