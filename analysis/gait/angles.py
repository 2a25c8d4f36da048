"""Foot angles in stance: pitch and inversion against the runner's own flat foot.

They need no heading: the frontal angle is the one about the foot's long axis after pitch, as in the joint convention of
the ISB (Wu et al. 2002, J. Biomech. 35:543).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, dot, gaussian_sigma_s, kernel_half_width, smooth
from surefoot.analysis.gait.stance_orientation import LOADING_PHASE, StanceOrientation
from surefoot.analysis.gait.strapdown import StrideKinematics
from surefoot.analysis.model import Bools, Floats, Foot, Ints

INVERSION_SIGN = {Foot.LEFT: -1.0, Foot.RIGHT: 1.0}
"""Inversion turns a left foot about its toes axis against the right-hand rule (its left, outer edge goes down), a right
foot with it. The one place where the feet differ; toes up is positive on both."""

PEAK_WINDOW_CELLS = 0.20 * GRID_HZ
"""Peak inversion is searched from contact to this much later, or until the foot leaves."""
FLAT_SEARCH_START_CELLS = 0.024 * GRID_HZ
FLAT_RATE_RADPS = 1.0
"""The foot is flat, from `FLAT_SEARCH_START_CELLS` after contact, once it pitches no faster than this: before it makes
3 to 10 rad/s, afterwards 0.5 to 1 until the heel rises."""
INVERSION_SIGMA_S = gaussian_sigma_s(20.0)
"""Smoothing of inversion to 20 Hz: the ankle turns slower, a pod that rings on its lace does not."""
PITCH_SIGMA_S = gaussian_sigma_s(80.0)
"""Smoothing of pitch, which bends sharply at contact; smoothing it to 20 Hz would take a degree off the strike
angle."""
REARFOOT_SD_DEG = 3.0
"""Error of one stride's foot strike angle, which makes a heel strike a probability."""
LOGISTIC_STEEPNESS = 1.702
"""Steepness at which a logistic curve is closest to the normal distribution."""


ANGLE_KEYS = (
    "foot_strike_angle_deg",
    "strike_rearfoot_probability",
    "inversion_at_contact_deg",
    "peak_inversion_deg",
    "peak_inversion_velocity_dps",
    "eversion_excursion_deg",
    "peak_eversion_velocity_dps",
)


@dataclass(frozen=True, slots=True)
class FootAngles:
    """The foot's angles around n landings, at m cells counted from each.

    Parameters
    ----------
    first_cell : of the cells, negative.
    inversion_rad, toes_up_rad : (n, m) smoothed; zero is the runner's own flat foot.
    """

    first_cell: int
    inversion_rad: Floats
    toes_up_rad: Floats

    def at(self, curve: Floats, offset: Floats) -> Floats:
        """(n,) values of an (n, m) curve a fractional number of cells after each landing."""
        position = np.clip(np.nan_to_num(offset) - self.first_cell, 0.0, curve.shape[1] - 1.001)
        whole = position.astype(np.int64)
        row = np.arange(len(curve))
        low = curve[row, whole]
        return low + (position - whole) * (curve[row, whole + 1] - low)

    def within(self, begin: Floats, end: Floats) -> Bools:
        """(n, m) marks of the cells from `begin` to `end`, counted from each landing."""
        position = self.first_cell + np.arange(self.inversion_rad.shape[1])
        return (position >= begin[:, None]) & (position <= end[:, None])

    @property
    def inversion_rate_radps(self) -> Floats:
        """(n, m) rate of inversion."""
        rate: Floats = np.gradient(self.inversion_rad, axis=1) * GRID_HZ
        return rate


def foot_angles(stance: StanceOrientation, axes: Floats, foot: Foot) -> FootAngles:
    """Angles through stances; `axes` is (3, 3, n), sensor to foot."""
    inversion, toes_up = inversion_and_pitch(stance.up, axes, foot)
    inner = slice(kernel_half_width(INVERSION_SIGMA_S), -kernel_half_width(INVERSION_SIGMA_S))
    return FootAngles(
        stance.first_cell + kernel_half_width(INVERSION_SIGMA_S),
        smooth(inversion, INVERSION_SIGMA_S)[:, inner],
        smooth(toes_up, PITCH_SIGMA_S)[:, inner],
    )


def inversion_and_pitch(up: Floats, axes: Floats, foot: Foot) -> tuple[Floats, Floats]:
    """Inversion and toes-up angle (rad, (n, m) each) from the direction of up (3, n, m) in the sensor frame."""
    toes, left, above = (dot(up, axis[..., None]) for axis in axes)
    return INVERSION_SIGN[foot] * np.arctan2(left, above), np.arcsin(np.clip(toes, -1.0, 1.0))


def stance_tilt_deg(kinematics: StrideKinematics, axes: Floats, foot: Foot) -> Floats:
    """(n,) frontal angle of the standing foot, from gravity alone; `axes` is (3, 3, n), sensor to foot."""
    inversion, _ = inversion_and_pitch(kinematics.gravity_mps2[..., None], axes, foot)
    return np.where(kinematics.valid, np.degrees(inversion[:, 0]), np.nan)


def angle_metrics(
    angles: FootAngles,
    kinematics: StrideKinematics,
    contact_offset: Floats,
    contact_cells: Floats,
    rearfoot_limit_deg: float,
) -> dict[str, Floats]:
    """Every angle of the metric registry, (n,) each; `contact_offset` is in cells from the landing, `contact_cells`
    long."""
    inversion, rate = angles.inversion_rad, angles.inversion_rate_radps
    at_contact = angles.at(inversion, contact_offset)
    strike = angles.at(angles.toes_up_rad, contact_offset) - angles.at(
        angles.toes_up_rad, _foot_flat(angles, contact_offset, kinematics.mid_stance_cells)
    )
    loading = angles.within(contact_offset, contact_offset + LOADING_PHASE * contact_cells)
    peak_window = angles.within(contact_offset, contact_offset + np.fmin(PEAK_WINDOW_CELLS, contact_cells))
    return {
        "foot_strike_angle_deg": np.degrees(strike),
        "strike_rearfoot_probability": rearfoot_probability(np.degrees(strike), rearfoot_limit_deg),
        "inversion_at_contact_deg": np.degrees(at_contact),
        "peak_inversion_deg": np.degrees(np.fmax(at_contact, _masked_max(inversion, peak_window))),
        "peak_inversion_velocity_dps": np.degrees(_masked_max(rate, peak_window)),
        "eversion_excursion_deg": np.degrees(at_contact + _masked_max(-inversion, loading)),
        "peak_eversion_velocity_dps": np.degrees(_masked_max(-rate, loading)),
    }


def _foot_flat(angles: FootAngles, contact_offset: Floats, mid_stance_cells: Ints) -> Floats:
    """(n,) cells from the landings to where the foot has come flat, at the latest mid-stance."""
    slow = np.abs(np.gradient(angles.toes_up_rad, axis=1)) * GRID_HZ < FLAT_RATE_RADPS
    flat = slow & angles.within(contact_offset + FLAT_SEARCH_START_CELLS, mid_stance_cells.astype(float))
    return np.where(flat.any(axis=1), angles.first_cell + np.argmax(flat, axis=1), mid_stance_cells)


def rearfoot_probability(strike_angle_deg: Floats, limit_deg: float) -> Floats:
    """Probability that the angle, given its error, is a heel strike's, above the limit."""
    z = (strike_angle_deg - limit_deg) / REARFOOT_SD_DEG
    return 1.0 / (1.0 + np.exp(-LOGISTIC_STEEPNESS * z))


def _masked_max(curve: Floats, inside: Bools) -> Floats:
    """(n,) largest marked value of each row, NaN without one."""
    largest = np.where(inside, curve, -np.inf).max(axis=1)
    return np.where(np.isfinite(largest), largest, np.nan)
