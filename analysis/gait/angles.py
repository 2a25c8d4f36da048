"""How the foot is tilted while it stands: toes up or down, rolled in or out, against the runner's own flat foot.

Tilt needs no heading: the frontal angle is the one about the foot's long axis after pitch, as in the joint convention
of the ISB (Wu et al. 2002, J. Biomech. 35:543).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.gait.filters import GRID_HZ, dot, reach, sigma_s, smooth
from surefoot.analysis.gait.stance_orientation import STANDING_PHASE, Posture
from surefoot.analysis.gait.strapdown import Evidence
from surefoot.analysis.model import Bools, Floats, Foot, Ints

INVERSION_SIGN = {Foot.LEFT: -1.0, Foot.RIGHT: 1.0}
"""Inversion turns a left foot about its toes axis against the right-hand rule (its left, outer edge goes down), a right
foot with it. The one place where the feet differ; toes up is positive on both."""

LATE_CELLS = 0.20 * GRID_HZ
"""Inversion is looked for from contact to this much later, or until the foot leaves."""
SETTLING_CELLS = 0.024 * GRID_HZ
FLAT_RATE_RADPS = 1.0
"""From so long after contact the foot is flat where it pitches no faster: until it is flat it makes 3 to 10 rad/s,
afterwards 0.5 to 1 on its way to the heel's rise."""
SIGMA_S = sigma_s(20.0)
"""Inversion is smoothed to 20 Hz: the ankle turns slower, a pod that rings on its lace does not."""
CLAP_SIGMA_S = sigma_s(80.0)
"""Pitch bends sharply where the foot meets the ground; smoothing it to 20 Hz takes a degree off the strike."""
REARFOOT_ABOVE_DEG = 8.0
REARFOOT_SD_DEG = 3.0
"""Altman and Davis 2012 (Gait Posture 35:298): heel strikes have more than 8.0°. The error of one stride's angle makes
that a probability."""
NORMAL_AS_LOGISTIC = 1.702
"""Steepness at which a logistic curve is closest to the normal distribution."""


ANGLES = (
    "foot_strike_angle_deg",
    "strike_rearfoot_probability",
    "inversion_at_contact_deg",
    "peak_inversion_deg",
    "peak_inversion_velocity_dps",
    "eversion_excursion_deg",
    "peak_eversion_velocity_dps",
)


@dataclass(frozen=True, slots=True)
class Tilt:
    """The foot's tilt around n landings, at m cells counted from each landing.

    Parameters
    ----------
    first : of the cells, negative.
    inversion_rad, toes_up_rad : (n, m) smoothed; zero is the runner's own flat foot.
    """

    first: int
    inversion_rad: Floats
    toes_up_rad: Floats

    def at(self, curve: Floats, later: Floats) -> Floats:
        """(n,) values of an (n, m) curve a fractional number of cells after each landing."""
        place = np.clip(np.nan_to_num(later) - self.first, 0.0, curve.shape[1] - 1.001)
        whole = place.astype(np.int64)
        row = np.arange(len(curve))
        low = curve[row, whole]
        return low + (place - whole) * (curve[row, whole + 1] - low)

    def within(self, begin: Floats, end: Floats) -> Bools:
        """(n, m) marks of the cells from `begin` to `end`, counted from each landing."""
        place = self.first + np.arange(self.inversion_rad.shape[1])
        return (place >= begin[:, None]) & (place <= end[:, None])

    @property
    def inversion_rate_radps(self) -> Floats:
        """(n, m) rate of inversion."""
        rate: Floats = np.gradient(self.inversion_rad, axis=1) * GRID_HZ
        return rate


def tilt_of(posture: Posture, axes: Floats, foot: Foot) -> Tilt:
    """Tilt over a posture; `axes` is (3, 3, n), sensor to foot."""
    inversion, toes_up = tilt_from(posture.up, axes, foot)
    inner = slice(reach(SIGMA_S), -reach(SIGMA_S))
    return Tilt(
        posture.first + reach(SIGMA_S), smooth(inversion, SIGMA_S)[:, inner], smooth(toes_up, CLAP_SIGMA_S)[:, inner]
    )


def tilt_from(up: Floats, axes: Floats, foot: Foot) -> tuple[Floats, Floats]:
    """Inversion and toes-up angle (n, m) from the direction of up (3, n, m) in the sensor frame."""
    toes, left, above = (dot(up, axis[..., None]) for axis in axes)
    return INVERSION_SIGN[foot] * np.arctan2(left, above), np.arcsin(np.clip(toes, -1.0, 1.0))


def stance_tilt_deg(evidence: Evidence, axes: Floats, foot: Foot) -> Floats:
    """(n,) frontal angle of the standing foot, from gravity alone; `axes` is (3, 3, n), sensor to foot."""
    inversion, _ = tilt_from(evidence.gravity_mps2[..., None], axes, foot)
    return np.where(evidence.whole, np.degrees(inversion[:, 0]), np.nan)


def angle_metrics(tilt: Tilt, evidence: Evidence, touch: Floats, contact: Floats) -> dict[str, Floats]:
    """Every angle of the registry, (n,) each; `touch` and `contact` in cells, from the landing and long."""
    inverted, rate = tilt.inversion_rad, tilt.inversion_rate_radps
    at_contact = tilt.at(inverted, touch)
    strike = tilt.at(tilt.toes_up_rad, touch) - tilt.at(tilt.toes_up_rad, _flat(tilt, touch, evidence.quiet_cells))
    rolling_in = tilt.within(touch, touch + STANDING_PHASE * contact)
    early = tilt.within(touch, touch + np.fmin(LATE_CELLS, contact))
    return {
        "foot_strike_angle_deg": np.degrees(strike),
        "strike_rearfoot_probability": rearfoot_probability(np.degrees(strike)),
        "inversion_at_contact_deg": np.degrees(at_contact),
        "peak_inversion_deg": np.degrees(np.fmax(at_contact, _most(inverted, early))),
        "peak_inversion_velocity_dps": np.degrees(_most(rate, early)),
        "eversion_excursion_deg": np.degrees(at_contact + _most(-inverted, rolling_in)),
        "peak_eversion_velocity_dps": np.degrees(_most(-rate, rolling_in)),
    }


def _flat(tilt: Tilt, touch: Floats, quiet_cells: Ints) -> Floats:
    """(n,) cells from the landings to the instant at which the foot has come flat, at the latest when it is quiet."""
    slow = np.abs(np.gradient(tilt.toes_up_rad, axis=1)) * GRID_HZ < FLAT_RATE_RADPS
    settled = slow & tilt.within(touch + SETTLING_CELLS, quiet_cells.astype(float))
    return np.where(settled.any(axis=1), tilt.first + np.argmax(settled, axis=1), quiet_cells)


def rearfoot_probability(strike_angle_deg: Floats) -> Floats:
    """How surely the heel came first, given the angle's error."""
    beyond = (strike_angle_deg - REARFOOT_ABOVE_DEG) / REARFOOT_SD_DEG
    return 1.0 / (1.0 + np.exp(-NORMAL_AS_LOGISTIC * beyond))


def _most(curve: Floats, inside: Bools) -> Floats:
    """(n,) largest marked value of each row, NaN without one."""
    most = np.where(inside, curve, -np.inf).max(axis=1)
    return np.where(np.isfinite(most), most, np.nan)
