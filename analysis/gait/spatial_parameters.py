"""Spatial parameters of strides: length, clearance, impact and foot angles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.angles import ANGLE_KEYS, angle_metrics, foot_angles, stance_tilt_deg
from surefoot.analysis.gait.event_detection import FAST_STRIDES, SLOW_STRIDES
from surefoot.analysis.gait.filters import GRID_HZ, dot, squared_norm
from surefoot.analysis.gait.impact import IMPACT_KEYS, impact_metrics
from surefoot.analysis.gait.resampling import UniformSamples
from surefoot.analysis.gait.stance_orientation import track_stance
from surefoot.analysis.gait.strapdown import StrideKinematics
from surefoot.analysis.metrics import STANCE_TILT
from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Floats, Foot, Ints
from surefoot.analysis.parameters import Parameters


@dataclass(frozen=True, slots=True)
class AlignedStances:
    """n stances with what is known of the strides they begin.

    Parameters
    ----------
    landing, length_cells : (n,) of the landing on the grid, and of the stride.
    kinematics : of the strides.
    frames, first_frames : (3, 3, n) sensor to foot, now and when the pod was new in its place; NaN where not known or
        not trusted.
    contact_offset_s, contact_time_s : (n,) from the landing's cell to initial contact, and from there to terminal
        contact.
    """

    landing: Ints
    length_cells: Ints
    kinematics: StrideKinematics
    frames: Floats
    first_frames: Floats
    contact_offset_s: Floats
    contact_time_s: Floats

    def __getitem__(self, rows: Ints) -> AlignedStances:
        return AlignedStances(
            self.landing[rows],
            self.length_cells[rows],
            self.kinematics[rows],
            self.frames[..., rows],
            self.first_frames[..., rows],
            self.contact_offset_s[rows],
            self.contact_time_s[rows],
        )


def spatial_metrics(
    grid: UniformSamples, stances: AlignedStances, stride_time_s: Floats, foot: Foot, parameters: Parameters
) -> dict[str, Floats]:
    """Every metric that is not a time, (n,) each; NaN where the frame, a gap or clipping leaves it unknown."""
    values = {key: np.full(len(stances.landing), np.nan) for key in (*ANGLE_KEYS, *IMPACT_KEYS)}
    fast = stances.length_cells <= FAST_STRIDES.max_cells
    for stride_class, rows in ((FAST_STRIDES, np.flatnonzero(fast)), (SLOW_STRIDES, np.flatnonzero(~fast))):
        if not len(rows):
            continue
        part = stances[rows]
        contact_offset, contact_cells = part.contact_offset_s * GRID_HZ, part.contact_time_s * GRID_HZ
        stance = track_stance(grid, part.landing, part.kinematics, part.frames, stride_class)
        found = impact_metrics(grid, stance, contact_offset)
        angles = foot_angles(stance, part.frames, foot)
        limit_deg = parameters.rearfoot_limit_deg
        found |= angle_metrics(angles, part.kinematics, contact_offset, contact_cells, limit_deg)
        for key, some_values in found.items():
            values[key][rows] = some_values
    tilt_deg = stance_tilt_deg(stances.kinematics, stances.first_frames, foot)
    return {**_displacement_metrics(stances.kinematics, stride_time_s), STANCE_TILT: tilt_deg, **values}


def _displacement_metrics(kinematics: StrideKinematics, stride_time_s: Floats) -> dict[str, Floats]:
    """Length, speed and clearance. Dividing by the measured size of gravity takes out the accelerometer's scale
    error."""
    gravity_norm = np.sqrt(squared_norm(kinematics.gravity_mps2))
    up = kinematics.gravity_mps2 / gravity_norm
    level = kinematics.displacement_m - up * dot(kinematics.displacement_m, up)
    scale = np.where(kinematics.valid, STANDARD_GRAVITY_MPS2 / gravity_norm, np.nan)
    length_m = np.sqrt(squared_norm(level)) * scale
    return {
        "stride_length_m": length_m,
        "speed_mps": length_m / stride_time_s,
        "clearance_m": np.where(kinematics.valid, kinematics.clearance_m, np.nan),
    }
