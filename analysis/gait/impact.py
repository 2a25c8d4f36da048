"""How hard the foot lands, as the shoe feels it: not the load of a bone.

Single peaks hang on the sampling instant and on how tightly the pod sits; what is compared over time is the course
below 30 Hz.
"""

from __future__ import annotations

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, cells, dot, reach, sigma_s, smooth, squared_norm
from surefoot.analysis.gait.resampling import Cells
from surefoot.analysis.gait.stance_orientation import Posture
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats

EARLY, LATE = cells(-0.012), cells(0.052)
"""The impact lies between these cells from initial contact, which itself is known to a few milliseconds."""
BAND_SIGMA_S = sigma_s(30.0)
IMPACTS = ("impact_peak_g", "impact_peak_30hz_g", "impact_rate_gps", "braking_peak_g")


def impact_metrics(grid: Cells, posture: Posture, touch: Floats) -> dict[str, Floats]:
    """Peak, band-limited peak, loading rate and braking of n landings, (n,) each; `touch` in cells from the landing.

    All are lower bounds where readings clip.
    """
    margin = reach(BAND_SIGMA_S)
    start = np.round(np.nan_to_num(touch)).astype(np.int64) - posture.first + EARLY - margin
    window = np.maximum(start, 0)[:, None] + np.arange(LATE - EARLY + 2 * margin)
    index = np.take_along_axis(posture.index, window, axis=1)
    force = grid.acc_mps2[:, index] / STANDARD_GRAVITY_MPS2
    slow = smooth(force, BAND_SIGMA_S)
    inner = slice(margin, -margin)
    felt = np.sqrt(squared_norm(slow))[:, inner]
    ahead = np.take_along_axis(posture.ahead, window[None], axis=2)
    return {
        "impact_peak_g": grid.peak_mps2[index[:, inner]].max(axis=1) / STANDARD_GRAVITY_MPS2,
        "impact_peak_30hz_g": felt.max(axis=1),
        "impact_rate_gps": np.diff(felt, axis=1).max(axis=1) * GRID_HZ,
        "braking_peak_g": -dot(slow, ahead)[:, inner].min(axis=1),
    }
