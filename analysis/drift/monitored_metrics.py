"""Metrics whose left–right difference is monitored, and the smallest changes reported.

The figures are chosen from the table that `make drift` prints. Rows of numbers describe a stretch of running: for each
monitored metric the asymmetry and the mean of both feet in percent, the covariates, and the stance tilt of each foot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF, STRIDE_TIME
from surefoot.analysis.model import Bools, Floats


@dataclass(frozen=True, slots=True)
class MonitoredMetric:
    """A metric whose left–right difference is monitored over a run.

    Parameters
    ----------
    load : whether less of it means less load on that side; else it shows an unsteady ankle.
    position_dependent : whether it depends on where on the shoe the pod sits, and begins anew when that changes.
    min_drift_pct : smallest lasting change of the asymmetry that is reported.
    min_sudden_pct : smallest sudden one.
    prior_scatter_pct : scatter of the asymmetry from minute to minute, assumed until the run has shown its own.
    camber_effect_pct : what one degree of camber may do to the asymmetry (standard deviation) until the run shows it.
        On cambered roads the tibia's peak acceleration stayed the same, and the foot on the high side rolled in farther
        and faster (O'Connor and Hamill 2002, J. Appl. Biomech. 18:3); contact lengthened on both feet from 2.3° on
        (Elmer and Asbill 2024, Eur. J. Appl. Physiol. 124:1259). Of push-off nothing is known: half the smallest
        change. Wobble is a spread, which a steady tilt does not move.
    more, less : what a foot does whose value has become larger or smaller than the other's; {} is by how much.
    """

    key: str
    load: bool
    position_dependent: bool
    min_drift_pct: float
    min_sudden_pct: float
    prior_scatter_pct: float
    camber_effect_pct: float
    more: str
    less: str


MONITORED = (
    MonitoredMetric(
        CONTACT, True, False, 2.1, 4.0, 0.8, 0.6, "stays on the ground {} longer", "spends {} less time on the ground"
    ),
    MonitoredMetric(IMPACT, True, True, 10.0, 12.0, 1.8, 1.0, "lands {} harder", "lands {} softer"),
    MonitoredMetric(PUSH_OFF, True, False, 5.0, 8.0, 1.0, 2.5, "pushes off {} faster", "pushes off {} more slowly"),
    MonitoredMetric(
        "peak_eversion_velocity_dps", False, True, 15.0, 30.0, 3.0, 15.0,
        "rolls inward {} faster", "rolls inward {} more slowly",
    ),
    MonitoredMetric(
        "roll_variability_deg", False, True, 25.0, 50.0, 5.0, 2.5, "tilts {} less evenly", "tilts {} more evenly"
    ),
)  # fmt: skip
MONITORED_KEYS = tuple(each.key for each in MONITORED)
POSITION_DEPENDENT = np.array([each.position_dependent for each in MONITORED])
IS_LOAD = np.array([each.load for each in MONITORED])
MIN_DRIFT_PCT, MIN_SUDDEN_PCT, PRIOR_SCATTER_PCT, CAMBER_EFFECT_PCT = (
    np.array([getattr(each, name) for each in MONITORED])
    for name in ("min_drift_pct", "min_sudden_pct", "prior_scatter_pct", "camber_effect_pct")
)

COVARIATE_KEYS = ("speed_mps", STRIDE_TIME, CONTACT)
"""Metrics that follow speed and slope, both feet together; asymmetry that follows them is no drift."""

STANCE_TILT_NOISE_DEG = 0.3
"""Stance tilt varies by up to this on an unchanged surface."""

ASYMMETRY, COMMON = 0, 1
COVARIATES = slice(2, 2 + len(COVARIATE_KEYS))
TILTS = slice(COVARIATES.stop, COVARIATES.stop + 2)
INCLINATION = TILTS.stop
COLUMN_COUNT = INCLINATION + 1
"""Columns of a row: asymmetry, mean of both feet (100 × log) and covariates (100 × log) in percent; stance tilt of the
left and the right foot in degrees; inclination that a treadmill told, in percent, NaN without one."""


def covariates_of(rows: Floats) -> Floats:
    """(…, COLUMN_COUNT) → (…, covariates)."""
    return rows[..., COVARIATES]


def camber_change_deg(change: Floats) -> Floats:
    """(…, COLUMN_COUNT) changes of rows → (…,) by how much the camber has changed, positive where the road falls off to
    the right.

    The right foot then tilts outward and the left inward; the smaller of the two, less `STANCE_TILT_NOISE_DEG`, is
    taken. A foot that tilts alone is not the road: 0. NaN where a foot is unknown.
    """
    left, right = change[..., TILTS.start], change[..., TILTS.start + 1]
    smaller = np.minimum(np.abs(left), np.abs(right)) - STANCE_TILT_NOISE_DEG
    return np.where(left * right > 0.0, 0.0, np.sign(right) * np.maximum(smaller, 0.0))


def mask_rows(metrics: Bools, rows: Floats) -> Floats:
    """Copy of rows (…, metrics, COLUMN_COUNT) with the marked metrics, and all stance tilts, set to NaN."""
    masked = rows.copy()
    masked[..., metrics, :] = np.nan
    masked[..., TILTS] = np.nan
    return masked


def nan_mean(rows: Sequence[Floats] | Floats) -> Floats:
    """Mean of the finite values over the first axis, NaN without any."""
    stacked = np.asarray(rows)
    known = np.isfinite(stacked)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
