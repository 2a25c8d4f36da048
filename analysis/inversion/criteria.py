"""When a stance is an inversion event.

An event differs from an unusual landing in that it happens on the ground, fast and far: within 0.2 s of contact the
foot inverts faster, and farther beyond the runner's own reference, than in the strides before. Film of real sprains
shows peaks of 48 to 142° at 90 to 180 ms, at 468 to 1752 °/s (Fong et al. 2012, Am. J. Sports Med. 40:2627).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surefoot.analysis.inversion.frontal_curves import CURVE_TIME_S, FIRST_PEAK_INDEX, FrontalCurves
from surefoot.analysis.inversion.stance_reference import StanceReference
from surefoot.analysis.model import Bools
from surefoot.analysis.parameters import DEFAULTS, Parameters

MAX_RATE_DPS = float(np.sqrt(3.0) * 2000.0)
"""Three axes that read up to 2000 °/s each, the widest range of the usual sensors, turn no faster together."""
MIN_OWN_STANCES, MIN_STRANGE_EXCESS_DEG = 3, 18.0
"""With fewer of the runner's own stances known, an event has to stand out so far from those of others."""
MIN_RATE_SD_DPS, MIN_LANDING_SD_DEG = 25.0, 1.5
"""Lower limits of the standard deviations used, of the rate and of the angle at contact."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """How one stance leaves the reference.

    Parameters
    ----------
    peak_s : time of the peak after contact.
    peak_seen : whether the foot is seen beyond the peak; it is not at the last time, or the last before a gap.
    clipped : whether the gyroscope clipped on the way, so that angle and rate are lower bounds.
    excess_deg, inversion_deg : at the peak, against the reference curve and against the flat foot.
    rise_deg : rise of the excess since contact.
    rate_dps : greatest inversion rate up to the peak.
    """

    peak_s: float
    peak_seen: bool
    clipped: bool
    excess_deg: float
    inversion_deg: float
    rise_deg: float
    rate_dps: float


def is_suspect(curves: FrontalCurves, parameters: Parameters = DEFAULTS) -> Bools:
    """(n,) stances worth comparing with the reference: fast and far enough for an event in any runner."""
    return (curves.peak_rate_dps >= parameters.inversion_min_rate_dps) & (
        curves.rise_deg >= 0.5 * parameters.inversion_min_rise_deg
    )


def measure_excursion(curves: FrontalCurves, stance: int, reference: StanceReference) -> Excursion:
    """The excursion of one stance from the reference."""
    excess_deg = curves.inversion_deg[stance] - reference.curve_deg
    peak = FIRST_PEAK_INDEX + int(np.argmax(excess_deg[FIRST_PEAK_INDEX:]))
    return Excursion(
        peak_s=float(CURVE_TIME_S[peak]),
        peak_seen=peak < int(curves.seen[stance]) - 1,
        clipped=bool(curves.clipped[stance, peak]),
        excess_deg=float(excess_deg[peak]),
        inversion_deg=float(curves.inversion_deg[stance, peak]),
        rise_deg=float(excess_deg[peak] - excess_deg[0]),
        rate_dps=float(curves.rate_dps[stance, 1 : peak + 1].max()),
    )


def is_inversion_event(excursion: Excursion, reference: StanceReference, parameters: Parameters = DEFAULTS) -> bool:
    """Whether angle, rise and rate all reach their limits, at a peak that was seen and a rate that is possible."""
    landing_sd_deg = max(float(reference.spread_deg[0]), MIN_LANDING_SD_DEG)
    unusual_dps = reference.rate_dps + parameters.inversion_rate_limit_sd * max(
        reference.rate_spread_dps, MIN_RATE_SD_DPS
    )
    strange_deg = MIN_STRANGE_EXCESS_DEG if reference.strides < MIN_OWN_STANCES else 0.0
    return (
        excursion.peak_seen
        and excursion.rate_dps <= MAX_RATE_DPS
        and excursion.excess_deg >= max(parameters.inversion_min_excess_deg, strange_deg)
        and excursion.rise_deg >= max(parameters.inversion_min_rise_deg, 2.0 * landing_sd_deg)
        and excursion.rate_dps >= max(parameters.inversion_min_rate_dps, unusual_dps)
    )
