"""How hard the foot lands, as the shoe feels it, which is not the load of a bone.

Single peaks depend on the sampling instant and on how tightly the pod sits; the signal below 30 Hz is what is compared
over time.
"""

from __future__ import annotations

import numpy as np

from surefoot.analysis.gait.filters import (
    GRID_HZ,
    cell_count,
    dot,
    gaussian_sigma_s,
    kernel_half_width,
    smooth,
    squared_norm,
)
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.stance_orientation import StanceOrientation
from surefoot.analysis.metrics import IMPACT
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats

START_CELLS, END_CELLS = cell_count(-0.012), cell_count(0.052)
"""The impact lies between these cells from initial contact, which itself is known to a few milliseconds."""
LOW_PASS_SIGMA_S = gaussian_sigma_s(30.0)
IMPACT_KEYS = ("impact_peak_g", IMPACT, "impact_rate_gps", "braking_peak_g")


def impact_metrics(grid: UniformSamples, stance: StanceOrientation, contact_offset: Floats) -> dict[str, Floats]:
    """Peak, low-passed peak, loading rate and braking of n landings, (n,) each; `contact_offset` in cells from the
    landing.

    All are lower bounds where readings are clipped.
    """
    margin = kernel_half_width(LOW_PASS_SIGMA_S)
    start = np.round(np.nan_to_num(contact_offset)).astype(np.int64) - stance.first_cell + START_CELLS - margin
    window = np.maximum(start, 0)[:, None] + np.arange(END_CELLS - START_CELLS + 2 * margin)
    index = np.take_along_axis(stance.index, window, axis=1)
    force = grid.acc_mps2[:, index] / STANDARD_GRAVITY_MPS2
    filtered = smooth(force, LOW_PASS_SIGMA_S)
    inner = slice(margin, -margin)
    magnitude = np.sqrt(squared_norm(filtered))[:, inner]
    forward = np.take_along_axis(stance.forward, window[None], axis=2)
    return {
        "impact_peak_g": grid.peak_mps2[index[:, inner]].max(axis=1) / STANDARD_GRAVITY_MPS2,
        IMPACT: magnitude.max(axis=1),
        "impact_rate_gps": np.diff(magnitude, axis=1).max(axis=1) * GRID_HZ,
        "braking_peak_g": -dot(filtered, forward)[:, inner].min(axis=1),
    }
