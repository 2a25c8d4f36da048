"""Strapdown integration of each stride in the sensor's own frame; the mounting need not be known.

A stride is followed by the gyroscope from mid-stance to the next mid-stance. There the velocity
is the same again, so the mean of the rotated specific force is gravity, and the rest integrates to the displacement.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, cell_count, dot, squared_norm
from surefoot.analysis.gait.gravity_check import GRAVITY_TOLERANCE
from surefoot.analysis.gait.orientation import accumulate, cross, increments, rotate
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.stride_segmentation import StrideCandidate
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Bools, Floats, Ints

MID_STANCE_PHASE = (0.06, 0.20)
"""Part of the stride after landing in which the foot comes to rest; later it may already be pushing off."""
MID_STANCE_MEAN_CELLS = cell_count(0.040)
"""Cells over which rotation is averaged to find mid-stance."""
POD_HEIGHT_M = 0.07
"""Height of a pod on the laces above the ground, about which the foot already tips forward at mid-stance and carries
the pod with it."""

LENGTH_BIN_CELLS = cell_count(0.2)
"""Strides are integrated together with those of the same length in these units, since the rounding of sums depends on
their number of terms."""
MAX_CLIPPED_CELLS = cell_count(0.020)
"""A landing that is clipped for this long tilts the mean force by a few degrees at most."""

STANCE_CELLS = np.arange(cell_count(-0.168), cell_count(0.240) + 1, 2)
"""Cells around the landing that ends a stride at which its orientation since mid-stance is kept. In a bad ankle roll
the landing is found only when the roll is over, 0.15 s after contact."""
STRIDE_AXIS = {"stance_orientation": 1, "stance_whole": 0, "stance_clipped": 0}
"""Axis along which the strides lie, where it is not the last."""


@dataclass(frozen=True, slots=True)
class StrideKinematics:
    """Kinematics of n strides, in the sensor frame at the first mid-stance of each.

    Parameters
    ----------
    gravity_mps2 : (3, n) mean specific force over the stride.
    rate_products_rad2ps2 : (3, 3, n) summed products of the rates over the faster half of the stride.
    mean_rotation_rad : (3, n) mean rotation since mid-stance, less its drift: toes-down about the pitch axis.
    displacement_m : (3, n) from one mid-stance to the next.
    clearance_m : (n,) greatest height above the straight line between the two places.
    mid_stance_cells : (n,) from the first landing to the first mid-stance.
    stance_orientation : (4, n, k) orientation at the cells `STANCE_CELLS` around the second landing.
    stance_whole, stance_clipped : (n, k) whether no reading is missing, and whether the gyroscope clips, from the first
        mid-stance to those cells.
    swing_moment_m : (3, n) rotated specific force, integrated twice from the first mid-stance to the second landing;
        the way of the foot, and what gravity adds.
    swing_s : (n,) duration of that.
    valid : (n,) False with a gap, clipping for longer than `MAX_CLIPPED_CELLS`, a mean force that is not gravity, or no
        gyroscope.
    """

    gravity_mps2: Floats
    rate_products_rad2ps2: Floats
    mean_rotation_rad: Floats
    displacement_m: Floats
    clearance_m: Floats
    mid_stance_cells: Ints
    stance_orientation: Floats
    stance_whole: Bools
    stance_clipped: Bools
    swing_moment_m: Floats
    swing_s: Floats
    valid: Bools

    def __len__(self) -> int:
        return len(self.valid)

    def __getitem__(self, strides: slice | Ints) -> StrideKinematics:
        return StrideKinematics(
            self.gravity_mps2[:, strides],
            self.rate_products_rad2ps2[..., strides],
            self.mean_rotation_rad[:, strides],
            self.displacement_m[:, strides],
            self.clearance_m[strides],
            self.mid_stance_cells[strides],
            self.stance_orientation[:, strides],
            self.stance_whole[strides],
            self.stance_clipped[strides],
            self.swing_moment_m[:, strides],
            self.swing_s[strides],
            self.valid[strides],
        )

    @classmethod
    def join(cls, parts: list[StrideKinematics]) -> StrideKinematics:
        """Several pieces in their order."""

        def joined(name: str) -> Any:
            return np.concatenate([getattr(part, name) for part in parts], axis=STRIDE_AXIS.get(name, -1))

        return cls(**{field.name: joined(field.name) for field in fields(cls)})

    @classmethod
    def empty(cls) -> StrideKinematics:
        """No strides."""
        vectors, turns = np.empty((3, 0)), np.empty((4, 0, len(STANCE_CELLS)))
        none, marks = np.empty(0), np.empty((0, len(STANCE_CELLS)), bool)
        return cls(
            gravity_mps2=vectors,
            rate_products_rad2ps2=np.empty((3, 3, 0)),
            mean_rotation_rad=vectors,
            displacement_m=vectors,
            clearance_m=none,
            mid_stance_cells=np.empty(0, np.int64),
            stance_orientation=turns,
            stance_whole=marks,
            stance_clipped=marks,
            swing_moment_m=vectors,
            swing_s=none,
            valid=np.empty(0, bool),
        )


def integrate_strides(grid: UniformSamples, first_cell: int, candidates: list[StrideCandidate]) -> StrideKinematics:
    """Kinematics of the candidates in their order; the grid begins with the absolute cell `first_cell`."""
    if not candidates:
        return StrideKinematics.empty()
    first = np.array([candidate.start_cell for candidate in candidates], dtype=np.int64) - first_cell
    last = np.array([candidate.end_cell for candidate in candidates], dtype=np.int64) - first_cell
    bins = -(-(last - first) // LENGTH_BIN_CELLS)
    rows = [np.flatnonzero(bins == norm) for norm in np.unique(bins)]
    parts = [integrate_group(grid, first[some], last[some], int(bins[some[0]]) * LENGTH_BIN_CELLS) for some in rows]
    return StrideKinematics.join(parts)[np.argsort(np.concatenate(rows))]


def integrate_group(grid: UniformSamples, first: Ints, last: Ints, max_length: int) -> StrideKinematics:
    """Kinematics of the strides from landing `first` to landing `last` (cells), none longer than `max_length` cells."""
    start, stop = mid_stance_cell(grid, first, last - first), mid_stance_cell(grid, last, last - first)
    offset = np.arange(max_length + max(int(max_length * MID_STANCE_PHASE[1]), STANCE_CELLS[-1] + 1))
    inside = offset < (stop - start)[:, None]
    index = np.minimum(start[:, None] + offset, len(grid) - 1)
    rate = grid.gyr_radps[:, index]
    orientation = accumulate(increments(rate))
    force = np.where(inside, rotate(orientation, grid.acc_mps2[:, index]), 0.0)
    count = (stop - start).astype(float)
    gravity = force.sum(axis=-1) / count
    remaining_s = np.where(inside, count[:, None] - offset, 0.0) / GRID_HZ
    gyr = np.where(inside, rate, 0.0)
    at_contact = np.clip((last - start)[:, None] + STANCE_CELLS, 0, len(offset) - 1)
    velocity_mps = _mid_stance_velocity(grid, start, gravity)
    swing_s = (last - start) / GRID_HZ
    return StrideKinematics(
        gravity,
        _rate_products(gyr, inside),
        (gyr * (remaining_s - 0.5 * count[:, None] / GRID_HZ)).sum(axis=-1) / count,
        ((force - gravity[..., None]) * remaining_s).sum(axis=-1) / GRID_HZ + velocity_mps * count / GRID_HZ,
        _clearance(force, gravity, inside),
        start - first,
        np.take_along_axis(orientation, at_contact[None], axis=2),
        ~_any_until(~grid.valid, start, at_contact),
        _any_until(grid.gyr_clipped, start, at_contact),
        (force * np.maximum(swing_s[:, None] - offset / GRID_HZ, 0.0)).sum(axis=-1) / GRID_HZ + velocity_mps * swing_s,
        swing_s,
        _recording_valid(grid, first, stop) & _gravity_plausible(gravity) & rate.any(axis=(0, 2)),
    )


def mid_stance_cell(grid: UniformSamples, landing: Ints, length: Ints) -> Ints:
    """Cell of least rotation (mean over 40 ms) in the early stance after each landing of strides `length` cells long.
    Later cells are penalised, since the later of two quiet moments may be the pause before push-off."""
    width = int(np.ceil((MID_STANCE_PHASE[1] - MID_STANCE_PHASE[0]) * length.max())) + MID_STANCE_MEAN_CELLS
    early = landing + np.round(MID_STANCE_PHASE[0] * length).astype(np.int64)
    rate2 = squared_norm(grid.gyr_radps[:, np.minimum(early[:, None] + np.arange(width), len(grid) - 1)])
    positions = width - MID_STANCE_MEAN_CELLS + 1
    activity = rate2[:, :positions].copy()
    for k in range(1, MID_STANCE_MEAN_CELLS):
        activity += rate2[:, k : k + positions]
    delay = np.arange(positions) / ((MID_STANCE_PHASE[1] - MID_STANCE_PHASE[0]) * length)[:, None]
    calmest = np.argmin(np.where(delay <= 1.0, activity * (1.0 + delay) ** 2, np.inf), axis=1)
    return early + calmest + MID_STANCE_MEAN_CELLS // 2


def _any_until(marks: Bools, mid_stance: Ints, offset: Ints) -> Bools:
    """(n, k) whether a cell is marked between mid-stance, with what it is found from, and `offset` cells later."""
    count = np.concatenate([[0], np.cumsum(marks)])
    first = np.maximum(mid_stance - MID_STANCE_MEAN_CELLS // 2, 0)
    later: Bools = count[np.minimum(mid_stance[:, None] + offset, len(marks) - 1) + 1] > count[first][:, None]
    return later


def _mid_stance_velocity(grid: UniformSamples, mid_stance: Ints, gravity: Floats) -> Floats:
    """(3, n) velocity of the pod at mid-stance, sensor frame, from the rotation about the ground `POD_HEIGHT_M` below
    it."""
    around = mid_stance[:, None] + np.arange(-(MID_STANCE_MEAN_CELLS // 2), MID_STANCE_MEAN_CELLS // 2 + 1)
    rate = grid.gyr_radps[:, np.clip(around, 0, len(grid) - 1)].mean(axis=-1)
    return cross(rate, POD_HEIGHT_M * gravity / np.sqrt(squared_norm(gravity)))


def _clearance(force: Floats, gravity: Floats, inside: Bools) -> Floats:
    """(n,) greatest height above the line from the first to the last place, by double integration along gravity."""
    length = np.sqrt(squared_norm(gravity))
    up = gravity / length
    rising = np.where(inside, dot(force, up[..., None]) - length[:, None], 0.0)
    height = np.cumsum(np.cumsum(rising, axis=1), axis=1) / GRID_HZ**2
    count = inside.sum(axis=1)
    line = height[np.arange(len(height)), count - 1] / np.maximum(count - 1, 1)
    above = np.where(inside, height - line[:, None] * np.arange(height.shape[1]), 0.0)
    return above.max(axis=1) * STANDARD_GRAVITY_MPS2 / length


def _rate_products(gyr_radps: Floats, inside: Bools) -> Floats:
    """(3, 3, n) summed products of the rates over the faster half of each stride."""
    rate2 = squared_norm(gyr_radps)
    ranked = np.sort(np.where(inside, rate2, np.inf), axis=1)
    middle = ranked[np.arange(len(ranked)), inside.sum(axis=1) // 2]
    fast = np.where(inside & (rate2 >= middle[:, None]), gyr_radps, 0.0)
    return np.stack([[(a * b).sum(axis=-1) for b in fast] for a in fast])


def _recording_valid(grid: UniformSamples, first: Ints, last: Ints) -> Bools:
    """(n,) no gap and little clipping between the cells."""
    gaps, clipped = (np.concatenate([[0], np.cumsum(marks)]) for marks in (~grid.valid, grid.clipped))
    return (gaps[last] == gaps[first]) & (clipped[last] - clipped[first] <= MAX_CLIPPED_CELLS)


def _gravity_plausible(gravity_mps2: Floats) -> Bools:
    """(n,) whether the mean force has the size of gravity; it has not if the foot was followed wrongly."""
    norm = np.sqrt(squared_norm(gravity_mps2))
    return np.abs(norm / STANDARD_GRAVITY_MPS2 - 1.0) <= GRAVITY_TOLERANCE
