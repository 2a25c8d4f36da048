"""The foot followed through its stance: where up and where the way ahead lie in the sensor's frame, cell by cell.

The gyroscope carries both directions from the quiet instant of the stance to every other cell of it, a tenth of a
second or two, so that its bias counts for a fraction of a degree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.event_detection import Pace
from surefoot.analysis.gait.filters import cells, dot, squared_norm
from surefoot.analysis.gait.orientation import accumulate, conjugate, increments, rotate
from surefoot.analysis.gait.resampling import Cells
from surefoot.analysis.gait.strapdown import Evidence
from surefoot.analysis.model import Floats, Ints

BEFORE_CELLS = cells(0.12)
STANDING_PHASE = 0.6
"""The foot rolls in during this part of the contact; afterwards it pushes off."""
AFTER_S = 0.32
"""This part of a running contact of 0.45 s, with room for filters; in walking it grows with the stride."""
LONGEST_DUTY = 0.85


@dataclass(frozen=True, slots=True)
class Posture:
    """n stances over m cells counted from their landings.

    Parameters
    ----------
    first : of the cells, negative.
    index : (n, m) the same cells on the grid.
    up, ahead : (3, n, m) unit vectors in the sensor frame; ahead is level and where the toes point at rest.
    """

    first: int
    index: Ints
    up: Floats
    ahead: Floats


def posture_of(grid: Cells, landing: Ints, evidence: Evidence, axes: Floats, pace: Pace) -> Posture:
    """Postures after landings (n,) of strides at one pace; `axes` is (3, 3, n), sensor to foot.

    Up is the stride's own where nothing spoils it, else the usual one.
    """
    after = max(cells(AFTER_S), int(STANDING_PHASE * LONGEST_DUTY * pace.longest_cells))
    step = np.arange(-BEFORE_CELLS, after)
    index = np.clip(landing[:, None] + step, 0, len(grid) - 1)
    turned = accumulate(increments(grid.gyr_radps[:, index]))
    at_rest = turned[:, np.arange(len(landing)), evidence.quiet_cells + BEFORE_CELLS]
    up = np.where(evidence.whole, evidence.gravity_mps2, axes[2])
    up = up / np.sqrt(squared_norm(up))
    ahead = axes[0] - up * dot(axes[0], up)
    ahead = ahead / np.sqrt(squared_norm(ahead))
    back = conjugate(turned)
    return Posture(
        -BEFORE_CELLS,
        index,
        rotate(back, rotate(at_rest, up)[..., None]),
        rotate(back, rotate(at_rest, ahead)[..., None]),
    )
