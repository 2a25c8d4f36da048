"""How left and right compare before anything has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from surefoot.analysis.drift.monitored_metrics import COLUMN_COUNT, COVARIATE_KEYS, MONITORED_KEYS, TILTS
from surefoot.analysis.model import Floats

COLUMN_NAMES = ("asymmetry_pct", "mean_log_pct", *(f"{key}_log_pct" for key in COVARIATE_KEYS))
"""Names of the columns that hold for later runs too; stance tilt counts from the first strides of each run."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What later running is compared with: the first minutes of a run, or earlier runs.

    Parameters
    ----------
    rows : (metrics, COLUMN_COUNT) means of steady running, NaN where unknown.
    error_pct : (metrics,) standard error of the asymmetry.
    start_s, end_s : on the session clock; NaN for a baseline of other runs.
    strides : of one foot.
    parameters : those that were not the default when it was made.
    """

    rows: Floats
    error_pct: Floats
    start_s: float
    end_s: float
    strides: int
    parameters: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Baseline:
        """Of a run that has just begun."""
        return cls(
            np.full((len(MONITORED_KEYS), COLUMN_COUNT), np.nan),
            np.full(len(MONITORED_KEYS), np.nan),
            np.nan,
            np.nan,
            0,
        )

    def to_dict(self) -> dict[str, object]:
        """JSON-serialisable form: metric → name → number; unknown values are absent."""
        metrics = {
            key: {
                **{
                    name: value
                    for name, value in zip(COLUMN_NAMES, row[: TILTS.start].tolist(), strict=True)
                    if np.isfinite(value)
                },
                "error_pct": float(error_pct),
            }
            for key, row, error_pct in zip(MONITORED_KEYS, self.rows, self.error_pct, strict=True)
            if np.isfinite(row[0])
        }
        return {"strides": self.strides, "parameters": dict(self.parameters), "metrics": metrics}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Baseline:
        """Inverse of `to_dict`; the result counts as of another run.

        Raises
        ------
        ValueError
            If a key is missing.
        """
        metrics, strides = values.get("metrics"), values.get("strides")
        if not isinstance(metrics, Mapping) or not isinstance(strides, int):
            raise ValueError("baseline: expected the keys 'metrics' and 'strides'")
        rows, error_pct = np.full((len(MONITORED_KEYS), COLUMN_COUNT), np.nan), np.full(len(MONITORED_KEYS), np.nan)
        for k, key in enumerate(MONITORED_KEYS):
            found = metrics.get(key, {})
            rows[k, : TILTS.start] = [float(found.get(name, np.nan)) for name in COLUMN_NAMES]
            error_pct[k] = float(found.get("error_pct", np.nan))
        parameters = values.get("parameters", {})
        if not isinstance(parameters, Mapping):
            raise ValueError("baseline: expected names and numbers under 'parameters'")
        return cls(rows, error_pct, np.nan, np.nan, strides, parameters)
