"""The foot followed through its stance: where up and where the way ahead lie in the sensor's frame, cell by cell.

The gyroscope carries both directions from the quiet instant of the stance to every other cell of it, a tenth of a
second or two, so that its bias counts for a fraction of a degree.
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
LOADING_PHASE = 0.6
"""The foot rolls in during this part of the contact; afterwards it pushes off."""
MIN_TRACKED_S = 0.32
"""This part of a running contact of 0.45 s, with room for filters; in walking it grows with the stride."""
MAX_TRACKED_DUTY_FACTOR = 0.85


@dataclass(frozen=True, slots=True)
class StanceOrientation:
    """n stances over m cells counted from their landings.

    Parameters
    ----------
    first : of the cells, negative.
    index : (n, m) the same cells on the grid.
    up, ahead : (3, n, m) unit vectors in the sensor frame; ahead is level and where the toes point at rest.
    """

    first_cell: int
    index: Ints
    up: Floats
    forward: Floats


def track_stance(
    grid: UniformSamples, landing: Ints, kinematics: StrideKinematics, axes: Floats, stride_class: StrideClass
) -> StanceOrientation:
    """Postures after landings (n,) of strides at one pace; `axes` is (3, 3, n), sensor to foot.

    Up is the stride's own where nothing spoils it, else the usual one.
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
