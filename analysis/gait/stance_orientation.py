"""Orientation of the foot through stance: up and forward in the sensor's frame, cell by cell.

The gyroscope carries both directions from mid-stance to every other cell, over a tenth of a second or two, so that its
bias counts for a fraction of a degree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.event_detection import StrideClass
from surefoot.analysis.gait.filters import cell_count, dot, squared_norm
from surefoot.analysis.gait.orientation import accumulate, conjugate, increments, rotate
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.strapdown import StrideKinematics
from surefoot.analysis.model import Floats, Ints

LEAD_CELLS = cell_count(0.12)
"""Cells before the landing that are followed too."""
LOADING_PHASE = 0.6
"""Part of the contact in which the foot everts; afterwards it pushes off."""
MIN_TRACKED_S = 0.32
"""This part of a running contact of 0.45 s with a margin for filters; in walking it grows with the stride."""
MAX_TRACKED_DUTY_FACTOR = 0.85
"""Longest contact that is followed, as a share of the longest stride of the class."""


@dataclass(frozen=True, slots=True)
class StanceOrientation:
    """n stances over m cells counted from their landings.

    Parameters
    ----------
    first_cell : of the cells, negative.
    index : (n, m) the same cells on the grid.
    up, forward : (3, n, m) unit vectors in the sensor frame; forward is level and where the toes point at mid-stance.
    """

    first_cell: int
    index: Ints
    up: Floats
    forward: Floats


def track_stance(
    grid: UniformSamples, landing: Ints, kinematics: StrideKinematics, axes: Floats, stride_class: StrideClass
) -> StanceOrientation:
    """Orientation after landings (n,) of strides of one class; `axes` is (3, 3, n), sensor to foot.

    Up is the stride's own where its kinematics are valid, else the mounting's.
    """
    after = max(cell_count(MIN_TRACKED_S), int(LOADING_PHASE * MAX_TRACKED_DUTY_FACTOR * stride_class.max_cells))
    offset = np.arange(-LEAD_CELLS, after)
    index = np.clip(landing[:, None] + offset, 0, len(grid) - 1)
    rotation = accumulate(increments(grid.gyr_radps[:, index]))
    at_mid_stance = rotation[:, np.arange(len(landing)), kinematics.mid_stance_cells + LEAD_CELLS]
    up = np.where(kinematics.valid, kinematics.gravity_mps2, axes[2])
    up = up / np.sqrt(squared_norm(up))
    forward = axes[0] - up * dot(axes[0], up)
    forward = forward / np.sqrt(squared_norm(forward))
    inverse = conjugate(rotation)
    return StanceOrientation(
        -LEAD_CELLS,
        index,
        rotate(inverse, rotate(at_mid_stance, up)[..., None]),
        rotate(inverse, rotate(at_mid_stance, forward)[..., None]),
    )
