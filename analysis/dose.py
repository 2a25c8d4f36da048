"""How much landing each foot has done in a run, and how the hard landings share out between the feet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.metrics import IMPACT
from surefoot.analysis.model import Floats, Foot, Strides

HARD_PERCENTILE = 80.0
"""A hard landing is one of the hardest fifth of this runner's own, both feet together."""
MIN_LANDINGS = 20


@dataclass(frozen=True, slots=True)
class ImpactDose:
    """One foot's landings in running: their impacts summed, and how many of them were hard for this runner."""

    impact_dose_g: float
    hard_landings_pct: float


def impact_doses(strides: Mapping[Foot, Strides]) -> Mapping[Foot, ImpactDose]:
    """Of every foot with landings enough; what clips is counted at the sensor's limit."""
    impacts = {foot: known for foot, rows in strides.items() if len(known := _known(rows)) >= MIN_LANDINGS}
    if not impacts:
        return {}
    hard_g = float(np.percentile(np.concatenate(list(impacts.values())), HARD_PERCENTILE))
    return {
        foot: ImpactDose(float(values.sum()), 100.0 * float((values > hard_g).mean()))
        for foot, values in impacts.items()
    }


def _known(strides: Strides) -> Floats:
    """Impacts of the running strides."""
    values = strides.metrics[IMPACT][strides.running] if len(strides) else np.empty(0)
    return values[np.isfinite(values)]
