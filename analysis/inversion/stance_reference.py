"""One foot's usual stances, which inversion events stand out from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from surefoot.analysis.inversion.frontal_curves import CURVE_TIME_S, FrontalCurves
from surefoot.analysis.model import Bools, Floats
from surefoot.analysis.uncertainty import robust_sd

MEMORY_STANCES = 48
"""Stances that the reference is estimated from."""
PRIOR_STANCES = 8
"""Stances that the reference handed in counts for."""
PRIOR_Z_SCORES = np.linspace(-1.35, 1.35, PRIOR_STANCES)
"""Values with about the scatter of a standard normal distribution."""


@dataclass(frozen=True, slots=True)
class StanceReference:
    """Median and scatter of one foot's stances, of this run or of earlier ones.

    Parameters
    ----------
    curve_deg, spread_deg : (m,) median frontal angle over `CURVE_TIME_S` and its standard deviation.
    rate_dps, rate_spread_dps : the same of a stance's greatest inversion rate.
    strides : number of stances it was learned from.
    """

    curve_deg: Floats
    spread_deg: Floats
    rate_dps: float
    rate_spread_dps: float
    strides: int

    def to_dict(self) -> dict[str, object]:
        """JSON-serialisable form."""
        return {
            "course_deg": self.curve_deg.tolist(),
            "spread_deg": self.spread_deg.tolist(),
            "rate_dps": self.rate_dps,
            "rate_spread_dps": self.rate_spread_dps,
            "strides": self.strides,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StanceReference:
        """Inverse of `to_dict`.

        Raises
        ------
        ValueError
            If a value is missing, not finite, or a curve has another length.
        """
        try:
            curve, spread = (np.array(values[key], dtype=np.float64) for key in ("course_deg", "spread_deg"))
            rate, rate_spread = float(values["rate_dps"]), float(values["rate_spread_dps"])
            reference = cls(curve, spread, rate, rate_spread, int(values["strides"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"band of stances: {error} is missing or no number") from error
        if not curve.shape == spread.shape == CURVE_TIME_S.shape or not np.isfinite([*curve, *spread, rate]).all():
            raise ValueError(f"band of stances: expected {len(CURVE_TIME_S)} finite angles")
        return reference


POPULATION_REFERENCE = StanceReference(
    np.interp(CURVE_TIME_S, [0.0, 0.06, 0.20], [6.0, -1.0, 0.0]), np.full(len(CURVE_TIME_S), 3.0), 80.0, 40.0, strides=0
)
"""Stances of healthy runners, used until the run has shown its own."""


class StanceReferenceEstimator:
    """Reference from the latest usual stances of one foot, starting from a prior."""

    def __init__(self, prior: StanceReference = POPULATION_REFERENCE) -> None:
        self._curves_deg = prior.curve_deg + PRIOR_Z_SCORES[:, None] * prior.spread_deg
        self._rates_dps = prior.rate_dps + PRIOR_Z_SCORES * prior.rate_spread_dps
        self._strides = 0

    def update(self, curves: FrontalCurves, usual: Bools) -> None:
        """Take the stances marked as usual, (n,)."""
        self._curves_deg = np.concatenate([self._curves_deg, curves.inversion_deg[usual]])[-MEMORY_STANCES:]
        self._rates_dps = np.concatenate([self._rates_dps, curves.peak_rate_dps[usual]])[-MEMORY_STANCES:]
        self._strides = min(self._strides + int(usual.sum()), MEMORY_STANCES)

    def estimate(self) -> StanceReference:
        """The reference as known now."""
        curve_deg, rate_dps = np.median(self._curves_deg, axis=0), float(np.median(self._rates_dps))
        spread_deg, rate_spread_dps = robust_sd(self._curves_deg), float(robust_sd(self._rates_dps))
        return StanceReference(curve_deg, spread_deg, rate_dps, rate_spread_dps, self._strides)
