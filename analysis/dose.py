"""Impact dose of a run, and how the hard landings are shared between the feet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.metrics import IMPACT
from surefoot.analysis.model import Floats, Foot, Strides
from surefoot.analysis.parameters import DEFAULTS

MIN_LANDINGS = 20
"""A foot with fewer running landings is left out."""


@dataclass(frozen=True, slots=True)
class ImpactDose:
    """One foot's running landings: sum of their impacts, and share that were hard for this runner."""

    impact_dose_g: float
    hard_landings_pct: float


def impact_doses(
    strides: Mapping[Foot, Strides], hard_percentile: float = DEFAULTS.hard_percentile
) -> Mapping[Foot, ImpactDose]:
    """Impact dose per foot; feet with fewer than `MIN_LANDINGS` are left out. Clipped peaks count at full scale, so the
    sum is a lower bound."""
    impacts = {foot: known for foot, rows in strides.items() if len(known := _known(rows)) >= MIN_LANDINGS}
    if not impacts:
        return {}
    hard_g = float(np.percentile(np.concatenate(list(impacts.values())), hard_percentile))
    return {
        foot: ImpactDose(float(values.sum()), 100.0 * float((values > hard_g).mean()))
        for foot, values in impacts.items()
    }


def _known(strides: Strides) -> Floats:
    """(n,) known impacts of the running strides."""
    values = strides.metrics[IMPACT][strides.running] if len(strides) else np.empty(0)
    return values[np.isfinite(values)]
