"""Which metrics are watched for a change between left and right, and how large a change is worth telling.

The figures are chosen from the table that `make drift` prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF, STRIDE_TIME
from surefoot.analysis.model import Bools, Floats


@dataclass(frozen=True, slots=True)
class MonitoredMetric:
    """A metric whose left–right difference is followed over a run.

    Parameters
    ----------
    load : whether less of it means less load on that side; else it tells of an unsteady ankle.
    least_pct : smallest lasting change of the left–right difference worth telling.
    step_pct : smallest sudden one.
    placed : whether it depends on where on the shoe the pod sits, and begins anew when that changes.
    usual_pct : usual scatter of the difference from minute to minute, believed until the run has shown its own.
    more, less : what a foot does whose value has become larger or smaller than the other's.
    """

    key: str
    load: bool
    position_dependent: bool
    min_drift_pct: float
    min_sudden_pct: float
    prior_scatter_pct: float
    more: str
    less: str


MONITORED = (
    MonitoredMetric(
        CONTACT, True, False, 2.1, 4.0, 0.8, "stays on the ground longer", "spends less time on the ground"
    ),
    MonitoredMetric(IMPACT, True, True, 10.0, 12.0, 1.8, "lands harder", "lands softer"),
    MonitoredMetric(PUSH_OFF, True, False, 5.0, 8.0, 1.0, "pushes off faster", "pushes off more slowly"),
    MonitoredMetric(
        "peak_eversion_velocity_dps", False, True, 15.0, 30.0, 3.0, "rolls inward faster", "rolls inward more slowly"
    ),
    MonitoredMetric("roll_variability_deg", False, True, 25.0, 50.0, 5.0, "tilts less evenly", "tilts more evenly"),
)
MONITORED_KEYS = tuple(each.key for each in MONITORED)
POSITION_DEPENDENT = np.array([each.position_dependent for each in MONITORED])
IS_LOAD = np.array([each.load for each in MONITORED])
MIN_DRIFT_PCT, MIN_SUDDEN_PCT, PRIOR_SCATTER_PCT = (
    np.array([getattr(each, name) for each in MONITORED])
    for name in ("min_drift_pct", "min_sudden_pct", "prior_scatter_pct")
)

COVARIATE_KEYS = ("speed_mps", STRIDE_TIME, CONTACT)
"""What tells speed and slope, both feet together; differences that follow these are no drift."""

STANCE_TILT_NOISE_DEG = 0.3
"""By so much feet stand otherwise now and then on the same road."""

ASYMMETRY, COMMON = 0, 1
COVARIATES = slice(2, 2 + len(COVARIATE_KEYS))
TILTS = slice(COVARIATES.stop, COVARIATES.stop + 2)
COLUMN_COUNT = TILTS.stop
"""A row of numbers for each watched metric: asymmetry, mean of both feet, and the pace at the time, all in percent; how
far the left and the right foot stand tilted outward, in degrees."""


def covariates_of(rows: Floats) -> Floats:
    """(…, COLUMNS) → (…, pace columns)."""
    return rows[..., COVARIATES]


def camber_change_deg(change: Floats) -> Floats:
    """(…, COLUMNS) changes of rows → (…,) by how much the road has come to fall off to the right.

    The right foot has turned outward and the left inward, both at least by this and `STANCE_TILT_NOISE_DEG`; a
    foot that tilts alone is not the road. NaN where a foot is not known.
    """
    left, right = change[..., TILTS.start], change[..., TILTS.start + 1]
    smaller = np.minimum(np.abs(left), np.abs(right)) - STANCE_TILT_NOISE_DEG
    return np.where(left * right > 0.0, 0.0, np.sign(right) * np.maximum(smaller, 0.0))


def mask_rows(metrics: Bools, rows: Floats) -> Floats:
    """Rows (…, metrics, COLUMNS) in which neither some metrics (a mask) nor the feet's tilt are known."""
    masked = rows.copy()
    masked[..., metrics, :] = np.nan
    masked[..., TILTS] = np.nan
    return masked


def nan_mean(rows: Sequence[Floats] | Floats) -> Floats:
    """Mean over the first axis of what is known."""
    stacked = np.asarray(rows)
    known = np.isfinite(stacked)
    total = np.where(known, stacked, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
