"""What a stride's movement says beyond its times: way, impact, and the angles of the foot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.angles import ANGLES, angle_metrics, stance_tilt_deg, tilt_of
from surefoot.analysis.gait.event_detection import BRISK, SLOW
from surefoot.analysis.gait.filters import GRID_HZ, dot, squared_norm
from surefoot.analysis.gait.impact import IMPACTS, impact_metrics
from surefoot.analysis.gait.resampling import Cells
from surefoot.analysis.gait.stance_orientation import posture_of
from surefoot.analysis.gait.strapdown import Evidence
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot, Ints


@dataclass(frozen=True, slots=True)
class Landed:
    """n landings with what is known of the strides they begin.

    Parameters
    ----------
    cell, length : (n,) of the landing on the grid, and of the stride.
    evidence : of the strides.
    frames, first_frames : (3, 3, n) sensor to foot, now and when the pod was new in its place; NaN where it is not
        known or not trusted.
    touch_s, contact_s : (n,) from the landing's cell to initial contact, and from there to terminal contact.
    """

    cell: Ints
    length: Ints
    evidence: Evidence
    frames: Floats
    first_frames: Floats
    touch_s: Floats
    contact_s: Floats

    def __getitem__(self, rows: Ints) -> Landed:
        return Landed(
            self.cell[rows],
            self.length[rows],
            self.evidence[rows],
            self.frames[..., rows],
            self.first_frames[..., rows],
            self.touch_s[rows],
            self.contact_s[rows],
        )


def movement_metrics(grid: Cells, landed: Landed, stride_s: Floats, foot: Foot) -> dict[str, Floats]:
    """Every metric that is not a time, (n,) each; NaN where the frame, a gap or clipping leaves it unknown."""
    values = {key: np.full(len(landed.cell), np.nan) for key in (*ANGLES, *IMPACTS)}
    brisk = landed.length <= BRISK.longest_cells
    for pace, rows in ((BRISK, np.flatnonzero(brisk)), (SLOW, np.flatnonzero(~brisk))):
        if not len(rows):
            continue
        some = landed[rows]
        touch, contact = some.touch_s * GRID_HZ, some.contact_s * GRID_HZ
        posture = posture_of(grid, some.cell, some.evidence, some.frames, pace)
        found = impact_metrics(grid, posture, touch)
        found |= angle_metrics(tilt_of(posture, some.frames, foot), some.evidence, touch, contact)
        for key, some_values in found.items():
            values[key][rows] = some_values
    tilt_deg = stance_tilt_deg(landed.evidence, landed.first_frames, foot)
    return {**_way(landed.evidence, stride_s), "stance_tilt_deg": tilt_deg, **values}


def _way(evidence: Evidence, stride_s: Floats) -> dict[str, Floats]:
    """Length, speed and height of the strides. Gravity's own size takes out the accelerometer's scale error."""
    size = np.sqrt(squared_norm(evidence.gravity_mps2))
    up = evidence.gravity_mps2 / size
    level = evidence.travel_m - up * dot(evidence.travel_m, up)
    scale = np.where(evidence.whole, STANDARD_GRAVITY_MPS2 / size, np.nan)
    length_m = np.sqrt(squared_norm(level)) * scale
    return {
        "stride_length_m": length_m,
        "speed_mps": length_m / stride_s,
        "clearance_m": np.where(evidence.whole, evidence.lift_m, np.nan),
    }
